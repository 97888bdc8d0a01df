/** Entry `@alopex-db/core`: the store and its transactions. */
export type { CommitListener } from './txn/committer.ts';
export type {
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
} from './txn/transaction.ts';
export type {
  AdvisoryLockMode,
  LockWaitPolicy,
  RowLockMode,
  TableLockMode,
} from './txn/lock-modes.ts';
export type { LockSession } from './txn/lock-session.ts';
export type { ValueWriter } from './txn/value-writer.ts';
export { BLOCK_CACHE_SIZE_DEFAULT, BlockCache } from './lsm/block-cache.ts';
export { OPEN_FILES_MAX_DEFAULT, OpenFiles } from './lsm/open-files.ts';
export { LEVELED_DEFAULTS, type LeveledOptions } from './lsm/compaction/leveled.ts';
export type { CompactionMetrics } from './lsm/compaction/metrics.ts';
export type { BackupProgress, BackupReport, BackupTarget } from './store/backup.ts';
export type { StoreMetrics } from './store/metrics.ts';
export { STORE_DEFAULTS, type StoreOptions } from './store/options.ts';
export { restoreStore, type RestoreOptions, type RestoreReport } from './store/restore.ts';
export { SnapshotVfs, type SnapshotPlace } from './store/snapshot/snapshot-vfs.ts';
export type { SnapshotReport, SnapshotTarget } from './store/snapshot/write-snapshot.ts';
export { Store } from './store/store.ts';
export { storeExists } from './store/store-exists.ts';
export { verifyStore, type VerifyOptions } from './store/verify.ts';
export type { StoreProblem, VerifyProgress, VerifyReport } from './store/verify-report.ts';
