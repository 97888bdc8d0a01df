/** Walking logical plans: inputs, expressions, rewriting, and which column ids a piece of a plan needs from outside. */
import {
  childrenOf,
  type AggregateCall,
  type Expression,
  type SortKey,
  type WindowBound,
  type WindowCall,
} from '@alopex-db/core/exec';
import { unreachable } from '@alopex-db/core/base';
import { outputColumns, type LogicalPlan, type ProjectItem } from './logical.ts';
import { mapOperands } from './walk-expression.ts';

export function inputs(plan: LogicalPlan): readonly LogicalPlan[] {
  switch (plan.kind) {
    case 'get':
    case 'values':
    case 'series':
    case 'function-scan':
    case 'cte-scan':
    case 'working-scan':
      return [];
    case 'recursive':
      return [plan.anchor, plan.step];
    case 'join':
    case 'apply':
    case 'set-operation':
      return [plan.left, plan.right];
    case 'insert':
      return [plan.source];
    case 'filter':
    case 'project':
    case 'aggregate':
    case 'window':
    case 'sort':
    case 'limit':
    case 'lock-rows':
    case 'distinct':
    case 'update':
    case 'delete':
      return [plan.input];
    default:
      return unreachable(plan);
  }
}

/** The same node over rewritten inputs; the same object when none changed. */
export function mapInputs(
  plan: LogicalPlan,
  rewrite: (input: LogicalPlan) => LogicalPlan,
): LogicalPlan {
  switch (plan.kind) {
    case 'get':
    case 'values':
    case 'series':
    case 'function-scan':
    case 'cte-scan':
    case 'working-scan':
      return plan;
    case 'recursive': {
      const anchor = rewrite(plan.anchor);
      const step = rewrite(plan.step);
      return anchor === plan.anchor && step === plan.step ? plan : { ...plan, anchor, step };
    }
    case 'join':
    case 'apply':
    case 'set-operation': {
      const left = rewrite(plan.left);
      const right = rewrite(plan.right);
      return left === plan.left && right === plan.right ? plan : { ...plan, left, right };
    }
    case 'insert': {
      const source = rewrite(plan.source);
      return source === plan.source ? plan : { ...plan, source };
    }
    case 'filter':
    case 'project':
    case 'aggregate':
    case 'window':
    case 'sort':
    case 'limit':
    case 'lock-rows':
    case 'distinct':
    case 'update':
    case 'delete': {
      const input = rewrite(plan.input);
      return input === plan.input ? plan : { ...plan, input };
    }
    default:
      return unreachable(plan);
  }
}

/** Rewrites the expressions of this node alone; the same object when none changed. */
export function mapNodeExpressions(
  plan: LogicalPlan,
  rewrite: (expression: Expression) => Expression,
): LogicalPlan {
  let changed = false;
  const rebuilt = rebuildNode(plan, (expression) => {
    const rewritten = rewrite(expression);
    if (rewritten !== expression) changed = true;
    return rewritten;
  });
  return changed ? rebuilt : plan;
}

function rebuildNode(
  plan: LogicalPlan,
  rewrite: (expression: Expression) => Expression,
): LogicalPlan {
  const optional = (expression: Expression | undefined): Expression | undefined =>
    expression === undefined ? undefined : rewrite(expression);
  const items = (list: readonly ProjectItem[]): readonly ProjectItem[] =>
    list.map((item) => ({ column: item.column, expression: rewrite(item.expression) }));
  const assignments = <T extends { readonly value: Expression }>(
    list: readonly T[],
  ): readonly T[] => list.map((item) => ({ ...item, value: rewrite(item.value) }));
  switch (plan.kind) {
    case 'get':
    case 'cte-scan':
    case 'working-scan':
    case 'recursive':
    case 'distinct':
    case 'set-operation':
      return plan;
    case 'values':
      return { ...plan, tuples: plan.tuples.map((tuple) => tuple.map(rewrite)) };
    case 'series':
      return { ...plan, args: plan.args.map(rewrite) };
    case 'function-scan':
      return {
        ...plan,
        calls: plan.calls.map((call) => ({ ...call, args: call.args.map(rewrite) })),
      };
    case 'filter':
      return { ...plan, predicate: rewrite(plan.predicate) };
    case 'project':
      return { ...plan, items: items(plan.items) };
    case 'join':
    case 'apply':
      return { ...plan, condition: optional(plan.condition) };
    case 'aggregate':
      return {
        ...plan,
        groups: items(plan.groups),
        aggregates: plan.aggregates.map((item) => ({
          column: item.column,
          call: mapAggregate(item.call, rewrite),
        })),
      };
    case 'window':
      return {
        ...plan,
        partitionBy: plan.partitionBy.map(rewrite),
        orderBy: mapSortKeys(plan.orderBy, rewrite),
        items: plan.items.map((item) => ({ ...item, call: mapWindowCall(item.call, rewrite) })),
      };
    case 'sort':
      return { ...plan, keys: mapSortKeys(plan.keys, rewrite) };
    case 'limit':
      return { ...plan, limit: optional(plan.limit), offset: optional(plan.offset) };
    case 'lock-rows':
      return {
        ...plan,
        locks: plan.locks.map((lock) => ({ ...lock, key: rewrite(lock.key) })),
      };
    case 'insert': {
      const update = plan.onConflict?.update;
      return {
        ...plan,
        checks: plan.checks.map((check) => ({ ...check, condition: rewrite(check.condition) })),
        returning: plan.returning === undefined ? undefined : items(plan.returning),
        onConflict:
          plan.onConflict === undefined || update === undefined
            ? plan.onConflict
            : {
                ...plan.onConflict,
                update: {
                  ...update,
                  assignments: assignments(update.assignments),
                  where: optional(update.where),
                },
              },
      };
    }
    case 'update':
      return {
        ...plan,
        assignments: assignments(plan.assignments),
        checks: plan.checks.map((check) => ({ ...check, condition: rewrite(check.condition) })),
        returning: plan.returning === undefined ? undefined : items(plan.returning),
      };
    case 'delete':
      return {
        ...plan,
        returning: plan.returning === undefined ? undefined : items(plan.returning),
      };
    default:
      return unreachable(plan);
  }
}

