/**
 * Reads intervals as PostgreSQL does: `1 year 2 mons -3 days 04:05:06.7 ago`, `1-2 3 4:05` (SQL), `P1Y2M3DT4H5M6.7S` (ISO 8601),
 * `@ 1 hour`. A fraction of a unit goes into the smaller ones: half a month is 15 days, half a day 12 hours. A bare number
 * counts the unit that the type names (`INTERVAL '5' DAY`), else seconds.
 */
import { AlopexError } from '../../base/errors.ts';
import { makeInterval } from '../../types/interval.ts';
import type { Interval } from '../../types/interval.ts';
import {
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
} from '../../types/timestamp.ts';

/** What one of a unit is: months, days or microseconds. */
interface Unit {
  readonly months: number;
  readonly days: number;
  readonly micros: number;
}

const months = (count: number): Unit => ({ months: count, days: 0, micros: 0 });
const days = (count: number): Unit => ({ months: 0, days: count, micros: 0 });
const micros = (count: number): Unit => ({ months: 0, days: 0, micros: count });

const UNITS: ReadonlyMap<string, Unit> = /* @__PURE__ */ new Map(
  (
    [
      ['microsecond microseconds us usec usecs usecond useconds', micros(1)],
      ['millisecond milliseconds ms msec msecs msecond mseconds', micros(1_000)],
      ['second seconds s sec secs', micros(MICROS_PER_SECOND)],
      ['minute minutes m min mins', micros(MICROS_PER_MINUTE)],
      ['hour hours h hr hrs', micros(MICROS_PER_HOUR)],
      ['day days d', days(1)],
      ['week weeks w', days(7)],
      ['month months mon mons', months(1)],
      ['quarter quarters qtr', months(3)],
      ['year years y yr yrs', months(12)],
      ['decade decades dec decs', months(120)],
      ['century centuries c cent', months(1_200)],
      ['millennium millennia mil mils', months(12_000)],
    ] as const
  ).flatMap(([names, unit]) => names.split(' ').map((name): [string, Unit] => [name, unit])),
);

const TOKEN =
  /^(?:[\s,@]+|([+-]?)(\d+):(\d{2})(?::(\d{2}(?:\.\d*)?|\d{2}))?|([+-]?)(\d+)-(\d{1,2})(?![\d.])|([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)|([a-z]+))/i;
const TEXT_LENGTH_MAX = 256;

export function parseInterval(text: string, fields?: string): Interval {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > TEXT_LENGTH_MAX) throw malformed(text);
  const sum = new IntervalSum();
  if (/^[+-]?p/i.test(trimmed)) readIso(trimmed, text, sum);
  else readWords(trimmed, text, fields, sum);
  const { months: monthCount, days: dayCount, micros: microCount } = sum;
  return cutToFields(makeInterval(monthCount, dayCount, microCount), fields);
}

class IntervalSum implements Unit {
  months = 0;
  days = 0;
  micros = 0;

  add(count: number, unit: Unit): void {
    if (unit.months > 0) this.#addMonths(count * unit.months);
    else if (unit.days > 0) this.#addDays(count * unit.days);
    else this.micros += Math.round(count * unit.micros);
  }

  #addMonths(count: number): void {
    const whole = Math.trunc(count);
    this.months += whole;
    const fraction = count - whole;
    // Rounded first: a fraction in binary is a hair off.
    if (fraction !== 0) this.#addDays(Math.round(fraction * 30 * 1e9) / 1e9);
  }

  #addDays(count: number): void {
    const whole = Math.trunc(count);
    this.days += whole;
    this.micros += Math.round((count - whole) * MICROS_PER_DAY);
  }

  negate(): void {
    this.months = -this.months;
    this.days = -this.days;
    this.micros = -this.micros;
  }
}

