/** Dates as days since 1970-01-01 and times of day as microseconds since midnight (24:00:00 included), as PostgreSQL prints them. */
import { AlopexError } from '../base/errors.ts';
import { formatDuration } from './interval.ts';
import {
  MICROS_PER_DAY,
  TIMESTAMP_INFINITY,
  TIMESTAMP_MINUS_INFINITY,
  civilFromDays,
  isTimestamp,
} from './timestamp.ts';

/** Later and earlier than every date. Part of the file format, do not change. */
export const DATE_INFINITY = 0x7fff_ffff;
export const DATE_MINUS_INFINITY = -0x8000_0000;

/** 4713-11-24 BC to 5874897-12-31: PostgreSQL's range. */
const DATE_MIN = -2_440_588;
const DATE_MAX = 2_145_042_905;

export function isDate(days: number): boolean {
  return days >= DATE_MIN && days <= DATE_MAX;
}

export function isFiniteDate(days: number): boolean {
  return days !== DATE_INFINITY && days !== DATE_MINUS_INFINITY;
}

/** ALX_DATETIME_OVERFLOW outside of the range of dates. */
export function checkedDate(days: number): number {
  if (isDate(days)) return days;
  throw new AlopexError('ALX_DATETIME_OVERFLOW', 'date out of range');
}

/** `2024-02-29`, `0044-03-15 BC`, `infinity`. */
export function formatDate(days: number): string {
  if (!isFiniteDate(days)) return days > 0 ? 'infinity' : '-infinity';
  const { year, month, day } = civilFromDays(days);
  const shown = String(year > 0 ? year : 1 - year).padStart(4, '0');
  const text = `${shown}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  return year > 0 ? text : `${text} BC`;
}

/** `04:05:06.789`. */
export function formatTime(micros: number): string {
  return formatDuration(micros);
}

/** Midnight of a date. */
export function dateToTimestamp(days: number): number {
  if (!isFiniteDate(days)) return days > 0 ? TIMESTAMP_INFINITY : TIMESTAMP_MINUS_INFINITY;
  const timestamp = days * MICROS_PER_DAY;
  if (isTimestamp(timestamp)) return timestamp;
  throw new AlopexError('ALX_DATETIME_OVERFLOW', 'date out of range for timestamp');
}

/** The date on which a timestamp lies. */
export function timestampToDate(timestamp: number): number {
  if (timestamp === TIMESTAMP_INFINITY) return DATE_INFINITY;
  if (timestamp === TIMESTAMP_MINUS_INFINITY) return DATE_MINUS_INFINITY;
  return Math.floor(timestamp / MICROS_PER_DAY);
}
