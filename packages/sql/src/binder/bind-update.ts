/** UPDATE and DELETE: which rows, found together with their keys, and what becomes of them. */
import type { DeleteStatement, UpdateStatement } from '../ast/dml.ts';
import type { FromItem } from '../ast/query.ts';
import type { Expression as Syntax } from '../ast/expression.ts';
import { BYTEA } from '@alopex-db/core/types';
import type { TableDef } from '../catalog/table-def.ts';
import { errorAt } from '../errors.ts';
import type { LogicalColumn, LogicalDelete, LogicalPlan, LogicalUpdate } from '../plan/logical.ts';
import { bindAssignments } from './bind-assignments.ts';
import { bindFrom, tableSource } from './bind-from.ts';
import { bindReferences } from './bind-references.ts';
import { bindReturning } from './bind-returning.ts';
import { requireBoolean } from './coerce.ts';
import type { ExpressionContext, QueryPlace } from './expression-context.ts';
import { resolveTable } from './resolve-relation.ts';
import { boundChecks } from './row-values.ts';
import { Scope, tableScopeColumns, type ScopeColumn } from './scope.ts';

/** The rows a writer works on. */
interface WriteInput {
  readonly table: TableDef;
  readonly alias: string;
  readonly target: readonly LogicalColumn[];
  readonly rowKey: LogicalColumn;
  readonly input: LogicalPlan;
  /** Names of FROM or USING. */
  readonly others: readonly ScopeColumn[];
  readonly context: ExpressionContext;
}

export function bindUpdate(statement: UpdateStatement, place: QueryPlace): LogicalUpdate {
  const { state, bind } = place;
  const table = resolveTable(state.context, statement.table, 'update');
  const alias = statement.alias?.name ?? table.name;
  const rows = writeInput(table, alias, statement.from, statement.where, place);
  const assignments = bindAssignments(statement.assignments, table, {
    ...rows.context,
    clause: 'UPDATE',
  });
  const row = tableSource(state, table, alias).plan.columns;
  return {
    kind: 'update',
    table,
    references: bindReferences(state, bind, table),
    input: rows.input,
    target: rows.target,
    rowKey: rows.rowKey,
    assignments,
    row,
    checks: boundChecks(state, bind, table, row),
    returning: bindReturning(
      statement.returning,
      [...tableScopeColumns(alias, row), ...rows.others],
      place,
    ),
  };
}

export function bindDelete(statement: DeleteStatement, place: QueryPlace): LogicalDelete {
  const table = resolveTable(place.state.context, statement.table, 'delete from');
  const alias = statement.alias?.name ?? table.name;
  const rows = writeInput(table, alias, statement.using, statement.where, place);
  return {
    kind: 'delete',
    table,
    references: bindReferences(place.state, place.bind, table),
    input: rows.input,
    target: rows.target,
    rowKey: rows.rowKey,
    returning: bindReturning(
      statement.returning,
      [...tableScopeColumns(alias, rows.target), ...rows.others],
      place,
    ),
  };
}

function writeInput(
  table: TableDef,
  alias: string,
  from: readonly FromItem[],
  where: Syntax | undefined,
  place: QueryPlace,
): WriteInput {
  const { state, bind } = place;
  const source = tableSource(state, table, alias);
  const rowKey = state.newColumn({
    name: 'row key',
    type: BYTEA,
    nullable: false,
    qualifier: alias,
  });
  let input: LogicalPlan = { ...source.plan, rowKey };
  let others: readonly ScopeColumn[] = [];
  if (from.length > 0) {
    const joined = bindFrom(from, place);
    if (joined.columns.some((entry) => entry.qualifier === alias)) {
      throw errorAt(
        'ALX_DUPLICATE_ALIAS',
        `table name "${alias}" specified more than once`,
        from[0]!.span,
      );
    }
    input = { kind: 'join', join: 'inner', left: input, right: joined.plan, condition: undefined };
    others = joined.columns;
  }
  const context: ExpressionContext = {
    state,
    scope: new Scope([...source.columns, ...others], place.outer),
    clause: 'WHERE',
    aggregates: undefined,
    aliases: undefined,
    withQueries: place.withQueries,
    parent: place.parent,
    bind,
  };
  if (where !== undefined) {
    const predicate = requireBoolean(state, bind.expression(where, context), 'WHERE', where.span);
    input = { kind: 'filter', input, predicate };
  }
  return { table, alias, target: source.plan.columns, rowKey, input, others, context };
}
