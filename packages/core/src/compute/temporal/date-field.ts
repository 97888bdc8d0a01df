/**
 * Fields of moments: what extract and date_part read, and what date_trunc cuts to. A field is a decimal, because seconds and
 * the epoch have microseconds; date_part shows the same number as a double.
 */
import { AlopexError } from '../../base/errors.ts';
import { DATE_INFINITY, isFiniteDate } from '../../types/date.ts';
import type { Interval } from '../../types/interval.ts';
import { makeInterval } from '../../types/interval.ts';
import type { NumericValue } from '../../types/numeric.ts';
import {
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  daysFromCivil,
  isFiniteTimestamp,
  timestampFields,
} from '../../types/timestamp.ts';
import { JULIAN_1970 } from './parse-date-time.ts';

const UNIT_ALIASES: Readonly<Record<string, string>> = {
  microsecond: 'microseconds', us: 'microseconds', usec: 'microseconds', usecs: 'microseconds', millisecond: 'milliseconds',
  ms: 'milliseconds', msec: 'milliseconds', msecs: 'milliseconds', seconds: 'second', sec: 'second', secs: 'second', s: 'second',
  minutes: 'minute', min: 'minute', mins: 'minute', m: 'minute', hours: 'hour', hr: 'hour', hrs: 'hour', h: 'hour', days: 'day',
  d: 'day', weeks: 'week', w: 'week', months: 'month', mon: 'month', mons: 'month', quarters: 'quarter', qtr: 'quarter',
  years: 'year', yr: 'year', yrs: 'year', y: 'year', decades: 'decade', decs: 'decade', dec: 'decade', centuries: 'century',
  c: 'century', cent: 'century', millenniums: 'millennium', millennia: 'millennium', mil: 'millennium', mils: 'millennium',
}; // prettier-ignore

export function unitName(unit: string): string {
  const lower = unit.trim().toLowerCase();
  return Object.hasOwn(UNIT_ALIASES, lower) ? UNIT_ALIASES[lower]! : lower;
}

const KNOWN_UNITS: ReadonlySet<string> = new Set([
  ...Object.values(UNIT_ALIASES), 'dow', 'isodow', 'doy', 'isoyear', 'epoch', 'julian', 'timezone', 'timezone_hour', 'timezone_minute',
]); // prettier-ignore

export function unitError(unit: string, type: string): AlopexError {
  const known = KNOWN_UNITS.has(unitName(unit));
  return known
    ? new AlopexError('ALX_UNSUPPORTED', `unit "${unit}" not supported for type ${type}`)
    : new AlopexError('ALX_INVALID_ARGUMENT', `unit "${unit}" not recognized for type ${type}`);
}

function whole(value: number): NumericValue {
  return { coefficient: BigInt(value), scale: 0 };
}

function scaled(value: number, scale: number): NumericValue {
  return { coefficient: BigInt(value), scale };
}

/** Fields that grow without end are infinite in an infinite moment, the others null. */
const ENDLESS: ReadonlySet<string> = new Set([
  'year',
  'decade',
  'century',
  'millennium',
  'julian',
  'isoyear',
  'epoch',
]);

/** A field of a local time. `zoneSeconds`: of a moment in a zone; its epoch counts from UTC. */
export function timestampField(
  unit: string,
  timestamp: number,
  type: string,
  zoneSeconds?: number,
): NumericValue | null {
  const name = unitName(unit);
  if (!isFiniteTimestamp(timestamp)) {
    if (!KNOWN_UNITS.has(name)) throw unitError(unit, type);
    return ENDLESS.has(name) ? (timestamp > 0 ? Infinity : -Infinity) : null;
  }
  const days = Math.floor(timestamp / MICROS_PER_DAY);
  const micros = timestamp - days * MICROS_PER_DAY;
  const field = dayField(name, days) ?? clockField(name, micros) ?? zoneField(name, zoneSeconds);
  if (field !== undefined) return field;
  if (name === 'epoch') return scaled(timestamp - (zoneSeconds ?? 0) * MICROS_PER_SECOND, 6);
  if (name === 'julian') return julian(days, micros);
  throw unitError(unit, type);
}

export function dateField(unit: string, days: number): NumericValue | null {
  const name = unitName(unit);
  if (!isFiniteDate(days)) {
    if (!KNOWN_UNITS.has(name)) throw unitError(unit, 'date');
    return ENDLESS.has(name) ? (days === DATE_INFINITY ? Infinity : -Infinity) : null;
  }
  const field = dayField(name, days);
  if (field !== undefined) return field;
  if (name === 'epoch') return whole(days * 86_400);
  if (name === 'julian') return whole(days + JULIAN_1970);
  throw unitError(unit, 'date');
}

export function timeField(unit: string, micros: number): NumericValue {
  const name = unitName(unit);
  if (name === 'epoch') return scaled(micros, 6);
  const field = clockField(name, micros);
  if (field !== undefined) return field;
  throw unitError(unit, 'time without time zone');
}

/** Days of a year and seconds of a day, as epoch counts them: 365.25 days of 24 hours. */
const YEAR_SECONDS = 31_557_600;
const MONTH_DAYS = 30;

