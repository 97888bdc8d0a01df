/** `+ - * /` on dates, times and intervals, by operand types: more overloads of the arithmetic symbols. */
import { temporalOperators as time } from '@alopex-db/core/compute';
import type { ScalarFunction } from '@alopex-db/core/exec';
import {
  DATE,
  FLOAT64,
  INT32,
  INTERVAL,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  type DataType,
} from '@alopex-db/core/types';
import type { Overload } from './function-def.ts';

function pair(
  left: DataType,
  right: DataType,
  returns: DataType,
  implementation: ScalarFunction,
): Overload<ScalarFunction> {
  return { args: [left, right], returns, implementation };
}

export const TEMPORAL_OVERLOADS: ReadonlyMap<string, readonly Overload<ScalarFunction>[]> = new Map(
  [
    [
      '+',
      [
        pair(DATE, INT32, DATE, time.datePlusDays),
        pair(INT32, DATE, DATE, time.daysPlusDate),
        pair(DATE, INTERVAL, TIMESTAMP, time.datePlus),
        pair(INTERVAL, DATE, TIMESTAMP, time.plusDate),
        pair(DATE, TIME, TIMESTAMP, time.datePlusTime),
        pair(TIME, DATE, TIMESTAMP, time.timePlusDate),
        pair(TIME, INTERVAL, TIME, time.timePlus),
        pair(INTERVAL, TIME, TIME, time.plusTime),
        pair(TIMESTAMP, INTERVAL, TIMESTAMP, time.timestampPlus),
        pair(INTERVAL, TIMESTAMP, TIMESTAMP, time.plusTimestamp),
        pair(TIMESTAMPTZ, INTERVAL, TIMESTAMPTZ, time.zonedPlus),
        pair(INTERVAL, TIMESTAMPTZ, TIMESTAMPTZ, time.plusZoned),
        pair(INTERVAL, INTERVAL, INTERVAL, time.intervalPlus),
      ],
    ],
    [
      '-',
      [
        pair(DATE, INT32, DATE, time.dateMinusDays),
        pair(DATE, DATE, INT32, time.dateMinusDate),
        pair(DATE, INTERVAL, TIMESTAMP, time.dateMinus),
        pair(TIME, TIME, INTERVAL, time.timeMinusTime),
        pair(TIME, INTERVAL, TIME, time.timeMinus),
        pair(TIMESTAMP, TIMESTAMP, INTERVAL, time.momentMinusMoment),
        pair(TIMESTAMP, INTERVAL, TIMESTAMP, time.timestampMinus),
        pair(TIMESTAMPTZ, TIMESTAMPTZ, INTERVAL, time.momentMinusMoment),
        pair(TIMESTAMPTZ, INTERVAL, TIMESTAMPTZ, time.zonedMinus),
        pair(INTERVAL, INTERVAL, INTERVAL, time.intervalMinus),
      ],
    ],
    [
      '*',
      [
        pair(INTERVAL, FLOAT64, INTERVAL, time.intervalTimes),
        pair(FLOAT64, INTERVAL, INTERVAL, time.timesInterval),
      ],
    ],
    ['/', [pair(INTERVAL, FLOAT64, INTERVAL, time.intervalOver)]],
  ],
);
