/** The rules in the order in which they run. */
import type { Rule } from '../rule.ts';
import { foldConstants } from './fold-constants.ts';
import { joinLaterals } from './join-laterals.ts';
import { mergeProjects } from './merge-projects.ts';
import { orderJoins } from './order-joins.ts';
import { pruneColumns } from './prune-columns.ts';
import { pushPredicates } from './push-predicates.ts';
import { sinkLimits } from './sink-limits.ts';
import { unnestSubqueries } from './unnest-subqueries.ts';

export const RULES: readonly Rule[] = [
  // Constants first: what is known to be true or false spares the others work.
  foldConstants,
  // Before pushing, because it makes conditions that can be pushed.
  unnestSubqueries,
  // Before pushing too: a condition would sink into the right side of an apply.
  joinLaterals,
  pushPredicates,
  // After pushing, when every input of a join has its own conditions and an estimate that counts.
  orderJoins,
  mergeProjects,
  sinkLimits,
  // The limit may have left two projections on top of each other.
  { ...mergeProjects, name: 'merge-projects-again' },
  // Last: the others move expressions around, which changes who reads what.
  pruneColumns,
];
