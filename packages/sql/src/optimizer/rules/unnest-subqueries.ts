/**
 * Subqueries in WHERE become joins: EXISTS and IN semi joins, NOT EXISTS anti joins (Galindo-Legaria and Joshi 2001). Conditions
 * on the enclosing query move out of the subquery into the join's condition. NOT IN becomes an anti join only where neither
 * side can be null: a single null inside would make the answer unknown for every row.
 *
 * What cannot be moved (limits, aggregates over correlated rows) stays a subquery, run once for each outer value.
 */
import type { Expression, SubqueryExpression } from '@alopex-db/core/exec';
import { BOOLEAN } from '@alopex-db/core/types';
import { isNullable } from '../../binder/nullability.ts';
import { conjoin, conjuncts } from '../../plan/conjuncts.ts';
import {
  outputColumns,
  type LogicalFilter,
  type LogicalJoin,
  type LogicalPlan,
} from '../../plan/logical.ts';
import { isRepeatable } from '../../plan/substitute.ts';
import { mapPlan, subqueryPlan } from '../../plan/walk-plan.ts';
import { pullConditions, type Pulled } from '../pull-conditions.ts';
import type { Rule } from '../rule.ts';

export const unnestSubqueries: Rule = {
  name: 'unnest-subqueries',
  apply: (plan) => mapPlan(plan, (node) => (node.kind === 'filter' ? unnestFilter(node) : node)),
};

function unnestFilter(node: LogicalFilter): LogicalPlan {
  let input = node.input;
  const rest: Expression[] = [];
  for (const part of conjuncts(node.predicate).flatMap(truthOf)) {
    const joined = unnested(part, input);
    if (joined === undefined) rest.push(part);
    else input = joined;
  }
  if (input === node.input) return node;
  const predicate = conjoin(rest);
  if (predicate === undefined) return input;
  return { kind: 'filter', input, predicate };
}

/**
 * The conditions under which a row of `CASE WHEN EXISTS a THEN true WHEN EXISTS b THEN null ELSE false END`, which ANY over rows
 * is bound to, passes a filter: true when a; its negation is true when neither.
 */
function truthOf(condition: Expression): readonly Expression[] {
  const negated = condition.kind === 'not';
  const inner = negated ? condition.input : condition;
  if (inner.kind !== 'case' || !isConstant(inner.otherwise, false)) return [condition];
  const [found, unknown, ...others] = inner.branches;
  if (found === undefined || unknown === undefined || others.length > 0) return [condition];
  const [first, second] = [found.when, unknown.when];
  const shaped = isConstant(found.then, true) && isConstant(unknown.then, null);
  if (!shaped || !isExists(first) || !isExists(second)) return [condition];
  if (!negated) return [first];
  return [first, second].map((input) => ({ kind: 'not', type: BOOLEAN, input }));
}

function isConstant(expression: Expression | undefined, value: boolean | null): boolean {
  return expression?.kind === 'constant' && expression.value === value;
}

function isExists(expression: Expression): boolean {
  return expression.kind === 'subquery' && expression.mode === 'exists';
}

/** A condition as a join over `input`, or undefined where it is no subquery or cannot be moved. */
function unnested(condition: Expression, input: LogicalPlan): LogicalJoin | undefined {
  const negated = condition.kind === 'not';
  const inner = negated ? condition.input : condition;
  if (inner.kind !== 'subquery') return undefined;
  if (inner.mode === 'exists') return unnestExists(inner, negated, input);
  if (inner.mode !== 'compare' || inner.probe === undefined) return undefined;
  if (inner.quantifier === 'any' && inner.operator === '=')
    return unnestIn(inner, inner.probe, negated, input);
  if (inner.quantifier === 'all' && inner.operator === '<>' && !negated)
    return unnestIn(inner, inner.probe, true, input);
  return undefined;
}

function unnestExists(
  subquery: SubqueryExpression,
  negated: boolean,
  input: LogicalPlan,
): LogicalJoin | undefined {
  const pulled = pullConditions(withoutOutput(subqueryPlan(subquery)), 'mean nothing');
  // Uncorrelated: it runs once, and stops at its first row.
  if (pulled === undefined || pulled.conditions.length === 0) return undefined;
  return semiJoin(input, pulled, [], negated);
}

function unnestIn(
  subquery: SubqueryExpression,
  probe: Expression,
  negated: boolean,
  input: LogicalPlan,
): LogicalJoin | undefined {
  if (!isRepeatable(probe)) return undefined;
  const plan = subqueryPlan(subquery);
  const column = outputColumns(plan)[0]!;
  const pulled = pullConditions(plan, 'mean nothing');
  if (pulled === undefined) return undefined;
  if (negated) {
    const nullable = new Map(outputColumns(input).map((one) => [one.id, one.nullable]));
    if (column.nullable || isNullable(probe, (id) => nullable.get(id) ?? true)) return undefined;
  }
  const right: Expression = { kind: 'column', type: column.type, index: column.id };
  const equal: Expression = { kind: 'compare', type: BOOLEAN, operator: '=', left: probe, right };
  return semiJoin(input, pulled, [equal], negated);
}

function semiJoin(
  left: LogicalPlan,
  pulled: Pulled,
  conditions: readonly Expression[],
  negated: boolean,
): LogicalJoin {
  const condition = conjoin([...conditions, ...pulled.conditions]);
  return { kind: 'join', join: negated ? 'anti' : 'semi', left, right: pulled.plan, condition };
}

/** EXISTS does not care what the rows hold, in which order they come, or how often. */
function withoutOutput(plan: LogicalPlan): LogicalPlan {
  switch (plan.kind) {
    case 'project':
    case 'sort':
    case 'distinct':
      return withoutOutput(plan.input);
    case 'limit': {
      const { limit, offset } = plan;
      const keepsOne =
        limit === undefined ||
        (limit.kind === 'constant' && (limit.value === null || Number(limit.value) > 0));
      return keepsOne && offset === undefined ? withoutOutput(plan.input) : plan;
    }
    default:
      return plan;
  }
}
