/** What the files of the physical planner share: estimates, expression placement, and the way back into the planner. */
import type { Expression } from '@alopex-db/core/exec';
import type { Estimator } from '../optimizer/estimate.ts';
import type { LogicalPlan } from '../plan/logical.ts';
import type { CteDefinition } from '../plan/physical.ts';
import type { DependentPlan, Layout } from './place-expression.ts';
import type { Planned } from './planned.ts';

export interface PlanContext {
  readonly estimator: Estimator;
  plan(node: LogicalPlan): Planned;
  /** Ids to positions of an input with this layout. */
  place(expression: Expression, layout: Layout): Expression;
  /** A plan that reads columns of an input with this layout. */
  placePlan(plan: LogicalPlan, layout: Layout): DependentPlan;
  cte(index: number): CteDefinition;
}

/** The layout of expressions that may read no column at all. */
export const NO_COLUMNS: Layout = new Map<number, number>();
