/**
 * What sessions and transactions offer alike: `StatementRunner` over a host. The two add how they begin and end.
 */
import { executeMany } from './execute-many.ts';
import { explainQuery } from './explain-query.ts';
import type { FacetFactories } from './facets.ts';
import { LazyQuery } from './lazy-query.ts';
import { createPreparedStatement } from './prepared-statement.ts';
import { runScript } from './script.ts';
import type {
  CatalogFacet,
  ExecuteResult,
  ExplainResult,
  KvFacet,
  Params,
  PreparedStatement,
  Query,
  QueryOptions,
  Row,
  SqlInput,
  StatementRunner,
  VectorFacet,
} from './session.ts';
import { statementOf } from './sql-template.ts';
import { Statement } from './statement.ts';
import { executeResultOf, StatementCall } from './statement-call.ts';
import type { StatementHost } from './statement-host.ts';

export abstract class Runner implements StatementRunner {
  protected abstract readonly host: StatementHost;
  protected abstract readonly facets: FacetFactories;
  #kv: KvFacet | undefined;
  #vector: VectorFacet | undefined;
  #catalog: CatalogFacet | undefined;

  query<T = Row>(sql: string, params?: Params, options?: QueryOptions): Query<T> {
    const { host } = this;
    return new LazyQuery(
      new StatementCall<T>(host, new Statement(host.engine, sql), params, options),
    );
  }

  sql<T = Row>(strings: TemplateStringsArray, ...inputs: readonly SqlInput[]): Query<T> {
    const { text, params } = statementOf(strings, inputs);
    return this.query<T>(text, params);
  }

  async execute(sql: string, params?: Params, options?: QueryOptions): Promise<ExecuteResult> {
    const { host } = this;
    const call = new StatementCall<Row>(host, new Statement(host.engine, sql), params, options);
    return executeResultOf(await call.collect());
  }

  async executeMany(
    sql: string,
    rows: Iterable<Params> | AsyncIterable<Params>,
    options?: QueryOptions,
  ): Promise<ExecuteResult> {
    return executeMany(this.host, new Statement(this.host.engine, sql), rows, options);
  }

  async executeScript(text: string, options?: QueryOptions): Promise<readonly ExecuteResult[]> {
    return runScript(this.host, text, options);
  }

  async prepare<T = Row>(sql: string): Promise<PreparedStatement<T>> {
    return createPreparedStatement<T>(this.host, sql);
  }

  async explain(
    sql: string,
    params?: Params,
    options?: { readonly analyze?: boolean | undefined },
  ): Promise<ExplainResult> {
    return explainQuery(this.host, sql, params, options?.analyze === true);
  }

  get kv(): KvFacet {
    return (this.#kv ??= this.facets.kv(this.host));
  }

  get vector(): VectorFacet {
    return (this.#vector ??= this.facets.vector(this, this.host));
  }

  get catalog(): CatalogFacet {
    return (this.#catalog ??= this.facets.catalog(this, this.host));
  }
}
