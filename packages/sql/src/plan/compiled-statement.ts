/**
 * What `compileStatement` makes of one statement: the waist between the front end and the session.
 *
 *   query     a physical plan to run; SELECT, VALUES, INSERT, UPDATE, DELETE
 *   ddl       a change of the catalog, made inside the transaction that is passed in, perhaps followed by queries
 *             (CREATE TABLE AS fills the table, TRUNCATE empties it)
 *   explain   a compiled statement to describe instead of running
 *   utility   transaction control, settings, PREPARE and the like: the session's own business, kept as a tree
 *
 * Compiled statements are immutable and hold for the `CatalogView` they were compiled against and no other.
 */
import type { Transaction } from '@alopex-db/core';
import type { Pending } from '@alopex-db/core/base';
import type { Expression } from '@alopex-db/core/exec';
import type { DataType } from '@alopex-db/core/types';
import type { TransactionStatement } from '../ast/transaction.ts';
import type { ExplainStatement, PragmaStatement, UtilityStatement } from '../ast/utility.ts';
import type { StoredCatalog } from '../catalog/stored-catalog.ts';
import type { TableDef } from '../catalog/table-def.ts';
import type { References } from './references.ts';
import type { BoundCheck, PhysicalPlan, PlanColumn } from './physical.ts';

export type CompiledStatement = CompiledQuery | CompiledDdl | CompiledExplain | CompiledUtility;

export interface CompiledQuery {
  readonly kind: 'query';
  readonly plan: PhysicalPlan;
  /** Result columns; empty for a writer without RETURNING. */
  readonly columns: readonly PlanColumn[];
  /** One per parameter, settled: a value is converted to this type before it runs. */
  readonly parameterTypes: readonly DataType[];
  /** True when a type in `parameterTypes` came from `parameterHints`: the result holds for these hints only. */
  readonly usedHints: boolean;
  readonly command: QueryCommand;
  /** False for writers. */
  readonly readOnly: boolean;
}

export type QueryCommand = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE' | 'TRUNCATE TABLE';

export interface CompiledDdl {
  readonly kind: 'ddl';
  /** The command tag: `CREATE TABLE`. */
  readonly command: string;
  readonly parameterTypes: readonly DataType[];
  /**
   * Makes the change in `transaction`. Yields PENDING where a catalog row is locked: await the transaction's waiter and
   * go on. Name checks are made here, under the transaction's own view, so a cached statement is never out of date.
   */
  run(transaction: Transaction, catalog: StoredCatalog): Generator<Pending, DdlOutcome, void>;
}

export interface DdlOutcome {
  /** To run in order, in the same transaction, right after; their row counts add up to the statement's. */
  readonly then: readonly CompiledQuery[];
  /** Tables whose rows must be looked at or written again, before `builds`. */
  readonly rewrites?: readonly TableRewrite[] | undefined;
  /** Tables whose rows must be checked against new foreign keys, after `builds`. */
  readonly foreignKeys?: readonly ForeignKeyCheck[] | undefined;
  /** New indexes to fill, before `then`, from the rows the transaction sees. */
  readonly builds?: readonly { readonly table: TableDef; readonly keyspace: number }[] | undefined;
  readonly notices: readonly DdlNotice[];
  /** Keyspaces that nobody needs once the transaction has committed. */
  readonly droppedKeyspaces: readonly number[];
}

/** What a new definition asks of the rows that are there. Expressions refer to columns by position. */
export interface TableRewrite {
  readonly before: TableDef;
  readonly after: TableDef;
  /** One for each column of `after`, over the columns of `before`; empty: the rows stay and are only checked. */
  readonly values: readonly Expression[];
  /** Conditions over the columns of `after` that no row may break. */
  readonly checks: readonly BoundCheck[];
  /** Ordinals into `after` of columns that must hold no null. */
  readonly notNull: readonly number[];
  /** Whether rows may get another key. */
  readonly rekeys: boolean;
}

export interface ForeignKeyCheck {
  readonly table: TableDef;
  readonly references: References;
}

export interface DdlNotice {
  readonly severity: 'notice' | 'warning';
  readonly message: string;
  readonly sqlState: string;
}

export interface CompiledExplain {
  readonly kind: 'explain';
  readonly target: CompiledQuery;
  readonly parameterTypes: readonly DataType[];
  readonly analyze: boolean;
  readonly verbose: boolean;
  readonly format: 'text' | 'json';
}

export interface CompiledUtility {
  readonly kind: 'utility';
  readonly statement:
    | TransactionStatement
    | Exclude<UtilityStatement, ExplainStatement | PragmaStatement>;
}
