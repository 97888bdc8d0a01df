/**
 * Joins: by hash where the condition equates the sides, else pair by pair. The right side is built or repeated, so the
 * smaller one goes there wherever the join allows; a right join is a left join the other way round. Where few rows on the left
 * equate the whole primary key of a table on the right, that table is not read: the partners are looked up.
 */
import type { Expression } from '@alopex-db/core/exec';
import { cheapFirst, conjoin, conjuncts } from '../plan/conjuncts.ts';
import { outputColumns, type LogicalColumn, type LogicalJoin } from '../plan/logical.ts';
import type { PhysicalPlan } from '../plan/physical.ts';
import { isVolatileCall, someNode } from '../plan/walk-expression.ts';
import { columnIds, outputIds } from '../plan/walk-plan.ts';
import { HASH_ROW, LOOKUP, PAIR } from './cost.ts';
import { lookupTarget, type JoinKeys, type LookupTarget } from './lookup-target.ts';
import { layoutOf } from './place-expression.ts';
import type { PlanContext } from './plan-context.ts';
import { planScan } from './plan-scan.ts';
import { planColumns, planned, type Planned } from './planned.ts';

export function planJoin(node: LogicalJoin, context: PlanContext): Planned {
  const rows = context.estimator.rows(node);
  const candidates = [oriented(node, context)];
  // For an inner join the larger side may be the one whose rows can be looked up by key.
  if (node.join === 'inner') candidates.push(mirroredJoin(candidates[0]!));
  const lookups = candidates.map((join) => planLookup(join, rows, context));
  const lookup = lookups.find((one) => one !== undefined);
  if (lookup !== undefined) return lookup;
  const join = candidates[0]!;
  return joined(join, context.plan(join.left), context.plan(join.right), rows, context);
}

function joined(
  join: LogicalJoin,
  left: Planned,
  right: Planned,
  rows: number,
  context: PlanContext,
): Planned {
  const columns = joinedColumns(join, left, right);
  const both = layoutOf([...left.columns, ...right.columns].map((column) => column.id));
  const keys = joinKeys(join);
  const shape = {
    join: join.join,
    left: left.plan,
    right: right.plan,
    columns: planColumns(columns),
    rows,
  };
  const inputCost = left.plan.cost + right.plan.cost;
  const residual = conjoin(keys.residual);
  const placed = residual === undefined ? undefined : context.place(residual, both);
  const plan: PhysicalPlan =
    keys.left.length > 0
      ? {
          ...shape,
          kind: 'hash-join',
          leftKeys: keys.left.map((key) => context.place(key, left.layout)),
          rightKeys: keys.right.map((key) => context.place(key, right.layout)),
          residual: placed,
          cost: inputCost + (left.plan.rows + right.plan.rows) * HASH_ROW,
        }
      : {
          ...shape,
          kind: 'nested-loop-join',
          condition: placed,
          cost: inputCost + left.plan.rows * right.plan.rows * PAIR,
        };
  return planned(plan, columns);
}

/** A hash join whose right rows are looked up by key, where these are few against the table; else undefined. */
function planLookup(join: LogicalJoin, rows: number, context: PlanContext): Planned | undefined {
  const target = lookupTarget(join, joinKeys(join));
  if (target === undefined) return undefined;
  const left = context.plan(join.left);
  const whole = context.plan(join.right);
  const lookedUp = left.plan.rows * (LOOKUP + HASH_ROW);
  if (lookedUp >= whole.plan.cost + whole.plan.rows * HASH_ROW) return undefined;
  const right = lookupScan(target, context.estimator.rows(join.right), context);
  const plain = joined(join, left, right, rows, context);
  if (plain.plan.kind !== 'hash-join') return undefined;
  const lookup = target.key.map((value) => context.place(value, left.layout));
  return planned({ ...plain.plan, lookup, cost: left.plan.cost + lookedUp }, plain.columns);
}

/** The table as a lookup sees it: no access path of its own, every condition checked on the rows that are found. */
function lookupScan(target: LookupTarget, rows: number, context: PlanContext): Planned {
  const scan = planScan(target.get, [], rows, context);
  const filter = conjoin(cheapFirst(target.conditions));
  if (filter === undefined) return scan;
  return { ...scan, plan: { ...scan.plan, filter: context.place(filter, scan.layout) } };
}

/** The columns as they come: the sides may have been planned in another order of their own. */
function joinedColumns(join: LogicalJoin, left: Planned, right: Planned): readonly LogicalColumn[] {
  const byId = new Map(outputColumns(join).map((column) => [column.id, column]));
  const sides =
    join.join === 'semi' || join.join === 'anti'
      ? left.columns
      : [...left.columns, ...right.columns];
  // The join says which columns it may fill with nulls.
  return sides.map((column) => byId.get(column.id) ?? column);
}

/** The same join with the side to build on the right. */
function oriented(node: LogicalJoin, context: PlanContext): LogicalJoin {
  if (node.join === 'right') return { ...mirroredJoin(node), join: 'left' };
  if (node.join !== 'inner' && node.join !== 'full') return node;
  const smallerLeft = context.estimator.rows(node.left) < context.estimator.rows(node.right);
  return smallerLeft ? mirroredJoin(node) : node;
}

function mirroredJoin(node: LogicalJoin): LogicalJoin {
  return { ...node, left: node.right, right: node.left };
}

/** Equalities between one expression of each side; everything else has to be checked on pairs. */
function joinKeys(node: LogicalJoin): JoinKeys {
  const left: Expression[] = [];
  const right: Expression[] = [];
  const residual: Expression[] = [];
  const leftIds = outputIds(node.left);
  const rightIds = outputIds(node.right);
  for (const part of node.condition === undefined ? [] : conjuncts(node.condition)) {
    const sides = equatedSides(part, leftIds, rightIds);
    if (sides === undefined) {
      residual.push(part);
    } else {
      left.push(sides[0]);
      right.push(sides[1]);
    }
  }
  return { left, right, residual };
}

function equatedSides(
  part: Expression,
  leftIds: ReadonlySet<number>,
  rightIds: ReadonlySet<number>,
): readonly [Expression, Expression] | undefined {
  if (part.kind !== 'compare' || part.operator !== '=') return undefined;
  if (someNode(part, (node) => isVolatileCall(node) || node.kind === 'subquery')) return undefined;
  if (readsOnly(part.left, leftIds, rightIds) && readsOnly(part.right, rightIds, leftIds))
    return [part.left, part.right];
  if (readsOnly(part.left, rightIds, leftIds) && readsOnly(part.right, leftIds, rightIds))
    return [part.right, part.left];
  return undefined;
}

/** Reads at least one column of `own` and none of `other`. Columns of enclosing queries do not count. */
function readsOnly(
  expression: Expression,
  own: ReadonlySet<number>,
  other: ReadonlySet<number>,
): boolean {
  const ids = [...columnIds(expression)];
  return ids.some((id) => own.has(id)) && !ids.some((id) => other.has(id));
}
