/** Table scans: the access path, and the conditions that are left to check row by row. */
import type { Expression } from '@alopex-db/core/exec';
import { cheapFirst, conjoin } from '../plan/conjuncts.ts';
import { outputColumns, type LogicalGet } from '../plan/logical.ts';
import type { Access, TableScan } from '../plan/physical.ts';
import { chooseAccess, type KeyBound, type LogicalAccess } from './access-path.ts';
import { EXPRESSION_ROW, LOOKUP, SCAN_ROW } from './cost.ts';
import { layoutOf } from './place-expression.ts';
import { NO_COLUMNS, type PlanContext } from './plan-context.ts';
import { planColumns, planned, type Planned } from './planned.ts';

/** `rows` is the estimate after the conditions. */
export function planScan(
  get: LogicalGet,
  conditions: readonly Expression[],
  rows: number,
  context: PlanContext,
): Planned & { readonly plan: TableScan } {
  const { access, rest } = chooseAccess(get, conditions);
  const columns = outputColumns(get);
  // The filter sees the columns of the table, never the row key.
  const layout = layoutOf(get.columns.map((column) => column.id));
  const predicate = conjoin(cheapFirst(rest));
  const read = rowsRead(access, rows, context.estimator.tableRows(get));
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
    cost:
      read * (access.kind === 'point' ? LOOKUP : SCAN_ROW) + read * rest.length * EXPRESSION_ROW,
  };
  return { ...planned(plan, columns), plan };
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

function placeAccess(access: LogicalAccess, context: PlanContext): Access {
  const given = (value: Expression): Expression => context.place(value, NO_COLUMNS);
  const bound = (side: KeyBound | undefined): KeyBound | undefined =>
    side === undefined ? undefined : { value: given(side.value), inclusive: side.inclusive };
  switch (access.kind) {
    case 'full':
      return access;
    case 'point':
      return { kind: 'point', keys: access.keys.map((key) => key.map(given)) };
    case 'range':
      return {
        kind: 'range',
        prefix: access.prefix.map(given),
        lower: bound(access.lower),
        upper: bound(access.upper),
      };
  }
}
