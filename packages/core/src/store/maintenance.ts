/**
 * Keeps a store within its memory: freezes and flushes full memtables, removes log segments that tables have replaced, and
 * in a store without a disk rewrites the memtable.
 *
 * A full memtable is frozen between two commits and flushed in small steps while others go on (`lsm/flush`). With FROZEN_MAX waiting
 * and the active one full, a commit first ends the flushes itself, and fails with what keeps them from succeeding.
 */
import { AlopexError } from '../base/errors.ts';
import { FlushScheduler } from '../lsm/flush/scheduler.ts';
import type { WriteSet } from '../memtable/write-set.ts';
import type { CompactionScheduler } from '../lsm/compaction/scheduler.ts';
import type { Tree } from '../lsm/tree.ts';
import type { Committer, CommitTarget } from '../txn/committer.ts';
import type { MvccTransaction } from '../txn/mvcc-transaction.ts';
import type { SnapshotRegistry } from '../txn/snapshots.ts';
import { segmentPath } from '../wal/segment.ts';
import type { ResolvedStoreOptions } from './options.ts';

/** Memtables that may wait for a flush. */
const FROZEN_MAX = 4;
/** Entries in a memtable of a keyspace that keeps an index in its tables: until they are there they are searched one by one. */
const INDEXLESS_ENTRIES_MAX = 10_000;
/**
 * A store without a disk rewrites its memtable when it has doubled since the last time, from this size on, and a good part of it
 * may go.
 */
const REWRITE_FROM_BYTES = 16 * 1024 * 1024;
const REWRITE_GARBAGE_MIN = 0.25;

export interface MaintenanceParts {
  readonly tree: Tree;
  readonly snapshots: SnapshotRegistry<MvccTransaction>;
  readonly options: ResolvedStoreOptions;
  /** First segment of the log that may still exist. */
  readonly oldestSegmentId: number;
  /** Of versions newer than it all are kept. */
  readonly collectible: () => number;
  /** The committer, which is made after its target. */
  readonly committer: () => Committer;
  /** A number that changes when the store is used. */
  readonly activity: () => number;
  /** Absent in a store that does not write to a disk. */
  readonly compaction: CompactionScheduler | undefined;
}

/** Commits that had to end flushes themselves, and how long that took in all. */
export interface FlushStalls {
  readonly count: number;
  readonly ms: number;
}

export class Maintenance implements CommitTarget {
  readonly #tree: Tree;
  readonly #snapshots: SnapshotRegistry<MvccTransaction>;
  readonly #options: ResolvedStoreOptions;
  readonly #collectible: () => number;
  readonly #committer: () => Committer;
  readonly #compaction: CompactionScheduler | undefined;
  /** Absent in a store that does not write to a disk. */
  readonly #flush: FlushScheduler | undefined;
  #oldestSegmentId: number;
  #rewriteAtBytes = REWRITE_FROM_BYTES;
  /** Bytes committed that flush and compaction have not been told of. */
  #unpaidBytes = 0;
  #stallCount = 0;
  #stalledMs = 0;

  constructor(parts: MaintenanceParts) {
    this.#tree = parts.tree;
    this.#snapshots = parts.snapshots;
    this.#options = parts.options;
    this.#collectible = parts.collectible;
    this.#committer = parts.committer;
    this.#compaction = parts.compaction;
    this.#oldestSegmentId = parts.oldestSegmentId;
    this.#flush = this.#makeFlush(parts.activity);
  }

