/** Plans that show columns of one table as they are stored: what short ways look for. */
import type { PhysicalPlan, TableScan } from '../plan/physical.ts';

export interface ScanShape {
  readonly scan: TableScan;
  /** Columns of the table, as the result shows them. */
  readonly ordinals: readonly number[];
}

/** Undefined when the plan filters, limits or computes. */
export function columnsOfScan(plan: PhysicalPlan): ScanShape | undefined {
  if (plan.kind === 'table-scan') {
    if (plan.filter !== undefined || plan.withRowKey || plan.limit !== undefined) return undefined;
    return { scan: plan, ordinals: plan.ordinals };
  }
  if (plan.kind !== 'project') return undefined;
  const input = columnsOfScan(plan.input);
  if (input === undefined) return undefined;
  const ordinals: number[] = [];
  for (const expression of plan.expressions) {
    if (expression.kind !== 'column') return undefined;
    ordinals.push(input.ordinals[expression.index]!);
  }
  return { scan: input.scan, ordinals };
}
