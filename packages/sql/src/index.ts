/**
 * Entry `@alopex-db/sql`: sessions over a store in this process.
 *
 * @packageDocumentation
 */
export type { CatalogView } from './catalog/catalog.ts';
export { KV_KEYSPACE } from './catalog/oids.ts';
export type { IndexColumn } from './catalog/index-def.ts';
export type { ColumnDef, TableDef } from './catalog/table-def.ts';
export { closestName, didYouMean, formatCaret, moveError } from './errors.ts';
export { cannotWait } from './session/driver.ts';
export { LocalSession, type LocalSessionOptions } from './session/local-session.ts';
export type { FacetFactories } from './session/facets.ts';
export { splitStatements, type ScriptStatement } from './session/split-statements.ts';
export { fragment, identifier, values } from './session/sql-template.ts';
export { SqlEngine, type SqlEngineOptions } from './session/sql-engine.ts';
export type { HeldBlock, StatementHost, WorkOptions } from './session/statement-host.ts';
export type { TransactionBlock } from './session/transaction-block.ts';
export {
  verifyTables,
  type VerifyTablesOptions,
  type VerifyTablesReport,
} from './session/verify-tables.ts';
export { tableProblemText, type TableProblem } from './storage/verify-table.ts';
