/**
 * A table on its way through the actions of one ALTER TABLE: its definition so far, what becomes of the rows that are there,
 * and what must be checked of them. All actions are made together or not at all; expressions of USING see the rows as they
 * were before the statement, as in PostgreSQL.
 *
 * Rows are written again only where they must be: when a column changes its stored form, when they get another key, or when
 * an added column has a default that differs from row to row. Else the catalog remembers the older list of columns.
 */
import type { Expression } from '@alopex-db/core/exec';
import { indexKeyspacesOf } from '../catalog/index-layout.ts';
import type { ColumnDef, TableDef } from '../catalog/table-def.ts';
import type { CatalogView } from '../catalog/catalog.ts';
import type {
  DdlNotice,
  DdlOutcome,
  ForeignKeyCheck,
  TableRewrite,
} from '../plan/compiled-statement.ts';
import type { LogicalColumn } from '../plan/logical.ts';
import type { CompileContext } from '../planner/compile-context.ts';
import { placeOverRow } from '../planner/place-row-expression.ts';
import { BINDERS } from './bind-data-statement.ts';
import { BindState } from './bind-state.ts';
import { bindReferences } from './bind-references.ts';
import { boundChecks } from './row-values.ts';

export class TableAlteration {
  readonly context: CompileContext;
  readonly state: BindState;
  readonly before: TableDef;
  /** The columns before, as USING sees them. */
  readonly row: readonly LogicalColumn[];
  readonly notices: DdlNotice[] = [];
  readonly droppedKeyspaces: number[] = [];
  /** The definition so far. */
  table: TableDef;
  /** The rows get another stored form. */
  rewrites = false;
  /** The rows get other keys. */
  rekeys = false;
  /** What each column of `table` becomes, over `row`. */
  readonly #values: Expression[];
  /** Ids of columns that must turn out to hold no null. */
  readonly #notNull = new Set<number>();
  /** Names of constraints that all rows must fulfil. */
  readonly #checks = new Set<string>();
  #lastColumnId: number;

  constructor(before: TableDef, context: CompileContext) {
    this.context = context;
    this.state = new BindState(context, 0);
    this.before = before;
    this.table = before;
    this.row = before.columns.map((column) =>
      this.state.newColumn({
        name: column.name,
        type: column.type,
        nullable: !column.notNull,
        qualifier: before.name,
      }),
    );
    this.#values = this.row.map(({ id, type }) => ({ kind: 'column', type, index: id }));
    this.#lastColumnId =
      before.lastColumnId ?? Math.max(0, ...before.columns.map((column) => column.id));
  }

  nextColumnId(): number {
    this.#lastColumnId += 1;
    return this.#lastColumnId;
  }

  notice(message: string): void {
    this.notices.push({ severity: 'notice', message, sqlState: '00000' });
  }

  change(change: Partial<TableDef>): void {
    this.table = { ...this.table, ...change };
  }

  changeColumn(ordinal: number, change: Partial<ColumnDef>): void {
    const column = { ...this.table.columns[ordinal]!, ...change };
    this.change({ columns: this.table.columns.with(ordinal, column) });
  }

  addColumn(column: ColumnDef, value: Expression): void {
    this.change({ columns: [...this.table.columns, column] });
    this.#values.push(value);
  }

  setValue(ordinal: number, value: Expression): void {
    this.#values[ordinal] = value;
    this.rewrites = true;
  }

  /** Keys and indexes that hold the column have been dropped before. */
  removeColumn(ordinal: number): void {
    this.#values.splice(ordinal, 1);
    const moved = (other: number): number => (other > ordinal ? other - 1 : other);
    const { table } = this;
    this.table = {
      ...table,
      columns: table.columns.toSpliced(ordinal, 1),
      ...(table.primaryKey === undefined
        ? {}
        : { primaryKey: { ...table.primaryKey, columns: table.primaryKey.columns.map(moved) } }),
      unique: table.unique.map((one) => ({ ...one, columns: one.columns.map(moved) })),
      indexes: table.indexes?.map((index) => ({
        ...index,
        columns: index.columns.map((part) => ({ ...part, ordinal: moved(part.ordinal) })),
      })),
    };
  }

