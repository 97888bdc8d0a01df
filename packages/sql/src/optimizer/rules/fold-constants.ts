/** Constant folding everywhere; a filter that is always true goes, one that never is leaves no rows. */
import { outputColumns, type LogicalPlan } from '../../plan/logical.ts';
import { mapNodeExpressions, mapPlan } from '../../plan/walk-plan.ts';
import { foldExpression } from '../fold-expression.ts';
import type { Rule } from '../rule.ts';

export const foldConstants: Rule = {
  name: 'fold-constants',
  apply: (plan) => mapPlan(plan, (node) => dropDecided(mapNodeExpressions(node, foldExpression))),
};

function dropDecided(node: LogicalPlan): LogicalPlan {
  if (
    (node.kind === 'join' || node.kind === 'apply') &&
    node.condition?.kind === 'constant' &&
    node.condition.value === true
  ) {
    return { ...node, condition: undefined };
  }
  if (node.kind !== 'filter' || node.predicate.kind !== 'constant') return node;
  if (node.predicate.value === true) return node.input;
  return { kind: 'values', columns: outputColumns(node.input), tuples: [] };
}
