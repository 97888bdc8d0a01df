/** Functions of timestamps: now, date_trunc, date_part (extract), make_timestamp, and what makes one from seconds. */
import { AlopexError } from '../base/errors.ts';
import {
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  daysFromCivil,
  daysInMonth,
  isTimestamp,
  timestampFields,
} from '../types/timestamp.ts';
import { nullableFunction, strictFunction } from './define-function.ts';

export const temporalFunctions = {
  /** () -> timestamp: the start of the transaction. */
  now: nullableFunction('now', (_args, context) => context.transactionMicros, 'stable'),
  /** (unit, timestamp) -> timestamp */
  dateTrunc: strictFunction('date_trunc', ([unit, timestamp]) =>
    dateTrunc(String(unit), Number(timestamp)),
  ),
  /** (unit, timestamp) -> double precision */
  datePart: strictFunction('date_part', ([unit, timestamp]) =>
    datePart(String(unit), Number(timestamp)),
  ),
  /** (seconds double precision) -> timestamp */
  toTimestamp: strictFunction('to_timestamp', ([seconds]) =>
    checkRange(Math.round(Number(seconds) * MICROS_PER_SECOND)),
  ),
  /** (timestamp) -> bigint seconds since 1970 */
  unixEpoch: strictFunction('unixepoch', ([timestamp]) =>
    Math.floor(Number(timestamp) / MICROS_PER_SECOND),
  ),
  /** (year, month, day, hour, minute integer, second double precision) -> timestamp */
  makeTimestamp: strictFunction('make_timestamp', ([year, month, day, hour, minute, second]) =>
    makeTimestamp(
      Number(year),
      Number(month),
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
    ),
  ),
} as const;

function checkRange(timestamp: number): number {
  if (!isTimestamp(timestamp))
    throw new AlopexError('ALX_DATETIME_OVERFLOW', 'timestamp out of range');
  return timestamp;
}

