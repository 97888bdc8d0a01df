/** CREATE TABLE: the draft checked as a whole, then, when it runs, given its ids and written. */
import { AlopexError, type Pending } from '@alopex-db/core/base';
import type { Transaction } from '@alopex-db/core';
import type { CreateTableStatement } from '../ast/ddl.ts';
import { walk } from '../ast/visit.ts';
import type { Expression as Syntax } from '../ast/expression.ts';
import type { Span } from '../ast/span.ts';
import { settled, type StoredCatalog } from '../catalog/stored-catalog.ts';
import type { ColumnDef, TableDef } from '../catalog/table-def.ts';
import { errorAt, locateError } from '../errors.ts';
import type { CompiledDdl, DdlNotice, DdlOutcome } from '../plan/compiled-statement.ts';
import type { CompileContext } from '../planner/compile-context.ts';
import { BINDERS } from './bind-data-statement.ts';
import { BindState } from './bind-state.ts';
import { requireBoolean } from './coerce.ts';
import { claimName, definitionTarget, type DefinitionTarget } from './definition-target.ts';
import { foreignKeyOf, storeReferences } from './foreign-key-definition.ts';
import { rowContext, storedValue } from './row-values.ts';
import { draftTable, type ColumnDraft, type TableDraft } from './table-draft.ts';

export function createTable(statement: CreateTableStatement, context: CompileContext): CompiledDdl {
  const target = definitionTarget(context, statement.name);
  const draft = draftTable(statement, target.name);
  checkDraft(draft, target.name, context);
  return {
    kind: 'ddl',
    command: 'CREATE TABLE',
    parameterTypes: [],
    *run(transaction, catalog): Generator<Pending, DdlOutcome, void> {
      const notices: DdlNotice[] = [];
      const free = yield* claimName(target, statement.ifNotExists, transaction, catalog, notices);
      if (free) {
        const table = yield* storeTable(target, draft, transaction, catalog);
        yield* storeForeignKeys(table, draft, context, transaction, catalog);
      }
      return { then: [], notices, droppedKeyspaces: [] };
    },
  };
}

/** Defaults and checks must bind, so that the mistake shows where it was made and not at the first INSERT. */
export function checkDraft(draft: TableDraft, name: string, context: CompileContext): void {
  const state = new BindState(context, 0);
  const row = draft.columns.map((column) =>
    state.newColumn({
      name: column.name,
      type: column.type,
      nullable: !column.notNull,
      qualifier: name,
    }),
  );
  for (const column of draft.columns) {
    if (column.defaultSql === undefined) continue;
    const span = column.defaultSpan!;
    const node = context.parser.parseExpression(column.defaultSql);
    refuseSubqueries(node, 'DEFAULT expression', span);
    relocated(span, () => {
      const expression = BINDERS.expression(
        node,
        rowContext(state, BINDERS, [], 'DEFAULT expressions'),
      );
      return storedValue(state, column, { expression, span });
    });
  }
  for (const check of draft.checks) {
    const node = context.parser.parseExpression(check.sql);
    refuseSubqueries(node, 'check constraint', check.span);
    relocated(check.span, () => {
      const expression = BINDERS.expression(
        node,
        rowContext(state, BINDERS, row, 'check constraints'),
      );
      return requireBoolean(state, expression, 'CHECK', check.span);
    });
  }
}

/** The text was cut out of the statement: an error in it stands at the constraint. */
function relocated<T>(span: Span, bind: () => T): T {
  try {
    return bind();
  } catch (error) {
    throw error instanceof AlopexError ? error.with({ position: span.start }) : error;
  }
}

export function refuseSubqueries(node: Syntax, where: string, span: Span): void {
  walk(node, (part) => {
    if (part.kind === 'query')
      throw errorAt('ALX_UNSUPPORTED', `cannot use subquery in ${where}`, span);
  });
}

export function* storeTable(
  target: DefinitionTarget,
  draft: TableDraft,
  transaction: Transaction,
  catalog: StoredCatalog,
): Generator<Pending, TableDef, void> {
  const id = yield* catalog.nextObjectId(transaction);
  const columns: ColumnDef[] = [];
  for (const column of draft.columns)
    columns.push(yield* storeColumn(column, id, target.schema, transaction, catalog));
  const unique: TableDef['unique'][number][] = [];
  for (const one of draft.unique)
    unique.push({ ...one, indexId: yield* catalog.nextObjectId(transaction) });
  const table: TableDef = {
    id,
    schema: target.schema,
    name: target.name,
    schemaVersion: 1,
    columns,
    ...(draft.primaryKey === undefined ? {} : { primaryKey: draft.primaryKey }),
    unique,
    checks: draft.checks.map(({ name, sql }) => ({ name, sql })),
  };
  yield* catalog.put(transaction, { kind: 'table', definition: table });
  return table;
}

function* storeForeignKeys(
  table: TableDef,
  draft: TableDraft,
  context: CompileContext,
  transaction: Transaction,
  catalog: StoredCatalog,
): Generator<Pending, void, void> {
  if (draft.foreignKeys.length === 0) return;
  const view = yield* settled(() => catalog.view(transaction));
  const foreignKeys = draft.foreignKeys.map((key) =>
    locatedIn(context.text, () => foreignKeyOf(key, table, { ...context, catalog: view })),
  );
  const definition = { ...table, foreignKeys };
  yield* catalog.put(transaction, { kind: 'table', definition });
  yield* storeReferences([], definition, transaction, catalog);
}

function locatedIn<T>(text: string, find: () => T): T {
  try {
    return find();
  } catch (error) {
    throw error instanceof AlopexError ? locateError(error, text) : error;
  }
}

export function* storeColumn(
  draft: ColumnDraft,
  tableId: number,
  schema: string,
  transaction: Transaction,
  catalog: StoredCatalog,
): Generator<Pending, ColumnDef, void> {
  const { sequence, sequenceName, defaultSpan: _span, ...column } = draft;
  if (sequence === undefined) return column;
  const sequenceId = yield* catalog.nextObjectId(transaction);
  const definition = {
    id: sequenceId,
    schema,
    name: sequenceName,
    ownedBy: tableId,
  };
  yield* catalog.put(transaction, { kind: 'sequence', definition });
  return { ...column, identity: { sequenceId, generated: sequence } };
}
