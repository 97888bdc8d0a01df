/**
 * Prepared statements: a statement whose text was looked at once. Compiled again by itself when the catalog has changed;
 * types and columns are those of the moment it was prepared.
 */
import { AlopexError } from '@alopex-db/core/base';
import type { DataType } from '@alopex-db/core/types';
import { executeMany } from './execute-many.ts';
import { LazyQuery } from './lazy-query.ts';
import type {
  Column,
  ExecuteResult,
  Params,
  PreparedStatement,
  Query,
  QueryOptions,
  Row,
} from './session.ts';
import { Statement } from './statement.ts';
import { executeResultOf, StatementCall } from './statement-call.ts';
import type { StatementHost } from './statement-host.ts';

export async function createPreparedStatement<T>(
  host: StatementHost,
  text: string,
): Promise<PreparedStatement<T>> {
  host.check();
  if (!host.engine.isReady) await host.engine.ready();
  return new LocalPreparedStatement<T>(host, describeStatement(host, text));
}

/** A statement with what it takes and gives. */
export interface DescribedStatement {
  readonly statement: Statement;
  readonly parameterCount: number;
  readonly parameterTypes: readonly DataType[];
  readonly columns: readonly Column[];
}

/** Compiles a statement against the catalog as it is now; reports its errors. */
export function describeStatement(host: StatementHost, text: string): DescribedStatement {
  const statement = new Statement(host.engine, text);
  const { count } = statement.parsed.parameters;
  const compiled = statement.compileNow(host);
  return {
    statement,
    parameterCount: count,
    parameterTypes: compiled.kind === 'utility' ? [] : compiled.parameterTypes,
    columns: compiled.kind === 'query' ? compiled.columns : [],
  };
}

class LocalPreparedStatement<T> implements PreparedStatement<T> {
  readonly parameterCount: number;
  readonly parameterTypes: readonly DataType[];
  readonly columns: readonly Column[];
  readonly #host: StatementHost;
  readonly #statement: Statement;
  #isClosed = false;

  constructor(host: StatementHost, described: DescribedStatement) {
    this.#host = host;
    this.#statement = described.statement;
    this.parameterCount = described.parameterCount;
    this.parameterTypes = described.parameterTypes;
    this.columns = described.columns;
  }

  query(params?: Params, options?: QueryOptions): Query<T> {
    this.#check();
    return new LazyQuery(new StatementCall<T>(this.#host, this.#statement, params, options));
  }

  async execute(params?: Params, options?: QueryOptions): Promise<ExecuteResult> {
    this.#check();
    const call = new StatementCall<Row>(this.#host, this.#statement, params, options);
    return executeResultOf(await call.collect());
  }

  async executeMany(
    rows: Iterable<Params> | AsyncIterable<Params>,
    options?: QueryOptions,
  ): Promise<ExecuteResult> {
    this.#check();
    return executeMany(this.#host, this.#statement, rows, options);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #check(): void {
    if (this.#isClosed) throw closedStatement();
  }
}

export function closedStatement(): AlopexError {
  return new AlopexError('ALX_CLOSED', 'the prepared statement is closed', {
    hint: 'Prepare it again.',
  });
}
