/**
 * Orders chains of inner joins: greedily, from the smallest input on, always to the input that is connected by a condition and
 * leaves the fewest rows (as in Swami 1989; exact search is not worth it for the estimates at hand). Inputs without a
 * connection come last. Conditions are asked as soon as their columns are there.
 *
 * Equalities are carried over first: of `a = b AND b = c` also `a = c`, so that any two may meet.
 */
import { assert } from '@alopex-db/core/base';
import type { Expression } from '@alopex-db/core/exec';
import { conjoin, conjuncts } from '../../plan/conjuncts.ts';
import type { LogicalPlan } from '../../plan/logical.ts';
import { isMovable } from '../../plan/substitute.ts';
import { columnIds, mapInputs, outputIds } from '../../plan/walk-plan.ts';
import { EquivalenceClasses } from '../equivalence-classes.ts';
import type { Rule, RuleContext } from '../rule.ts';

export const orderJoins: Rule = {
  name: 'order-joins',
  apply: orderPlan,
};

function orderPlan(plan: LogicalPlan, context: RuleContext): LogicalPlan {
  if (plan.kind === 'join' && plan.join === 'inner') {
    const chain = collectChain(plan);
    if (chain.inputs.length > 2) return orderChain(chain, context);
  }
  return mapInputs(plan, (input) => orderPlan(input, context));
}

interface JoinChain {
  readonly inputs: readonly LogicalPlan[];
  readonly conditions: readonly Expression[];
}

/** All inputs and conditions of inner joins that stand directly below each other. */
function collectChain(plan: LogicalPlan): JoinChain {
  if (plan.kind !== 'join' || plan.join !== 'inner') return { inputs: [plan], conditions: [] };
  const left = collectChain(plan.left);
  const right = collectChain(plan.right);
  const own = plan.condition === undefined ? [] : conjuncts(plan.condition);
  return {
    inputs: [...left.inputs, ...right.inputs],
    conditions: [...left.conditions, ...right.conditions, ...own],
  };
}

/** An input with what is known about it. */
interface Member {
  readonly plan: LogicalPlan;
  readonly ids: ReadonlySet<number>;
  readonly rows: number;
}

function orderChain(chain: JoinChain, context: RuleContext): LogicalPlan {
  const members = chain.inputs.map((input): Member => {
    const plan = orderPlan(input, context);
    return { plan, ids: outputIds(plan), rows: context.estimator.rows(plan) };
  });
  const stuck = chain.conditions.filter((condition) => !isMovable(condition));
  const conditions = new ChainConditions(chain.conditions.filter(isMovable), members);
  const first = members.reduce((best, member) => (member.rows < best.rows ? member : best));
  const left = new Set(members);
  left.delete(first);
  let plan = first.plan;
  let { rows } = first;
  const ids = new Set(first.ids);
  while (left.size > 0) {
    const next = chooseNext(rows, ids, [...left], conditions, context);
    const { member } = next;
    plan = {
      kind: 'join',
      join: 'inner',
      left: plan,
      right: member.plan,
      condition: conjoin(next.asked),
    };
    rows = next.rows;
    left.delete(member);
    conditions.markAsked(ids, member);
    for (const id of member.ids) ids.add(id);
  }
  const rest = conjoin([...conditions.unasked(), ...stuck]);
  return rest === undefined ? plan : { kind: 'filter', input: plan, predicate: rest };
}

interface NextInput {
  readonly member: Member;
  readonly asked: readonly Expression[];
  readonly rows: number;
}

/** The input to join next: connected before unconnected, then the one that leaves the fewest rows. */
function chooseNext(
  rows: number,
  ids: ReadonlySet<number>,
  members: readonly Member[],
  conditions: ChainConditions,
  context: RuleContext,
): NextInput {
  let best: NextInput | undefined;
  for (const member of members) {
    const asked = conditions.between(ids, member);
    const left = context.estimator.innerJoinRows(rows, member.rows, asked);
    if (best === undefined || comesBefore({ member, asked, rows: left }, best)) {
      best = { member, asked, rows: left };
    }
  }
  assert(best !== undefined, 'an input is left to choose');
  return best;
}

function comesBefore(one: NextInput, other: NextInput): boolean {
  const connected = one.asked.length > 0;
  if (connected !== other.asked.length > 0) return connected;
  return one.rows < other.rows;
}

/** The conditions of a chain, each asked once; implied equalities only where no written one connects the same. */
class ChainConditions {
  readonly #needs = new Map<Expression, readonly number[]>();
  /** Columns known to be equal share a representative. */
  readonly #classes: EquivalenceClasses;
  readonly #implied = new Set<Expression>();

  constructor(written: readonly Expression[], members: readonly Member[]) {
    const own = new Set(members.flatMap((member) => [...member.ids]));
    this.#classes = new EquivalenceClasses(written);
    for (const condition of this.#classes.impliedEqualities()) this.#implied.add(condition);
    for (const condition of [...written, ...this.#implied]) {
      // Columns of enclosing queries are always there.
      this.#needs.set(
        condition,
        [...columnIds(condition)].filter((id) => own.has(id)),
      );
    }
  }

  /** What can be asked when `member` joins a plan with the columns `ids`. */
  between(ids: ReadonlySet<number>, member: Member): readonly Expression[] {
    const asked = this.#answerable(ids, member);
    const classes = new Set<number>();
    const kept: Expression[] = [];
    for (const condition of asked.toSorted(
      (a, b) => Number(this.#implied.has(a)) - Number(this.#implied.has(b)),
    )) {
      const equal = this.#classes.classOf(condition);
      if (equal !== undefined && this.#implied.has(condition) && classes.has(equal)) continue;
      if (equal !== undefined) classes.add(equal);
      kept.push(condition);
    }
    return kept;
  }

  markAsked(ids: ReadonlySet<number>, member: Member): void {
    for (const condition of this.#answerable(ids, member)) this.#needs.delete(condition);
  }

  unasked(): readonly Expression[] {
    return [...this.#needs.keys()].filter((condition) => !this.#implied.has(condition));
  }

  #answerable(ids: ReadonlySet<number>, member: Member): readonly Expression[] {
    const found: Expression[] = [];
    for (const [condition, needed] of this.#needs) {
      const reads = needed.some((id) => member.ids.has(id));
      if (reads && needed.every((id) => ids.has(id) || member.ids.has(id))) found.push(condition);
    }
    return found;
  }
}
