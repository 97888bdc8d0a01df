/**
 * Arithmetic of intervals and moments, PostgreSQL's rules: months move the calendar and keep to the end of short months, days
 * keep the time of day (also across a change of the clock), microseconds are elapsed time.
 */
import { AlopexError } from '../../base/errors.ts';
import { makeInterval } from '../../types/interval.ts';
import type { Interval } from '../../types/interval.ts';
import {
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_SECOND,
  checkedTimestamp,
  civilFromDays,
  daysFromCivil,
  daysInMonth,
  isFiniteTimestamp,
  timestampFields,
} from '../../types/timestamp.ts';
import type { DateTime } from '../../types/timestamp.ts';
import { divisionByZero } from '../arithmetic.ts';
import { localFromUtc, utcFromLocal } from './time-zone.ts';
import type { TimeZone } from './time-zone.ts';

const DAYS_PER_MONTH = 30;
const SECONDS_PER_DAY = 86_400;

/** A local time moved by an interval. */
export function addInterval(timestamp: number, interval: Interval): number {
  if (!isFiniteTimestamp(timestamp)) return timestamp;
  return checkedTimestamp(addCalendar(timestamp, interval) + interval.microseconds);
}

/** A moment moved by an interval, months and days by the clock of a zone. */
export function addIntervalInZone(moment: number, interval: Interval, zone: TimeZone): number {
  if (!isFiniteTimestamp(moment)) return moment;
  let moved = moment;
  if (interval.months !== 0 || interval.days !== 0)
    moved = utcFromLocal(addCalendar(localFromUtc(moment, zone), interval), zone);
  return checkedTimestamp(moved + interval.microseconds);
}

function addCalendar(timestamp: number, { months, days }: Interval): number {
  if (months === 0) return timestamp + days * MICROS_PER_DAY;
  const dayNumber = Math.floor(timestamp / MICROS_PER_DAY);
  const timeOfDay = timestamp - dayNumber * MICROS_PER_DAY;
  return (addMonths(dayNumber, months) + days) * MICROS_PER_DAY + timeOfDay;
}

function addMonths(dayNumber: number, months: number): number {
  const { year, month, day } = civilFromDays(dayNumber);
  const total = year * 12 + month - 1 + months;
  const toYear = Math.floor(total / 12);
  const toMonth = total - toYear * 12 + 1;
  return daysFromCivil(toYear, toMonth, Math.min(day, daysInMonth(toYear, toMonth)));
}

export function negateInterval({ months, days, microseconds }: Interval): Interval {
  return makeInterval(-months, -days, -microseconds);
}

export function addIntervals(left: Interval, right: Interval): Interval {
  return makeInterval(
    left.months + right.months,
    left.days + right.days,
    left.microseconds + right.microseconds,
  );
}

/** Days and the rest of time between two moments. */
export function elapsed(later: number, earlier: number): Interval {
  if (!isFiniteTimestamp(later) || !isFiniteTimestamp(earlier)) {
    throw new AlopexError('ALX_DATETIME_OVERFLOW', 'cannot subtract infinite timestamps');
  }
  const difference = later - earlier;
  const days = Math.trunc(difference / MICROS_PER_DAY);
  return makeInterval(0, days, difference - days * MICROS_PER_DAY);
}

/** What of a month or day the factor cuts off goes on as days and time. */
export function multiplyInterval(
  { months, days, microseconds }: Interval,
  factor: number,
): Interval {
  if (!Number.isFinite(factor))
    throw new AlopexError('ALX_DATETIME_OVERFLOW', 'interval out of range');
  const wholeMonths = Math.trunc(months * factor);
  let wholeDays = Math.trunc(days * factor);
  const monthDays = roundMicro((months * factor - wholeMonths) * DAYS_PER_MONTH);
  let seconds = roundMicro(
    (days * factor - wholeDays + monthDays - Math.trunc(monthDays)) * SECONDS_PER_DAY,
  );
  if (Math.abs(seconds) >= SECONDS_PER_DAY) {
    const carried = Math.trunc(seconds / SECONDS_PER_DAY);
    wholeDays += carried;
    seconds -= carried * SECONDS_PER_DAY;
  }
  wholeDays += Math.trunc(monthDays);
  return makeInterval(
    wholeMonths,
    wholeDays,
    roundEven(microseconds * factor + seconds * MICROS_PER_SECOND),
  );
}

export function divideInterval(interval: Interval, divisor: number): Interval {
  if (divisor === 0) throw divisionByZero();
  return multiplyInterval(interval, 1 / divisor);
}

function roundMicro(value: number): number {
  return Math.round(value * MICROS_PER_SECOND) / MICROS_PER_SECOND;
}

function roundEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** Whole days of 24 hours out of the time; both parts get one sign. */
export function justifyHours({ months, days, microseconds }: Interval): Interval {
  const carried = Math.trunc(microseconds / MICROS_PER_DAY);
  let whole = days + carried;
  let rest = microseconds - carried * MICROS_PER_DAY;
  if (whole > 0 && rest < 0) {
    rest += MICROS_PER_DAY;
    whole -= 1;
  } else if (whole < 0 && rest > 0) {
    rest -= MICROS_PER_DAY;
    whole += 1;
  }
  return makeInterval(months, whole, rest);
}

/** Whole months of 30 days out of the days; both parts get one sign. */
export function justifyDays({ months, days, microseconds }: Interval): Interval {
  const carried = Math.trunc(days / DAYS_PER_MONTH);
  let whole = months + carried;
  let rest = days - carried * DAYS_PER_MONTH;
  if (whole > 0 && rest < 0) {
    rest += DAYS_PER_MONTH;
    whole -= 1;
  } else if (whole < 0 && rest > 0) {
    rest -= DAYS_PER_MONTH;
    whole += 1;
  }
  return makeInterval(whole, rest, microseconds);
}

export function justifyInterval(interval: Interval): Interval {
  const justified = justifyDays(justifyHours(interval));
  let { months, days, microseconds } = justified;
  if (months > 0 && (days < 0 || (days === 0 && microseconds < 0))) {
    days += DAYS_PER_MONTH;
    months -= 1;
  } else if (months < 0 && (days > 0 || (days === 0 && microseconds > 0))) {
    days -= DAYS_PER_MONTH;
    months += 1;
  }
  if (days > 0 && microseconds < 0) {
    microseconds += MICROS_PER_DAY;
    days -= 1;
  } else if (days < 0 && microseconds > 0) {
    microseconds -= MICROS_PER_DAY;
    days += 1;
  }
  return makeInterval(months, days, microseconds);
}

/** The difference as a calendar shows it: years, months, days, time. */
export function age(left: number, right: number): Interval {
  if (!isFiniteTimestamp(left) || !isFiniteTimestamp(right)) return elapsed(left, right);
  const negative = left < right;
  const later = timestampFields(negative ? right : left);
  const earlier = timestampFields(negative ? left : right);
  let micros = timeOf(later) - timeOf(earlier);
  let days = later.day - earlier.day;
  let months = later.year * 12 + later.month - (earlier.year * 12 + earlier.month);
  if (micros < 0) {
    micros += MICROS_PER_DAY;
    days -= 1;
  }
  // The month that lends its days is the one of the earlier moment.
  while (days < 0) {
    days += daysInMonth(earlier.year, earlier.month);
    months -= 1;
  }
  const difference = makeInterval(months, days, micros);
  return negative ? negateInterval(difference) : difference;
}

function timeOf({ hour, minute, second, micros }: DateTime): number {
  return hour * MICROS_PER_HOUR + minute * 60_000_000 + second * MICROS_PER_SECOND + micros;
}