  get flushStalls(): FlushStalls {
    return { count: this.#stallCount, ms: this.#stalledMs };
  }

  /** What the last flush has failed with, until one succeeds. */
  get flushFailure(): AlopexError | undefined {
    return this.#flush?.failure;
  }

  reserve(writes: WriteSet): void {
    if (this.#options.vfs === undefined) this.#reserveMemory(writes);
    else if (this.#tree.frozenCount >= FROZEN_MAX && this.#isFull()) this.#stall();
    if (this.#tree.active.hasRoomFor(writes)) return;
    if (this.#tree.frozenCount >= FROZEN_MAX) this.#stall();
    this.#freeze();
    if (this.#tree.active.hasRoomFor(writes)) return;
    throw new AlopexError(
      'ALX_RESOURCES',
      'the transaction has written more than a memtable holds',
      {
        hint: 'Commit in smaller transactions.',
      },
    );
  }

  apply(writes: WriteSet, version: number): void {
    this.#tree.apply(writes, version);
    this.#unpaidBytes += writes.dataBytes;
  }

  afterPublish(): void {
    if (this.#options.vfs === undefined) {
      const due = this.#tree.active.allocatedBytes > this.#rewriteAtBytes;
      if (due && this.#tree.active.garbageShare > REWRITE_GARBAGE_MIN) this.#rewrite();
      return;
    }
    const bytes = this.#unpaidBytes;
    this.#unpaidBytes = 0;
    if (this.#isFull() && this.#tree.frozenCount < FROZEN_MAX) this.#freezeBehind();
    this.#flush?.pay(bytes);
    this.#compaction?.pay(bytes);
  }

  /** Writes everything committed into tables. */
  flush(): void {
    if (this.#options.vfs === undefined) {
      this.#rewrite();
      return;
    }
    // A flush that fails leaves no more waiting than there may be.
    if (this.#tree.frozenCount >= FROZEN_MAX) this.#flush?.drain();
    this.#freeze();
    this.#flush?.drain();
  }

  /** Ends the flush under way, without a result. Nothing happens afterwards. */
  async stop(): Promise<void> {
    await this.#flush?.stop();
  }

  /** Starts a new memtable, and in the log a new segment. */
  #freeze(): void {
    if (this.#options.vfs === undefined) this.#tree.freeze();
    else if (!this.#tree.active.isEmpty) this.#tree.freeze(this.#committer().rotateLog());
    this.#flush?.note();
  }

  /** The commit before it stands even when the log has no further segment: the next one learns of that. */
  #freezeBehind(): void {
    try {
      this.#freeze();
    } catch (error) {
      // Of our own bugs nobody should learn from a log only.
      if (!(error instanceof AlopexError) || error.kind === 'Internal') throw error;
      this.#options.logger.warn('the log has failed at the end of a segment', { error });
    }
  }

  /** The most memtables wait that may: the commit ends their flushes. */
  #stall(): void {
    const { clock } = this.#options;
    const begin = clock.monotonicMs();
    this.#flush?.drain();
    this.#stallCount += 1;
    this.#stalledMs += clock.monotonicMs() - begin;
  }

  #makeFlush(activity: () => number): FlushScheduler | undefined {
    const { vfs, readOnly, clock, logger, memtableSizeBytes } = this.#options;
    if (vfs === undefined || readOnly) return undefined;
    return new FlushScheduler({
      tree: this.#tree,
      clock,
      logger,
      memtableSizeBytes,
      activity,
      horizon: () => this.horizon(),
      installed: () => {
        this.#compaction?.note();
        this.#removeSegmentsBefore(this.#tree.view.version.firstSegmentId);
      },
    });
  }

  #isFull(): boolean {
    return (
      this.#tree.active.allocatedBytes >= this.#options.memtableSizeBytes ||
      (this.#tree.companions.size > 0 && this.#tree.indexlessEntries >= INDEXLESS_ENTRIES_MAX)
    );
  }

  /** No snapshot reads below it, now or later. */
  horizon(): number {
    return this.#snapshots.oldest(this.#collectible());
  }

  #rewrite(): void {
    this.#tree.rewrite(this.horizon());
    this.#rewriteAtBytes = Math.max(REWRITE_FROM_BYTES, this.#tree.active.allocatedBytes * 2);
  }

  #reserveMemory(writes: WriteSet): void {
    const limit = this.#options.memoryLimitBytes;
    if (this.#tree.memtableBytes + writes.dataBytes <= limit) return;
    if (this.#tree.active.garbageShare > 0) this.#rewrite();
    const needed = this.#tree.memtableBytes + writes.dataBytes;
    if (needed <= limit) return;
    throw new AlopexError(
      'ALX_MEMORY_LIMIT',
      `the commit needs ${needed} bytes of memory, the limit is ${limit}`,
      { hint: 'Raise the memory limit, or open the database on a disk.' },
    );
  }

  #removeSegmentsBefore(firstSegmentId: number): void {
    const { vfs, directory, logger } = this.#options;
    for (; this.#oldestSegmentId < firstSegmentId; this.#oldestSegmentId += 1) {
      const path = segmentPath(directory, this.#oldestSegmentId);
      try {
        if (vfs?.exists(path) === true) vfs.remove(path);
      } catch (error) {
        // It is only in the way: the next open removes it.
        logger.warn('a log segment could not be removed', { path, error });
      }
    }
  }
}
