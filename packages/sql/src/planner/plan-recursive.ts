/** Recursive queries: every planned copy of one has a working table of its own. */
import { assert } from '@alopex-db/core/base';
import { outputColumns, type LogicalRecursive, type LogicalWorkingScan } from '../plan/logical.ts';
import type { WorkingTable } from '../plan/physical.ts';
import { EXPRESSION_ROW, HASH_ROW } from './cost.ts';
import type { PlanContext } from './plan-context.ts';
import { planColumns, planned, projectedTo, type Planned } from './planned.ts';

/** Working tables by the number that scans name them with. */
export type WorkingTables = Map<number, WorkingTable>;

export function planRecursive(
  node: LogicalRecursive,
  context: PlanContext,
  tables: WorkingTables,
): Planned {
  const working = { name: node.name };
  const anchor = projectedTo(context.plan(node.anchor), outputColumns(node.anchor)).plan;
  tables.set(node.working, working);
  const step = projectedTo(context.plan(node.step), outputColumns(node.step)).plan;
  const rows = context.estimator.rows(node);
  const cost = anchor.cost + step.cost * Math.max(1, rows / Math.max(1, step.rows));
  return planned(
    {
      kind: 'recursive-union',
      working,
      all: node.all,
      anchor,
      step,
      columns: planColumns(node.columns),
      rows,
      cost: cost + (node.all ? 0 : rows * HASH_ROW),
    },
    node.columns,
  );
}

export function planWorkingScan(
  node: LogicalWorkingScan,
  context: PlanContext,
  tables: WorkingTables,
): Planned {
  const working = tables.get(node.working);
  assert(working !== undefined, 'a working table is read inside its own recursive query');
  const rows = context.estimator.rows(node);
  const columns = planColumns(node.columns);
  return planned(
    { kind: 'working-scan', working, columns, rows, cost: rows * EXPRESSION_ROW },
    node.columns,
  );
}
