/** Whether the right side of a join is a table whose rows the left side names by their whole primary key. */
import type { Expression } from '@alopex-db/core/exec';
import { conjuncts } from '../plan/conjuncts.ts';
import type { LogicalGet, LogicalJoin } from '../plan/logical.ts';

/** Equalities of a join: `left[i] = right[i]`; and what else has to hold. */
export interface JoinKeys {
  readonly left: readonly Expression[];
  readonly right: readonly Expression[];
  readonly residual: readonly Expression[];
}

export interface LookupTarget {
  readonly get: LogicalGet;
  /** Conditions on the table alone. */
  readonly conditions: readonly Expression[];
  /** A value for every column of the primary key, over the left side. */
  readonly key: readonly Expression[];
}

export function lookupTarget(join: LogicalJoin, keys: JoinKeys): LookupTarget | undefined {
  if (join.join === 'full' || join.join === 'right') return undefined;
  const { right } = join;
  const get = right.kind === 'filter' ? right.input : right;
  if (get.kind !== 'get' || get.rowKey !== undefined) return undefined;
  const primaryKey = get.table.primaryKey;
  if (primaryKey === undefined) return undefined;
  const conditions = right.kind === 'filter' ? conjuncts(right.predicate) : [];
  const key: Expression[] = [];
  let joins = false;
  for (const ordinal of primaryKey.columns) {
    const id = get.columns[get.ordinals.indexOf(ordinal)]?.id;
    if (id === undefined) return undefined;
    const at = keys.right.findIndex((side) => isColumn(side, id));
    const value = at < 0 ? fixedValue(id, conditions) : keys.left[at];
    if (value === undefined) return undefined;
    joins ||= at >= 0;
    key.push(value);
  }
  // A key of constants alone is one row, which a plain scan finds once.
  if (!joins) return undefined;
  return { get, conditions, key };
}

function isColumn(expression: Expression, id: number): boolean {
  return expression.kind === 'column' && expression.index === id;
}

/** The constant or parameter that a condition on the table fixes a column to. */
function fixedValue(id: number, conditions: readonly Expression[]): Expression | undefined {
  for (const condition of conditions) {
    if (condition.kind !== 'compare' || condition.operator !== '=') continue;
    const { left, right } = condition;
    if (isColumn(left, id) && isGiven(right)) return right;
    if (isColumn(right, id) && isGiven(left)) return left;
  }
  return undefined;
}

function isGiven(expression: Expression): boolean {
  return expression.kind === 'constant' || expression.kind === 'parameter';
}
