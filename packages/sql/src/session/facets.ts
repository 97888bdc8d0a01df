/**
 * The facets of a session beside SQL, made by whoever composes it: `embedded` has all of them, another front end may have
 * fewer. Each stands on the host, so that its calls share transactions with SQL.
 */
import type {
  CatalogFacet,
  KvFacet,
  StatementRunner,
  SyncKvFacet,
  VectorFacet,
} from './session.ts';
import type { StatementHost } from './statement-host.ts';

export interface FacetFactories {
  kv(host: StatementHost): KvFacet;
  syncKv(host: StatementHost): SyncKvFacet;
  vector(runner: StatementRunner, host: StatementHost): VectorFacet;
  catalog(runner: StatementRunner, host: StatementHost): CatalogFacet;
}
