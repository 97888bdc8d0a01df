/**
 * Locks of rows, tables and of what applications number. A transaction holds them until its commit is visible or it is rolled
 * back.
 *
 * Rows: every key in a write set is locked, in the mode that its entry says (`rowLockOf`); so the write sets of the writing
 * transactions are the lock table. A lone writer pays nothing for its locks; once a second one comes, a filter of hashes in front
 * of the write sets answers nearly all questions, however many write at once. A queue exists only for a row that somebody has
 * waited for, until its last holder has left. A row that was locked `update` and is then written counts as written.
 *
 * Tables: whoever has written to a keyspace holds `row exclusive`, whoever has locked rows of it `row share`; again the write sets
 * know. Only explicit locks make a queue, and only while one exists do writers ask there. Readers take no table lock: they read a
 * snapshot, which nobody can take away.
 */
import { AlopexError } from '../base/errors.ts';
import type { KeyspaceId } from '../base/brand.ts';
import type { Clock } from '../base/clock.ts';
import { hashBytes } from '../base/hash.ts';
import { offsetOf, slabOf } from '../memory/arena.ts';
import { VERSION_MAX } from '../memtable/entry.ts';
import { MapCursor } from '../memtable/map-cursor.ts';
import type { WriteSet, WriteSetPart } from '../memtable/write-set.ts';
import { FILTERED_LOCKS_MAX, LockFilter } from './lock-filter.ts';
import {
  ADVISORY_LOCK_CONFLICTS,
  ROW_LOCK_CONFLICTS,
  TABLE_LOCK,
  TABLE_LOCK_CONFLICTS,
  rowLockOf,
  type LockAnswer,
  type LockWaitPolicy,
} from './lock-modes.ts';
import { LockQueue, leaveQueue, lockNotAvailable, type LockOwner } from './lock-queue.ts';
import { ROWS, RowQueues } from './row-queues.ts';

/** An owner that locks rows. */
export interface RowLockOwner extends LockOwner {
  readonly writes: WriteSet;
}

/** What is asked for. */
export interface LockRequest {
  /** Of the space: rows, tables or advisory locks. */
  readonly mode: number;
  readonly policy: LockWaitPolicy;
}

export interface RowLockRequest extends LockRequest {
  /** Whether the row is going to be written, not only locked. */
  readonly writes: boolean;
}

const TABLES = Object.freeze({
  noun: 'table',
  conflicts: TABLE_LOCK_CONFLICTS,
  withinSession: true,
});
const ADVISORY = Object.freeze({
  noun: 'advisory lock',
  conflicts: ADVISORY_LOCK_CONFLICTS,
  withinSession: false,
});

export class LockTable {
  readonly #clock: Clock;
  /** Owners with row locks. */
  readonly #writers: RowLockOwner[] = [];
  /** Those of them that have left the filter. */
  readonly #largeWriters: RowLockOwner[] = [];
  readonly #filter = new LockFilter();
  /** The only writer there is, if the filter does not know its locks. */
  #alone: RowLockOwner | undefined;
  readonly #rows = new RowQueues();
  readonly #tables = new Map<KeyspaceId, LockQueue>();
  readonly #advisory = new Map<string, LockQueue>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether somebody has asked for the lock of a table: then writers have to ask as well. */
  get hasTableLocks(): boolean {
    return this.#tables.size > 0;
  }

  /**
   * Asks for the lock of a row that the owner does not hold in this mode. `held`: it takes it by writing the key to its write set.
   * `waits`: it stands in the queue, and `ready` resolves when it is its turn to ask again.
   */
  acquire(
    owner: RowLockOwner,
    keyspace: KeyspaceId,
    key: Uint8Array,
    request: RowLockRequest,
  ): LockAnswer {
    const seat = owner.lockSeat;
    if (!seat.writing) {
      seat.writing = true;
      this.#writers.push(owner);
    }
    const lone = this.#writers.length === 1 && this.#rows.isEmpty && this.#tables.size === 0;
    if (lone && seat.filtering === 'large') return 'held';
    if (lone && seat.filtering === 'alone') {
      this.#alone = owner;
      return 'held';
    }
    return this.#acquireAmongMany(owner, keyspace, key, request);
  }

