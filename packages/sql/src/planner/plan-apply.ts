/** Apply: the right side is planned as a query of its own that is given values of each left row. */
import { outputColumns, type LogicalApply } from '../plan/logical.ts';
import { EXPRESSION_ROW } from './cost.ts';
import { layoutOf } from './place-expression.ts';
import type { PlanContext } from './plan-context.ts';
import { planColumns, planned, type Planned } from './planned.ts';

export function planApply(node: LogicalApply, context: PlanContext): Planned {
  const left = context.plan(node.left);
  const right = context.placePlan(node.right, left.layout);
  const rightColumns = outputColumns(node.right);
  const both = layoutOf([...left.columns, ...rightColumns].map((column) => column.id));
  const byId = new Map(outputColumns(node).map((column) => [column.id, column]));
  const shown = node.join === 'semi' || node.join === 'anti' ? [] : rightColumns;
  // The left columns as they come: their plan may deliver them in another order.
  const columns = [...left.columns, ...shown].map((column) => byId.get(column.id) ?? column);
  const { condition } = node;
  const plan = {
    kind: 'apply' as const,
    join: node.join,
    left: left.plan,
    right: right.plan,
    outer: right.outer,
    condition: condition === undefined ? undefined : context.place(condition, both),
    columns: planColumns(columns),
    rows: context.estimator.rows(node),
    cost: left.plan.cost + left.plan.rows * (right.plan.cost + EXPRESSION_ROW),
  };
  return planned(plan, columns);
}
