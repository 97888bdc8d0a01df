/** Windows in EXPLAIN: what they are cut and sorted by, and the calls with their frames. */
import type { WindowBound, WindowCall, WindowFrame } from '@alopex-db/core/exec';
import type { PlanDetail } from './describe-plan.ts';
import { expressionText, sortKeyText, type ExpressionNames } from './expression-text.ts';
import type { PhysicalPlan } from './physical.ts';

export function windowDetails(
  plan: PhysicalPlan & { readonly kind: 'window' },
  names: ExpressionNames,
): readonly PlanDetail[] {
  const details: PlanDetail[] = [];
  if (plan.partitionBy.length > 0) {
    const keys = plan.partitionBy.map((key) => expressionText(key, names));
    details.push({ label: 'Partition Key', value: keys.join(', ') });
  }
  if (plan.orderBy.length > 0) {
    const keys = plan.orderBy.map((key) => sortKeyText(key, names));
    details.push({ label: 'Sort Key', value: keys.join(', ') });
  }
  const calls = plan.calls.map((call) => windowCallText(call, names));
  return [...details, { label: 'Calls', value: calls.join(', ') }];
}

export function windowCallText(call: WindowCall, names: ExpressionNames): string {
  const isAggregate = typeof call.function !== 'string';
  const name = typeof call.function === 'string' ? call.function : call.function.name;
  const args = call.args.map((argument) => expressionText(argument, names)).join(', ');
  const filter =
    call.filter === undefined ? '' : ` FILTER (WHERE ${expressionText(call.filter, names)})`;
  const inner = args === '' && isAggregate ? '*' : args;
  return `${name}(${inner})${filter}${frameText(call.frame, names)}`;
}

/** Nothing for the frame that stands where none is written. */
function frameText(frame: WindowFrame, names: ExpressionNames): string {
  const { unit, start, end, exclude } = frame;
  const usual =
    unit === 'range' && start.kind === 'unbounded preceding' && end.kind === 'current row';
  if (usual && exclude === 'no others') return '';
  const excluded = exclude === 'no others' ? '' : ` EXCLUDE ${exclude.toUpperCase()}`;
  const bounds = `${boundText(start, names)} AND ${boundText(end, names)}`;
  return ` ${unit.toUpperCase()} BETWEEN ${bounds}${excluded}`;
}

function boundText(bound: WindowBound, names: ExpressionNames): string {
  const kind = bound.kind.toUpperCase();
  return bound.offset === undefined ? kind : `${expressionText(bound.offset, names)} ${kind}`;
}
