/**
 * Timestamps without time zone: microseconds since 1970-01-01 on the proleptic Gregorian calendar, PostgreSQL's text form
 * `YYYY-MM-DD HH:MM:SS[.ffffff]` (years before 1 as `… BC`). A zone in the text is read and ignored, as PostgreSQL does.
 *
 * A timestamp is a double that holds a whole number of microseconds, from 4713 BC to 294276 AD. Every microsecond is exact
 * from 1684 to 2255; farther away the nearest multiple of a power of two is kept: all milliseconds to the year 4253, all
 * whole seconds to beyond 20,000.
 */
import { AlopexError } from '../base/errors.ts';

export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_MINUTE = 60_000_000;
export const MICROS_PER_HOUR = 3_600_000_000;
export const MICROS_PER_DAY = 86_400_000_000;

/** 4713-11-24 BC and the end of 294276 AD: PostgreSQL's range. */
const TIMESTAMP_MIN = -210_866_803_200_000_000;
const TIMESTAMP_MAX = 9_223_371_331_200_000_000;

/**
 * Later and earlier than every timestamp: the double that is written as the greatest and the least 64-bit integers there
 * are doubles for. Part of the file format, do not change.
 */
export const TIMESTAMP_INFINITY = 9_223_372_036_854_774_784;
export const TIMESTAMP_MINUS_INFINITY = -9_223_372_036_854_775_808;

export function isFiniteTimestamp(timestamp: number): boolean {
  return timestamp !== TIMESTAMP_INFINITY && timestamp !== TIMESTAMP_MINUS_INFINITY;
}

/** ALX_DATETIME_OVERFLOW outside of the range of timestamps. */
export function checkedTimestamp(timestamp: number): number {
  if (isTimestamp(timestamp)) return timestamp;
  throw new AlopexError('ALX_DATETIME_OVERFLOW', 'timestamp out of range');
}

/** True for a whole number of microseconds in the range of the type. */
export function isTimestamp(timestamp: number): boolean {
  return Number.isInteger(timestamp) && timestamp >= TIMESTAMP_MIN && timestamp < TIMESTAMP_MAX;
}

/** Fields of a moment. `year` counts 1 BC as 0; `month` and `day` from 1. */
export interface DateTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
}

/** Days since 1970-01-01 of a civil date (Hinnant's algorithm: eras of 400 years that begin in March). */
export function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** The civil date of a day number: the inverse of `daysFromCivil`. */
export function civilFromDays(days: number): CivilDate {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : MONTH_LENGTHS[month - 1]!;
}

export function timestampFields(timestamp: number): DateTime {
  const days = Math.floor(timestamp / MICROS_PER_DAY);
  let rest = timestamp - days * MICROS_PER_DAY;
  const { year, month, day } = civilFromDays(days);
  const hour = Math.floor(rest / MICROS_PER_HOUR);
  rest -= hour * MICROS_PER_HOUR;
  const minute = Math.floor(rest / MICROS_PER_MINUTE);
  rest -= minute * MICROS_PER_MINUTE;
  const second = Math.floor(rest / MICROS_PER_SECOND);
  return { year, month, day, hour, minute, second, micros: rest - second * MICROS_PER_SECOND };
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** PostgreSQL's text: `2024-02-29 12:00:00.5`, `0044-03-15 00:00:00 BC`. */
export function formatTimestamp(timestamp: number): string {
  if (!isFiniteTimestamp(timestamp)) return timestamp > 0 ? 'infinity' : '-infinity';
  return joinTimestamp(timestamp, '');
}

/** The same with `suffix`, the zone, before the era. */
export function joinTimestamp(timestamp: number, suffix: string): string {
  const { year, month, day, hour, minute, second, micros } = timestampFields(timestamp);
  const shownYear = year > 0 ? year : 1 - year;
  const fraction = micros === 0 ? '' : `.${pad(micros, 6).replace(/0+$/, '')}`;
  const date = `${pad(shownYear, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
  const time = `${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}${fraction}`;
  return `${date} ${time}${suffix}${year > 0 ? '' : ' BC'}`;
}

const FORM =
  /^\s*(?:(\d{4,6})-(\d{1,2})-(\d{1,2})|(\d{4})(\d{2})(\d{2}))(?:(?:\s*[Tt]\s*|\s+)(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d*))?)?\s*(?:[zZ]|[+-]\d{1,2}(?::?\d{2}){0,2}|[A-Za-z_/]{3,})??)?(?:\s+(AD|BC))?\s*$/i;

/** Reads a timestamp's text. ALX_DATETIME_FORMAT when it has no such form, ALX_DATETIME_OVERFLOW when a field is out of range. */
export function parseTimestamp(text: string): number {
  if (/^\s*epoch\s*$/i.test(text)) return 0;
  const match = FORM.exec(text);
  if (match === null) {
    throw new AlopexError(
      'ALX_DATETIME_FORMAT',
      `invalid input syntax for type timestamp: "${text}"`,
    );
  }
  const written = Number(match[1] ?? match[4]);
  const month = Number(match[2] ?? match[5]);
  const day = Number(match[3] ?? match[6]);
  const beforeChrist = match[11]?.toUpperCase() === 'BC';
  const year = beforeChrist ? 1 - written : written;
  const hour = Number(match[7] ?? 0);
  const minute = Number(match[8] ?? 0);
  const second = Number(match[9] ?? 0);
  const micros = roundFraction(match[10]);
  const dateFits =
    written >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  // 24:00:00 and a leap second's :60 are read as the moment after.
  const timeFits =
    minute <= 59 && second <= 60 && (hour <= 23 || (hour === 24 && minute + second + micros === 0));
  const time =
    hour * MICROS_PER_HOUR + minute * MICROS_PER_MINUTE + second * MICROS_PER_SECOND + micros;
  const timestamp = dateFits ? daysFromCivil(year, month, day) * MICROS_PER_DAY + time : Number.NaN;
  if (!dateFits || !timeFits || !isTimestamp(timestamp)) {
    throw new AlopexError('ALX_DATETIME_OVERFLOW', `date/time field value out of range: "${text}"`);
  }
  return timestamp;
}

function roundFraction(digits: string | undefined): number {
  if (digits === undefined || digits === '') return 0;
  return Math.round(Number(`0.${digits}`) * MICROS_PER_SECOND);
}
