/** A projection over a projection is one, where nothing would be computed twice for it. */
import { childrenOf, type Expression } from '@alopex-db/core/exec';
import type { LogicalPlan, LogicalProject } from '../../plan/logical.ts';
import { isMovable, isRepeatable, replacementsOf, substitute } from '../../plan/substitute.ts';
import { mapPlan } from '../../plan/walk-plan.ts';
import type { Rule } from '../rule.ts';

export const mergeProjects: Rule = {
  name: 'merge-projects',
  apply: (plan) => mapPlan(plan, (node) => (node.kind === 'project' ? merged(node) : node)),
};

function merged(outer: LogicalProject): LogicalPlan {
  const inner = outer.input;
  if (inner.kind !== 'project') return outer;
  const uses = new Map<number, number>();
  for (const item of outer.items) countUses(item.expression, uses);
  const once = inner.items.every((item) => {
    const count = uses.get(item.column.id) ?? 0;
    if (item.expression.kind === 'column' || item.expression.kind === 'constant') return true;
    return count === 1 ? isMovable(item.expression) : count === 0 && isRepeatable(item.expression);
  });
  // Subqueries hide their uses of outer columns from the count.
  if (!once || outer.items.some((item) => !isRepeatable(item.expression))) return outer;
  const replacements = replacementsOf(inner.items);
  const items = outer.items.map((item) => ({
    ...item,
    expression: substitute(item.expression, replacements),
  }));
  return merged({ ...outer, input: inner.input, items });
}

function countUses(expression: Expression, uses: Map<number, number>): void {
  if (expression.kind === 'column')
    uses.set(expression.index, (uses.get(expression.index) ?? 0) + 1);
  for (const operand of childrenOf(expression)) countUses(operand, uses);
}
