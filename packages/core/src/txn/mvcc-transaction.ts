/**
 * The local `Transaction`: multi-version reads over the tree and a write set on top.
 *
 * A write goes through these steps, with one search of the write set and at most one of the tree:
 *   1. its place in the write set; a key that is there is locked already
 *   2. otherwise the row lock: wait in its queue, or fail
 *   3. then the newest committed version of the key: if it is newer than the snapshot somebody else was first, 40001.
 *      Skipped where nothing at all was published since the snapshot.
 *   4. the entry is encoded into the write set
 *
 * READ COMMITTED differs only in that `refreshSnapshot` moves the snapshot, which the statement layer calls before each
 * statement and after each wait. READ UNCOMMITTED is served as READ COMMITTED, REPEATABLE READ as SNAPSHOT: a level may be
 * stronger than it must be. SERIALIZABLE is SNAPSHOT that also keeps what it has read, unless it is read-only, and checks it at
 * commit (`RecentCommits` has the law). A key in its write set is no read: its lock keeps others from it.
 */
import { AlopexError } from '../base/errors.ts';
import { PENDING, type Pending } from '../base/pending.ts';
import type { KeyspaceId, TransactionId, Version } from '../base/brand.ts';
import {
  findNewest,
  makeEntrySlot,
  openCursors,
  showReference,
  type SuperVersion,
} from '../lsm/super-version.ts';
import type { Epoch } from '../lsm/epoch.ts';
import { mergeCursors } from '../lsm/merge-cursor.ts';
import { NONE } from '../memtable/btree-node.ts';
import { FIRST_PENDING_KIND } from '../memtable/entry-codec.ts';
import { ENTRY_KIND, VERSION_MAX, type EntryCursor, type EntrySlot } from '../memtable/entry.ts';
import {
  EXPIRY_SIZE,
  encodeExpiring,
  expiryOf,
  hasExpired,
  isExpiring,
} from '../memtable/expiry.ts';
import { isLarge } from '../memtable/large-value.ts';
import { MapCursor } from '../memtable/map-cursor.ts';
import { WriteSet } from '../memtable/write-set.ts';
import type { Committer, Committing } from './committer.ts';
import { writePlace, type ChunkReader, type LargeValues } from './large-values.ts';
import { LockClaims } from './lock-claims.ts';
import { ROW_LOCK, ROW_LOCK_MODES, lockKindOf, rowLockOf } from './lock-modes.ts';
import type { LockTable, RowLockRequest } from './locks.ts';
import { ReadSpans } from './read-spans.ts';
import type { RecentCommits } from './recent-commits.ts';
import type { SnapshotHolder, SnapshotRegistry } from './snapshots.ts';
import { VisibleCursor } from './visible-cursor.ts';
import type {
  Cursor,
  Durability,
  IsolationLevel,
  KeyRange,
  KeyTransactionOptions,
  RowLockOptions,
  Transaction,
  TransactionState,
  ValuePieces,
  ValueSlot,
  WrittenValue,
} from './transaction.ts';
import { ChunkedReader, InlineReader } from './value-pieces.ts';

/** Longest key, and longest value that a transaction takes as a whole: its log record has to hold it. */
const KEY_SIZE_MAX = 64 * 1024;
const VALUE_SIZE_MAX = 512 * 1024 * 1024;

/** What a transaction needs of its store. */
export interface TransactionHost {
  readonly locks: LockTable;
  readonly committer: Committer;
  readonly snapshots: SnapshotRegistry<MvccTransaction>;
  readonly view: SuperVersion;
  readonly largeValues: LargeValues;
  /** The last reader has left an epoch that is over. */
  epochLeft(): void;
  /** Wall clock, for values that expire. */
  nowMicros(): number;
  /** Write sets of ended transactions, to be used again. */
  readonly spareWriteSets: WriteSet[];
}

const SPARE_WRITE_SETS_MAX = 16;
const NO_BYTES = new Uint8Array(0);