  /** Asks for the lock of a table, which is held in addition to what is held already. */
  acquireTable(owner: LockOwner, keyspace: KeyspaceId, request: LockRequest): LockAnswer {
    const known = this.#tables.get(keyspace);
    const queue = known ?? this.#tableQueue(keyspace);
    try {
      return queue.ask(owner, request.mode, request.policy);
    } finally {
      if (known === undefined && queue.modesOf(owner) === 0 && owner.lockSeat.queue !== queue)
        this.#forgetTable(keyspace, queue);
    }
  }

  /** Asks for the lock of a name that means something to the application. */
  acquireAdvisory(owner: LockOwner, name: string, request: LockRequest): LockAnswer {
    let queue = this.#advisory.get(name);
    if (queue === undefined) {
      queue = new LockQueue(ADVISORY, () => this.#advisory.delete(name));
      this.#advisory.set(name, queue);
    }
    return queue.ask(owner, request.mode, request.policy);
  }

  /** Gives an advisory lock back before the owner ends; false when it does not hold it in this mode. */
  releaseAdvisory(owner: LockOwner, name: string, mode: number): boolean {
    const queue = this.#advisory.get(name);
    if (queue === undefined || (queue.modesOf(owner) & (1 << mode)) === 0) return false;
    queue.release(owner, mode);
    return true;
  }

  /**
   * Resolves when the owner's turn has come, or at once when it does not wait. Fails with ALX_LOCK_NOT_AVAILABLE after `timeoutMs`,
   * where 0 means never.
   */
  async ready(owner: LockOwner, signal?: AbortSignal, timeoutMs = 0): Promise<void> {
    const { wait, queue } = owner.lockSeat;
    if (wait === undefined || queue === undefined) return;
    const leave = (reason: AlopexError): void => {
      wait.reject(reason);
      leaveQueue(owner);
    };
    const cancel = (): void =>
      leave(
        new AlopexError('ALX_CANCELLED', `the wait for a ${queue.space.noun} lock was cancelled`, {
          cause: signal?.reason,
        }),
      );
    const forget =
      timeoutMs > 0
        ? this.#clock.schedule(timeoutMs, () => leave(lockTimeout(queue, timeoutMs)))
        : undefined;
    if (signal?.aborted === true) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
    try {
      await wait.promise;
    } finally {
      forget?.();
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Releases all locks of a transaction, whose write set may be cleared afterwards, and its place in a queue. */
  release(owner: RowLockOwner): void {
    if (owner.lockSeat.writing) this.#leaveWriters(owner);
    this.releaseHeld(owner);
  }

  /** Releases what an owner without a write set holds, and its place in a queue. */
  releaseHeld(owner: LockOwner): void {
    const seat = owner.lockSeat;
    if (seat.queue !== undefined) leaveQueue(owner);
    if (seat.held === undefined) return;
    for (const queue of seat.held) queue.release(owner);
    seat.held = undefined;
  }

  #leaveWriters(owner: RowLockOwner): void {
    owner.lockSeat.writing = false;
    this.#writers.splice(this.#writers.indexOf(owner), 1);
    if (this.#alone === owner) this.#alone = undefined;
    else this.#leaveFilter(owner);
  }

  #acquireAmongMany(
    owner: RowLockOwner,
    keyspace: KeyspaceId,
    key: Uint8Array,
    request: RowLockRequest,
  ): LockAnswer {
    if (this.#alone !== undefined) this.#enterFilter(this.#alone);
    this.#alone = undefined;
    owner.lockSeat.filtering = owner.lockSeat.filtering === 'large' ? 'large' : 'filtered';
    if (this.#tables.size > 0) {
      const answer = this.#askTable(owner, keyspace, request);
      if (answer !== 'held') return answer;
    }
    const hash = hashOf(keyspace, key, 0, key.length);
    const answer = this.#askRow(owner, keyspace, key, hash, request);
    if (answer === 'held') this.#note(owner, hash);
    return answer;
  }

  #askTable(owner: RowLockOwner, keyspace: KeyspaceId, request: RowLockRequest): LockAnswer {
    const queue = this.#tables.get(keyspace);
    if (queue === undefined) return 'held';
    const mode = request.writes ? TABLE_LOCK.rowExclusive : TABLE_LOCK.rowShare;
    // SKIP LOCKED is about rows.
    return queue.ask(owner, mode, request.policy === 'skip' ? 'queue' : request.policy);
  }

  #askRow(
    owner: RowLockOwner,
    keyspace: KeyspaceId,
    key: Uint8Array,
    hash: number,
    { mode, policy }: RowLockRequest,
  ): LockAnswer {
    const known = this.#rows.isEmpty ? undefined : this.#rows.find(hash, keyspace, key);
    if (known !== undefined) return known.ask(owner, mode, policy);
    const writers = this.#filter.mayHold(hash) ? this.#writers : this.#largeWriters;
    if (!isExcluded(writers, owner, keyspace, key, mode)) return 'held';
    if (policy === 'skip') return 'skipped';
    if (policy === 'never') throw lockNotAvailable(ROWS);
    const queue = this.#rows.add(hash, keyspace, key);
    for (const writer of writers) {
      const held = heldMode(writer, keyspace, key);
      if (held !== undefined) queue.hold(writer, held);
    }
    return queue.ask(owner, mode, policy);
  }

  /** A queue for a table that nobody has locked so far, with those who have written to it. */
  #tableQueue(keyspace: KeyspaceId): LockQueue {
    const queue = new LockQueue(TABLES, (left) => this.#forgetTable(keyspace, left));
    for (const writer of this.#writers) {
      const part = writer.writes.partOf(keyspace);
      if (part === undefined || part.index.size === 0) continue;
      queue.hold(writer, part.liveCount > 0 ? TABLE_LOCK.rowExclusive : TABLE_LOCK.rowShare);
    }
    this.#tables.set(keyspace, queue);
    return queue;
  }

  #forgetTable(keyspace: KeyspaceId, queue: LockQueue): void {
    if (this.#tables.get(keyspace) === queue) this.#tables.delete(keyspace);
  }

  /** Tells the filter of the locks that a writer has taken while it was alone. */
  #enterFilter(owner: RowLockOwner): void {
    if (owner.lockSeat.filtering !== 'alone') return;
    owner.lockSeat.filtering = 'filtered';
    for (const { keyspace, index } of owner.writes.parts) {
      const cursor = new MapCursor(index);
      for (cursor.seekFirst(); cursor.valid; cursor.next()) {
        if (owner.lockSeat.filtering !== 'filtered') return;
        this.#note(owner, hashOf(keyspace, cursor.keyBytes, cursor.keyStart, cursor.keyEnd));
      }
    }
  }

