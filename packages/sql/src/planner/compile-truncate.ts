/** TRUNCATE: every row deleted in the transaction, so that it rolls back like anything else. */
import type { Pending } from '@alopex-db/core/base';
import { BYTEA } from '@alopex-db/core/types';
import type { TruncateStatement } from '../ast/ddl.ts';
import { tableById } from '../binder/bind-references.ts';
import { tableSource } from '../binder/bind-from.ts';
import { unsupported } from '../binder/bind-error.ts';
import { BindState } from '../binder/bind-state.ts';
import { resolveTable } from '../binder/resolve-relation.ts';
import { errorAt } from '../errors.ts';
import type { TableDef } from '../catalog/table-def.ts';
import type { CompiledDdl, CompiledQuery, DdlOutcome } from '../plan/compiled-statement.ts';
import type { LogicalDelete } from '../plan/logical.ts';
import type { CompileContext } from './compile-context.ts';
import { physicalQuery } from './physical-query.ts';

export function compileTruncate(
  statement: TruncateStatement,
  context: CompileContext,
): CompiledDdl {
  if (statement.restartIdentity) throw unsupported('RESTART IDENTITY', statement.span);
  const named = statement.tables.map((name) => resolveTable(context, name, 'truncate'));
  const tables = statement.cascade ? withReferring(named, context) : named;
  requireUnreferred(tables, statement, context);
  const outcome: DdlOutcome = {
    then: tables.map((table) => emptying(table, context)),
    notices: [],
    droppedKeyspaces: [],
  };
  return {
    kind: 'ddl',
    command: 'TRUNCATE TABLE',
    parameterTypes: [],
    // Nothing in the catalog changes, so there is nothing to wait for.
    // oxlint-disable-next-line require-yield
    *run(): Generator<Pending, DdlOutcome, void> {
      return outcome;
    },
  };
}

/** The tables and those whose foreign keys refer to them, and so on. */
function withReferring(tables: readonly TableDef[], context: CompileContext): readonly TableDef[] {
  const found = new Set(tables.map(({ id }) => id));
  for (const id of found)
    for (const child of tableById(context.catalog, id).referencedBy ?? []) found.add(child);
  return [...found].map((id) => tableById(context.catalog, id));
}

function requireUnreferred(
  tables: readonly TableDef[],
  { span }: TruncateStatement,
  context: CompileContext,
): void {
  const emptied = new Set(tables.map(({ id }) => id));
  for (const table of tables) {
    const child = table.referencedBy?.find((id) => !emptied.has(id));
    if (child === undefined) continue;
    throw errorAt(
      'ALX_UNSUPPORTED',
      'cannot truncate a table referenced in a foreign key constraint',
      span,
      {
        detail: `Table "${tableById(context.catalog, child).name}" references "${table.name}".`,
        hint: `Truncate table "${tableById(context.catalog, child).name}" at the same time, or use TRUNCATE ... CASCADE.`,
      },
    );
  }
}

function emptying(table: TableDef, context: CompileContext): CompiledQuery {
  const state = new BindState(context, 0);
  const source = tableSource(state, table, table.name);
  const rowKey = state.newColumn({
    name: 'row key',
    type: BYTEA,
    nullable: false,
    qualifier: table.name,
  });
  const plan: LogicalDelete = {
    kind: 'delete',
    table,
    input: { ...source.plan, rowKey },
    target: source.plan.columns,
    rowKey,
    returning: undefined,
  };
  const bound = {
    statement: { plan, ctes: [] },
    columns: [],
    parameterTypes: [],
    usedHints: false,
  };
  return physicalQuery(bound, 'TRUNCATE TABLE', state);
}
