/**
 * Intervals: months, days and microseconds, which do not convert into each other until a date says how long they are.
 * Comparison takes a month for 30 days and a day for 24 hours, as PostgreSQL does; so different intervals may be equal.
 *
 * In rows and columns 16 bytes, little-endian: months i32, days i32, microseconds i64. Part of the file format, do not
 * change. Microseconds are safe integers: up to 285 years of hours.
 */
import { AlopexError } from '../base/errors.ts';
import {
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
} from './timestamp.ts';

export class Interval {
  readonly months: number;
  readonly days: number;
  readonly microseconds: number;

  constructor(months: number, days: number, microseconds: number) {
    this.months = months;
    this.days = days;
    this.microseconds = microseconds;
  }

  /** PostgreSQL's text. */
  toString(): string {
    return formatInterval(this);
  }
}

export const INTERVAL_BYTES = 16;
const TWO_32 = 0x1_0000_0000;
const INT32_MAX = 0x7fff_ffff;
const DAYS_PER_MONTH = 30;

export function isInterval(value: unknown): value is Interval {
  return (
    typeof value === 'object' && value !== null && 'months' in value && 'microseconds' in value
  );
}

/** An interval of whole numbers within their ranges. ALX_DATETIME_OVERFLOW otherwise. */
export function makeInterval(months: number, days: number, microseconds: number): Interval {
  const fits =
    Math.abs(months) <= INT32_MAX &&
    Math.abs(days) <= INT32_MAX &&
    Math.abs(microseconds) <= Number.MAX_SAFE_INTEGER;
  if (!fits) throw new AlopexError('ALX_DATETIME_OVERFLOW', 'interval out of range');
  // + 0, because integers know no -0.
  return new Interval(months + 0, days + 0, microseconds + 0);
}

export function writeInterval(bytes: Uint8Array, at: number, interval: Interval): void {
  const { months, days, microseconds } = interval;
  writeInt32(bytes, at, months);
  writeInt32(bytes, at + 4, days);
  writeInt32(bytes, at + 8, microseconds | 0);
  writeInt32(bytes, at + 12, Math.floor(microseconds / TWO_32));
}

function writeInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >> 8;
  bytes[at + 2] = value >> 16;
  bytes[at + 3] = value >> 24;
}

export function readInterval(bytes: Uint8Array, at: number): Interval {
  const low = readInt32(bytes, at + 8) >>> 0;
  const microseconds = readInt32(bytes, at + 12) * TWO_32 + low;
  return new Interval(readInt32(bytes, at), readInt32(bytes, at + 4), microseconds);
}

function readInt32(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** What comparison sees: whole days, and the rest of a day. */
export interface IntervalLength {
  readonly days: number;
  readonly microseconds: number;
}

export function intervalLength({ months, days, microseconds }: Interval): IntervalLength {
  const whole = Math.floor(microseconds / MICROS_PER_DAY);
  return {
    days: months * DAYS_PER_MONTH + days + whole,
    microseconds: microseconds - whole * MICROS_PER_DAY,
  };
}

export function compareIntervals(left: Interval, right: Interval): number {
  const a = intervalLength(left);
  const b = intervalLength(right);
  return a.days - b.days || a.microseconds - b.microseconds;
}

/** PostgreSQL's default style: `1 year 2 mons 3 days 04:05:06.7`. */
export function formatInterval({ months, days, microseconds }: Interval): string {
  const parts: string[] = [];
  const years = Math.trunc(months / 12);
  const rest = months - years * 12;
  // A field behind a negative one shows its own sign.
  let negativeBefore = false;
  const unit = (value: number, name: string): void => {
    if (value === 0) return;
    const sign = negativeBefore && value > 0 ? '+' : '';
    parts.push(`${sign}${value} ${name}${value === 1 ? '' : 's'}`);
    negativeBefore = value < 0;
  };
  unit(years, 'year');
  unit(rest, 'mon');
  unit(days, 'day');
  if (microseconds !== 0 || parts.length === 0) {
    const sign = microseconds < 0 ? '-' : negativeBefore ? '+' : '';
    parts.push(`${sign}${formatDuration(Math.abs(microseconds))}`);
  }
  return parts.join(' ');
}

/** `04:05:06.7`; hours may have any number of digits. */
export function formatDuration(microseconds: number): string {
  const hours = Math.floor(microseconds / MICROS_PER_HOUR);
  const minutes = Math.floor((microseconds % MICROS_PER_HOUR) / MICROS_PER_MINUTE);
  const seconds = Math.floor((microseconds % MICROS_PER_MINUTE) / MICROS_PER_SECOND);
  const micros = microseconds % MICROS_PER_SECOND;
  const fraction = micros === 0 ? '' : `.${String(micros).padStart(6, '0').replace(/0+$/, '')}`;
  return `${two(hours)}:${two(minutes)}:${two(seconds)}${fraction}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
