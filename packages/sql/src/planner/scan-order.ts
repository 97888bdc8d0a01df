/**
 * Orders that come for free: a scan delivers rows by primary key, forwards or backwards, and filters, projections and limits
 * keep them so. Key columns fixed by equality do not count, for they are all the same.
 */
import type { SortKey } from '@alopex-db/core/exec';
import type { PhysicalPlan, TableScan } from '../plan/physical.ts';

/** The plan turned so that it delivers the wanted order without sorting, or undefined where it cannot. */
export function inOrder(plan: PhysicalPlan, keys: readonly SortKey[]): PhysicalPlan | undefined {
  const positions = keys.map((key) =>
    key.expression.kind === 'column' ? key.expression.index : undefined,
  );
  if (positions.includes(undefined)) return undefined;
  const descending = keys[0]?.descending ?? false;
  if (keys.some((key) => key.descending !== descending)) return undefined;
  return ordered(plan, positions as readonly number[], descending);
}

function ordered(
  plan: PhysicalPlan,
  positions: readonly number[],
  descending: boolean,
): PhysicalPlan | undefined {
  switch (plan.kind) {
    case 'table-scan':
      return deliversOrder(plan, positions) ? { ...plan, reverse: descending } : undefined;
    case 'filter': {
      const input = ordered(plan.input, positions, descending);
      return input === undefined ? undefined : { ...plan, input };
    }
    case 'project': {
      const below = positions.map((position) => {
        const expression = plan.expressions[position]!;
        return expression.kind === 'column' ? expression.index : undefined;
      });
      if (below.includes(undefined)) return undefined;
      const input = ordered(plan.input, below as readonly number[], descending);
      return input === undefined ? undefined : { ...plan, input };
    }
    default:
      return undefined;
  }
}

/** Key columns are never null, so where nulls go does not matter. */
function deliversOrder(scan: TableScan, positions: readonly number[]): boolean {
  const key = scan.table.primaryKey;
  if (key === undefined) return false;
  // Several keys are looked up in the order they were written.
  if (scan.access.kind === 'point') return scan.access.keys.length === 1;
  const fixed = scan.access.kind === 'range' ? scan.access.prefix.length : 0;
  const free = key.columns.slice(fixed);
  const constant = new Set(key.columns.slice(0, fixed));
  let next = 0;
  for (const position of positions) {
    const ordinal = scan.ordinals[position];
    if (ordinal !== undefined && constant.has(ordinal)) continue;
    // Past the whole key every row is alone, so further sort keys decide nothing.
    if (next === free.length) return true;
    if (ordinal !== free[next]) return false;
    next += 1;
  }
  return true;
}
