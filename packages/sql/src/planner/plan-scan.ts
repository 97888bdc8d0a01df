/** Table scans: the access path, and the conditions that are left to check row by row. */
import type { Expression } from '@alopex-db/core/exec';
import { cheapFirst, conjoin } from '../plan/conjuncts.ts';
import { outputColumns, type LogicalGet } from '../plan/logical.ts';
import type { Access, TableScan } from '../plan/physical.ts';
import { chooseAccess, type KeyBound, type LogicalAccess } from './access-path.ts';
import { EXPRESSION_ROW, LOOKUP, SCAN_ROW } from './cost.ts';
import { indexPaths, type IndexAccess } from './index-path.ts';
import { layoutOf } from './place-expression.ts';
import { NO_COLUMNS, type PlanContext } from './plan-context.ts';
import { planColumns, planned, type Planned } from './planned.ts';

/** `estimate` is the number of rows after the conditions. */
export function planScan(
  get: LogicalGet,
  conditions: readonly Expression[],
  estimate: number,
  context: PlanContext,
): Planned & { readonly plan: TableScan } {
  const tableRows = context.estimator.tableRows(get);
  const { access, rest, read, cost, rows } = cheapest(get, conditions, estimate, tableRows);
  const columns = outputColumns(get);
  // The filter sees the columns of the table, never the row key.
  const layout = layoutOf(get.columns.map((column) => column.id));
  const predicate = conjoin(cheapFirst(rest));
  const plan: TableScan = {
    kind: 'table-scan',
    table: get.table,
    alias: get.alias,
    ordinals: get.ordinals,
    access: placeAccess(access, context),
    filter: predicate === undefined ? undefined : context.place(predicate, layout),
    withRowKey: get.rowKey !== undefined,
    reverse: false,
    columns: planColumns(columns),
    rows,
    cost: cost + read * rest.length * EXPRESSION_ROW,
  };
  return { ...planned(plan, columns), plan };
}

interface ScanChoice {
  readonly access: LogicalAccess | IndexAccess;
  readonly rest: readonly Expression[];
  /** Rows read. */
  readonly read: number;
  /** Rows that pass. */
  readonly rows: number;
  /** Without the conditions that are left. */
  readonly cost: number;
}

/** Through the primary key or past it, unless an index is cheaper. */
function cheapest(
  get: LogicalGet,
  conditions: readonly Expression[],
  rows: number,
  tableRows: number,
): ScanChoice {
  const { access, rest } = chooseAccess(get, conditions);
  const read = rowsRead(access, rows, tableRows);
  const cost = read * (access.kind === 'point' ? LOOKUP : SCAN_ROW);
  let best: ScanChoice = { access, rest, read, rows, cost };
  if (access.kind === 'point') return best;
  for (const path of indexPaths(get, conditions, tableRows)) {
    const ranges = path.access.prefixes.length;
    const pathCost = ranges * LOOKUP + path.entries * (SCAN_ROW + LOOKUP);
    if (pathCost >= best.cost) continue;
    const { entries } = path;
    best = { ...path, read: entries, rows: Math.min(rows, entries), cost: pathCost };
  }
  return best;
}

function rowsRead(access: LogicalAccess, rows: number, tableRows: number): number {
  switch (access.kind) {
    case 'full':
      return tableRows;
    case 'point':
      return access.keys.length;
    case 'range':
      return Math.max(rows, access.prefix.length > 0 ? tableRows * 0.1 : tableRows / 3);
  }
}

function placeAccess(access: LogicalAccess | IndexAccess, context: PlanContext): Access {
  const given = (value: Expression): Expression => context.place(value, NO_COLUMNS);
  const bound = (side: KeyBound | undefined): KeyBound | undefined =>
    side === undefined ? undefined : { value: given(side.value), inclusive: side.inclusive };
  switch (access.kind) {
    case 'full':
      return access;
    case 'point':
      return { kind: 'point', keys: access.keys.map((key) => key.map(given)) };
    case 'index':
      return {
        kind: 'index',
        index: access.index,
        prefixes: access.prefixes.map((prefix) => prefix.map(given)),
        lower: bound(access.lower),
        upper: bound(access.upper),
      };
    case 'range':
      return {
        kind: 'range',
        prefix: access.prefix.map(given),
        lower: bound(access.lower),
        upper: bound(access.upper),
      };
  }
}
