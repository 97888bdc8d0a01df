/**
 * A store: keyspaces of versioned keys with transactions over all of them. Owns every part and knows none of their insides.
 *
 * One thread. Everything is synchronous but waiting for a disk to sync and for a lock. A store is closed by its owner; `close`
 * rolls back what is open. While a store is open for writing it holds the lock of its folder.
 */
import { AlopexError } from '../base/errors.ts';
import { transactionId, version, type KeyspaceId, type Version } from '../base/brand.ts';
import { PENDING, type Pending } from '../base/pending.ts';
import { CompactionScheduler } from '../lsm/compaction/scheduler.ts';
import { estimateEntries } from '../lsm/entry-estimate.ts';
import { findNewest, makeEntrySlot, type SuperVersion } from '../lsm/super-version.ts';
import type { CompanionFactory } from '../lsm/table-companion.ts';
import type { Tree } from '../lsm/tree.ts';
import { ENTRY_KIND, type EntrySlot } from '../memtable/entry.ts';
import { EXPIRY_SIZE, expiryOf, hasExpired } from '../memtable/expiry.ts';
import { chunkKeyspace, isChunkKeyspace, isLarge } from '../memtable/large-value.ts';
import type { WriteSet } from '../memtable/write-set.ts';
import { Committer, type CommitListener } from '../txn/committer.ts';
import { LargeValues, type ChunkReader } from '../txn/large-values.ts';
import { LockSession } from '../txn/lock-session.ts';
import { LockTable } from '../txn/locks.ts';
import { MvccTransaction, type TransactionHost } from '../txn/mvcc-transaction.ts';
import { Oracle } from '../txn/oracle.ts';
import { SnapshotRegistry } from '../txn/snapshots.ts';
import type {
  Durability,
  KeyTransactionOptions,
  Transaction,
  ValueSlot,
} from '../txn/transaction.ts';
import { ValueWriter, type ValueWriterHost } from '../txn/value-writer.ts';
import type { DirectoryLock } from '../vfs/vfs.ts';
import { backupTo, type BackupReport, type BackupSource, type BackupTarget } from './backup.ts';
import { BackgroundSync } from './background-sync.ts';
import type { BatchLog } from './batch-log.ts';
import { Maintenance } from './maintenance.ts';
import { tablesOfMemory } from './memory-tables.ts';
import type { StoreMetrics } from './metrics.ts';
import { openParts, type OpenedParts } from './open-parts.ts';
import { sweepUnfinished } from './sweep-unfinished.ts';
import { resolveStoreOptions, type ResolvedStoreOptions, type StoreOptions } from './options.ts';
import {
  writeSnapshot,
  type SnapshotReport,
  type SnapshotTarget,
} from './snapshot/write-snapshot.ts';

export class Store implements TransactionHost, ChunkReader, ValueWriterHost {
  /** For transactions. */
  readonly locks: LockTable;
  readonly snapshots = new SnapshotRegistry<MvccTransaction>();
  readonly committer: Committer;
  readonly spareWriteSets: WriteSet[] = [];
  readonly largeValues: LargeValues;

  readonly #options: ResolvedStoreOptions;
  readonly #tree: Tree;
  readonly #log: BatchLog | undefined;
  readonly #directoryLock: DirectoryLock | undefined;
  readonly #maintenance: Maintenance;
  /** Absent in a store that does not write to a disk. */
  readonly #compaction: CompactionScheduler | undefined;
  readonly #backgroundSync: BackgroundSync;
  #nextTransactionId = 1;
  /** Reads without a transaction; wraps around. */
  #latestReads = 0;
  /** The newest answer of `#collectible`. */
  #collected = 0;
  /** The newest version at opening. */
  readonly #openedAt: Version;
  #closing: Promise<void> | undefined;
  readonly #found = makeEntrySlot();