  requireNotNull(ordinal: number): void {
    this.#notNull.add(this.table.columns[ordinal]!.id);
  }

  requireCheck(name: string): void {
    this.#checks.add(name);
  }

  /** What is left to do, once `table` has been stored. */
  outcome(view: CatalogView): DdlOutcome {
    const { before, table, notices, droppedKeyspaces } = this;
    const rewrite = this.#rewrite();
    const filledByRewrite = rewrite !== undefined && rewrite.values.length > 0;
    const known = new Set(indexKeyspacesOf(before));
    const builds = filledByRewrite
      ? []
      : indexKeyspacesOf(table)
          .filter((keyspace) => !known.has(keyspace))
          .map((keyspace) => ({ table, keyspace }));
    const rewrites = rewrite === undefined ? [] : [rewrite];
    return {
      then: [],
      rewrites,
      builds,
      foreignKeys: this.#foreignKeyChecks(view),
      notices,
      droppedKeyspaces,
    };
  }

  /** The definition to store. */
  finish(): TableDef {
    const { before, table } = this;
    const sameColumns =
      before.columns.length === table.columns.length &&
      before.columns.every((column, ordinal) => column.id === table.columns[ordinal]!.id);
    if (!sameColumns || this.rewrites) {
      const known = { schemaVersion: before.schemaVersion, columns: before.columns.map(stored) };
      this.table = {
        ...table,
        schemaVersion: before.schemaVersion + 1,
        lastColumnId: this.#lastColumnId,
        // Rows that are read from here on were all written again.
        olderSchemas: this.rewrites ? undefined : [...(before.olderSchemas ?? []), known],
        columns: this.rewrites ? table.columns.map(withoutMissing) : table.columns,
      };
    }
    return this.table;
  }

  /** `view`: the catalog with the new definition. */
  #foreignKeyChecks(view: CatalogView): readonly ForeignKeyCheck[] {
    const { table, context } = this;
    const wanted = (table.foreignKeys ?? []).filter(({ name }) => this.#checks.has(name));
    if (wanted.length === 0) return [];
    const state = new BindState({ ...context, catalog: view }, 0);
    const references = bindReferences(state, BINDERS, { ...table, foreignKeys: wanted });
    return references === undefined ? [] : [{ table, references }];
  }

  #rewrite(): TableRewrite | undefined {
    const { before, table, rekeys } = this;
    const writes = this.rewrites || rekeys;
    const notNull = [...table.columns.keys()].filter((ordinal) =>
      this.#notNull.has(table.columns[ordinal]!.id),
    );
    const row = table.columns.map((column) =>
      this.state.newColumn({
        name: column.name,
        type: column.type,
        nullable: !column.notNull,
        qualifier: table.name,
      }),
    );
    const wanted = table.checks.filter(
      ({ name, notValid }) => this.#checks.has(name) || (this.rewrites && notValid !== true),
    );
    if (!writes && notNull.length === 0 && wanted.length === 0) return undefined;
    const checks = boundChecks(this.state, BINDERS, { ...table, checks: wanted }, row);
    return {
      before,
      after: table,
      values: writes ? this.#values.map((value) => placeOverRow(value, this.row)) : [],
      checks: checks.map(({ name, condition }) => ({
        name,
        condition: placeOverRow(condition, row),
      })),
      notNull,
      rekeys,
    };
  }
}

function stored({ id, type }: ColumnDef): Pick<ColumnDef, 'id' | 'type'> {
  return { id, type };
}

function withoutMissing({ missing: _missing, ...column }: ColumnDef): ColumnDef {
  return column;
}
