/**
 * Nothing is read, computed or carried that nobody asks for. Goes down with the set of wanted column ids; what a writer or
 * DISTINCT needs whole stays whole.
 */
import type { Expression } from '@alopex-db/core/exec';
import {
  outputColumns,
  type LogicalAggregate,
  type LogicalApply,
  type LogicalGet,
  type LogicalJoin,
  type LogicalPlan,
  type LogicalProject,
  type LogicalSetOperation,
  type LogicalWindow,
} from '../../plan/logical.ts';
import { isVolatileCall, someNode } from '../../plan/walk-expression.ts';
import {
  columnIds,
  freeColumns,
  mapDeep,
  mapNodeExpressions,
  nodeExpressions,
  outputIds,
  subqueryPlan,
} from '../../plan/walk-plan.ts';
import type { Rule } from '../rule.ts';

type Wanted = ReadonlySet<number>;

export const pruneColumns: Rule = {
  name: 'prune-columns',
  apply: (plan) => prune(plan, outputIds(plan)),
};

function prune(plan: LogicalPlan, wanted: Wanted): LogicalPlan {
  switch (plan.kind) {
    case 'get':
      return pruneGet(plan, wanted);
    case 'values':
    case 'series':
    case 'function-scan':
    case 'cte-scan':
    case 'working-scan':
      return plan;
    case 'recursive': {
      const anchor = prune(plan.anchor, outputIds(plan.anchor));
      return { ...plan, anchor, step: prune(plan.step, outputIds(plan.step)) };
    }
    case 'project':
      return pruneProject(plan, wanted);
    case 'aggregate':
      return pruneAggregate(plan, wanted);
    case 'window':
      return pruneWindow(plan, wanted);
    case 'join':
      return pruneJoin(plan, wanted);
    case 'apply':
      return pruneApply(plan, wanted);
    case 'set-operation':
      return pruneSetOperation(plan);
    case 'filter':
    case 'sort':
    case 'lock-rows':
    case 'limit': {
      const node = withPrunedExists(plan) as typeof plan;
      return { ...node, input: prune(node.input, alsoRead(node, wanted)) };
    }
    case 'distinct':
      // Rows that differ in a column nobody reads still differ.
      return { ...plan, input: prune(plan.input, outputIds(plan.input)) };
    case 'insert':
      return { ...plan, source: prune(plan.source, outputIds(plan.source)) };
    case 'update':
    case 'delete': {
      const node = withPrunedExists(plan) as typeof plan;
      const row = [...plan.target, plan.rowKey].map((column) => column.id);
      return { ...node, input: prune(node.input, alsoRead(node, new Set(row))) };
    }
  }
}

/** What is wanted of the input: what is wanted above, and what the node itself reads. */
function alsoRead(plan: LogicalPlan, wanted: Wanted): Wanted {
  const ids = new Set(wanted);
  for (const expression of nodeExpressions(plan)) columnIds(expression, ids);
  return ids;
}

function pruneGet(plan: LogicalGet, wanted: Wanted): LogicalGet {
  const kept = plan.columns.map((column) => wanted.has(column.id));
  if (kept.every(Boolean)) return plan;
  return {
    ...plan,
    ordinals: plan.ordinals.filter((_, index) => kept[index]),
    columns: plan.columns.filter((_, index) => kept[index]),
  };
}

function pruneProject(plan: LogicalProject, wanted: Wanted): LogicalPlan {
  const items = plan.items.filter((item) => wanted.has(item.column.id));
  const node = withPrunedExists({ ...plan, items }) as LogicalProject;
  const input = prune(plan.input, alsoRead(node, new Set()));
  // Nothing is computed and the input has no columns to hide: the projection says nothing.
  if (items.length === 0 && outputColumns(input).length === 0) return input;
  return { ...node, input };
}

function pruneAggregate(plan: LogicalAggregate, wanted: Wanted): LogicalAggregate {
  const aggregates = plan.aggregates.filter((item) => wanted.has(item.column.id));
  const node = withPrunedExists({ ...plan, aggregates }) as LogicalAggregate;
  return { ...node, input: prune(node.input, alsoRead(node, new Set())) };
}

function pruneWindow(plan: LogicalWindow, wanted: Wanted): LogicalPlan {
  const items = plan.items.filter((item) => wanted.has(item.column.id));
  if (items.length === 0) return prune(plan.input, wanted);
  const node = withPrunedExists({ ...plan, items }) as LogicalWindow;
  return { ...node, input: prune(node.input, alsoRead(node, wanted)) };
}

function pruneJoin(plan: LogicalJoin, wanted: Wanted): LogicalJoin {
  const node = withPrunedExists(plan) as LogicalJoin;
  const read = alsoRead(node, wanted);
  return { ...node, left: prune(node.left, read), right: prune(node.right, read) };
}

/** The right side reads columns of the left one too. */
function pruneApply(plan: LogicalApply, wanted: Wanted): LogicalApply {
  const node = withPrunedExists(plan) as LogicalApply;
  const read = alsoRead(node, wanted);
  const right = prune(node.right, read);
  return { ...node, left: prune(node.left, new Set([...read, ...freeColumns(right)])), right };
}

function pruneSetOperation(plan: LogicalSetOperation): LogicalSetOperation {
  return {
    ...plan,
    left: prune(plan.left, outputIds(plan.left)),
    right: prune(plan.right, outputIds(plan.right)),
  };
}

/** EXISTS asks whether there is a row, not what is in it. */
function withPrunedExists(plan: LogicalPlan): LogicalPlan {
  const hasExists = nodeExpressions(plan).some((expression) => someNode(expression, isExists));
  if (!hasExists) return plan;
  return mapNodeExpressions(plan, (expression) =>
    mapDeep(expression, (node) => {
      if (node.kind !== 'subquery' || node.mode !== 'exists') return node;
      return { ...node, plan: prune(withoutSelectList(subqueryPlan(node)), new Set()) };
    }),
  );
}

function isExists(node: Expression): boolean {
  return node.kind === 'subquery' && node.mode === 'exists';
}

function withoutSelectList(plan: LogicalPlan): LogicalPlan {
  const quiet =
    plan.kind === 'project' &&
    !plan.items.some((item) => someNode(item.expression, isVolatileCall));
  return quiet ? plan.input : plan;
}
