/**
 * An apply whose right side depends on the left one by conditions alone is a join on those conditions (Galindo-Legaria and Joshi
 * 2001, rules 1 to 3): then the right side is read once. Limits and aggregates over dependent rows stay, run for each left row.
 */
import { conjoin, conjuncts } from '../../plan/conjuncts.ts';
import type { LogicalApply, LogicalPlan } from '../../plan/logical.ts';
import { mapPlan } from '../../plan/walk-plan.ts';
import { pullConditions } from '../pull-conditions.ts';
import type { Rule } from '../rule.ts';

export const joinLaterals: Rule = {
  name: 'join-laterals',
  apply: (plan) => mapPlan(plan, (node) => (node.kind === 'apply' ? joined(node) : node)),
};

function joined(node: LogicalApply): LogicalPlan {
  const pulled = pullConditions(node.right, 'count');
  if (pulled === undefined) return node;
  const own = node.condition === undefined ? [] : conjuncts(node.condition);
  const condition = conjoin([...pulled.conditions, ...own]);
  return { kind: 'join', join: node.join, left: node.left, right: pulled.plan, condition };
}
