/**
 * Ways to a table's rows through its indexes: leading columns fixed by = or IN, then at most one column bounded. Each is
 * offered with a guess of the entries it reads; who plans the scan compares costs.
 */
import type { Expression } from '@alopex-db/core/exec';
import { indexLayouts, type IndexLayout } from '../catalog/index-layout.ts';
import type { LogicalGet } from '../plan/logical.ts';
import { outputIds } from '../plan/walk-plan.ts';
import {
  findBound,
  findFixed,
  product,
  tupleCount,
  without,
  type FixedColumn,
  type KeyBound,
} from './access-path.ts';

export interface IndexAccess {
  readonly kind: 'index';
  readonly index: IndexLayout;
  /** Values of the leading columns; one empty tuple: the whole index. */
  readonly prefixes: readonly (readonly Expression[])[];
  /** Bounds of the column behind the prefix. */
  readonly lower: KeyBound | undefined;
  readonly upper: KeyBound | undefined;
}

export interface IndexPath {
  readonly access: IndexAccess;
  /** Conditions it does not answer. */
  readonly rest: readonly Expression[];
  /** About how many entries it reads. */
  readonly entries: number;
}

/** Ranges of an index read one after another, at most. */
const RANGES_MAX = 1_000;
/** Shares of the rows behind one value, and between two bounds or beyond one, while nobody has counted values. */
const EQUALITY_SHARE = 0.01;
const BETWEEN_SHARE = 0.05;
const BEYOND_SHARE = 1 / 3;

export function indexPaths(
  get: LogicalGet,
  conditions: readonly Expression[],
  tableRows: number,
): readonly IndexPath[] {
  if (conditions.length === 0) return [];
  const own = outputIds(get);
  const paths: IndexPath[] = [];
  for (const index of indexLayouts(get.table)) {
    const path = pathThrough(index, get, conditions, own, tableRows);
    if (path !== undefined) paths.push(path);
  }
  return paths;
}

function pathThrough(
  index: IndexLayout,
  get: LogicalGet,
  conditions: readonly Expression[],
  own: ReadonlySet<number>,
  tableRows: number,
): IndexPath | undefined {
  const ids = index.columns.map(({ ordinal }) => get.columns[get.ordinals.indexOf(ordinal)]?.id);
  const fixed: FixedColumn[] = [];
  for (const id of ids) {
    const found = id === undefined ? undefined : findFixed(id, conditions, own);
    if (found === undefined || tupleCount([...fixed, found]) > RANGES_MAX) break;
    fixed.push(found);
  }
  const next = ids[fixed.length];
  const lower = next === undefined ? undefined : findBound(next, conditions, own, ['>', '>=']);
  const upper = next === undefined ? undefined : findBound(next, conditions, own, ['<', '<=']);
  const used = [...fixed, lower, upper].filter((one) => one !== undefined);
  if (used.length === 0) return undefined;
  const prefixes = product(fixed);
  const isUniqueKey = index.unique && fixed.length === ids.length;
  return {
    access: { kind: 'index', index, prefixes, lower: lower?.bound, upper: upper?.bound },
    rest: without(conditions, used),
    entries: isUniqueKey
      ? prefixes.length
      : Math.max(1, tableRows * shareOf(fixed, lower !== undefined, upper !== undefined)),
  };
}

function shareOf(fixed: readonly FixedColumn[], hasLower: boolean, hasUpper: boolean): number {
  let share = hasLower && hasUpper ? BETWEEN_SHARE : hasLower || hasUpper ? BEYOND_SHARE : 1;
  for (const { values } of fixed) share *= Math.min(1, EQUALITY_SHARE * values.length);
  return share;
}