export function intervalField(unit: string, interval: Interval): NumericValue {
  const { months, days, microseconds } = interval;
  const name = unitName(unit);
  const years = Math.trunc(months / 12);
  switch (name) {
    case 'hour':
      return whole(Math.trunc(microseconds / MICROS_PER_HOUR) + 0);
    case 'day':
      return whole(days);
    case 'month':
      return whole((months % 12) + 0);
    case 'quarter':
      return whole(Math.trunc((months % 12) / 3) + 1);
    case 'year':
      return whole(years + 0);
    case 'decade':
      return whole(Math.trunc(years / 10) + 0);
    case 'century':
      return whole(Math.trunc(years / 100) + 0);
    case 'millennium':
      return whole(Math.trunc(years / 1_000) + 0);
    case 'epoch': {
      const seconds = years * YEAR_SECONDS + ((months % 12) * MONTH_DAYS + days) * 86_400;
      return { coefficient: BigInt(seconds) * 1_000_000n + BigInt(microseconds), scale: 6 };
    }
    default: {
      const field = clockField(name, microseconds);
      if (field !== undefined) return field;
      throw unitError(unit, 'interval');
    }
  }
}

/** Fields of a date; years count 1 BC as 0. */
function dayField(name: string, days: number): NumericValue | undefined {
  const { year, month, day } = timestampFields(days * MICROS_PER_DAY);
  switch (name) {
    case 'day':
      return whole(day);
    case 'month':
      return whole(month);
    case 'quarter':
      return whole(Math.floor((month - 1) / 3) + 1);
    case 'year':
      return whole(shownYear(year));
    case 'decade':
      return whole(Math.floor(year / 10));
    case 'century':
      return whole(eraNumber(year, 100));
    case 'millennium':
      return whole(eraNumber(year, 1_000));
    case 'dow':
      return whole(isoWeekday(days) % 7);
    case 'isodow':
      return whole(isoWeekday(days));
    case 'doy':
      return whole(days - daysFromCivil(year, 1, 1) + 1);
    case 'week':
      return whole(isoWeek(days).week);
    case 'isoyear':
      return whole(shownYear(isoWeek(days).year));
    default:
      return undefined;
  }
}

function clockField(name: string, micros: number): NumericValue | undefined {
  switch (name) {
    case 'microseconds':
      return whole((micros % MICROS_PER_MINUTE) + 0);
    case 'milliseconds':
      return scaled((micros % MICROS_PER_MINUTE) + 0, 3);
    case 'second':
      return scaled((micros % MICROS_PER_MINUTE) + 0, 6);
    case 'minute':
      return whole(Math.trunc((micros % MICROS_PER_HOUR) / MICROS_PER_MINUTE) + 0);
    case 'hour':
      return whole(Math.trunc(micros / MICROS_PER_HOUR) + 0);
    default:
      return undefined;
  }
}

function zoneField(name: string, seconds: number | undefined): NumericValue | undefined {
  if (seconds === undefined) return undefined;
  switch (name) {
    case 'timezone':
      return whole(seconds);
    case 'timezone_hour':
      return whole(Math.trunc(seconds / 3_600) + 0);
    case 'timezone_minute':
      return whole(Math.trunc((seconds % 3_600) / 60) + 0);
    default:
      return undefined;
  }
}

function julian(days: number, micros: number): NumericValue {
  const day = BigInt(days + JULIAN_1970);
  if (micros === 0) return { coefficient: day * 10n ** 20n, scale: 20 };
  const fraction = (BigInt(micros) * 10n ** 20n) / BigInt(MICROS_PER_DAY);
  return { coefficient: day * 10n ** 20n + fraction, scale: 20 };
}

/** Monday = 1 … Sunday = 7. Day 0 was a Thursday. */
export function isoWeekday(days: number): number {
  return ((((days + 3) % 7) + 7) % 7) + 1;
}

export function startOfIsoWeek(days: number): number {
  return days - isoWeekday(days) + 1;
}

/** ISO 8601: a week belongs to the year of its Thursday. */
export function isoWeek(days: number): { readonly year: number; readonly week: number } {
  const thursday = startOfIsoWeek(days) + 3;
  const { year } = timestampFields(thursday * MICROS_PER_DAY);
  return { year, week: Math.floor((thursday - daysFromCivil(year, 1, 1)) / 7) + 1 };
}

/** There is no year 0: 1 BC is shown as -1. */
export function shownYear(year: number): number {
  return year > 0 ? year : year - 1;
}

export function eraNumber(year: number, span: number): number {
  return year > 0 ? Math.floor((year - 1) / span) + 1 : -(Math.floor(-year / span) + 1);
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

/** A local time cut to a unit. */
export function truncateTimestamp(unit: string, timestamp: number, type: string): number {
  const name = unitName(unit);
  const fixed = FIXED_UNITS[name];
  if (!isFiniteTimestamp(timestamp)) {
    if (!KNOWN_UNITS.has(name)) throw unitError(unit, type);
    return timestamp;
  }
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
      throw unitError(unit, type);
  }
}

const MONTH_UNITS: Readonly<Record<string, number>> = {
  month: 1,
  quarter: 3,
  year: 12,
  decade: 120,
  century: 1_200,
  millennium: 12_000,
};

export function truncateInterval(unit: string, interval: Interval): Interval {
  const name = unitName(unit);
  const span = MONTH_UNITS[name];
  if (span !== undefined) return makeInterval(Math.trunc(interval.months / span) * span, 0, 0);
  if (name === 'day') return makeInterval(interval.months, interval.days, 0);
  const fixed = FIXED_UNITS[name];
  if (fixed === undefined) throw unitError(unit, 'interval');
  return makeInterval(
    interval.months,
    interval.days,
    Math.trunc(interval.microseconds / fixed) * fixed,
  );
}

/** 1 for the first of January. */
export function dayOfYear(days: number): number {
  const { year } = timestampFields(days * MICROS_PER_DAY);
  return days - daysFromCivil(year, 1, 1) + 1;
}
