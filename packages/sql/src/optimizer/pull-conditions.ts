/** Takes the conditions that read an enclosing query out of a plan, so that a join can ask them. */
import type { Expression } from '@alopex-db/core/exec';
import { conjoin, conjuncts } from '../plan/conjuncts.ts';
import { outputColumns, type LogicalJoin, type LogicalPlan } from '../plan/logical.ts';
import { isMovable } from '../plan/substitute.ts';
import { columnIds, freeColumns } from '../plan/walk-plan.ts';

export interface Pulled {
  readonly plan: LogicalPlan;
  /** Conditions that read the enclosing query, taken out of the plan. */
  readonly conditions: readonly Expression[];
}

/** Whether a row that comes twice is two rows to the join that takes the conditions. */
export type Doubles = 'count' | 'mean nothing';

/** Takes conditions on the enclosing query out; undefined where some other part depends on it. */
export function pullConditions(plan: LogicalPlan, doubles: Doubles): Pulled | undefined {
  const outer = freeColumns(plan);
  if (outer.size === 0) return { plan, conditions: [] };
  const pulled = pull(plan, outer, doubles);
  return pulled !== undefined && freeColumns(pulled.plan).size === 0 ? pulled : undefined;
}

function pull(plan: LogicalPlan, outer: ReadonlySet<number>, doubles: Doubles): Pulled | undefined {
  if (freeColumns(plan).size === 0) return { plan, conditions: [] };
  switch (plan.kind) {
    case 'filter': {
      const below = pull(plan.input, outer, doubles);
      if (below === undefined) return undefined;
      const { inside, outside } = split(conjuncts(plan.predicate), outer);
      const predicate = conjoin(inside);
      const kept: LogicalPlan =
        predicate === undefined ? below.plan : { kind: 'filter', input: below.plan, predicate };
      return outside.every(isMovable)
        ? { plan: kept, conditions: [...below.conditions, ...outside] }
        : undefined;
    }
    case 'project': {
      const below = pull(plan.input, outer, doubles);
      return below === undefined
        ? undefined
        : { plan: exposing(plan, below), conditions: below.conditions };
    }
    case 'sort':
      // Order means nothing to a join.
      return pull(plan.input, outer, doubles);
    case 'distinct':
      return doubles === 'count' ? undefined : pull(plan.input, outer, doubles);
    case 'join':
      return plan.join === 'inner' ? pullFromJoin(plan, outer, doubles) : undefined;
    default:
      return undefined;
  }
}

function pullFromJoin(
  plan: LogicalJoin,
  outer: ReadonlySet<number>,
  doubles: Doubles,
): Pulled | undefined {
  const left = pull(plan.left, outer, doubles);
  const right = pull(plan.right, outer, doubles);
  if (left === undefined || right === undefined) return undefined;
  const { inside, outside } = split(
    plan.condition === undefined ? [] : conjuncts(plan.condition),
    outer,
  );
  const joined: LogicalJoin = {
    ...plan,
    left: left.plan,
    right: right.plan,
    condition: conjoin(inside),
  };
  return { plan: joined, conditions: [...left.conditions, ...right.conditions, ...outside] };
}

/** The projection with the columns added that the conditions read from below it. */
function exposing(plan: LogicalPlan & { readonly kind: 'project' }, below: Pulled): LogicalPlan {
  const shown = new Set(plan.items.map((item) => item.column.id));
  const wanted = new Set(below.conditions.flatMap((condition) => [...columnIds(condition)]));
  const added = outputColumns(below.plan).filter(
    (column) => wanted.has(column.id) && !shown.has(column.id),
  );
  const items = added.map((column) => ({
    column,
    expression: { kind: 'column' as const, type: column.type, index: column.id },
  }));
  return { ...plan, input: below.plan, items: [...plan.items, ...items] };
}

function split(
  parts: readonly Expression[],
  outer: ReadonlySet<number>,
): { readonly inside: readonly Expression[]; readonly outside: readonly Expression[] } {
  const inside: Expression[] = [];
  const outside: Expression[] = [];
  for (const part of parts)
    ([...columnIds(part)].some((id) => outer.has(id)) ? outside : inside).push(part);
  return { inside, outside };
}
