/**
 * Alopex DB as a library: open a directory or memory, run SQL, vectors and keys in one transaction.
 *
 * ```ts
 * import { Database } from '@alopex-db/embedded';
 *
 * await using db = await Database.openInMemory();
 * await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, note TEXT)');
 * await db.execute('INSERT INTO t VALUES ($1, $2)', [1, 'hello']);
 * console.log(await db.query('SELECT * FROM t'));
 * ```
 *
 * @packageDocumentation
 */
export {
  AlopexError,
  type Clock,
  type ErrorCode,
  type ErrorDetails,
  type ErrorKind,
  type Logger,
} from '@alopex-db/core/base';
export type {
  BackupProgress,
  BackupReport,
  Durability,
  RestoreReport,
  SnapshotReport,
  StoreMetrics,
  StoreProblem,
  VerifyProgress,
  VerifyReport,
} from '@alopex-db/core';
export type { Batch, ColumnVector, DataType, Metric } from '@alopex-db/core/types';
export {
  formatCaret,
  fragment,
  identifier,
  moveError,
  splitStatements,
  tableProblemText,
  values,
} from '@alopex-db/sql';
export type { ScriptStatement, TableProblem, VerifyTablesReport } from '@alopex-db/sql';
export type {
  Bytes,
  CatalogFacet,
  Column,
  ColumnInfo,
  ExecuteResult,
  ExplainResult,
  IndexInfo,
  Int64Mode,
  KvByteSource,
  KvEvent,
  KvFacet,
  KvOperation,
  KvPutOptions,
  KvPutStreamOptions,
  KvRange,
  KvSearchPage,
  KvSearchRequest,
  KvStream,
  KvStreamRange,
  KvWatchRange,
  Notice,
  Params,
  PreparedStatement,
  Query,
  QueryOptions,
  QueryResult,
  QueryStatistics,
  RetryOptions,
  Row,
  Session,
  SessionTransaction,
  SqlInput,
  SqlPiece,
  SqlValue,
  StatementRunner,
  SyncFacet,
  SyncKvFacet,
  SyncStatement,
  TableInfo,
  TemporalMode,
  TransactionOptions,
  VectorFacet,
  VectorHit,
  VectorSearch,
} from '@alopex-db/sql/session';
export type { ByteSize } from './byte-size.ts';
export type { Duration } from './duration.ts';
export { Config } from './config.ts';
export { Database, type MemoryUsage } from './database.ts';
export type { DatabaseOptions } from './options.ts';
export type { ExportOptions } from './transfer/export.ts';
export type { ImportOptions, ImportProgress, ImportReport } from './transfer/import-file.ts';
export { readRecords, type FileRecord, type ReadRecordsOptions } from './transfer/read-records.ts';
export type { FileValue, RecordFormat, RecordOptions } from './transfer/record-file.ts';
export { restoreDatabase, type BackupOptions } from './transfer/backup.ts';
export {
  verifyDatabase,
  type VerifyDatabaseOptions,
  type VerifyDatabaseReport,
} from './transfer/verify.ts';
