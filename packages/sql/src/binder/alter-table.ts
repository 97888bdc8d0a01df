/**
 * ALTER TABLE, the actions that change the catalog alone and leave every row as it is: RENAME TO, RENAME COLUMN, SET and DROP
 * DEFAULT, DROP NOT NULL, DROP CONSTRAINT of a CHECK. Several actions in one statement are made together or not at all.
 */
import { AlopexError, assert, type Pending } from '@alopex-db/core/base';
import type { AlterTableAction, AlterTableStatement } from '../ast/ddl.ts';
import type { Identifier } from '../ast/name.ts';
import { printExpression } from '../ast/print/print-statement.ts';
import type { CatalogView } from '../catalog/catalog.ts';
import { settled } from '../catalog/stored-catalog.ts';
import type { ColumnDef, TableDef } from '../catalog/table-def.ts';
import { errorAt, locateError } from '../errors.ts';
import type { CompiledDdl, DdlNotice, DdlOutcome } from '../plan/compiled-statement.ts';
import type { CompileContext } from '../planner/compile-context.ts';
import { BINDERS } from './bind-data-statement.ts';
import { unsupported } from './bind-error.ts';
import { BindState } from './bind-state.ts';
import { refuseSubqueries } from './create-table.ts';
import { definitionTarget, existingRelation } from './definition-target.ts';
import { requireColumn, rowContext, storedValue } from './row-values.ts';

export function alterTable(statement: AlterTableStatement, context: CompileContext): CompiledDdl {
  for (const action of statement.actions) {
    if (!BUILT.has(action.kind))
      throw unsupported(`ALTER TABLE … ${words(action.kind)}`, action.span);
  }
  const target = definitionTarget(context, statement.name);
  return {
    kind: 'ddl',
    command: 'ALTER TABLE',
    parameterTypes: [],
    *run(transaction, catalog): Generator<Pending, DdlOutcome, void> {
      const view = yield* settled(() => catalog.view(transaction));
      const before = view.table(target.schema, target.name);
      const notices: DdlNotice[] = [];
      if (before === undefined) {
        const message = `relation "${target.name}" does not exist`;
        if (!statement.ifExists)
          throw locateError(
            errorAt('ALX_TABLE_NOT_FOUND', message, statement.name.span),
            target.text,
          );
        notices.push({ severity: 'notice', message: `${message}, skipping`, sqlState: '00000' });
        return { then: [], notices, droppedKeyspaces: [] };
      }
      const run = { view, context, notices };
      const after = located(target.text, () =>
        statement.actions.reduce((table, action) => altered(table, action, run), before),
      );
      if (after.name !== before.name)
        yield* catalog.remove(transaction, before.schema, before.name);
      yield* catalog.put(transaction, { kind: 'table', definition: after });
      return { then: [], notices, droppedKeyspaces: [] };
    },
  };
}

const BUILT: ReadonlySet<AlterTableAction['kind']> = new Set([
  'rename-table',
  'rename-column',
  'alter-column-not-null',
  'alter-column-default',
  'drop-constraint',
]);

function words(kind: AlterTableAction['kind']): string {
  return kind.replaceAll('-', ' ').toUpperCase();
}

function located<T>(text: string, change: () => T): T {
  try {
    return change();
  } catch (error) {
    throw error instanceof AlopexError ? locateError(error, text) : error;
  }
}

interface AlterRun {
  readonly view: CatalogView;
  readonly context: CompileContext;
  readonly notices: DdlNotice[];
}

function altered(table: TableDef, action: AlterTableAction, run: AlterRun): TableDef {
  switch (action.kind) {
    case 'rename-table':
      return renamed(table, action.to, run.view);
    case 'rename-column':
      return withRenamedColumn(table, action, run.view);
    case 'alter-column-not-null':
      return withoutNotNull(table, action);
    case 'alter-column-default':
      return withDefault(table, action, run.context);
    case 'drop-constraint':
      return withoutCheck(table, action, run.notices);
    default:
      assert(false, 'actions that are not built were refused before');
  }
}

