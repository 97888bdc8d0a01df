/**
 * `Query<T>`: a statement that runs when it is awaited or iterated, once. Awaiting collects; iterating streams with the
 * transaction held open, and leaving the loop early gives it back.
 */
import { AlopexError } from '@alopex-db/core/base';
import { concatColumns, sliceColumn, type Batch, type ColumnVector } from '@alopex-db/core/types';
import { copyBatch } from '../exec/copy-batch.ts';
import type { Query, QueryResult, SqlValue } from './session.ts';

/** What a query does when it is asked; made by the runner. */
export interface QuerySource<T> {
  /** Runs to the end and collects rows. */
  collect(): Promise<QueryResult<T>>;
  /** Rows at once where the statement is a point read of a committed row; undefined: use `collect`. */
  readNow(): T[] | undefined;
  /** Runs to the end and collects copies of batches. */
  collectBatches(): Promise<CollectedBatches>;
  /** Streams arrays of rows, one for each batch. */
  streamRows(): AsyncGenerator<T[], void, void>;
  /** Streams batches that the caller may keep. */
  streamBatches(): AsyncGenerator<Batch, void, void>;
  cancel(): void;
}

export interface CollectedBatches {
  readonly names: readonly string[];
  readonly batches: readonly Batch[];
  readonly types: readonly ColumnVector['type'][];
}

export class LazyQuery<T> implements Query<T> {
  readonly #source: QuerySource<T>;
  #result: Promise<QueryResult<T>> | undefined;
  #rows: Promise<T[]> | undefined;
  #isStreaming = false;

  constructor(source: QuerySource<T>) {
    this.#source = source;
  }

  // A Query is awaitable by contract; this is the one place where an object with `then` is meant.
  // oxlint-disable-next-line unicorn/no-thenable
  then<A = T[], B = never>(
    onFulfilled?: ((rows: T[]) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#allRows().then(onFulfilled, onRejected);
  }

  async first(): Promise<T | undefined> {
    if (this.#rows === undefined && this.#result === undefined) {
      const now = this.#readNow();
      if (now !== undefined) return now[0];
      this.#beginStreaming();
      for await (const rows of this.#source.streamRows()) if (rows.length > 0) return rows[0];
      return undefined;
    }
    return (await this.#allRows())[0];
  }

  async one(): Promise<T> {
    const rows = await this.#allRows();
    if (rows.length === 1) return rows[0]!;
    throw new AlopexError('ALX_ROW_COUNT', `the query returned ${rows.length} rows, not one`);
  }

  async value<V = SqlValue>(): Promise<V | undefined> {
    const row = (await this.#allRows())[0];
    if (row === undefined) return undefined;
    // The caller names the type of the value, as with the rows themselves.
    return Object.values(row as Record<string, unknown>)[0] as V;
  }

  result(): Promise<QueryResult<T>> {
    this.#checkNotStreaming();
    return (this.#result ??= this.#source.collect());
  }

  async columns(): Promise<Readonly<Record<string, ColumnVector>>> {
    this.#beginStreaming();
    const { names, types, batches } = await this.#source.collectBatches();
    return Object.fromEntries(
      names.map((name, position) => [
        name,
        concatColumns(
          types[position]!,
          batches.map((batch) => batch.columns[position]!),
        ),
      ]),
    );
  }

  async *batches(
    options: { readonly rows?: number | undefined } = {},
  ): AsyncGenerator<Batch, void, void> {
    this.#beginStreaming();
    const rows = options.rows ?? Number.POSITIVE_INFINITY;
    if (!(rows >= 1)) {
      throw new AlopexError('ALX_INVALID_ARGUMENT', `a batch of ${rows} rows is not possible`);
    }
    for await (const batch of this.#source.streamBatches()) {
      for (let start = 0; start < batch.rowCount; start += rows) {
        yield sliceBatch(batch, start, Math.min(batch.rowCount, start + rows));
      }
    }
  }

  arrow(): Promise<unknown> {
    return Promise.reject(
      new AlopexError('ALX_UNSUPPORTED', 'results as Arrow tables are not supported yet', {
        hint: 'Use columns() or batches(), whose vectors have the layout of Arrow.',
      }),
    );
  }

  cancel(): void {
    this.#source.cancel();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    if (this.#result !== undefined || this.#rows !== undefined) {
      yield* await this.#allRows();
      return;
    }
    this.#beginStreaming();
    for await (const rows of this.#source.streamRows()) yield* rows;
  }

  #readNow(): T[] | undefined {
    this.#checkNotStreaming();
    return this.#source.readNow();
  }

  // Not `async`: a point read that is answered at once costs one promise.
  #allRows(): Promise<T[]> {
    if (this.#rows !== undefined) return this.#rows;
    try {
      const now = this.#result === undefined ? this.#readNow() : undefined;
      this.#rows =
        now === undefined ? this.result().then(({ rows }) => rows) : Promise.resolve(now);
    } catch (error) {
      this.#rows = Promise.reject(error as Error);
    }
    return this.#rows;
  }

  #beginStreaming(): void {
    if (this.#result !== undefined || this.#rows !== undefined) throw ranAlready();
    this.#checkNotStreaming();
    this.#isStreaming = true;
  }

  #checkNotStreaming(): void {
    if (this.#isStreaming) throw ranAlready();
  }
}

function sliceBatch(batch: Batch, start: number, end: number): Batch {
  if (start === 0 && end === batch.rowCount) return batch;
  const columns = batch.columns.map((column) => sliceColumn(column, start, end));
  return copyBatch({ rowCount: end - start, columns });
}

function ranAlready(): AlopexError {
  return new AlopexError(
    'ALX_INVALID_ARGUMENT',
    'the query has run already and its rows are gone',
    {
      hint: 'Make a new query, or await it instead of iterating: then the rows are kept.',
    },
  );
}
