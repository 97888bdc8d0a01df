/** generate_series in FROM: its arguments are evaluated once; a null among them leaves no rows. */
import { AlopexError, assert } from '@alopex-db/core/base';
import { evaluateConstant, momentSeries, series, type BatchIterator } from '@alopex-db/core/exec';
import type { Interval, Scalar } from '@alopex-db/core/types';
import type { PhysicalPlan } from '../plan/physical.ts';
import type { StatementContext } from './statement-context.ts';

type SeriesPlan = Extract<PhysicalPlan, { readonly kind: 'series' }>;

export function* seriesScan(plan: SeriesPlan, context: StatementContext): BatchIterator {
  const args = plan.args.map((argument) => evaluateConstant(argument, context));
  if (args.includes(null)) return;
  const { type } = plan.columns[0]!;
  if (type.kind !== 'int32' && type.kind !== 'int64') {
    // The binder has made them two moments and an interval.
    const [start, stop, step] = args as [number, number, Interval];
    yield* momentSeries({ start, stop, step, type, timeZone: context.timeZone }, context);
    return;
  }
  const [start, stop, step] = args.map(integer);
  assert(start !== undefined && stop !== undefined, 'a series has two ends');
  if (step !== undefined && BigInt(step) === 0n)
    throw new AlopexError('ALX_INVALID_ARGUMENT', 'step size cannot equal zero');
  yield* series({ start, stop, step: step ?? 1, type }, context);
}

function integer(value: Scalar): number | bigint {
  assert(typeof value === 'number' || typeof value === 'bigint', 'the binder made it an integer');
  return value;
}
