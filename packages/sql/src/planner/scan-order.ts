/**
 * Orders that come for free: a scan delivers rows by primary key or by index, forwards or backwards, and filters, projections and limits
 * keep them so. Key columns fixed by equality do not count, for they are all the same.
 */
import type { SortKey } from '@alopex-db/core/exec';
import type { PhysicalPlan, TableScan } from '../plan/physical.ts';

/** The plan turned so that it delivers the wanted order without sorting, or undefined where it cannot. */
export function inOrder(plan: PhysicalPlan, keys: readonly SortKey[]): PhysicalPlan | undefined {
  const wanted: WantedColumn[] = [];
  for (const { expression, descending, nullsFirst } of keys) {
    if (expression.kind !== 'column') return undefined;
    wanted.push({ position: expression.index, descending, nullsFirst });
  }
  return ordered(plan, wanted);
}

interface WantedColumn {
  readonly position: number;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

function ordered(plan: PhysicalPlan, wanted: readonly WantedColumn[]): PhysicalPlan | undefined {
  switch (plan.kind) {
    case 'table-scan': {
      const reverse = directionOf(plan, wanted);
      return reverse === undefined ? undefined : { ...plan, reverse };
    }
    case 'filter': {
      const input = ordered(plan.input, wanted);
      return input === undefined ? undefined : { ...plan, input };
    }
    case 'project': {
      const below: WantedColumn[] = [];
      for (const column of wanted) {
        const expression = plan.expressions[column.position]!;
        if (expression.kind !== 'column') return undefined;
        below.push({ ...column, position: expression.index });
      }
      const input = ordered(plan.input, below);
      return input === undefined ? undefined : { ...plan, input };
    }
    default:
      return undefined;
  }
}

/** Whether the scan has to run backwards to deliver the order; undefined when it does not deliver it at all. */
function directionOf(scan: TableScan, wanted: readonly WantedColumn[]): boolean | undefined {
  // Several keys are looked up in the order they were written.
  if (scan.access.kind === 'point') return scan.access.keys.length === 1 ? false : undefined;
  const order = orderOf(scan);
  if (order === undefined) return undefined;
  const constant = new Set(order.columns.slice(0, order.fixed).map(({ ordinal }) => ordinal));
  let reverse: boolean | undefined;
  let next = order.fixed;
  for (const { position, descending, nullsFirst } of wanted) {
    const ordinal = scan.ordinals[position];
    if (ordinal !== undefined && constant.has(ordinal)) continue;
    const column = order.columns[next];
    // Past a whole key every row is alone, so further sort keys decide nothing.
    if (column === undefined) return order.isKey ? (reverse ?? false) : undefined;
    if (ordinal !== column.ordinal) return undefined;
    const turned = descending !== column.descending;
    if (reverse !== undefined && reverse !== turned) return undefined;
    if (column.nullable && nullsFirst !== (turned ? !column.nullsFirst : column.nullsFirst)) {
      return undefined;
    }
    reverse = turned;
    next += 1;
  }
  return reverse ?? false;
}

interface ScanOrder {
  readonly columns: readonly OrderColumn[];
  /** Leading columns that have one value. */
  readonly fixed: number;
  /** No two rows agree in all columns. */
  readonly isKey: boolean;
}

interface OrderColumn {
  readonly ordinal: number;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
  readonly nullable: boolean;
}

function orderOf({ table, access }: TableScan): ScanOrder | undefined {
  const keyColumns = table.primaryKey?.columns.map(ascendingColumn);
  if (access.kind === 'index') {
    const [prefix, ...others] = access.prefixes;
    if (prefix === undefined || others.length > 0) return undefined;
    const columns = access.index.columns.map(({ ordinal, key }) => {
      const nullable = key.nullable && !table.columns[ordinal]!.notNull;
      return { ordinal, descending: key.descending, nullsFirst: key.nullsFirst, nullable };
    });
    const fixed = prefix.length;
    // Entries that are not unique end with the row's key.
    if (!access.index.unique && keyColumns !== undefined)
      return { columns: [...columns, ...keyColumns], fixed, isKey: true };
    const isKey = access.index.unique && columns.every((column) => !column.nullable);
    return { columns, fixed, isKey };
  }
  if (keyColumns === undefined) return undefined;
  const fixed = access.kind === 'range' ? access.prefix.length : 0;
  return { columns: keyColumns, fixed, isKey: true };
}

function ascendingColumn(ordinal: number): OrderColumn {
  return { ordinal, descending: false, nullsFirst: false, nullable: false };
}
