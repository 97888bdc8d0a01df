/** What FROM, or a part of it, amounts to: a plan, the names it offers, the tables read in it. */
import type { LogicalGet, LogicalPlan } from '../plan/logical.ts';
import type { ScopeColumn } from './scope.ts';

export interface FromSource {
  readonly plan: LogicalPlan;
  readonly columns: readonly ScopeColumn[];
  /** For primary keys, which determine the other columns of their table under GROUP BY. */
  readonly tables: readonly LogicalGet[];
}
