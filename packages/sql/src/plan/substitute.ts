/** Replacing columns by the expressions that make them. */
import type { Expression } from '@alopex-db/core/exec';
import type { ProjectItem } from './logical.ts';
import { isVolatileCall, someNode } from './walk-expression.ts';
import { mapDeep } from './walk-plan.ts';

export type Replacements = ReadonlyMap<number, Expression>;

export function substitute(expression: Expression, replacements: Replacements): Expression {
  return mapDeep(expression, (node) => {
    if (node.kind !== 'column') return node;
    return replacements.get(node.index) ?? node;
  });
}

export function replacementsOf(items: readonly ProjectItem[]): Replacements {
  return new Map(items.map((item) => [item.column.id, item.expression]));
}

/** Whether computing the expression elsewhere, or once more, gives the same value at a bearable price. */
export function isRepeatable(expression: Expression): boolean {
  return !someNode(expression, (node) => isVolatileCall(node) || node.kind === 'subquery');
}

/** Whether it may be computed for other rows, or at another time, than where it was written. */
export function isMovable(expression: Expression): boolean {
  return !someNode(expression, isVolatileCall);
}