  #note(owner: RowLockOwner, hash: number): void {
    const seat = owner.lockSeat;
    if (seat.filtering === 'large') return;
    if (seat.hashes.length < FILTERED_LOCKS_MAX) {
      this.#filter.add(seat.hashes, hash);
      return;
    }
    this.#filter.remove(seat.hashes);
    seat.filtering = 'large';
    this.#largeWriters.push(owner);
  }

  #leaveFilter(owner: RowLockOwner): void {
    const seat = owner.lockSeat;
    if (seat.filtering === 'large') this.#largeWriters.splice(this.#largeWriters.indexOf(owner), 1);
    else this.#filter.remove(seat.hashes);
  }
}

/** Whether another writer holds the row in a mode that excludes this one. */
function isExcluded(
  writers: readonly RowLockOwner[],
  owner: RowLockOwner,
  keyspace: KeyspaceId,
  key: Uint8Array,
  mode: number,
): boolean {
  for (const writer of writers) {
    if (writer === owner) continue;
    const held = heldMode(writer, keyspace, key);
    if (held !== undefined && (ROW_LOCK_CONFLICTS[mode]! & (1 << held)) !== 0) return true;
  }
  return false;
}

/** The mode in which a writer holds a row, as its write set has it. */
function heldMode(writer: RowLockOwner, keyspace: KeyspaceId, key: Uint8Array): number | undefined {
  const part = writer.writes.partOf(keyspace);
  if (part === undefined || part.index.size === 0) return undefined;
  if (!part.index.find(key, 0, key.length, VERSION_MAX)) return undefined;
  return rowLockOf(kindFound(part));
}

/** The kind of the entry that a search in a part has found last. */
function kindFound({ arena, index }: WriteSetPart): number {
  const reference = index.foundReference;
  return arena.slabs[slabOf(reference)]![offsetOf(reference)]!;
}

function hashOf(keyspace: KeyspaceId, key: Uint8Array, start: number, end: number): number {
  return hashBytes(key, start, end) ^ Math.imul(keyspace, 0x9e3779b1);
}

function lockTimeout({ space }: LockQueue, timeoutMs: number): AlopexError {
  return new AlopexError(
    'ALX_LOCK_NOT_AVAILABLE',
    `the ${space.noun} is locked by another transaction, for longer than the lock timeout of ${timeoutMs} ms`,
    { hint: 'Repeat the transaction, or raise the lock timeout.' },
  );
}
