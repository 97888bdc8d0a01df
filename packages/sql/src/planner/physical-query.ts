/** A bound statement through optimizer and physical planner. */
import type { BoundStatement } from '../binder/bind-data-statement.ts';
import type { BindState } from '../binder/bind-state.ts';
import { optimize } from '../optimizer/optimize.ts';
import { noStatistics } from '../optimizer/statistics.ts';
import type { CompiledQuery, QueryCommand } from '../plan/compiled-statement.ts';
import { planPhysical } from './physical-planner.ts';
import { planColumns } from './planned.ts';

export function physicalQuery(
  bound: BoundStatement,
  command: QueryCommand,
  state: BindState,
): CompiledQuery {
  const { context } = state;
  const statistics = context.statistics ?? noStatistics;
  const optimized = optimize(bound.statement, {
    statistics,
    disabledRules: context.disabledRules,
    nextColumnId: () => state.nextColumnId(),
  });
  return {
    kind: 'query',
    plan: planPhysical(optimized, statistics),
    columns: planColumns(bound.columns),
    parameterTypes: bound.parameterTypes,
    usedHints: bound.usedHints,
    command,
    readOnly: command === 'SELECT',
  };
}
