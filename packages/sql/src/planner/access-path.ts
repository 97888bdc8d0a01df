/**
 * How a scan reaches its rows by primary key: the conditions on a table that the key answers, and the rest.
 *
 *   every key column fixed by = or IN              -> point: the keys themselves
 *   a prefix of them fixed, the next one bounded   -> range
 *   else                                           -> full
 *
 * A fixed value reads no column of the table; values of an enclosing query are fine.
 */
import type { ComparisonOperator, Expression } from '@alopex-db/core/exec';
import type { LogicalGet } from '../plan/logical.ts';
import { isVolatileCall, someNode } from '../plan/walk-expression.ts';
import { columnIds, outputIds } from '../plan/walk-plan.ts';

/** Access with expressions over ids, and the conditions it does not answer. */
export interface AccessChoice {
  readonly access: LogicalAccess;
  readonly rest: readonly Expression[];
}

export type LogicalAccess =
  | { readonly kind: 'full' }
  | { readonly kind: 'point'; readonly keys: readonly (readonly Expression[])[] }
  | {
      readonly kind: 'range';
      readonly prefix: readonly Expression[];
      readonly lower: KeyBound | undefined;
      readonly upper: KeyBound | undefined;
    };

export interface KeyBound {
  readonly value: Expression;
  readonly inclusive: boolean;
}

/** More keys than this are better found by reading than by looking up each. */
const POINT_KEYS_MAX = 10_000;

export function chooseAccess(get: LogicalGet, conditions: readonly Expression[]): AccessChoice {
  const key = get.table.primaryKey;
  if (key === undefined) return { access: { kind: 'full' }, rest: conditions };
  const own = outputIds(get);
  const fixed: FixedColumn[] = [];
  for (const ordinal of key.columns) {
    const id = get.columns[get.ordinals.indexOf(ordinal)]?.id;
    const found = id === undefined ? undefined : findFixed(id, conditions, own);
    if (found === undefined) break;
    fixed.push(found);
  }
  if (fixed.length === key.columns.length && tupleCount(fixed) <= POINT_KEYS_MAX) {
    return { access: { kind: 'point', keys: product(fixed) }, rest: without(conditions, fixed) };
  }
  return chooseRange(get, key.columns, fixed, conditions, own);
}

/** Values for one key column, and the condition they come from. */
export interface FixedColumn {
  readonly condition: Expression;
  readonly values: readonly Expression[];
}

export function findFixed(
  id: number,
  conditions: readonly Expression[],
  own: ReadonlySet<number>,
): FixedColumn | undefined {
  let best: FixedColumn | undefined;
  for (const condition of conditions) {
    const values = fixedValues(id, condition, own);
    if (values !== undefined && (best === undefined || values.length < best.values.length))
      best = { condition, values };
  }
  return best;
}

function fixedValues(
  id: number,
  condition: Expression,
  own: ReadonlySet<number>,
): readonly Expression[] | undefined {
  if (condition.kind === 'in') {
    const { input, list, negated } = condition;
    const usable = !negated && isColumn(input, id) && list.every((value) => isGiven(value, own));
    return usable ? list : undefined;
  }
  const bound = boundOn(id, condition, own);
  return bound?.operator === '=' ? [bound.value] : undefined;
}

/** `column op value`, whichever side the column stands on. */
function boundOn(
  id: number,
  condition: Expression,
  own: ReadonlySet<number>,
): { readonly operator: ComparisonOperator; readonly value: Expression } | undefined {
  if (condition.kind !== 'compare') return undefined;
  const { left, operator, right } = condition;
  if (isColumn(left, id) && isGiven(right, own)) return { operator, value: right };
  if (isColumn(right, id) && isGiven(left, own))
    return { operator: mirrored(operator), value: left };
  return undefined;
}

function isColumn(expression: Expression, id: number): boolean {
  return expression.kind === 'column' && expression.index === id;
}

/** Known before the scan begins. */
function isGiven(expression: Expression, own: ReadonlySet<number>): boolean {
  for (const id of columnIds(expression)) if (own.has(id)) return false;
  return !someNode(expression, (node) => isVolatileCall(node) || node.kind === 'subquery');
}

const MIRRORED: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

export function mirrored(operator: ComparisonOperator): ComparisonOperator {
  return MIRRORED[operator];
}

export function tupleCount(fixed: readonly FixedColumn[]): number {
  return fixed.reduce((count, column) => count * column.values.length, 1);
}

/** All combinations of the columns' values. */
export function product(fixed: readonly FixedColumn[]): readonly (readonly Expression[])[] {
  let keys: readonly (readonly Expression[])[] = [[]];
  for (const column of fixed)
    keys = keys.flatMap((key) => column.values.map((value) => [...key, value]));
  return keys;
}

export function without(
  conditions: readonly Expression[],
  used: readonly { readonly condition: Expression }[],
): readonly Expression[] {
  const gone = new Set(used.map((one) => one.condition));
  return conditions.filter((condition) => !gone.has(condition));
}

function chooseRange(
  get: LogicalGet,
  keyColumns: readonly number[],
  fixed: readonly FixedColumn[],
  conditions: readonly Expression[],
  own: ReadonlySet<number>,
): AccessChoice {
  // A list in the middle of a key would be many ranges; only single values make a prefix.
  const firstList = fixed.findIndex((column) => column.values.length !== 1);
  const prefix = (firstList < 0 ? fixed : fixed.slice(0, firstList)).slice(
    0,
    keyColumns.length - 1,
  );
  const next = keyColumns[prefix.length];
  const id = next === undefined ? undefined : get.columns[get.ordinals.indexOf(next)]?.id;
  const lower = id === undefined ? undefined : findBound(id, conditions, own, ['>', '>=']);
  const upper = id === undefined ? undefined : findBound(id, conditions, own, ['<', '<=']);
  if (prefix.length === 0 && lower === undefined && upper === undefined) {
    return { access: { kind: 'full' }, rest: conditions };
  }
  const used = [
    ...prefix,
    ...(lower === undefined ? [] : [lower]),
    ...(upper === undefined ? [] : [upper]),
  ];
  return {
    access: {
      kind: 'range',
      prefix: prefix.map((column) => column.values[0]!),
      lower: lower?.bound,
      upper: upper?.bound,
    },
    rest: without(conditions, used),
  };
}

export function findBound(
  id: number,
  conditions: readonly Expression[],
  own: ReadonlySet<number>,
  operators: readonly ComparisonOperator[],
): { readonly condition: Expression; readonly bound: KeyBound } | undefined {
  for (const condition of conditions) {
    const found = boundOn(id, condition, own);
    if (found === undefined || !operators.includes(found.operator)) continue;
    const inclusive = found.operator === '>=' || found.operator === '<=';
    return { condition, bound: { value: found.value, inclusive } };
  }
  return undefined;
}
