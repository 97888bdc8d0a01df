/** A plan that delivers a query's columns and nothing else, in order, repeated ones repeated. */
import { outputColumns, type LogicalPlan } from '../plan/logical.ts';
import { columnExpression } from './bind-column.ts';
import type { BoundQuery } from './expression-context.ts';

export function exactPlan(query: BoundQuery): LogicalPlan {
  const output = outputColumns(query.plan);
  const exact =
    output.length === query.columns.length &&
    output.every((column, index) => column.id === query.columns[index]!.id);
  if (exact) return query.plan;
  return {
    kind: 'project',
    input: query.plan,
    items: query.columns.map((column) => ({ column, expression: columnExpression(column) })),
  };
}
