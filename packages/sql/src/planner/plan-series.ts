/** generate_series and other functions in FROM. */
import type { LogicalFunctionScan, LogicalSeries } from '../plan/logical.ts';
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

export function planFunctionScan(node: LogicalFunctionScan, context: PlanContext): Planned {
  const calls = node.calls.map((call) => ({
    ...call,
    args: call.args.map((argument) => context.place(argument, NO_COLUMNS)),
  }));
  const rows = context.estimator.rows(node);
  const columns = planColumns(node.columns);
  const { withOrdinality } = node;
  return planned(
    { kind: 'function-scan', calls, withOrdinality, columns, rows, cost: rows * EXPRESSION_ROW },
    node.columns,
  );
}
