/**
 * The waist `Session`: statements in, rows out. `Database` (embedded), `Client` (remote) and the cluster implement it; a
 * program moves between topologies by changing the line that opens it. Names and shapes are SPEC section 6.
 *
 * Laws
 * - Each call outside a transaction is its own transaction. Calls of one transaction run in call order.
 * - `query` starts on the first await or iteration and runs once however often it is awaited; leaving its iterator early
 *   frees its snapshot. `execute` starts at once.
 * - Every call takes an AbortSignal and a timeout; both end it with SQLSTATE 57014 at the next batch.
 * - Result vectors and rows belong to the caller.
 * - After `close()` every call rejects with kind Closed. `close()` is idempotent and waits for what runs.
 * - Errors are AlopexErrors. What is not built yet throws ALX_UNSUPPORTED.
 */
import type { DataType, Interval, Metric, Batch, ColumnVector } from '@alopex-db/core/types';
import type { Durability } from '@alopex-db/core';

export type SqlValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | Float32Array
  | Interval
  | readonly SqlValue[]
  | ReadonlyMap<SqlValue, SqlValue>
  | { readonly [key: string]: SqlValue };

export type Row = Record<string, SqlValue>;
export type Params = readonly SqlValue[] | Readonly<Record<string, SqlValue>>;

export type Int64Mode = 'auto' | 'bigint' | 'number' | 'string';
export type NumericMode = 'string' | 'number';
export type TemporalMode = 'date' | 'string' | 'temporal';

export interface QueryOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** How BIGINT appears. 'auto': number when safe, else bigint. 'number' throws when unsafe. */
  readonly int64?: Int64Mode | undefined;
  /** How NUMERIC appears. 'string' is exact; 'number' the nearest double. */
  readonly numeric?: NumericMode | undefined;
  /** How TIMESTAMP and TIMESTAMPTZ appear. 'date': Date (milliseconds); 'string' keeps microseconds; 'temporal' needs the global Temporal. */
  readonly temporal?: TemporalMode | undefined;
  /** 'object': of equal column names the last wins. 'array': by position. */
  readonly rowMode?: 'object' | 'array' | undefined;
  readonly maxRows?: number | undefined;
}

export interface Column {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
  readonly table?: string | undefined;
}

export interface Notice {
  readonly severity: 'notice' | 'warning' | 'info';
  readonly message: string;
  readonly sqlState: string;
}

export interface ExecuteResult {
  /** PostgreSQL's command tag word: `SELECT`, `INSERT`, `CREATE TABLE`. */
  readonly command: string;
  readonly rowsAffected: number;
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  readonly notices: readonly Notice[];
}

export interface QueryStatistics {
  readonly rowCount: number;
  readonly elapsedMs: number;
}

export interface QueryResult<T> {
  readonly rows: T[];
  readonly columns: readonly Column[];
  readonly command: string;
  readonly rowsAffected: number;
  readonly notices: readonly Notice[];
  readonly statistics: QueryStatistics;
}

/** A statement that has not run yet: await it for all rows, iterate it to stream them. */
export interface Query<T> extends PromiseLike<T[]>, AsyncIterable<T> {
  first(): Promise<T | undefined>;
  /** The only row; ALX_ROW_COUNT unless there is exactly one. */
  one(): Promise<T>;
  /** First column of the first row. */
  value<V = SqlValue>(): Promise<V | undefined>;
  result(): Promise<QueryResult<T>>;
  columns(): Promise<Readonly<Record<string, ColumnVector>>>;
  batches(options?: { readonly rows?: number | undefined }): AsyncIterable<Batch>;
  arrow(): Promise<unknown>;
  cancel(): void;
}

export interface PreparedStatement<T> extends AsyncDisposable {
  readonly parameterCount: number;
  readonly parameterTypes: readonly DataType[];
  readonly columns: readonly Column[];
  query(params?: Params, options?: QueryOptions): Query<T>;
  execute(params?: Params, options?: QueryOptions): Promise<ExecuteResult>;
  /** All rows in one transaction. */
  executeMany(
    rows: Iterable<Params> | AsyncIterable<Params>,
    options?: QueryOptions,
  ): Promise<ExecuteResult>;
  close(): Promise<void>;
}

