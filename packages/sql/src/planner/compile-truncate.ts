/** TRUNCATE: every row deleted in the transaction, so that it rolls back like anything else. */
import type { Pending } from '@alopex-db/core/base';
import { BYTEA } from '@alopex-db/core/types';
import type { TruncateStatement } from '../ast/ddl.ts';
import { tableSource } from '../binder/bind-from.ts';
import { unsupported } from '../binder/bind-error.ts';
import { BindState } from '../binder/bind-state.ts';
import { resolveTable } from '../binder/resolve-relation.ts';
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
  const tables = statement.tables.map((name) => resolveTable(context, name, 'truncate'));
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
