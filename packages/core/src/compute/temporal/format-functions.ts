/** to_char, to_timestamp, to_date, to_number and strftime as functions over values. */
import { AlopexError } from '../../base/errors.ts';
import { checkedDate } from '../../types/date.ts';
import type { Interval } from '../../types/interval.ts';
import { formatNumeric, numericOf } from '../../types/numeric.ts';
import type { Scalar } from '../../types/scalar.ts';
import {
  MICROS_PER_DAY,
  MICROS_PER_SECOND,
  checkedTimestamp,
  isFiniteTimestamp,
  timestampFields,
} from '../../types/timestamp.ts';
import { strictFunction } from '../define-function.ts';
import { dayOfYear, isoWeekday } from './date-field.ts';
import { formatNumberBy, readNumberBy } from './number-format.ts';
import { JULIAN_1970 } from './parse-date-time.ts';
import { formatIntervalBy, formatMoment, readMoment } from './to-char.ts';
import { localFromUtc, utcFromLocal } from './time-zone.ts';

export const formatFunctions = {
  timestampToChar: strictFunction('to_char', ([value, format]) =>
    formatMoment(value as number, format as string),
  ),
  zonedToChar: strictFunction(
    'to_char',
    ([value, format], { timeZone }) => {
      const moment = value as number;
      if (!isFiniteTimestamp(moment)) return null;
      const zone = { name: timeZone.name, seconds: timeZone.offsetSeconds(moment) };
      return formatMoment(localFromUtc(moment, timeZone), format as string, zone);
    },
    'stable',
  ),
  intervalToChar: strictFunction('to_char', ([value, format]) =>
    formatIntervalBy(value as Interval, format as string),
  ),
  numericToChar: strictFunction('to_char', ([value, format]) =>
    formatNumberBy(numericOf(value as string), format as string),
  ),
  floatToChar: strictFunction('to_char', ([value, format]) =>
    formatNumberBy(decimalOf(value as number), format as string),
  ),
  toNumber: strictFunction('to_number', ([text, format]) =>
    formatNumeric(readNumberBy(text as string, format as string)),
  ),
  toTimestamp: strictFunction(
    'to_timestamp',
    ([text, format], { timeZone }) => {
      const { local, zoneSeconds } = readMoment(text as string, format as string);
      if (zoneSeconds !== undefined)
        return checkedTimestamp(local - zoneSeconds * MICROS_PER_SECOND);
      return checkedTimestamp(utcFromLocal(local, timeZone));
    },
    'stable',
  ),
  toDate: strictFunction('to_date', ([text, format]) =>
    checkedDate(Math.floor(readMoment(text as string, format as string).local / MICROS_PER_DAY)),
  ),
  strftime: strictFunction('strftime', ([format, value]) =>
    strftime(format as string, value as number),
  ),
  strftimeValueFirst: strictFunction('strftime', ([value, format]) =>
    strftime(format as string, value as number),
  ),
} as const;

function decimalOf(value: number): number | Exclude<ReturnType<typeof numericOf>, number> {
  return Number.isFinite(value) ? numericOf(String(Number(value.toPrecision(15)))) : value;
}

/** SQLite's and C's conversion letters. */
function strftime(format: string, timestamp: number): Scalar {
  if (!isFiniteTimestamp(timestamp)) return null;
  return format.replaceAll(/%(.?)/gs, (_, letter: string) => {
    const shown = conversion(letter, timestamp);
    if (shown !== undefined) return shown;
    throw new AlopexError('ALX_INVALID_ARGUMENT', `unknown conversion "%${letter}" in strftime`);
  });
}

function conversion(letter: string, timestamp: number): string | undefined {
  const { year, month, day, hour, minute, second, micros } = timestampFields(timestamp);
  const days = Math.floor(timestamp / MICROS_PER_DAY);
  const pad = (value: number, width: number): string => String(value).padStart(width, '0');
  const weekday = isoWeekday(days) % 7;
  switch (letter) {
    case 'Y':
      return pad(year, 4);
    case 'y':
      return pad(year % 100, 2);
    case 'm':
      return pad(month, 2);
    case 'd':
      return pad(day, 2);
    case 'e':
      return String(day).padStart(2);
    case 'H':
      return pad(hour, 2);
    case 'I':
      return pad(hour % 12 === 0 ? 12 : hour % 12, 2);
    case 'p':
      return hour < 12 ? 'AM' : 'PM';
    case 'M':
      return pad(minute, 2);
    case 'S':
      return pad(second, 2);
    case 'f':
      return `${pad(second, 2)}.${pad(Math.floor(micros / 1_000), 3)}`;
    case 'F':
      return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
    case 'T':
      return `${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}`;
    case 'R':
      return `${pad(hour, 2)}:${pad(minute, 2)}`;
    case 's':
      return String(Math.floor(timestamp / MICROS_PER_SECOND));
    case 'j':
      return pad(dayOfYear(days), 3);
    case 'J':
      return String(timestamp / MICROS_PER_DAY + JULIAN_1970 - 0.5);
    case 'w':
      return String(weekday);
    case 'u':
      return String(isoWeekday(days));
    case 'W':
      return pad(Math.floor((dayOfYear(days) + 6 - ((weekday + 6) % 7)) / 7), 2);
    case 'a':
      return formatMoment(timestamp, 'Dy')!;
    case 'A':
      return formatMoment(timestamp, 'FMDay')!;
    case 'b':
      return formatMoment(timestamp, 'Mon')!;
    case 'B':
      return formatMoment(timestamp, 'FMMonth')!;
    case '%':
      return '%';
    default:
      return undefined;
  }
}
