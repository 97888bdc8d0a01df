/**
 * `SyncFacet`: statements answered on the calling thread. Never waits (a lock of another transaction is 55P03 at once),
 * never yields; the parser must have been loaded.
 */
import type { FacetFactories } from './facets.ts';
import { executeManyNow } from './execute-many.ts';
import { closedStatement, describeStatement } from './prepared-statement.ts';
import type {
  ExecuteResult,
  Params,
  QueryOptions,
  Row,
  SyncFacet,
  SyncKvFacet,
  SyncStatement,
} from './session.ts';
import { Settings } from './settings.ts';
import { Statement } from './statement.ts';
import { executeResultOf, StatementCall } from './statement-call.ts';
import type { StatementHost } from './statement-host.ts';
import { TransactionHost } from './transaction-host.ts';

const FIRST_ROW: QueryOptions = Object.freeze({ maxRows: 1 });

export class SyncRunner implements SyncFacet {
  readonly #host: StatementHost;
  readonly #facets: FacetFactories;
  #kv: SyncKvFacet | undefined;
  #nested = 0;

  constructor(host: StatementHost, facets: FacetFactories) {
    this.#host = host;
    this.#facets = facets;
  }

  query<T = Row>(sql: string, params?: Params): T[] {
    const call = this.#call<T>(sql, params);
    return call.readNow() ?? call.collectNow().rows;
  }

  iterate<T = Row>(sql: string, params?: Params): IterableIterator<T> {
    return this.#call<T>(sql, params).iterateNow();
  }

  execute(sql: string, params?: Params): ExecuteResult {
    return executeResultOf(this.#call<Row>(sql, params).collectNow());
  }

  prepare<T = Row>(sql: string): SyncStatement<T> {
    this.#host.check();
    this.#host.engine.readyNow();
    return new LocalSyncStatement<T>(this.#host, describeStatement(this.#host, sql).statement);
  }

  /** Commits when the body returns, rolls back when it throws; inside a transaction it is a savepoint. */
  transaction<R>(body: (tx: SyncFacet) => R): R {
    const { currentBlock } = this.#host;
    if (currentBlock === undefined) return this.#ownTransaction(body);
    this.#nested += 1;
    const name = ` nested ${this.#nested}`;
    currentBlock.setSavepoint(name);
    try {
      const result = body(this);
      currentBlock.release(name);
      return result;
    } catch (error) {
      if (!currentBlock.isEnded) {
        currentBlock.rollbackTo(name);
        currentBlock.release(name);
      }
      throw error;
    }
  }

  get kv(): SyncKvFacet {
    return (this.#kv ??= this.#facets.syncKv(this.#host));
  }

  #ownTransaction<R>(body: (tx: SyncFacet) => R): R {
    this.#host.check();
    const { engine } = this.#host;
    const settings = new Settings(this.#host.settings);
    const block = engine.begin({ settings: settings.resolved, wait: 'never' });
    const host = new TransactionHost(engine, settings, block);
    try {
      const result = body(new SyncRunner(host, this.#facets));
      if (!block.isEnded) host.commitNow();
      return result;
    } catch (error) {
      host.rollback();
      throw error;
    }
  }

  #call<T>(sql: string, params: Params | undefined): StatementCall<T> {
    const host = this.#host;
    return new StatementCall<T>(host, new Statement(host.engine, sql), params, undefined);
  }
}

class LocalSyncStatement<T> implements SyncStatement<T> {
  readonly #host: StatementHost;
  readonly #statement: Statement;
  #isClosed = false;

  constructor(host: StatementHost, statement: Statement) {
    this.#host = host;
    this.#statement = statement;
  }

  query(params?: Params): T[] {
    const call = this.#call<T>(params);
    return call.readNow() ?? call.collectNow().rows;
  }

  get(params?: Params): T | undefined {
    return this.#call<T>(params, FIRST_ROW).firstNow();
  }

  iterate(params?: Params): IterableIterator<T> {
    return this.#call<T>(params).iterateNow();
  }

  execute(params?: Params): ExecuteResult {
    return executeResultOf(this.#call<Row>(params).collectNow());
  }

  executeMany(rows: Iterable<Params>): ExecuteResult {
    this.#check();
    return executeManyNow(this.#host, this.#statement, rows);
  }

  close(): void {
    this.#isClosed = true;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #call<R>(params: Params | undefined, options?: QueryOptions): StatementCall<R> {
    this.#check();
    return new StatementCall<R>(this.#host, this.#statement, params, options);
  }

  #check(): void {
    if (this.#isClosed) throw closedStatement();
  }
}
