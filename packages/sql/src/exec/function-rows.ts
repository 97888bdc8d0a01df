/** Functions in FROM: their arguments are evaluated once for each time they are opened. */
import { evaluateConstant, functionScan, type BatchIterator } from '@alopex-db/core/exec';
import type { PhysicalPlan } from '../plan/physical.ts';
import type { StatementContext } from './statement-context.ts';

type FunctionPlan = Extract<PhysicalPlan, { readonly kind: 'function-scan' }>;

export function functionRows(plan: FunctionPlan, context: StatementContext): BatchIterator {
  const calls = plan.calls.map((call) => ({
    function: call.function,
    args: call.args.map((argument) => evaluateConstant(argument, context)),
    argumentTypes: call.args.map((argument) => argument.type),
    columns: call.columns,
  }));
  return functionScan(calls, plan.withOrdinality, context);
}
