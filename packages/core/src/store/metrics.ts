import type { CompactionMetrics } from '../lsm/compaction/metrics.ts';
import type { LevelSize } from '../lsm/tree.ts';

/** What a store says about itself, at one moment. */
export interface StoreMetrics {
  /** Newest visible version. */
  readonly visible: number;
  readonly openTransactions: number;
  /** Bytes of memory of all memtables, in use or not. */
  readonly memtableBytes: number;
  /** Memtables that wait for a flush. */
  readonly frozenMemtables: number;
  readonly tableCount: number;
  /** Bytes of all tables' files. */
  readonly tableBytes: number;
  /** Memtables flushed since the store was opened. */
  readonly flushCount: number;
  /** Bytes of the tables that flushes have written. With what compaction has written: the write amplification. */
  readonly flushedBytes: number;
  /** Commits that waited for flushes because too many memtables did, and how long in all. */
  readonly flushStalls: number;
  readonly flushStalledMs: number;
  /** What the last flush has failed with, until one succeeds. */
  readonly flushFailure: string | undefined;
  /** Tables that are part of the store no more and wait for their last reader. */
  readonly removedTableCount: number;
  /** Tables and their bytes by level, of all keyspaces. */
  readonly levels: readonly LevelSize[];
  /** Absent in a store that does not write to a disk. */
  readonly compaction: CompactionMetrics | undefined;
}