export interface TransactionOptions {
  readonly isolation?:
    | 'read uncommitted'
    | 'read committed'
    | 'repeatable read'
    | 'snapshot'
    | 'serializable'
    | undefined;
  readonly mode?: 'read write' | 'read only' | undefined;
  readonly durability?: Durability | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RetryOptions {
  /** Attempts in all when the body fails with kind Conflict; default 10, jittered backoff between. */
  readonly maxAttempts?: number | undefined;
}

export interface ExplainResult {
  readonly text: string;
  readonly json: unknown;
}

/** What may stand in a template: a value to bind, or a piece made by `identifier`, `fragment`, `values`. */
export type SqlInput = SqlValue | SqlPiece;

/** SQL text with bound values inside; only `identifier`, `fragment` and `values` make one. */
export interface SqlPiece {
  readonly kind: 'sql-piece';
  readonly text: readonly string[];
  readonly params: readonly SqlValue[];
}

/** The statements every session and transaction offers. */
export interface StatementRunner {
  query<T = Row>(sql: string, params?: Params, options?: QueryOptions): Query<T>;
  sql<T = Row>(text: TemplateStringsArray, ...values: readonly SqlInput[]): Query<T>;
  /** One statement; starts at once. */
  execute(sql: string, params?: Params, options?: QueryOptions): Promise<ExecuteResult>;
  /** One statement for every row of parameters, in one atomic transaction. */
  executeMany(
    sql: string,
    rows: Iterable<Params> | AsyncIterable<Params>,
    options?: QueryOptions,
  ): Promise<ExecuteResult>;
  /** Statements separated by `;`, in order; the first error ends it. */
  executeScript(text: string, options?: QueryOptions): Promise<readonly ExecuteResult[]>;
  prepare<T = Row>(sql: string): Promise<PreparedStatement<T>>;
  explain(
    sql: string,
    params?: Params,
    options?: { readonly analyze?: boolean | undefined },
  ): Promise<ExplainResult>;
  readonly kv: KvFacet;
  readonly vector: VectorFacet;
  readonly catalog: CatalogFacet;
}

export interface Session extends StatementRunner, AsyncDisposable {
  /** Several may be open at once. */
  begin(options?: TransactionOptions): Promise<SessionTransaction>;
  /** Commits when the body resolves, rolls back when it rejects, retries on kind Conflict. */
  transaction<R>(
    body: (tx: SessionTransaction) => Promise<R>,
    options?: TransactionOptions & RetryOptions,
  ): Promise<R>;
  set(name: string, value: string | number | boolean): Promise<void>;
  /** A session with settings of its own. */
  session(): Promise<Session>;
  close(): Promise<void>;
}

export interface SessionTransaction extends StatementRunner, AsyncDisposable {
  readonly id: string;
  readonly state: 'Active' | 'Committed' | 'Aborted' | 'Prepared';
  /** Inside a transaction: a savepoint. */
  transaction<R>(body: (tx: SessionTransaction) => Promise<R>): Promise<R>;
  set(name: string, value: string | number | boolean): Promise<void>;
  savepoint(name: string): Promise<void>;
  rollbackTo(name: string): Promise<void>;
  release(name: string): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** Text stands for its UTF-8 bytes. */
export type Bytes = Uint8Array | string;

export type KvOperation =
  | {
      readonly type: 'put';
      readonly key: Bytes;
      readonly value: Bytes;
      readonly ttlMs?: number | undefined;
    }
  | { readonly type: 'delete'; readonly key: Bytes };

export interface KvPutOptions {
  /** The key is absent once as many milliseconds have passed; the default is never. */
  readonly ttlMs?: number | undefined;
}

/** The bytes of a value in pieces of any size. */
export type KvByteSource =
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>
  | ReadableStream<Uint8Array>;

export interface KvPutStreamOptions {
  /** As of `put`; counted from the call, not from the end of the stream. */
  readonly ttlMs?: number | undefined;
  /** Ends the stream; looked at before each piece. */
  readonly signal?: AbortSignal | undefined;
}

export interface KvStreamRange {
  /** Position of the first byte; default 0. */
  readonly start?: number | undefined;
  /** Position behind the last byte; default, and at most, the size of the value. */
  readonly end?: number | undefined;
}

/**
 * A value, or a range of one, to be iterated once. It holds the snapshot it reads from until it was read to the end, left or
 * closed; within a transaction that is the transaction's own.
 */
export interface KvStream extends AsyncIterable<Uint8Array>, AsyncDisposable {
  /** Bytes of the whole value. */
  readonly size: number;
  /** Idempotent. */
  close(): Promise<void>;
}

export interface KvSearchRequest {
  /** glob: `*` any bytes, `?` one character, `\` takes the next one as it is. regex: RE2 syntax, found anywhere in a key. */
  readonly mode: 'glob' | 'regex';
  readonly pattern: Bytes;
  /** Pairs in the page, at most 10,000; default 1,000. */
  readonly limit?: number | undefined;
  /** Keys looked at for the page, at most 1,000,000; default 100,000. */
  readonly scanBudget?: number | undefined;
  /** Where the page before ended. */
  readonly cursor?: Uint8Array | undefined;
  /** Bytes of keys and values in the page, at most 100 MB; default 16 MB. One pair that is larger is a page of its own. */
  readonly maxBytes?: number | undefined;
}

export interface KvSearchPage {
  readonly entries: readonly (readonly [key: Uint8Array, value: Uint8Array])[];
  /** Given to the next call goes on where this page ended; absent when every key was looked at. */
  readonly cursor?: Uint8Array | undefined;
  /** Keys looked at. */
  readonly scanned: number;
}

export interface KvWatchRange {
  /** This key alone; not together with `prefix`. */
  readonly key?: Bytes | undefined;
  readonly prefix?: Bytes | undefined;
  /** Begins with the changes of this version, as far as they are still kept; the default is from now on. */
  readonly fromVersion?: bigint | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A committed change of a key. Changes of one commit share its version and come in key order. */
export type KvEvent =
  | {
      readonly type: 'put';
      readonly key: Uint8Array;
      /** Absent when it has more than 16 MiB: then it is read where it is, if it is wanted. */
      readonly value: Uint8Array | undefined;
      readonly version: bigint;
    }
  | { readonly type: 'delete'; readonly key: Uint8Array; readonly version: bigint };

export interface KvRange {
  readonly prefix?: Bytes | undefined;
  /** Inclusive. */
  readonly start?: Bytes | undefined;
  /** Exclusive. */
  readonly end?: Bytes | undefined;
  readonly limit?: number | undefined;
  readonly reverse?: boolean | undefined;
}

/** Keys and values in a keyspace of their own, in the same transactions as SQL. */
export interface KvFacet {
  get(key: Bytes): Promise<Uint8Array | undefined>;
  getText(key: Bytes): Promise<string | undefined>;
  getMany(keys: readonly Bytes[]): Promise<(Uint8Array | undefined)[]>;
  put(key: Bytes, value: Bytes, options?: KvPutOptions): Promise<void>;
  /** Writes a value of up to 1 GiB in bounded memory. The key has it, whole, once the stream has ended; a failure changes nothing. */
  putStream(key: Bytes, source: KvByteSource, options?: KvPutStreamOptions): Promise<void>;
  /** A value in pieces; undefined for no value. */
  getStream(key: Bytes, range?: KvStreamRange): Promise<KvStream | undefined>;
  /** Whether the key was there. */
  delete(key: Bytes): Promise<boolean>;
  /** `expected` undefined: the key must not exist. */
  compareAndSwap(key: Bytes, expected: Bytes | undefined, next: Bytes): Promise<boolean>;
  batch(operations: readonly KvOperation[]): Promise<void>;
  scan(range?: KvRange): AsyncIterable<[Uint8Array, Uint8Array]>;
  /** Looks for keys by pattern, a page at a time, each page at its own snapshot. */
  search(request: KvSearchRequest): Promise<KvSearchPage>;
  /**
   * Every committed change of a range, in version order, from the call on. Ends when it is left, by its signal, or with the
   * database. Fails with ALX_RESOURCES when its reader falls too far behind, and with ALX_OUT_OF_RANGE when `fromVersion` is
   * older than what is kept.
   */
  watch(range?: KvWatchRange): AsyncIterable<KvEvent>;
}

/** The names and arguments of KvFacet, answered directly; without `watch` and streams, which have to wait. */
export interface SyncKvFacet {
  get(key: Bytes): Uint8Array | undefined;
  getText(key: Bytes): string | undefined;
  getMany(keys: readonly Bytes[]): (Uint8Array | undefined)[];
  put(key: Bytes, value: Bytes, options?: KvPutOptions): void;
  delete(key: Bytes): boolean;
  compareAndSwap(key: Bytes, expected: Bytes | undefined, next: Bytes): boolean;
  batch(operations: readonly KvOperation[]): void;
  scan(range?: KvRange): IterableIterator<[Uint8Array, Uint8Array]>;
  search(request: KvSearchRequest): KvSearchPage;
}

export interface VectorSearch {
  readonly table: string;
  /** The vector column; absent = the table's only one. */
  readonly column?: string | undefined;
  readonly queryVector: Float32Array | readonly number[];
  /** Default: the column's metric. */
  readonly similarity?: Metric | undefined;
  /** Default 10. */
  readonly limit?: number | undefined;
  /** SQL condition over the table's columns, with its own parameters. */
  readonly filter?: string | undefined;
  readonly params?: readonly SqlValue[] | undefined;
  readonly select?: readonly string[] | undefined;
  readonly exact?: boolean | undefined;
}

export interface VectorHit<T> {
  readonly id: SqlValue;
  readonly score: number;
  readonly distance: number;
  readonly row: T;
}

export interface VectorFacet {
  search<T = Row>(request: VectorSearch): Promise<VectorHit<T>[]>;
  upsert(table: string, rows: readonly Row[]): Promise<ExecuteResult>;
  delete(table: string, ids: readonly SqlValue[]): Promise<ExecuteResult>;
}

export interface ColumnInfo {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly defaultSql: string | undefined;
  /** SERIAL and IDENTITY: filled from a sequence, for 'always' whatever an INSERT says. */
  readonly identity: 'always' | 'default' | undefined;
  /** Position in the primary key from 1, or undefined. */
  readonly primaryKeyPosition: number | undefined;
}

export interface TableInfo {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly ColumnInfo[];
  readonly indexes: readonly IndexInfo[];
  readonly checks: readonly { readonly name: string; readonly sql: string }[];
}

export interface IndexInfo {
  readonly name: string;
  readonly table: string;
  readonly columns: readonly string[];
  /** How each column is ordered, in the words of SQL: `DESC`, `NULLS FIRST`; empty: ascending, nulls last. */
  readonly orders: readonly string[];
  readonly unique: boolean;
  readonly primary: boolean;
  /** Belongs to a PRIMARY KEY or UNIQUE constraint; false: made by CREATE INDEX. */
  readonly constraint: boolean;
  readonly method: string;
}

export interface CatalogFacet {
  schemas(): Promise<readonly { readonly name: string }[]>;
  tables(schema?: string): Promise<readonly TableInfo[]>;
  table(name: string): Promise<TableInfo | undefined>;
  columns(table: string): Promise<readonly ColumnInfo[]>;
  indexes(table?: string): Promise<readonly IndexInfo[]>;
}

/** The same statements answered directly, on the calling thread: never waits, never yields (DESIGN 2). Embedded only. */
export interface SyncFacet {
  query<T = Row>(sql: string, params?: Params): T[];
  iterate<T = Row>(sql: string, params?: Params): IterableIterator<T>;
  execute(sql: string, params?: Params): ExecuteResult;
  prepare<T = Row>(sql: string): SyncStatement<T>;
  transaction<R>(body: (tx: SyncFacet) => R): R;
  readonly kv: SyncKvFacet;
}

export interface SyncStatement<T> extends Disposable {
  query(params?: Params): T[];
  /** The first row. */
  get(params?: Params): T | undefined;
  iterate(params?: Params): IterableIterator<T>;
  execute(params?: Params): ExecuteResult;
  /** One atomic transaction. */
  executeMany(rows: Iterable<Params>): ExecuteResult;
  close(): void;
}
