/**
 * LIMIT, and the sort below it, go under a projection: then the select list is computed for the rows that are left, and the
 * planner sees limit, sort and table together, which is how it finds vector searches and orders that come for free.
 */
import type { SortKey } from '@alopex-db/core/exec';
import type { LogicalLimit, LogicalPlan, LogicalProject, LogicalSort } from '../../plan/logical.ts';
import { isRepeatable, replacementsOf, substitute } from '../../plan/substitute.ts';
import { mapPlan, mapSortKeys } from '../../plan/walk-plan.ts';
import type { Rule } from '../rule.ts';

export const sinkLimits: Rule = {
  name: 'sink-limits',
  apply: (plan) =>
    mapPlan(plan, (node) =>
      node.kind === 'limit' ? sunk(node) : node.kind === 'sort' ? sunkSort(node) : node,
    ),
};

function sunk(limit: LogicalLimit): LogicalPlan {
  const { input } = limit;
  if (input.kind === 'project') {
    return { ...input, input: sunk({ ...limit, input: input.input }) };
  }
  if (input.kind !== 'sort' || input.input.kind !== 'project') return limit;
  const project = input.input;
  const keys = keysBelow(input, project);
  if (keys === undefined) return limit;
  const below: LogicalPlan = { kind: 'sort', input: project.input, keys };
  return { ...project, input: sunk({ ...limit, input: below }) };
}

/** A sort alone goes under a projection that only picks columns: then the scan below may deliver the order. */
function sunkSort(sort: LogicalSort): LogicalPlan {
  const project = sort.input;
  if (project.kind !== 'project') return sort;
  if (project.items.some((item) => item.expression.kind !== 'column')) return sort;
  const keys = keysBelow(sort, project);
  return keys === undefined ? sort : { ...project, input: { ...sort, input: project.input, keys } };
}

function keysBelow(sort: LogicalSort, project: LogicalProject): readonly SortKey[] | undefined {
  const replacements = replacementsOf(project.items);
  if (!project.items.every((item) => isRepeatable(item.expression))) return undefined;
  return mapSortKeys(sort.keys, (expression) => substitute(expression, replacements));
}
