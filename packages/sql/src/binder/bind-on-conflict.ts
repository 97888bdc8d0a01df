/** ON CONFLICT: which constraint is watched, and what an existing row becomes. */
import type { ConflictTarget, OnConflict } from '../ast/dml.ts';
import type { TableDef } from '../catalog/table-def.ts';
import { errorAt } from '../errors.ts';
import type { LogicalOnConflict } from '../plan/logical.ts';
import { bindAssignments } from './bind-assignments.ts';
import { unsupported } from './bind-error.ts';
import { tableSource } from './bind-from.ts';
import { requireBoolean } from './coerce.ts';
import type { ExpressionContext, QueryPlace } from './expression-context.ts';
import { requireColumn } from './row-values.ts';
import { Scope, tableScopeColumns } from './scope.ts';

export function bindOnConflict(
  node: OnConflict,
  table: TableDef,
  alias: string,
  place: QueryPlace,
): LogicalOnConflict {
  const target = node.target === undefined ? undefined : conflictTarget(node.target, table);
  if (node.update === undefined) return { target, update: undefined };
  if (target === undefined) {
    throw errorAt(
      'ALX_UNEXPECTED_TOKEN',
      'ON CONFLICT DO UPDATE requires inference specification or constraint name',
      node.span,
      { hint: 'For example, ON CONFLICT (column_name).' },
    );
  }
  const { state, bind } = place;
  const existing = tableSource(state, table, alias).plan.columns;
  const excluded = tableSource(state, table, 'excluded').plan.columns;
  const columns = [
    ...tableScopeColumns(alias, existing),
    ...tableScopeColumns('excluded', excluded),
  ];
  const context: ExpressionContext = {
    state,
    scope: new Scope(columns, place.outer),
    clause: 'ON CONFLICT DO UPDATE',
    aggregates: undefined,
    aliases: undefined,
    withQueries: place.withQueries,
    parent: place.parent,
    bind,
  };
  const { assignments, where } = node.update;
  const condition =
    where === undefined
      ? undefined
      : requireBoolean(state, bind.expression(where, context), 'WHERE', where.span);
  return {
    target,
    update: {
      existing,
      excluded,
      assignments: bindAssignments(assignments, table, context),
      where: condition,
    },
  };
}

/** 'primary' or the name of a unique constraint. */
function conflictTarget(target: ConflictTarget, table: TableDef): string {
  if (target.kind === 'conflict-constraint') {
    if (table.primaryKey?.name === target.name.name) return 'primary';
    if (table.unique.some((unique) => unique.name === target.name.name)) return target.name.name;
    throw errorAt(
      'ALX_INDEX_NOT_FOUND',
      `constraint "${target.name.name}" for table "${table.name}" does not exist`,
      target.name.span,
    );
  }
  if (target.where !== undefined)
    throw unsupported('a partial index in ON CONFLICT', target.where.span);
  const wanted = new Set(
    target.columns.map((column) => {
      if (column.kind === 'column-reference' && column.parts.length === 1)
        return requireColumn(table, column.parts[0]!);
      throw unsupported('an expression in ON CONFLICT', column.span);
    }),
  );
  const covers = (columns: readonly number[]): boolean =>
    columns.length === wanted.size && columns.every((ordinal) => wanted.has(ordinal));
  if (table.primaryKey !== undefined && covers(table.primaryKey.columns)) return 'primary';
  const unique = table.unique.find((one) => covers(one.columns));
  if (unique !== undefined) return unique.name;
  const index = table.indexes?.find(
    (one) => one.unique && covers(one.columns.map(({ ordinal }) => ordinal)),
  );
  if (index !== undefined) return index.name;
  throw errorAt(
    'ALX_INVALID_COLUMN_REFERENCE',
    'there is no unique or exclusion constraint matching the ON CONFLICT specification',
    target.span,
  );
}
