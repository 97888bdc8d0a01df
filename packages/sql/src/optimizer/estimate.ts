/**
 * Row estimates. Without statistics on values these are the classical guesses (System R): equality 1/10 or one row for a
 * key, range 1/3, anything else 1/4. They only have to rank plans.
 */
import type { Expression } from '@alopex-db/core/exec';
import { indexLayouts } from '../catalog/index-layout.ts';
import type { LogicalApply, LogicalGet, LogicalJoin, LogicalPlan } from '../plan/logical.ts';
import { conjuncts } from '../plan/conjuncts.ts';
import { columnIds, outputIds } from '../plan/walk-plan.ts';
import { DEFAULT_ROW_COUNT, type Statistics } from './statistics.ts';

const EQUALITY = 0.1;
const RANGE = 1 / 3;
const OTHER = 0.25;
const GROUPS_PER_ROW = 0.1;
/** What a recursive query is taken to do: so many rounds, of so many rows. */
const ROUNDS = 10;
const WORKING_ROWS = 100;

export class Estimator {
  readonly #statistics: Statistics;
  readonly #known = new WeakMap<LogicalPlan, number>();

  constructor(statistics: Statistics) {
    this.#statistics = statistics;
  }

  rows(plan: LogicalPlan): number {
    const known = this.#known.get(plan);
    if (known !== undefined) return known;
    const rows = this.#estimate(plan);
    this.#known.set(plan, rows);
    return rows;
  }

  /** Rows of a table before any condition. */
  tableRows(get: LogicalGet): number {
    return Math.max(1, this.#statistics.rowCount(get.table) ?? DEFAULT_ROW_COUNT);
  }

  /** Rows of an inner join on conditions that all read both sides. */
  innerJoinRows(left: number, right: number, conditions: readonly Expression[]): number {
    const equates = (part: Expression): boolean => part.kind === 'compare' && part.operator === '=';
    // Each key of the smaller side meets one of the larger one.
    let rows = conditions.some(equates) ? (left * right) / Math.max(left, right, 1) : left * right;
    for (const part of conditions) if (!equates(part)) rows *= selectivity(part);
    return Math.max(1, rows);
  }

  #estimate(plan: LogicalPlan): number {
    switch (plan.kind) {
      case 'get':
        return this.tableRows(plan);
      case 'values':
        return plan.tuples.length;
      case 'filter':
        return this.#filtered(plan.input, plan.predicate);
      case 'project':
      case 'window':
      case 'sort':
      case 'lock-rows':
        return this.rows(plan.input);
      case 'join':
        return this.#joined(plan);
      case 'apply':
        return this.#applied(plan);
      case 'aggregate':
        return plan.groups.length === 0 ? 1 : Math.max(1, this.rows(plan.input) * GROUPS_PER_ROW);
      case 'limit':
        return Math.min(this.rows(plan.input), constantCount(plan.limit) ?? Infinity);
      case 'distinct':
        return Math.max(1, this.rows(plan.input) / 2);
      case 'set-operation': {
        const left = this.rows(plan.left);
        return plan.operation === 'union' ? left + this.rows(plan.right) : left;
      }
      case 'series':
      case 'function-scan':
      case 'cte-scan':
        return DEFAULT_ROW_COUNT;
      case 'working-scan':
        return WORKING_ROWS;
      case 'recursive':
        return this.rows(plan.anchor) + ROUNDS * this.rows(plan.step);
      case 'insert':
        return this.rows(plan.source);
      case 'update':
      case 'delete':
        return this.rows(plan.input);
    }
  }

  #filtered(input: LogicalPlan, predicate: Expression): number {
    const parts = conjuncts(predicate);
    const rows = this.rows(input);
    if (input.kind === 'get' && fixesKey(input, parts)) return Math.min(rows, keyTuples(parts));
    return Math.max(1, rows * parts.reduce((product, part) => product * selectivity(part), 1));
  }

  #applied(plan: LogicalApply): number {
    const left = this.rows(plan.left);
    if (plan.join === 'semi' || plan.join === 'anti') return Math.max(1, left / 2);
    const share = plan.condition === undefined ? 1 : selectivity(plan.condition);
    const rows = left * this.rows(plan.right) * share;
    return Math.max(1, plan.join === 'left' ? left : 1, rows);
  }

  #joined(plan: LogicalJoin): number {
    const left = this.rows(plan.left);
    const right = this.rows(plan.right);
    if (plan.join === 'semi') return Math.max(1, left / 2);
    if (plan.join === 'anti') return Math.max(1, left / 2);
    const parts = plan.condition === undefined ? [] : conjuncts(plan.condition);
    const equi = parts.filter((part) => joinsSides(part, plan));
    // Each key of the smaller side meets one of the larger one.
    let rows = equi.length > 0 ? (left * right) / Math.max(left, right, 1) : left * right;
    for (const part of parts) if (!equi.includes(part)) rows *= selectivity(part);
    if (plan.join === 'left' || plan.join === 'full') rows = Math.max(rows, left);
    if (plan.join === 'right' || plan.join === 'full') rows = Math.max(rows, right);
    return Math.max(1, rows);
  }
}

function joinsSides(part: Expression, plan: LogicalJoin): boolean {
  if (part.kind !== 'compare' || part.operator !== '=') return false;
  const left = outputIds(plan.left);
  const ofLeft = [...columnIds(part.left)].some((id) => left.has(id));
  const ofRight = [...columnIds(part.right)].some((id) => left.has(id));
  return ofLeft !== ofRight;
}

/** The share of rows a condition keeps. */
export function selectivity(predicate: Expression): number {
  switch (predicate.kind) {
    case 'compare':
      return predicate.operator === '='
        ? EQUALITY
        : predicate.operator === '<>'
          ? 1 - EQUALITY
          : RANGE;
    case 'in':
      return Math.min(0.5, EQUALITY * predicate.list.length);
    case 'and':
      return predicate.args.reduce((product, part) => product * selectivity(part), 1);
    case 'or':
      return Math.min(
        1,
        predicate.args.reduce((sum, part) => sum + selectivity(part), 0),
      );
    case 'not':
      return 1 - selectivity(predicate.input);
    case 'isNull':
      return predicate.negated ? 1 - EQUALITY : EQUALITY;
    case 'constant':
      return predicate.value === true ? 1 : 0;
    default:
      return OTHER;
  }
}

/** Whether equalities fix the primary key or a unique index: then at most one row is left for each key. */
function fixesKey(get: LogicalGet, parts: readonly Expression[]): boolean {
  const isFixed = (ordinal: number): boolean => {
    const id = get.columns[get.ordinals.indexOf(ordinal)]?.id;
    return id !== undefined && parts.some((part) => fixes(part, id));
  };
  if (get.table.primaryKey?.columns.every(isFixed) === true) return true;
  return indexLayouts(get.table).some(
    ({ unique, columns }) => unique && columns.every(({ ordinal }) => isFixed(ordinal)),
  );
}

function fixes(part: Expression, id: number): boolean {
  if (part.kind === 'in')
    return !part.negated && part.input.kind === 'column' && part.input.index === id;
  if (part.kind !== 'compare' || part.operator !== '=') return false;
  const [left, right] = [part.left, part.right];
  return (
    (left.kind === 'column' && left.index === id) || (right.kind === 'column' && right.index === id)
  );
}

function keyTuples(parts: readonly Expression[]): number {
  return parts.reduce((count, part) => (part.kind === 'in' ? count * part.list.length : count), 1);
}

function constantCount(expression: Expression | undefined): number | undefined {
  return expression?.kind === 'constant' && typeof expression.value === 'number'
    ? expression.value
    : undefined;
}
