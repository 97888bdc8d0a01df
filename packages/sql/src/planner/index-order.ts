/** ORDER BY with a small LIMIT: reading rows in the order of an index may beat reading all of them and keeping the best. */
import type { Expression, SortKey } from '@alopex-db/core/exec';
import { indexLayouts } from '../catalog/index-layout.ts';
import type { Access, PhysicalPlan, TableScan } from '../plan/physical.ts';
import { EXPRESSION_ROW, LOOKUP, SCAN_ROW } from './cost.ts';
import { inOrder } from './scan-order.ts';

/** A limit that only the run knows is taken for a page of results. */
const ROWS_WANTED_DEFAULT = 100;

/** The input of a sort in its order by an index, where the first `limit` rows of it cost less than `costMax`. */
export function orderedByIndex(
  plan: PhysicalPlan,
  keys: readonly SortKey[],
  limit: readonly (Expression | undefined)[],
  costMax: number,
): PhysicalPlan | undefined {
  const scan = scanBelow(plan);
  if (scan === undefined || scan.access.kind !== 'full') return undefined;
  const tableRows = scan.cost / SCAN_ROW;
  // Rows that pass come evenly: so many have to be read until enough have passed.
  const read = Math.min(tableRows, (rowsWanted(limit) * tableRows) / Math.max(1, plan.rows));
  const cost = LOOKUP + read * (SCAN_ROW + LOOKUP + EXPRESSION_ROW);
  if (cost >= costMax) return undefined;
  for (const index of indexLayouts(scan.table)) {
    const isWhole =
      index.holdsNulls ||
      index.columns.every(({ ordinal }) => scan.table.columns[ordinal]!.notNull);
    if (!isWhole) continue;
    const access: Access = { kind: 'index', index, prefixes: [[]] };
    const found = inOrder(throughIndex(plan, access, cost), keys);
    if (found !== undefined) return found;
  }
  return undefined;
}

function scanBelow(plan: PhysicalPlan): TableScan | undefined {
  if (plan.kind === 'table-scan') return plan;
  return plan.kind === 'filter' || plan.kind === 'project' ? scanBelow(plan.input) : undefined;
}

function throughIndex(plan: PhysicalPlan, access: Access, cost: number): PhysicalPlan {
  if (plan.kind === 'table-scan') return { ...plan, access, cost };
  if (plan.kind !== 'filter' && plan.kind !== 'project') return plan;
  return { ...plan, input: throughIndex(plan.input, access, cost), cost };
}

function rowsWanted(counts: readonly (Expression | undefined)[]): number {
  let rows = 0;
  for (const count of counts) {
    if (count === undefined) continue;
    rows += count.kind === 'constant' ? Number(count.value) : ROWS_WANTED_DEFAULT;
  }
  return rows;
}
