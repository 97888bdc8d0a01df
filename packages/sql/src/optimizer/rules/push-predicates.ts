/**
 * Conditions sink to where their columns are made: through projections, sorts, set operations, group keys and into the sides
 * of joins. What reads both sides of an inner join becomes its condition, so a comma join turns into a real one. A condition
 * that null cannot pass makes the outer join below it an inner one.
 *
 * Volatile conditions stay where they were written: elsewhere they would be asked about other rows.
 */
import type { Expression } from '@alopex-db/core/exec';
import { conjoin, conjuncts } from '../../plan/conjuncts.ts';
import {
  outputColumns,
  type LogicalAggregate,
  type LogicalApply,
  type LogicalJoin,
  type LogicalPlan,
  type LogicalProject,
  type LogicalSetOperation,
  type LogicalWindow,
} from '../../plan/logical.ts';
import {
  isMovable,
  isRepeatable,
  replacementsOf,
  substitute,
  type Replacements,
} from '../../plan/substitute.ts';
import { columnIds, mapInputs, outputIds } from '../../plan/walk-plan.ts';
import { foldExpression } from '../fold-expression.ts';
import { withPropagatedConstants } from '../equivalence-classes.ts';
import { rejectsNulls } from '../null-rejection.ts';
import type { Rule } from '../rule.ts';

export const pushPredicates: Rule = {
  name: 'push-predicates',
  apply: (plan) => push(plan, []),
};

/** `plan` under the conditions, each as deep as it goes. */
function push(plan: LogicalPlan, conditions: readonly Expression[]): LogicalPlan {
  switch (plan.kind) {
    case 'filter': {
      const parts = conjuncts(plan.predicate);
      const stuck = parts.filter((part) => !isMovable(part));
      if (stuck.length > 0) {
        // A volatile condition sees the rows that the others of its own filter leave, no fewer.
        const below = push(plan.input, parts.filter(isMovable));
        return filtered(filtered(below, stuck), conditions);
      }
      return push(plan.input, [...conditions, ...parts]);
    }
    case 'project':
      return pushIntoProject(plan, conditions);
    case 'join':
      return pushIntoJoin(plan, conditions);
    case 'apply':
      return pushIntoApply(plan, conditions);
    case 'aggregate':
      return pushIntoAggregate(plan, conditions);
    case 'window':
      return pushIntoWindow(plan, conditions);
    case 'set-operation':
      return pushIntoSetOperation(plan, conditions);
    case 'sort':
    case 'distinct':
      return { ...plan, input: push(plan.input, conditions) };
    default:
      return filtered(
        mapInputs(plan, (input) => push(input, [])),
        conditions,
      );
  }
}

function filtered(input: LogicalPlan, conditions: readonly Expression[]): LogicalPlan {
  const predicate = conjoin(conditions);
  return predicate === undefined ? input : { kind: 'filter', input, predicate };
}

/** Conditions over what the items compute, rewritten to what they compute it from. */
function pushIntoProject(plan: LogicalProject, conditions: readonly Expression[]): LogicalPlan {
  const replacements = replacementsOf(plan.items);
  const { through, stay } = rewritten(conditions, replacements);
  return filtered({ ...plan, input: push(plan.input, through) }, stay);
}

/** A condition over the keys alone decides about whole groups, so it can as well decide about their rows. */
function pushIntoAggregate(plan: LogicalAggregate, conditions: readonly Expression[]): LogicalPlan {
  const keys = replacementsOf(plan.groups);
  const own = outputIds(plan);
  const overKeys = (condition: Expression): boolean => {
    const ids = [...columnIds(condition)].filter((id) => own.has(id));
    return ids.length > 0 && ids.every((id) => keys.has(id));
  };
  const { through, stay } = rewritten(conditions.filter(overKeys), keys);
  const rest = conditions.filter((condition) => !overKeys(condition));
  return filtered({ ...plan, input: push(plan.input, through) }, [...rest, ...stay]);
}

/** A condition over columns that partition the rows decides about whole partitions; any other changes what a row sees. */
function pushIntoWindow(plan: LogicalWindow, conditions: readonly Expression[]): LogicalPlan {
  const keys = new Set(
    plan.partitionBy.flatMap((key) => (key.kind === 'column' ? [key.index] : [])),
  );
  const own = outputIds(plan);
  const overKeys = (condition: Expression): boolean => {
    const ids = [...columnIds(condition)].filter((id) => own.has(id));
    return ids.length > 0 && ids.every((id) => keys.has(id));
  };
  const input = push(plan.input, conditions.filter(overKeys));
  const rest = conditions.filter((condition) => !overKeys(condition));
  return filtered({ ...plan, input }, rest);
}

function pushIntoSetOperation(
  plan: LogicalSetOperation,
  conditions: readonly Expression[],
): LogicalPlan {
  const side = (input: LogicalPlan): LogicalPlan => {
    const columns = outputColumns(input);
    const replacements = new Map(
      plan.columns.map((column, index): [number, Expression] => [
        column.id,
        { kind: 'column', type: column.type, index: columns[index]!.id },
      ]),
    );
    return push(
      input,
      conditions.map((condition) => substitute(condition, replacements)),
    );
  };
  return { ...plan, left: side(plan.left), right: side(plan.right) };
}

function rewritten(
  conditions: readonly Expression[],
  replacements: Replacements,
): { readonly through: readonly Expression[]; readonly stay: readonly Expression[] } {
  const through: Expression[] = [];
  const stay: Expression[] = [];
  for (const condition of conditions) {
    const read = [...columnIds(condition)]
      .map((id) => replacements.get(id))
      .filter((one) => one !== undefined);
    if (read.every(isRepeatable))
      through.push(...conjuncts(foldExpression(substitute(condition, replacements))));
    else stay.push(condition);
  }
  return { through, stay };
}

