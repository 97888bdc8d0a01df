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
}
