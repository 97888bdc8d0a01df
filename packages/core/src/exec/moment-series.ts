/** generate_series over moments: from `start` by an interval as long as they do not pass `stop`. */
import { AlopexError } from '../base/errors.ts';
import { PENDING } from '../base/pending.ts';
import { addInterval, addIntervalInZone } from '../compute/temporal/interval-arithmetic.ts';
import type { TimeZone } from '../compute/temporal/time-zone.ts';
import { BATCH_ROWS_MAX } from '../types/batch.ts';
import { fixedColumn } from '../types/column-vector.ts';
import type { DataType } from '../types/data-type.ts';
import { compareIntervals } from '../types/interval.ts';
import type { Interval } from '../types/interval.ts';
import { isFiniteTimestamp } from '../types/timestamp.ts';
import type { BatchIterator, ExecContext } from './operator.ts';

export interface MomentSeriesOptions {
  readonly start: number;
  readonly stop: number;
  readonly step: Interval;
  /** timestamp or timestamptz. */
  readonly type: DataType;
  /** By whose clock the days and months of a timestamptz go. */
  readonly timeZone: TimeZone;
}

export function* momentSeries(options: MomentSeriesOptions, context: ExecContext): BatchIterator {
  const { start, stop, step, type, timeZone } = options;
  const direction = Math.sign(compareIntervals(step, { months: 0, days: 0, microseconds: 0 }));
  if (direction === 0) throw new AlopexError('ALX_INVALID_ARGUMENT', 'step size cannot equal zero');
  if (!isFiniteTimestamp(start))
    throw new AlopexError('ALX_INVALID_ARGUMENT', 'start value cannot be infinite');
  const zoned = type.kind === 'timestamptz';
  let next = start;
  let isFirst = true;
  while (direction > 0 ? next <= stop : next >= stop) {
    context.check();
    if (!isFirst && context.wantsPause === true) yield PENDING;
    isFirst = false;
    const values = new Float64Array(BATCH_ROWS_MAX);
    let count = 0;
    while (count < BATCH_ROWS_MAX && (direction > 0 ? next <= stop : next >= stop)) {
      values[count] = next;
      count += 1;
      next = zoned ? addIntervalInZone(next, step, timeZone) : addInterval(next, step);
    }
    yield { rowCount: count, columns: [fixedColumn(type, count, values)] };
  }
}
