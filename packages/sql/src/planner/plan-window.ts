/** Windows: calls placed over the columns of their input. */
import type { Expression } from '@alopex-db/core/exec';
import type { LogicalWindow } from '../plan/logical.ts';
import { mapSortKeys, mapWindowCall } from '../plan/walk-plan.ts';
import { EXPRESSION_ROW, sortCost } from './cost.ts';
import type { PlanContext } from './plan-context.ts';
import { planColumns, planned, type Planned } from './planned.ts';

export function planWindow(node: LogicalWindow, context: PlanContext): Planned {
  const input = context.plan(node.input);
  const place = (expression: Expression): Expression => context.place(expression, input.layout);
  const columns = [...input.columns, ...node.items.map((item) => item.column)];
  const { rows, cost } = input.plan;
  return planned(
    {
      kind: 'window',
      input: input.plan,
      partitionBy: node.partitionBy.map(place),
      orderBy: mapSortKeys(node.orderBy, place),
      calls: node.items.map((item) => mapWindowCall(item.call, place)),
      columns: planColumns(columns),
      rows,
      cost: cost + sortCost(rows) + rows * node.items.length * EXPRESSION_ROW,
    },
    columns,
  );
}
