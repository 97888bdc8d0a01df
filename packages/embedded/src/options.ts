/** What `Database.open` takes. Every field is optional; the defaults stand here and nowhere else. */
import type { Clock, Logger } from '@alopex-db/core/base';
import type { Durability } from '@alopex-db/core';
import type { Vfs } from '@alopex-db/core/vfs';
import type { Int64Mode, NumericMode, TemporalMode } from '@alopex-db/sql/session';
import type { ByteSize } from './byte-size.ts';
import type { Duration } from './duration.ts';

export interface DatabaseOptions {
  /** A directory, `file://…`, or `:memory:`. Default `:memory:` when `open` is given no target. */
  readonly path?: string | undefined;
  /** Opens without the writer lock; every write fails with 25006. Default false. */
  readonly readOnly?: boolean | undefined;
  /** Makes the directory when it does not exist. Default true. */
  readonly createIfMissing?: boolean | undefined;
  /** What a database in memory may hold; beyond it commits fail with 53200. Default: no limit. Not for directories. */
  readonly memoryLimit?: ByteSize | undefined;
  /** Recent writes held before a flush. Default 64 MB. */
  readonly memtableSize?: ByteSize | undefined;
  /**
   * For how long the past can be read (`SET alopex.read_as_of`), in milliseconds or as `'1h'`, while the database is open. Default 0:
   * not at all.
   */
  readonly historyRetention?: Duration | undefined;
  /** Blocks of tables kept in memory. Default 512 MB. */
  readonly blockCacheSize?: ByteSize | undefined;
  /** Files of tables kept open; the others are opened when read. Default 512. */
  readonly maxOpenFiles?: number | undefined;
  /** Vectors kept contiguous for exact search. Default 1 GB. */
  readonly vectorIndexMemory?: ByteSize | undefined;
  /** What a statement's blocking operators (sort, join, aggregate) may hold. Default 25 % of the machine's memory. */
  readonly bufferPoolSize?: ByteSize | undefined;
  /** What an acknowledged commit survives: 'fsync' the machine (default), 'os' the process, 'memory' nothing. */
  readonly durability?: Durability | undefined;
  /** Codec of table blocks. Default 'zstd'. */
  readonly compression?: 'none' | 'zstd' | undefined;
  /** How BIGINT appears in results. Default 'auto'. */
  readonly int64?: Int64Mode | undefined;
  /** How NUMERIC appears in results: 'string' is exact (default), 'number' the nearest double. */
  readonly numeric?: NumericMode | undefined;
  /** How TIMESTAMP appears in results. Default 'date'. */
  readonly temporal?: TemporalMode | undefined;
  /** Default: says nothing. */
  readonly logger?: Logger | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** The disk on which `path` is a folder. Default: the machine's files. For tests and for hosts with a disk of their own. */
  readonly vfs?: Vfs | undefined;
}