function readWords(
  trimmed: string,
  text: string,
  fields: string | undefined,
  sum: IntervalSum,
): void {
  let rest = trimmed;
  let pending: number | undefined;
  while (rest !== '') {
    const match = TOKEN.exec(rest);
    if (match === null) throw malformed(text);
    rest = rest.slice(match[0].length);
    const word = match[9]?.toLowerCase();
    if (match[2] !== undefined) {
      // `3 4:05`: a number before a time counts days.
      if (pending !== undefined) sum.add(pending, days(1));
      pending = undefined;
      addTime(match, fields, text, sum);
    } else if (match[6] !== undefined) {
      const count = Number(match[6]) * 12 + Number(match[7]);
      if (Number(match[7]) > 11) throw outOfRange(text);
      sum.add(match[5] === '-' ? -count : count, months(1));
    } else if (match[8] !== undefined) {
      if (pending !== undefined) throw malformed(text);
      pending = Number(match[8]);
    } else if (word === 'ago' && rest.trim() === '') {
      if (pending !== undefined) throw malformed(text);
      sum.negate();
    } else if (word !== undefined) {
      const unit = UNITS.get(word);
      if (unit === undefined || pending === undefined) throw malformed(text);
      sum.add(pending, unit);
      pending = undefined;
    }
  }
  if (pending !== undefined) sum.add(pending, UNITS.get(lastField(fields))!);
}

function addTime(
  match: RegExpExecArray,
  fields: string | undefined,
  text: string,
  sum: IntervalSum,
): void {
  const first = Number(match[2]);
  const second = Number(match[3]);
  const minutesFirst = match[4] === undefined && fields === 'minute to second';
  const hour = minutesFirst ? 0 : first;
  const minute = minutesFirst ? first : second;
  const seconds = minutesFirst ? second : Number(match[4] ?? 0);
  if (second > 59 || seconds >= 61) throw outOfRange(text);
  const total =
    hour * MICROS_PER_HOUR + minute * MICROS_PER_MINUTE + Math.round(seconds * MICROS_PER_SECOND);
  sum.micros += match[1] === '-' ? -total : total;
}

const ISO_PART = /^([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)([ymwdhs])/i;

function readIso(trimmed: string, text: string, sum: IntervalSum): void {
  const negative = trimmed.startsWith('-');
  let rest = trimmed.replace(/^[+-]?p/i, '');
  if (rest === '') throw malformed(text);
  let inTime = false;
  while (rest !== '') {
    if (/^t/i.test(rest) && !inTime) {
      inTime = true;
      rest = rest.slice(1);
      if (rest === '') throw malformed(text);
      continue;
    }
    const match = ISO_PART.exec(rest);
    if (match === null) throw malformed(text);
    rest = rest.slice(match[0].length);
    const letter = match[2]!.toLowerCase();
    const name = letter === 'm' && !inTime ? 'mon' : letter;
    if (inTime !== ['h', 'm', 's'].includes(name)) throw malformed(text);
    sum.add(Number(match[1]), UNITS.get(name)!);
  }
  if (negative) sum.negate();
}

function lastField(fields: string | undefined): string {
  return fields === undefined ? 'second' : (fields.split(' to ').at(-1) ?? 'second');
}

/** Drops what is smaller than the last field of `INTERVAL YEAR TO MONTH` and the like. */
export function cutToFields(interval: Interval, fields: string | undefined): Interval {
  switch (fields === undefined ? 'second' : lastField(fields)) {
    case 'year':
      return makeInterval(Math.trunc(interval.months / 12) * 12, 0, 0);
    case 'month':
      return makeInterval(interval.months, 0, 0);
    case 'day':
      return makeInterval(interval.months, interval.days, 0);
    case 'hour':
      return cutTime(interval, MICROS_PER_HOUR);
    case 'minute':
      return cutTime(interval, MICROS_PER_MINUTE);
    default:
      return interval;
  }
}

function cutTime(
  { months: monthCount, days: dayCount, microseconds }: Interval,
  unit: number,
): Interval {
  return makeInterval(monthCount, dayCount, Math.trunc(microseconds / unit) * unit);
}

function malformed(text: string): AlopexError {
  const shown = text.length <= 80 ? text : `${text.slice(0, 77)}...`;
  return new AlopexError(
    'ALX_DATETIME_FORMAT',
    `invalid input syntax for type interval: "${shown}"`,
  );
}

function outOfRange(text: string): AlopexError {
  return new AlopexError('ALX_DATETIME_OVERFLOW', `interval field value out of range: "${text}"`);
}