  private constructor(options: ResolvedStoreOptions, parts: OpenedParts) {
    this.#options = options;
    this.#openedAt = parts.newestVersion;
    this.locks = new LockTable(options.clock);
    this.#tree = parts.tree;
    this.#log = parts.log;
    this.#directoryLock = parts.directoryLock;
    this.#compaction = this.#makeCompaction();
    this.#maintenance = new Maintenance({
      tree: parts.tree,
      snapshots: this.snapshots,
      options,
      oldestSegmentId: parts.oldestSegmentId,
      collectible: () => this.#collectible(),
      committer: () => this.committer,
      activity: () => this.#activity(),
      compaction: this.#compaction,
    });
    this.#backgroundSync = new BackgroundSync(options.clock, options.backgroundSyncMs, async () =>
      this.committer.syncBehind(),
    );
    const oracle = new Oracle(options.clock, parts.newestVersion);
    this.largeValues = new LargeValues({
      thresholdBytes: options.valueSeparationBytes,
      chunkSizeBytes: options.valueChunkBytes,
      checksum: options.checksum,
      nextId: () => oracle.next(),
      keyspaces: parts.tree.keyspaces(),
    });
    this.committer = new Committer({
      log: parts.log,
      target: this.#maintenance,
      oracle,
      locks: this.locks,
      visible: parts.newestVersion,
      unsynced: () => this.#backgroundSync.note(),
    });
  }

  /**
   * Opens or creates a store. Errors: ALX_ALREADY_OPEN, ALX_NOT_A_DATABASE, ALX_INCOMPATIBLE_VERSION, ALX_CORRUPT with file and
   * offset, ALX_FILE_ACCESS; nothing stays open or locked then.
   */
  static open(options: StoreOptions): Store {
    const resolved = resolveStoreOptions(options);
    const store = new Store(resolved, openParts(resolved));
    store.#flushRecovered();
    store.#sealManifest();
    store.#sweepUnfinished();
    store.#compaction?.note();
    return store;
  }

  /** For transactions. */
  get view(): SuperVersion {
    return this.#tree.view;
  }

  /** For transactions. */
  epochLeft(): void {
    this.#compaction?.note();
  }

  /** For transactions. */
  nowMicros(): number {
    return this.#options.clock.nowMicros();
  }

  get readOnly(): boolean {
    return this.#options.readOnly;
  }

  /** The version that a snapshot taken now reads at. */
  get visible(): Version {
    return this.committer.visible;
  }

  begin(options: KeyTransactionOptions = {}): Transaction {
    this.#check();
    const durability = options.durability ?? this.#options.durability;
    const { asOf } = options;
    if (asOf !== undefined) this.#checkHistory(asOf);
    const readOnly = options.readOnly === true || this.#options.readOnly || asOf !== undefined;
    return this.#begin(durability, readOnly, options);
  }

  #begin(
    durability: Durability,
    readOnly: boolean,
    options: KeyTransactionOptions,
  ): MvccTransaction {
    const id = transactionId(this.#nextTransactionId);
    this.#nextTransactionId += 1;
    return new MvccTransaction(this, id, durability, readOnly, options);
  }

  /** Begins a value that `putWritten` of a transaction gives to a key; `ttlMs` counts from now. */
  writeValue(keyspace: KeyspaceId, ttlMs?: number): ValueWriter {
    this.#checkWritable();
    const end = ttlMs === undefined ? undefined : expiryOf(this.nowMicros(), ttlMs);
    return new ValueWriter(this, keyspace, end);
  }

  /** For values that are being written. */
  async commitApart(write: (writes: WriteSet) => void): Promise<void> {
    this.#checkWritable();
    const transaction = this.#begin('os', false, {});
    write(transaction.writes);
    await transaction.commit();
  }

  /** Opens a session that holds advisory locks beyond its transactions; `unlockAll` ends it. */
  lockSession(): LockSession {
    this.#check();
    return new LockSession(this.locks);
  }

  /** Reads the newest committed value of a key: what a transaction of one read would see, without one. */
  readLatest(keyspace: KeyspaceId, key: Uint8Array, slot: ValueSlot): boolean | Pending {
    if (this.#closing !== undefined) this.#check();
    this.#latestReads = (this.#latestReads + 1) | 0;
    const found = this.#found;
    const hit = findNewest(this.#tree.view, keyspace, key, this.committer.visible, found);
    if (hit === PENDING) return PENDING;
    if (!hit) return false;
    const { kind } = found;
    slot.bytes = found.valueBytes;
    slot.start = found.valueStart;
    slot.end = found.valueEnd;
    return kind === ENTRY_KIND.put || this.#showLatest(keyspace, kind, slot);
  }

  /** Shows the value of an entry of any kind but put, whose bytes are in the slot. */
  #showLatest(keyspace: KeyspaceId, kind: number, slot: ValueSlot): boolean | Pending {
    if (kind === ENTRY_KIND.delete) return false;
    // As a transaction does: never from before the snapshot.
    const moment = Math.max(this.nowMicros(), this.committer.visible);
    if (hasExpired(kind, slot.bytes, slot.start, moment)) return false;
    if (isLarge(kind)) return this.largeValues.load(keyspace, kind, slot, this);
    slot.start += EXPIRY_SIZE;
    return true;
  }

  /** For large values: a chunk that is committed. */
  readChunk(
    chunks: KeyspaceId,
    key: Uint8Array,
    _valueId: number,
    found: EntrySlot,
  ): boolean | Pending {
    return findNewest(this.#tree.view, chunks, key, this.committer.visible, found);
  }

  /** Version of the newest visible commit that wrote to a keyspace since the store was opened, else 0. */
  lastCommit(keyspace: KeyspaceId): Version {
    return this.committer.lastCommit(keyspace);
  }

  /** Tells about every commit as it becomes visible; the returned function ends that. */
  onCommit(listener: CommitListener): () => void {
    return this.committer.onCommit(listener);
  }

  /** About how many keys a keyspace holds: an upper bound for the planner, without reading anything. */
  entryEstimate(keyspace: KeyspaceId): number {
    return estimateEntries(this.#tree.view, keyspace);
  }

  /** The oldest version that a transaction reads at or may still begin to read at. */
  get oldestSnapshot(): Version {
    return version(this.snapshots.oldest(this.oldestReadable));
  }

  /**
   * The oldest version that `asOf` may name: what was committed within `historyRetentionMs` is kept, as long as the store is open.
   * Of what was there before it was opened only the newest state is known to be whole.
   */
  get oldestReadable(): Version {
    return version(Math.max(this.#collectible(), this.#openedAt));
  }

  /** Keyspaces with anything in them, visible or not, ascending. Chunks of large values belong to the keyspace of their keys. */
  keyspaces(): KeyspaceId[] {
    this.#check();
    return this.#tree.keyspaces().filter((keyspace) => !isChunkKeyspace(keyspace));
  }

  /**
   * Forgets a keyspace for good, whatever snapshots there are: its tables at once, what is still in memory with the next flush.
   * The caller makes sure, by a committed transaction, that nobody asks for it any more. Its id must not be used again.
   */
  dropKeyspace(keyspace: KeyspaceId): void {
    this.#checkWritable();
    // Chunks first: without them nothing can be read, but without their keys nobody would know them.
    const isEmpty = !this.largeValues.mayBeIn(keyspace);
    for (const dropped of isEmpty ? [keyspace] : [chunkKeyspace(keyspace), keyspace]) {
      this.#compaction?.forget(dropped);
      this.#tree.dropKeyspace(dropped);
    }
    this.#compaction?.note();
  }

  /**
   * From now on the tables that compaction writes in a keyspace carry what the companion makes (`table-companion`), until the
   * keyspace is dropped. To be called after each open, before others have a turn.
   */
  registerCompanion(keyspace: KeyspaceId, make: CompanionFactory): void {
    this.#check();
    this.#tree.companions.set(keyspace, make);
    // A companion reads values where they lie.
    this.largeValues.keepInline(keyspace);
  }

  /** Writes what is in memory into tables. */
  flush(): void {
    this.#checkWritable();
    this.#maintenance.flush();
  }

  /**
   * Flushes, then merges the tables of a keyspace, or of all, until each key is in one place and nothing is left that no snapshot
   * can see. Goes on in steps between which others have the thread.
   */
  async compact(keyspace?: KeyspaceId): Promise<void> {
    this.flush();
    await this.#compaction?.compact(this.#keyspacesToCompact(keyspace));
  }

  /** The same on the calling thread. */
  compactNow(keyspace?: KeyspaceId): void {
    this.flush();
    this.#compaction?.compactNow(this.#keyspacesToCompact(keyspace));
  }

  /** Holds automatic compaction, and with it the throttling of commits, until `resumeCompaction`. */
  pauseCompaction(): void {
    this.#checkWritable();
    this.#compaction?.pause();
  }

  resumeCompaction(): void {
    this.#checkWritable();
    this.#compaction?.resume();
  }

  /** Copies everything committed so far into a folder that is a store itself (`backup`). Errors: those of the disks, ALX_CLOSED. */
  async backup(target: BackupTarget): Promise<BackupReport> {
    return this.#withTables((source) => backupTo(source, target));
  }

  /** Writes everything committed so far into one file (`snapshot`). Errors: those of the disks, ALX_CLOSED, ALX_CANCELLED. */
  async writeSnapshot(target: SnapshotTarget): Promise<SnapshotReport> {
    return this.#withTables((source) => writeSnapshot(source, target));
  }

  /** Makes every commit so far durable, whatever it asked for. */
  syncNow(): void {
    this.#checkWritable();
    this.committer.syncNow();
  }

  metrics(): StoreMetrics {
    this.#check();
    return {
      visible: this.committer.visible,
      openTransactions: this.snapshots.size,
      memtableBytes: this.#tree.memtableBytes,
      frozenMemtables: this.#tree.frozenCount,
      tableCount: this.#tree.tableCount,
      tableBytes: this.#tree.tableBytes,
      flushCount: this.#tree.flushCount,
      flushedBytes: this.#tree.flushedBytes,
      flushStalls: this.#maintenance.flushStalls.count,
      flushStalledMs: this.#maintenance.flushStalls.ms,
      flushFailure: this.#maintenance.flushFailure?.message,
      removedTableCount: this.#tree.removedTableCount,
      levels: this.#tree.levelSizes(),
      compaction: this.#compaction?.metrics(),
    };
  }

  /**
   * Rolls back what is open, makes every commit durable and releases everything; throws, having released everything, when
   * something acknowledged could not be made durable. Idempotent.
   */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    for (const transaction of this.snapshots.all()) transaction.abandon();
    this.#backgroundSync.stop();
    await this.#maintenance.stop();
    await this.#compaction?.stop();
    try {
      try {
        if (!this.#options.readOnly) this.committer.finish();
      } finally {
        await this.#log?.close();
      }
    } finally {
      this.#tree.close();
      this.#directoryLock?.release();
    }
  }

  /** What recovery has frozen goes into tables, so that the next recovery need not read it. */
  #flushRecovered(): void {
    if (this.#tree.frozenCount === 0 || this.#options.readOnly) return;
    try {
      this.#maintenance.flush();
    } catch (error) {
      this.#options.logger.warn('a flush at opening has failed and will be repeated', { error });
    }
  }

  /** A crash may have taken the seal of the last edit, and nothing may have been written since. */
  #sealManifest(): void {
    if (this.#options.readOnly) return;
    try {
      this.#tree.seal();
    } catch (error) {
      if (!(error instanceof AlopexError) || error.kind === 'Internal') throw error;
      this.#options.logger.warn('the manifest has no seal yet; the next flush writes one', {
        error,
      });
    }
  }

  #sweepUnfinished(): void {
    if (this.#options.readOnly || this.largeValues.isEmpty) return;
    try {
      const count = sweepUnfinished(this.largeValues.keyspaces(), (options) => this.begin(options));
      if (count > 0) this.#options.logger.info('values that were not finished are gone', { count });
    } catch (error) {
      if (!(error instanceof AlopexError) || error.kind === 'Internal') throw error;
      this.#options.logger.warn('unfinished values could not be removed at opening', { error });
    }
  }

  #makeCompaction(): CompactionScheduler | undefined {
    const { vfs, readOnly, clock, logger, compaction, memtableSizeBytes, pause } = this.#options;
    if (vfs === undefined || readOnly) return undefined;
    return new CompactionScheduler({
      tree: this.#tree,
      clock,
      logger,
      leveled: compaction,
      memtableSizeBytes,
      snapshots: () => this.snapshots.versions(this.#collectible()),
      activity: () => this.#activity(),
      pause,
    });
  }

  /** Of versions newer than it, flush and compaction keep all: what was committed within the retention. */
  #collectible(): number {
    const { visible } = this.committer;
    const { historyRetentionMs, clock } = this.#options;
    if (historyRetentionMs === 0) return visible;
    const kept = Math.min(visible, clock.nowMicros() - historyRetentionMs * 1000);
    // A clock that was set back brings nothing back.
    this.#collected = Math.max(this.#collected, kept);
    return this.#collected;
  }

  /** Changes with every transaction and every read without one. */
  #activity(): number {
    return this.#nextTransactionId + this.#latestReads;
  }

  /** Runs an action on tables that tell everything committed so far, and keeps them until it has ended. */
  async #withTables<Report>(action: (source: BackupSource) => Promise<Report>): Promise<Report> {
    const { vfs, checksum, compression, pause, random } = this.#options;
    const pauseOpen = async (): Promise<void> => {
      await pause();
      this.#check();
    };
    if (vfs === undefined) {
      this.#check();
      const storeId = random === undefined ? 1 : random.nextUint32() || 1;
      const horizon = this.#maintenance.horizon();
      const content = { view: this.view, horizon, checksum, compression, storeId };
      return action({ ...tablesOfMemory(content), checksum, pause: pauseOpen });
    }
    this.flush();
    const { view } = this;
    view.epoch.readers += 1;
    try {
      return await action({ vfs, checksum, view, pause: pauseOpen });
    } finally {
      view.epoch.readers -= 1;
      if (this.#closing === undefined) this.epochLeft();
    }
  }

  #keyspacesToCompact(keyspace: KeyspaceId | undefined): readonly KeyspaceId[] {
    const all = this.#tree.keyspaces();
    if (keyspace === undefined) return all;
    const chunks = chunkKeyspace(keyspace);
    return all.filter((id) => id === keyspace || id === chunks);
  }

  #checkHistory(asOf: Version): void {
    const { visible } = this.committer;
    const { oldestReadable } = this;
    if (asOf >= oldestReadable && asOf <= visible) return;
    throw new AlopexError(
      'ALX_OUT_OF_RANGE',
      asOf > visible
        ? `version ${asOf} is newer than the newest commit, ${visible}`
        : `version ${asOf} is older than the history that is kept, which begins at ${oldestReadable}`,
      { hint: 'Raise the history retention to read further back from then on.' },
    );
  }

  #check(): void {
    if (this.#closing === undefined) return;
    throw new AlopexError('ALX_CLOSED', 'the store is closed', { hint: 'Open it again.' });
  }

  #checkWritable(): void {
    this.#check();
    if (!this.#options.readOnly) return;
    throw new AlopexError('ALX_READ_ONLY', 'the store was opened read-only', {
      hint: 'Open it for writing.',
    });
  }
}
