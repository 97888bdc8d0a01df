/** Conversions among date, time, timestamp, timestamptz and interval. Local times are those of the session's zone. */
import { dateToTimestamp, timestampToDate } from '../../types/date.ts';
import { isInterval, makeInterval } from '../../types/interval.ts';
import type { TypeKind } from '../../types/data-type.ts';
import type { Scalar } from '../../types/scalar.ts';
import { MICROS_PER_DAY, checkedTimestamp, isFiniteTimestamp } from '../../types/timestamp.ts';
import { localFromUtc, utcFromLocal } from './time-zone.ts';
import type { ValueContext } from './time-zone.ts';

/** Undefined where there is no such conversion. */
export function castTemporal(
  value: NonNullable<Scalar>,
  from: TypeKind,
  to: TypeKind,
  context: ValueContext,
): Scalar | undefined {
  if (isInterval(value)) return to === 'time' ? timeOfDay(value.microseconds) : undefined;
  if (typeof value !== 'number') return undefined;
  if (from === 'time') return to === 'interval' ? makeInterval(0, 0, value) : undefined;
  switch (to) {
    case 'date':
      return timestampToDate(local(value, from, context));
    case 'time': {
      const moment = local(value, from, context);
      if (from === 'date') return undefined;
      return isFiniteTimestamp(moment) ? timeOfDay(moment) : null;
    }
    case 'timestamp':
      return local(value, from, context);
    case 'timestamptz': {
      const moment = from === 'date' ? dateToTimestamp(value) : value;
      return isFiniteTimestamp(moment)
        ? checkedTimestamp(utcFromLocal(moment, context.timeZone))
        : moment;
    }
    default:
      return undefined;
  }
}

function local(value: number, from: TypeKind, context: ValueContext): number {
  if (from === 'date') return dateToTimestamp(value);
  if (from !== 'timestamptz' || !isFiniteTimestamp(value)) return value;
  return localFromUtc(value, context.timeZone);
}

function timeOfDay(micros: number): number {
  return micros - Math.floor(micros / MICROS_PER_DAY) * MICROS_PER_DAY;
}
