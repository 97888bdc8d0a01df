/**
 * A rule rewrites a whole logical plan into one with the same answer. Rules are pure, know nothing of each other and answer
 * the same object when there is nothing to do, so a pass can see that it is done.
 */
import type { LogicalPlan } from '../plan/logical.ts';
import type { Estimator } from './estimate.ts';

export interface RuleContext {
  readonly estimator: Estimator;
  /** Room for ids of columns a rule makes. */
  readonly nextColumnId: () => number;
}

export interface Rule {
  readonly name: string;
  apply(plan: LogicalPlan, context: RuleContext): LogicalPlan;
}