export function mapAggregate(
  call: AggregateCall,
  rewrite: (expression: Expression) => Expression,
): AggregateCall {
  return {
    ...call,
    args: call.args.map(rewrite),
    filter: call.filter === undefined ? undefined : rewrite(call.filter),
    orderBy: mapSortKeys(call.orderBy, rewrite),
  };
}

/** Offsets of frames read no column, but may hold parameters and values of an enclosing query. */
export function mapWindowCall(
  call: WindowCall,
  rewrite: (expression: Expression) => Expression,
): WindowCall {
  const bound = (one: WindowBound): WindowBound =>
    one.offset === undefined ? one : { ...one, offset: rewrite(one.offset) };
  return {
    ...call,
    args: call.args.map(rewrite),
    filter: call.filter === undefined ? undefined : rewrite(call.filter),
    frame: { ...call.frame, start: bound(call.frame.start), end: bound(call.frame.end) },
  };
}

export function mapSortKeys(
  keys: readonly SortKey[],
  rewrite: (expression: Expression) => Expression,
): readonly SortKey[] {
  return keys.map((key) => ({ ...key, expression: rewrite(key.expression) }));
}

/** The expressions of this node alone. */
export function nodeExpressions(plan: LogicalPlan): readonly Expression[] {
  const found: Expression[] = [];
  mapNodeExpressions(plan, (expression) => {
    found.push(expression);
    return expression;
  });
  return found;
}

/** Rewrites a plan from the leaves up. */
export function mapPlan(
  plan: LogicalPlan,
  rewrite: (node: LogicalPlan) => LogicalPlan,
): LogicalPlan {
  return rewrite(mapInputs(plan, (input) => mapPlan(input, rewrite)));
}

/** The logical plan inside a subquery expression: the front end's own object, opaque to `core`. */
export function subqueryPlan(expression: Expression & { readonly kind: 'subquery' }): LogicalPlan {
  return expression.plan as LogicalPlan;
}

/** Rewrites an expression from the leaves up, going down into the plans of subqueries too. */
export function mapDeep(
  expression: Expression,
  rewrite: (node: Expression) => Expression,
): Expression {
  const inner = mapOperands(expression, (operand) => mapDeep(operand, rewrite));
  if (inner.kind !== 'subquery') return rewrite(inner);
  const before = subqueryPlan(inner);
  const after = mapPlanExpressions(before, (part) => mapDeep(part, rewrite));
  return rewrite(after === before ? inner : { ...inner, plan: after });
}

/** Rewrites every expression of every node. */
export function mapPlanExpressions(
  plan: LogicalPlan,
  rewrite: (expression: Expression) => Expression,
): LogicalPlan {
  return mapPlan(plan, (node) => mapNodeExpressions(node, rewrite));
}

/** Column ids an expression reads, those of its subqueries' enclosing references included. */
export function columnIds(expression: Expression, into: Set<number> = new Set()): Set<number> {
  if (expression.kind === 'column') into.add(expression.index);
  for (const operand of childrenOf(expression)) columnIds(operand, into);
  if (expression.kind === 'subquery')
    for (const id of freeColumns(subqueryPlan(expression))) into.add(id);
  return into;
}

/** Column ids a plan reads but does not make: what it takes from enclosing queries. */
export function freeColumns(plan: LogicalPlan): ReadonlySet<number> {
  const read = new Set<number>();
  const made = new Set<number>();
  collect(plan, read, made);
  for (const id of made) read.delete(id);
  return read;
}

function collect(plan: LogicalPlan, read: Set<number>, made: Set<number>): void {
  for (const expression of nodeExpressions(plan)) columnIds(expression, read);
  for (const column of madeColumns(plan)) made.add(column);
  for (const input of inputs(plan)) collect(input, read, made);
}

/** Ids this node introduces, the rows a writer names included. */
function madeColumns(plan: LogicalPlan): readonly number[] {
  const own = outputColumns(plan).map((column) => column.id);
  if (plan.kind === 'insert') {
    const update = plan.onConflict?.update;
    const rows = [...plan.row, ...(update?.existing ?? []), ...(update?.excluded ?? [])];
    return [...own, ...rows.map((column) => column.id)];
  }
  if (plan.kind === 'update') return [...own, ...plan.row.map((column) => column.id)];
  return own;
}

/** The ids of a node's output. */
export function outputIds(plan: LogicalPlan): ReadonlySet<number> {
  return new Set(outputColumns(plan).map((column) => column.id));
}