export class MvccTransaction
  extends LockClaims
  implements Transaction, Committing, SnapshotHolder, ChunkReader
{
  readonly id: TransactionId;
  readonly isolation: IsolationLevel;
  readonly readOnly: boolean;
  readonly writes: WriteSet;
  registrySlot = -1;

  readonly #host: TransactionHost;
  readonly #durability: Durability;
  #snapshot: Version;
  /** Reads the past, wherever the present goes. */
  readonly #isAsOf: boolean;
  /** Fixed at the first need, so that what the snapshot sees does not change; 0 until then. */
  #moment = 0;
  #state: TransactionState = 'Active';
  /** From commit or rollback on. */
  #ended = false;
  /** Cursors that have begun and not ended; the end of the transaction is theirs. */
  #cursors: Set<VisibleCursor> | undefined;
  readonly #found = makeEntrySlot();
  /** Those of a serializable transaction that may write. */
  #reads: ReadSpans | undefined;
  #recent: RecentCommits | undefined;

  constructor(
    host: TransactionHost,
    id: TransactionId,
    durability: Durability,
    readOnly: boolean,
    options: KeyTransactionOptions,
  ) {
    super(host.locks, options);
    this.id = id;
    this.isolation = options.isolation ?? 'snapshot';
    this.readOnly = readOnly;
    this.#isAsOf = options.asOf !== undefined;
    this.#host = host;
    this.#durability = durability;
    this.writes = host.spareWriteSets.pop() ?? new WriteSet();
    this.#snapshot = options.asOf ?? host.committer.visible;
    host.snapshots.add(this);
    if (this.isolation === 'serializable' && !readOnly) {
      this.#reads = new ReadSpans();
      this.#recent = host.committer.watchCommits();
    }
  }

  get state(): TransactionState {
    return this.#state;
  }

  get snapshot(): Version {
    return this.#snapshot;
  }

  refreshSnapshot(): void {
    this.check();
    if (this.#isAsOf) return;
    if (this.isolation === 'read committed' || this.isolation === 'read uncommitted') {
      this.#snapshot = this.#host.committer.visible;
      this.#moment = 0;
    }
  }

  momentMicros(): number {
    // Compaction drops what has expired for the oldest snapshot, so no reader may look from before its own.
    if (this.#moment === 0) this.#moment = Math.max(this.#host.nowMicros(), this.#snapshot);
    return this.#moment;
  }

  read(keyspace: KeyspaceId, key: Uint8Array, slot: ValueSlot): boolean | Pending {
    const hit = this.#find(keyspace, key);
    if (hit !== true) return hit;
    const found = this.#found;
    slot.bytes = found.valueBytes;
    slot.start = found.valueStart;
    slot.end = found.valueEnd;
    return found.kind === ENTRY_KIND.put || this.#showValue(keyspace, found.kind, slot);
  }

  /** The entry of a key, own or seen by the snapshot, in `#found`. */
  #find(keyspace: KeyspaceId, key: Uint8Array): boolean | Pending {
    this.check();
    const known = this.#readOwn(keyspace, key);
    if (known !== undefined) return known;
    const hit = findNewest(this.#host.view, keyspace, key, this.#snapshot, this.#found);
    if (hit !== PENDING) this.#reads?.addKey(keyspace, key);
    return hit;
  }

  openValue(keyspace: KeyspaceId, key: Uint8Array): ValuePieces | undefined | Pending {
    const hit = this.#find(keyspace, key);
    if (hit === PENDING) return PENDING;
    const { kind, valueBytes, valueStart, valueEnd } = this.#found;
    if (!hit || !this.#holdsValue(kind)) return undefined;
    if (isLarge(kind)) {
      const place = this.#host.largeValues.placeOf(kind, valueBytes, valueStart, valueEnd);
      return new ChunkedReader(keyspace, place, this);
    }
    const start = valueStart + (isExpiring(kind) ? EXPIRY_SIZE : 0);
    return new InlineReader({ bytes: valueBytes, start, end: valueEnd }, () => this.check());
  }

  get(keyspace: KeyspaceId, key: Uint8Array): Uint8Array | undefined | Pending {
    const slot: ValueSlot = { bytes: NO_BYTES, start: 0, end: 0 };
    const found = this.read(keyspace, key, slot);
    if (found === PENDING) return PENDING;
    // A typed array's slice of shared memory is shared no more: the copy belongs to the caller.
    return found ? slot.bytes.slice(slot.start, slot.end) : undefined;
  }

  scan(keyspace: KeyspaceId, range: KeyRange = {}): Cursor {
    this.check();
    const snapshot = this.#snapshot;
    // From its first step to its end the cursor is a reader of an epoch, so that its tables stay.
    let epoch: Epoch | undefined;
    const open = (): EntryCursor | Pending => {
      const { view } = this.#host;
      const sources = openCursors(view, keyspace, snapshot);
      if (sources === PENDING) return PENDING;
      const own = this.writes.partOf(keyspace);
      if (own !== undefined && own.index.size > 0)
        sources.push(new MapCursor(own.index, VERSION_MAX));
      epoch = view.epoch;
      epoch.readers += 1;
      (this.#cursors ??= new Set()).add(cursor);
      return mergeCursors(sources);
    };
    const leave = (): void => {
      if (epoch === undefined) return;
      if (this.#reads !== undefined) noteWalk(this.#reads, keyspace, cursor);
      epoch.readers -= 1;
      epoch = undefined;
      this.#cursors?.delete(cursor);
    };
    const cursor = new VisibleCursor(this, keyspace, open, leave, snapshot, range);
    return cursor;
  }

  put(keyspace: KeyspaceId, key: Uint8Array, value: Uint8Array): void | Pending {
    this.#checkWrite(key);
    checkValue(value);
    if (this.#lockRow(keyspace, key, this.requests.write) === PENDING) return PENDING;
    this.#writeValue(keyspace, key, value, undefined);
  }

  putExpiring(
    keyspace: KeyspaceId,
    key: Uint8Array,
    value: Uint8Array,
    ttlMs: number,
  ): void | Pending {
    this.#checkWrite(key);
    checkValue(value);
    if (this.#lockRow(keyspace, key, this.requests.write) === PENDING) return PENDING;
    const end = expiryOf(this.#host.nowMicros(), ttlMs);
    this.#writeValue(keyspace, key, value, end);
  }

  insert(keyspace: KeyspaceId, key: Uint8Array, value: Uint8Array): boolean | Pending {
    this.#checkWrite(key);
    checkValue(value);
    const kind = this.writes.locate(keyspace, key);
    if (kind === ENTRY_KIND.put || kind === ENTRY_KIND.putLarge) return false;
    if (isExpiring(kind)) {
      this.#readOwn(keyspace, key);
      if (this.#holdsValue(kind)) return false;
      // Looking at the value has moved the place that is written to.
      this.writes.locate(keyspace, key);
    }
    if (this.claimToWrite(kind, keyspace, key, this.requests.write) === PENDING) return PENDING;
    if (kind !== ENTRY_KIND.delete && !isExpiring(kind)) {
      const exists = this.#committedValueExists(keyspace, key);
      if (exists === PENDING) return PENDING;
      if (exists) {
        this.#reads?.addKey(keyspace, key);
        return false;
      }
    }
    this.#writeValue(keyspace, key, value, undefined);
    return true;
  }

  delete(keyspace: KeyspaceId, key: Uint8Array): void | Pending {
    this.#checkWrite(key);
    if (this.#lockRow(keyspace, key, this.requests.remove) === PENDING) return PENDING;
    this.writes.writeLocated(ENTRY_KIND.delete, key);
  }

  lock(keyspace: KeyspaceId, key: Uint8Array, options: RowLockOptions = {}): boolean | Pending {
    this.#checkWrite(key);
    const mode = ROW_LOCK_MODES.indexOf(options.mode ?? 'update');
    const kind = this.writes.locate(keyspace, key);
    if (kind !== NONE && (kind < FIRST_PENDING_KIND || rowLockOf(kind) >= mode)) return true;
    const isHeld = this.claim(keyspace, key, mode, options.wait);
    if (isHeld !== true) return isHeld;
    if (this.#checkConflict(keyspace, key, mode) === PENDING) return PENDING;
    this.writes.writeLocated(lockKindOf(mode), key);
    return true;
  }

  savepoint(): number {
    this.check();
    return this.writes.savepoint();
  }

  rollbackTo(savepoint: number): void {
    this.check();
    if (this.writes.rollbackTo(savepoint)) return;
    throw new AlopexError(
      'ALX_SAVEPOINT_NOT_FOUND',
      `savepoint ${savepoint} does not exist in this transaction`,
      {
        hint: 'Savepoints set after one that was rolled back to are gone.',
      },
    );
  }

  async commit(): Promise<Version> {
    if (this.#endEmpty()) return this.#snapshot;
    return this.#host.committer.commit(this, this.#durability);
  }

  commitNow(): Version {
    if (this.#endEmpty()) return this.#snapshot;
    return this.#host.committer.commitNow(this, this.#durability);
  }

  rollback(): void {
    if (this.#ended) {
      if (this.#state === 'Aborted') return;
      this.check();
    }
    this.#ended = true;
    this.releaseLocks();
    this.failed();
  }

  /** The store closes: rolls back, unless a commit is under way. */
  abandon(): void {
    if (!this.#ended) this.rollback();
  }

  checkReads(): void {
    const reads = this.#reads;
    if (reads === undefined || this.#recent === undefined) return;
    // Cursors note how far they went when they are left.
    for (const cursor of this.#cursors ?? []) cursor.close();
    this.#recent.check(reads, this.#snapshot);
  }

  published(): void {
    this.#state = 'Committed';
    this.#giveBack();
  }

  failed(): void {
    this.#state = 'Aborted';
    this.#giveBack();
  }

  /** Ends the transaction for its caller; true when there is nothing to commit and it is over. */
  #endEmpty(): boolean {
    this.check();
    this.#ended = true;
    if (this.writes.liveCount > 0) return false;
    this.releaseLocks();
    this.published();
    return true;
  }

  #giveBack(): void {
    const { snapshots, spareWriteSets } = this.#host;
    snapshots.remove(this);
    if (this.#cursors !== undefined) for (const cursor of this.#cursors) cursor.close();
    this.#reads = undefined;
    this.#recent?.unwatch();
    this.#recent = undefined;
    if (spareWriteSets.length < SPARE_WRITE_SETS_MAX) {
      this.writes.clear();
      spareWriteSets.push(this.writes);
    }
  }

  /** True: a value of its own is in `#found`. False: it has deleted the key. Undefined: it has not written the key. */
  #readOwn(keyspace: KeyspaceId, key: Uint8Array): boolean | undefined {
    if (this.writes.isEmpty) return undefined;
    const part = this.writes.partOf(keyspace);
    if (part === undefined || !part.index.find(key, 0, key.length, VERSION_MAX)) return undefined;
    showReference(part.arena.slabs, part.index.foundReference, this.#found);
    const kind: number = this.#found.kind;
    if (kind >= FIRST_PENDING_KIND) return undefined;
    return kind !== ENTRY_KIND.delete;
  }

  /** Steps 1 to 3 of a write, and the chunks of a large value that the key has now. The place of the key is located then. */
  #lockRow(keyspace: KeyspaceId, key: Uint8Array, request: RowLockRequest): void | Pending {
    const kind = this.writes.locate(keyspace, key);
    if (this.claimToWrite(kind, keyspace, key, request) === PENDING) return PENDING;
    if (kind === NONE || kind >= FIRST_PENDING_KIND) {
      if (this.#checkConflict(keyspace, key, request.mode) === PENDING) return PENDING;
    }
    if (!this.#host.largeValues.isEmpty) return this.#freeLarge(keyspace, key, kind);
  }

  /** Deletes the chunks of the value of a key that was located, and located it is left. */
  #freeLarge(keyspace: KeyspaceId, key: Uint8Array, kind: number): void | Pending {
    const { largeValues, view } = this.#host;
    if (!largeValues.mayBeIn(keyspace)) return;
    const found = this.#found;
    // What the key had before the transaction was freed with its first write to it.
    if (kind === NONE || kind >= FIRST_PENDING_KIND) {
      const hit = findNewest(view, keyspace, key, VERSION_MAX, found);
      if (hit !== true) return hit === PENDING ? PENDING : undefined;
    } else this.#readOwn(keyspace, key);
    if (!isLarge(found.kind)) return;
    largeValues.free(this.writes, keyspace, found);
    this.writes.locate(keyspace, key);
  }

  /** Step 4 for a value of any size; its key was located. */
  #writeValue(
    keyspace: KeyspaceId,
    key: Uint8Array,
    value: Uint8Array,
    endMicros: number | undefined,
  ): void {
    const { writes } = this;
    if (!this.#host.largeValues.takes(keyspace, value.length)) {
      if (endMicros === undefined) writes.writeLocated(ENTRY_KIND.put, key, value);
      else writes.writeLocated(ENTRY_KIND.putExpiring, key, encodeExpiring(endMicros, value));
      return;
    }
    const place = this.#host.largeValues.writeChunks(writes, keyspace, value, endMicros);
    writes.locate(keyspace, key);
    writePlace(writes, key, place, endMicros);
  }

  putWritten(key: Uint8Array, value: WrittenValue): void | Pending {
    const { keyspace, endMicros, place, rest } = value;
    this.#checkWrite(key);
    if (this.#lockRow(keyspace, key, this.requests.write) === PENDING) return PENDING;
    if (place === undefined) {
      this.#writeValue(keyspace, key, rest, endMicros);
      return;
    }
    this.#host.largeValues.finish(this.writes, place, value);
    this.writes.locate(keyspace, key);
    writePlace(this.writes, key, place, endMicros);
  }

  readChunk(
    chunks: KeyspaceId,
    key: Uint8Array,
    valueId: number,
    found: EntrySlot,
  ): boolean | Pending {
    this.check();
    const part = this.writes.isEmpty ? undefined : this.writes.partOf(chunks);
    if (part?.index.find(key, 0, key.length, VERSION_MAX) === true) {
      showReference(part.arena.slabs, part.index.foundReference, found);
      const kind: number = found.kind;
      if (kind < FIRST_PENDING_KIND) return true;
    }
    // Of a value of its own that was written ahead the chunks may be younger than the snapshot.
    const version = valueId > this.#snapshot ? VERSION_MAX : this.#snapshot;
    return findNewest(this.#host.view, chunks, key, version, found);
  }

  loadLarge(keyspace: KeyspaceId, kind: number, slot: ValueSlot): true | Pending {
    return this.#host.largeValues.load(keyspace, kind, slot, this);
  }

  /** Shows the value of an entry of any kind but put, whose bytes are in the slot. */
  #showValue(keyspace: KeyspaceId, kind: number, slot: ValueSlot): boolean | Pending {
    if (!this.#holdsValue(kind)) return false;
    if (isLarge(kind)) return this.loadLarge(keyspace, kind, slot);
    slot.start += EXPIRY_SIZE;
    return true;
  }

  #checkConflict(keyspace: KeyspaceId, key: Uint8Array, mode: number): void | Pending {
    const { committer, view } = this.#host;
    if (committer.visible === this.#snapshot || committer.lastCommit(keyspace) <= this.#snapshot)
      return;
    const found = this.#found;
    const hit = findNewest(view, keyspace, key, VERSION_MAX, found);
    if (hit === PENDING) return PENDING;
    if (!hit || found.version <= this.#snapshot) return;
    // Whoever only refers to a row minds that it is gone, not that it was changed.
    if (mode === ROW_LOCK.keyShare && this.#holdsValue(found.kind)) return;
    throw writeConflict();
  }

  #committedValueExists(keyspace: KeyspaceId, key: Uint8Array): boolean | Pending {
    const found = this.#found;
    const hit = findNewest(this.#host.view, keyspace, key, VERSION_MAX, found);
    if (hit !== true) return hit;
    if (found.version > this.#snapshot) throw writeConflict();
    return this.#holdsValue(found.kind);
  }

  /** Whether the entry in `#found` gives its key a value. */
  #holdsValue(kind: number): boolean {
    if (!isExpiring(kind)) return kind !== ENTRY_KIND.delete;
    const { valueBytes, valueStart } = this.#found;
    return !hasExpired(kind, valueBytes, valueStart, this.momentMicros());
  }

  /** Throws once the transaction has ended. */
  check(): void {
    if (!this.#ended) return;
    throw new AlopexError(
      'ALX_TRANSACTION_CLOSED',
      'the transaction has been committed or rolled back',
      {
        hint: 'Begin a new one.',
      },
    );
  }

  #checkWrite(key: Uint8Array): void {
    this.check();
    if (this.readOnly) {
      throw new AlopexError('ALX_READ_ONLY', 'cannot write in a read-only transaction', {
        hint: 'Begin the transaction as READ WRITE; a database opened read-only has to be opened without readOnly.',
      });
    }
    if (key.length <= KEY_SIZE_MAX) return;
    throw new AlopexError(
      'ALX_INVALID_ARGUMENT',
      `a key of ${key.length} bytes exceeds the limit of ${KEY_SIZE_MAX}`,
      {
        hint: 'Shorten the key, or store what is long in the value.',
      },
    );
  }
}

function noteWalk(reads: ReadSpans, keyspace: KeyspaceId, cursor: VisibleCursor): void {
  const span = cursor.walked();
  if (span !== undefined) reads.addSpan(keyspace, span);
}

function checkValue(value: Uint8Array): void {
  if (value.length <= VALUE_SIZE_MAX) return;
  throw new AlopexError(
    'ALX_INVALID_ARGUMENT',
    `a value of ${value.length} bytes exceeds the limit of ${VALUE_SIZE_MAX}`,
    {
      hint: 'Write it as a stream.',
    },
  );
}

function writeConflict(): AlopexError {
  return new AlopexError(
    'ALX_SERIALIZATION_CONFLICT',
    'the row was changed by another transaction after this one began',
    {
      hint: 'Roll back and repeat the transaction.',
    },
  );
}