function renamed(table: TableDef, to: Identifier, view: CatalogView): TableDef {
  if (existingRelation(view, table.schema, to.name) !== undefined)
    throw errorAt('ALX_TABLE_EXISTS', `relation "${to.name}" already exists`, to.span);
  // Views are kept as text, which names the table.
  if (view.views().some((other) => other.dependsOn.includes(table.id)))
    throw unsupported('renaming a table that a view reads', to.span);
  return { ...table, name: to.name };
}

function withRenamedColumn(
  table: TableDef,
  { from, to }: AlterTableAction & { readonly kind: 'rename-column' },
  view: CatalogView,
): TableDef {
  const ordinal = requireColumn(table, from);
  if (table.columns.some((column) => column.name === to.name)) {
    const message = `column "${to.name}" of relation "${table.name}" already exists`;
    throw errorAt('ALX_DUPLICATE_COLUMN', message, to.span);
  }
  // Views and checks are kept as text, which names the column.
  if (view.views().some((other) => other.dependsOn.includes(table.id)))
    throw unsupported('renaming a column of a table that a view reads', from.span);
  if (table.checks.length > 0)
    throw unsupported('renaming a column of a table with a CHECK', from.span);
  const column = { ...table.columns[ordinal]!, name: to.name };
  return { ...table, columns: table.columns.with(ordinal, column) };
}

function withoutNotNull(
  table: TableDef,
  action: AlterTableAction & { readonly kind: 'alter-column-not-null' },
): TableDef {
  if (action.notNull) throw unsupported('SET NOT NULL', action.span);
  const ordinal = requireColumn(table, action.column);
  const column = table.columns[ordinal]!;
  if (table.primaryKey?.columns.includes(ordinal) === true) {
    throw errorAt(
      'ALX_INVALID_TABLE_DEFINITION',
      `column "${column.name}" is in a primary key`,
      action.column.span,
    );
  }
  if (column.identity !== undefined) {
    const message = `column "${column.name}" of relation "${table.name}" is an identity column`;
    throw errorAt('ALX_UNSUPPORTED', message, action.column.span);
  }
  return { ...table, columns: table.columns.with(ordinal, { ...column, notNull: false }) };
}

function withDefault(
  table: TableDef,
  action: AlterTableAction & { readonly kind: 'alter-column-default' },
  context: CompileContext,
): TableDef {
  const ordinal = requireColumn(table, action.column);
  const { defaultSql: _before, ...column } = table.columns[ordinal]!;
  if (column.identity !== undefined) {
    const message = `column "${column.name}" of relation "${table.name}" is an identity column`;
    throw errorAt('ALX_UNSUPPORTED', message, action.column.span);
  }
  const changed =
    action.value === undefined
      ? column
      : { ...column, defaultSql: defaultText(column, action.value, context) };
  return { ...table, columns: table.columns.with(ordinal, changed) };
}

/** The text of a default that binds, and fits its column. */
function defaultText(
  column: ColumnDef,
  value: NonNullable<(AlterTableAction & { readonly kind: 'alter-column-default' })['value']>,
  context: CompileContext,
): string {
  refuseSubqueries(value, 'DEFAULT expression', value.span);
  const state = new BindState(context, 0);
  const place = rowContext(state, BINDERS, [], 'DEFAULT expressions');
  storedValue(state, column, { expression: BINDERS.expression(value, place), span: value.span });
  return printExpression(value);
}

function withoutCheck(
  table: TableDef,
  action: AlterTableAction & { readonly kind: 'drop-constraint' },
  notices: DdlNotice[],
): TableDef {
  const { name, span } = action.name;
  if (table.checks.some((check) => check.name === name))
    return { ...table, checks: table.checks.filter((check) => check.name !== name) };
  if (table.primaryKey?.name === name || table.unique.some((unique) => unique.name === name))
    throw unsupported('dropping a key or UNIQUE constraint', span);
  const message = `constraint "${name}" of relation "${table.name}" does not exist`;
  if (!action.ifExists) throw errorAt('ALX_UNKNOWN_SETTING', message, span);
  notices.push({ severity: 'notice', message: `${message}, skipping`, sqlState: '00000' });
  return table;
}