function makeTimestamp(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number {
  const dateFits = year !== 0 && month >= 1 && month <= 12 && day >= 1;
  const civilYear = year < 0 ? year + 1 : year;
  const timeFits =
    hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second < 60;
  if (!dateFits || day > daysInMonth(civilYear, month)) {
    throw fieldOutOfRange('date', `${year}-${twoDigits(month)}-${twoDigits(day)}`);
  }
  if (!timeFits) throw fieldOutOfRange('time', [hour, minute, second].map(twoDigits).join(':'));
  const days = daysFromCivil(civilYear, month, day);
  const time =
    hour * MICROS_PER_HOUR + minute * MICROS_PER_MINUTE + Math.round(second * MICROS_PER_SECOND);
  return checkRange(days * MICROS_PER_DAY + time);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function fieldOutOfRange(which: 'date' | 'time', value: string): AlopexError {
  return new AlopexError('ALX_DATETIME_OVERFLOW', `${which} field value out of range: ${value}`);
}

/** Units of a fixed length, counted from 1970. */
const FIXED_UNITS: Readonly<Record<string, number>> = {
  microseconds: 1,
  milliseconds: 1_000,
  second: MICROS_PER_SECOND,
  minute: MICROS_PER_MINUTE,
  hour: MICROS_PER_HOUR,
  day: MICROS_PER_DAY,
};

const UNIT_ALIASES: Readonly<Record<string, string>> = {
  microsecond: 'microseconds',
  us: 'microseconds',
  millisecond: 'milliseconds',
  ms: 'milliseconds',
  seconds: 'second',
  sec: 'second',
  minutes: 'minute',
  min: 'minute',
  hours: 'hour',
  days: 'day',
  weeks: 'week',
  months: 'month',
  mon: 'month',
  quarters: 'quarter',
  years: 'year',
  decades: 'decade',
  centuries: 'century',
  millenniums: 'millennium',
  millennia: 'millennium',
};

function unitName(unit: string): string {
  const lower = unit.toLowerCase();
  return UNIT_ALIASES[lower] ?? lower;
}

function unknownUnit(unit: string): AlopexError {
  return new AlopexError(
    'ALX_INVALID_ARGUMENT',
    `unit "${unit}" not recognized for type timestamp without time zone`,
  );
}

function dateTrunc(unit: string, timestamp: number): number {
  const name = unitName(unit);
  const fixed = FIXED_UNITS[name];
  if (fixed !== undefined) return Math.floor(timestamp / fixed) * fixed;
  if (name === 'week')
    return startOfIsoWeek(Math.floor(timestamp / MICROS_PER_DAY)) * MICROS_PER_DAY;
  const { year, month } = timestampFields(timestamp);
  const start = (toYear: number, toMonth: number): number =>
    daysFromCivil(toYear, toMonth, 1) * MICROS_PER_DAY;
  switch (name) {
    case 'month':
      return start(year, month);
    case 'quarter':
      return start(year, month - ((month - 1) % 3));
    case 'year':
      return start(year, 1);
    case 'decade':
      return start(Math.floor(year / 10) * 10, 1);
    // Centuries and millennia begin in years that end in 1.
    case 'century':
      return start(Math.floor((year - 1) / 100) * 100 + 1, 1);
    case 'millennium':
      return start(Math.floor((year - 1) / 1000) * 1000 + 1, 1);
    default:
      throw unknownUnit(unit);
  }
}

/** Monday = 1 … Sunday = 7. Day 0 was a Thursday. */
function isoWeekday(days: number): number {
  return ((((days + 3) % 7) + 7) % 7) + 1;
}

function startOfIsoWeek(days: number): number {
  return days - isoWeekday(days) + 1;
}

/** ISO 8601: a week belongs to the year of its Thursday. */
function isoWeek(days: number): { year: number; week: number } {
  const thursday = startOfIsoWeek(days) + 3;
  const { year } = timestampFields(thursday * MICROS_PER_DAY);
  return { year, week: Math.floor((thursday - daysFromCivil(year, 1, 1)) / 7) + 1 };
}

/** Julian day number of 1970-01-01. */
const JULIAN_EPOCH_DAY = 2_440_588;

function datePart(unit: string, timestamp: number): number {
  const fields = timestampFields(timestamp);
  const { year, month, day, hour, minute, second, micros } = fields;
  const days = Math.floor(timestamp / MICROS_PER_DAY);
  switch (unitName(unit)) {
    case 'microseconds':
      return second * MICROS_PER_SECOND + micros;
    case 'milliseconds':
      return second * 1_000 + micros / 1_000;
    case 'second':
      return second + micros / MICROS_PER_SECOND;
    case 'minute':
      return minute;
    case 'hour':
      return hour;
    case 'day':
      return day;
    case 'month':
      return month;
    case 'quarter':
      return Math.floor((month - 1) / 3) + 1;
    case 'year':
      return shownYear(year);
    case 'decade':
      return Math.floor(year / 10);
    case 'century':
      return eraNumber(year, 100);
    case 'millennium':
      return eraNumber(year, 1_000);
    case 'dow':
      return isoWeekday(days) % 7;
    case 'isodow':
      return isoWeekday(days);
    case 'doy':
      return days - daysFromCivil(year, 1, 1) + 1;
    case 'week':
      return isoWeek(days).week;
    case 'isoyear':
      return shownYear(isoWeek(days).year);
    case 'epoch':
      return timestamp / MICROS_PER_SECOND;
    case 'julian':
      return JULIAN_EPOCH_DAY + timestamp / MICROS_PER_DAY;
    default:
      throw unknownUnit(unit);
  }
}

/** There is no year 0: 1 BC is shown as -1. */
function shownYear(year: number): number {
  return year > 0 ? year : year - 1;
}

function eraNumber(year: number, span: number): number {
  return year > 0 ? Math.floor((year - 1) / span) + 1 : -(Math.floor(-year / span) + 1);
}