function pushIntoJoin(written: LogicalJoin, above: readonly Expression[]): LogicalPlan {
  const plan = strengthened(written, above);
  const left = outputIds(plan.left);
  const right = outputIds(plan.right);
  const sides = new Sides(left, right);
  const own = plan.condition === undefined ? [] : conjuncts(plan.condition);
  switch (plan.join) {
    case 'inner': {
      const all = withPropagatedConstants([...above, ...own]);
      const stuck = all.filter((condition) => !isMovable(condition));
      const parts = sides.split(all.filter(isMovable));
      return {
        ...plan,
        left: push(plan.left, parts.left),
        right: push(plan.right, parts.right),
        condition: conjoin([...parts.both, ...stuck]),
      };
    }
    case 'left': {
      const fromAbove = sides.split(above);
      const fromOn = sides.split(own);
      const joined: LogicalJoin = {
        ...plan,
        left: push(plan.left, fromAbove.left),
        right: push(plan.right, fromOn.right),
        condition: conjoin([...fromOn.left, ...fromOn.both]),
      };
      return filtered(joined, [...fromAbove.right, ...fromAbove.both]);
    }
    case 'right': {
      const fromAbove = sides.split(above);
      const fromOn = sides.split(own);
      const joined: LogicalJoin = {
        ...plan,
        left: push(plan.left, fromOn.onlyLeft),
        right: push(plan.right, fromAbove.right),
        condition: conjoin([...fromOn.right, ...fromOn.both, ...fromOn.neither]),
      };
      return filtered(joined, [...fromAbove.left, ...fromAbove.both]);
    }
    case 'semi':
    case 'anti': {
      const fromOn = sides.split(own);
      // Rows without a partner are what an anti join keeps, so its conditions on the left decide nothing below.
      const downLeft = plan.join === 'semi' ? fromOn.left : [];
      const stay = plan.join === 'semi' ? fromOn.both : [...fromOn.left, ...fromOn.both];
      return {
        ...plan,
        left: push(plan.left, [...above, ...downLeft]),
        right: push(plan.right, fromOn.right),
        condition: conjoin(stay),
      };
    }
    case 'full':
      return filtered({ ...plan, left: push(plan.left, []), right: push(plan.right, []) }, above);
  }
}

/** The right side of an apply may read the left one, so a condition over both can sink into it as well. */
function pushIntoApply(written: LogicalApply, above: readonly Expression[]): LogicalPlan {
  const right = outputIds(written.right);
  const needsRight =
    written.join === 'left' && above.some((condition) => rejectsNulls(condition, right));
  const plan: LogicalApply = needsRight ? { ...written, join: 'inner' } : written;
  const own = plan.condition === undefined ? [] : conjuncts(plan.condition);
  const readsRight = (condition: Expression): boolean =>
    [...columnIds(condition)].some((id) => right.has(id));
  const below = above.filter((condition) => isMovable(condition) && !readsRight(condition));
  const rest = above.filter((condition) => !below.includes(condition));
  if (plan.join !== 'inner') {
    const pushed = { ...plan, left: push(plan.left, below), right: push(plan.right, []) };
    return filtered(pushed, rest);
  }
  const all = [...own, ...rest];
  const condition = conjoin(all.filter((one) => !isMovable(one)));
  const left = push(plan.left, below);
  return { ...plan, left, right: push(plan.right, all.filter(isMovable)), condition };
}

/** An outer join whose padded rows cannot pass the conditions above is an inner one, or pads one side less. */
function strengthened(plan: LogicalJoin, above: readonly Expression[]): LogicalJoin {
  const left = outputIds(plan.left);
  const right = outputIds(plan.right);
  const needsRight = above.some((condition) => rejectsNulls(condition, right));
  const needsLeft = above.some((condition) => rejectsNulls(condition, left));
  switch (plan.join) {
    case 'left':
      return needsRight ? { ...plan, join: 'inner' } : plan;
    case 'right':
      return needsLeft ? { ...plan, join: 'inner' } : plan;
    case 'full':
      if (needsLeft && needsRight) return { ...plan, join: 'inner' };
      if (needsLeft) return { ...plan, join: 'left' };
      return needsRight ? { ...plan, join: 'right' } : plan;
    default:
      return plan;
  }
}

/** Sorts conditions by the side of a join they read. */
class Sides {
  readonly #left: ReadonlySet<number>;
  readonly #right: ReadonlySet<number>;

  constructor(left: ReadonlySet<number>, right: ReadonlySet<number>) {
    this.#left = left;
    this.#right = right;
  }

  /** `left` holds what reads neither side too; `onlyLeft` and `neither` tell the two apart. */
  split(conditions: readonly Expression[]): {
    readonly left: readonly Expression[];
    readonly onlyLeft: readonly Expression[];
    readonly neither: readonly Expression[];
    readonly right: readonly Expression[];
    readonly both: readonly Expression[];
  } {
    const onlyLeft: Expression[] = [];
    const neither: Expression[] = [];
    const right: Expression[] = [];
    const both: Expression[] = [];
    for (const condition of conditions) {
      const ids = [...columnIds(condition)];
      const readsLeft = ids.some((id) => this.#left.has(id));
      const readsRight = ids.some((id) => this.#right.has(id));
      if (readsLeft && readsRight) both.push(condition);
      else if (readsRight) right.push(condition);
      else if (readsLeft) onlyLeft.push(condition);
      else neither.push(condition);
    }
    return { left: [...onlyLeft, ...neither], onlyLeft, neither, right, both };
  }
}
