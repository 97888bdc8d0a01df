/** generate_series in FROM. */
import type { LogicalSeries } from '../plan/logical.ts';
import { EXPRESSION_ROW } from './cost.ts';
import { NO_COLUMNS, type PlanContext } from './plan-context.ts';
import { planColumns, planned, type Planned } from './planned.ts';

export function planSeries(node: LogicalSeries, context: PlanContext): Planned {
  const args = node.args.map((argument) => context.place(argument, NO_COLUMNS));
  const rows = context.estimator.rows(node);
  const columns = planColumns(node.columns);
  return planned(
    { kind: 'series', args, columns, rows, cost: rows * EXPRESSION_ROW },
    node.columns,
  );
}
