/**
 * Keeps a store within its memory: freezes and flushes full memtables, removes log segments that tables have replaced, and
 * in a store without a disk rewrites the memtable.
 *
 * A flush happens between two commits, on their thread. When it fails, the commit before it stands; the memtable waits
 * frozen, and the flush is tried again as more is written. With FROZEN_MAX waiting commits fail with what keeps the flush from
 * succeeding, until it does.
 */
import { AlopexError } from '../base/errors.ts';
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
  /** The committer, which is made after its target. */
  readonly committer: () => Committer;
  /** Absent in a store that does not write to a disk. */
  readonly compaction: CompactionScheduler | undefined;
}

export class Maintenance implements CommitTarget {
  readonly #tree: Tree;
  readonly #snapshots: SnapshotRegistry<MvccTransaction>;
  readonly #options: ResolvedStoreOptions;
  readonly #committer: () => Committer;
  readonly #compaction: CompactionScheduler | undefined;
  #oldestSegmentId: number;
  #rewriteAtBytes = REWRITE_FROM_BYTES;
  /** Bytes committed that compaction has not been told of. */
  #unpaidBytes = 0;
  /** Size of the active memtable at which a failed flush is repeated. */
  #retryAtBytes = 0;

  constructor(parts: MaintenanceParts) {
    this.#tree = parts.tree;
    this.#snapshots = parts.snapshots;
    this.#options = parts.options;
    this.#committer = parts.committer;
    this.#compaction = parts.compaction;
    this.#oldestSegmentId = parts.oldestSegmentId;
  }

  reserve(writes: WriteSet): void {
    if (this.#options.vfs === undefined) this.#reserveMemory(writes);
    else if (this.#tree.frozenCount >= FROZEN_MAX && this.#isFull()) this.flushFrozen();
    if (this.#tree.active.hasRoomFor(writes)) return;
    if (this.#options.vfs === undefined) this.#tree.freeze();
    else this.flush();
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
    this.#flushIfDue();
    const bytes = this.#unpaidBytes;
    this.#unpaidBytes = 0;
    this.#compaction?.pay(bytes);
  }

  #flushIfDue(): void {
    const due = this.#tree.frozenCount === 0 ? this.#options.memtableSizeBytes : this.#retryAtBytes;
    if (this.#tree.active.allocatedBytes < due) return;
    try {
      if (this.#isFull()) this.flush();
      else this.flushFrozen();
    } catch (error) {
      // Of our own bugs nobody should learn from a log only.
      if (!(error instanceof AlopexError) || error.kind === 'Internal') throw error;
      this.#retryAtBytes = this.#tree.active.allocatedBytes + this.#options.memtableSizeBytes / 8;
      this.#options.logger.warn('a flush has failed and will be repeated', { error });
    }
  }

  /** Writes everything committed into tables. */
  flush(): void {
    if (this.#options.vfs === undefined) {
      this.#rewrite();
      return;
    }
    if (this.#tree.frozenCount < FROZEN_MAX) this.#tree.freeze();
    this.flushFrozen();
  }

  /** Writes the frozen memtables into tables. */
  flushFrozen(): void {
    if (this.#tree.frozenCount === 0) return;
    // With an active memtable in use the log goes on in older segments: they go with the next flush.
    const rotated = this.#committer().rotateLog();
    const firstSegmentId = this.#tree.active.isEmpty ? rotated : this.#oldestSegmentId;
    this.#tree.flushFrozen(this.horizon(), firstSegmentId);
    this.#compaction?.note();
    this.#removeSegmentsBefore(firstSegmentId);
  }

  #isFull(): boolean {
    return this.#tree.active.allocatedBytes >= this.#options.memtableSizeBytes;
  }

  /** No snapshot reads below it, now or later. */
  horizon(): number {
    return this.#snapshots.oldest(this.#committer().visible);
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
