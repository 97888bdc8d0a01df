/** Functions and operators of dates, times and intervals, by what they take and give. */
import { AlopexError } from '../../base/errors.ts';
import { checkedDate, dateToTimestamp, isFiniteDate } from '../../types/date.ts';
import { isInterval, makeInterval } from '../../types/interval.ts';
import type { Interval } from '../../types/interval.ts';
import { formatNumeric, numericToNumber } from '../../types/numeric.ts';
import type { NumericValue } from '../../types/numeric.ts';
import type { Scalar } from '../../types/scalar.ts';
import {
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  TIMESTAMP_INFINITY,
  TIMESTAMP_MINUS_INFINITY,
  checkedTimestamp,
  civilFromDays,
  daysFromCivil,
  daysInMonth,
  isFiniteTimestamp,
} from '../../types/timestamp.ts';
import { compareNumbers } from '../compare.ts';
import { nullableFunction, strictFunction } from '../define-function.ts';
import type { FunctionContext, ScalarFunction } from '../scalar-function.ts';
import {
  dateField,
  intervalField,
  timeField,
  timestampField,
  truncateInterval,
  truncateTimestamp,
} from './date-field.ts';
import {
  addInterval,
  addIntervalInZone,
  addIntervals,
  age,
  divideInterval,
  elapsed,
  justifyDays,
  justifyHours,
  justifyInterval,
  multiplyInterval,
  negateInterval,
} from './interval-arithmetic.ts';
import { castTemporal } from './cast-temporal.ts';
import { fixedZone, localFromUtc, requireZone, utcFromLocal } from './time-zone.ts';
import type { TimeZone } from './time-zone.ts';

const LOCAL = 'timestamp without time zone';
const ZONED = 'timestamp with time zone';

type Field = (
  unit: string,
  value: NonNullable<Scalar>,
  context: FunctionContext,
) => NumericValue | null;

/** The two readers of a field: extract answers numeric, date_part double precision. */
function fieldReaders(field: Field, volatility: 'immutable' | 'stable' = 'immutable') {
  return {
    extract: strictFunction(
      'extract',
      ([unit, value], context) => {
        const read = field(unit as string, value!, context);
        return read === null ? null : formatNumeric(read);
      },
      volatility,
    ),
    datePart: strictFunction(
      'date_part',
      ([unit, value], context) => {
        const read = field(unit as string, value!, context);
        return read === null ? null : numericToNumber(read);
      },
      volatility,
    ),
  };
}

function zonedField(
  unit: string,
  value: NonNullable<Scalar>,
  { timeZone }: FunctionContext,
): NumericValue | null {
  const moment = value as number;
  if (!isFiniteTimestamp(moment)) return timestampField(unit, moment, ZONED);
  const seconds = timeZone.offsetSeconds(moment);
  return timestampField(unit, moment + seconds * MICROS_PER_SECOND, ZONED, seconds);
}

/** A function of numbers (days, microseconds) and intervals, with the arguments typed by its overload. */
function moments(
  name: string,
  compute: (left: number, right: number, context: FunctionContext) => Scalar,
): ScalarFunction {
  return strictFunction(name, ([left, right], context) =>
    compute(left as number, right as number, context),
  );
}

function shift(
  name: string,
  compute: (moment: number, interval: Interval, context: FunctionContext) => Scalar,
  sign: 1 | -1 = 1,
  volatility: 'immutable' | 'stable' = 'immutable',
): ScalarFunction {
  return strictFunction(
    name,
    ([moment, interval], context) =>
      compute(moment as number, signed(interval as Interval, sign), context),
    volatility,
  );
}

function signed(interval: Interval, sign: 1 | -1): Interval {
  return sign === 1 ? interval : negateInterval(interval);
}

/** The same function with its arguments exchanged. */
function swapped(inner: ScalarFunction): ScalarFunction {
  return {
    ...inner,
    evaluate: ([left, right], rowCount, type, context) =>
      inner.evaluate([right!, left!], rowCount, type, context),
  };
}

function intervals(name: string, compute: (interval: Interval) => Interval): ScalarFunction {
  return strictFunction(name, ([interval]) => compute(interval as Interval));
}

const addToTime = (time: number, { microseconds }: Interval): number => {
  const moved = (time + microseconds) % MICROS_PER_DAY;
  return moved < 0 ? moved + MICROS_PER_DAY : moved;
};
const addToZoned = (moment: number, interval: Interval, { timeZone }: FunctionContext): number =>
  addIntervalInZone(moment, interval, timeZone);
const addToDate = (days: number, interval: Interval): number =>
  addInterval(dateToTimestamp(days), interval);

const dateAndDays = (sign: 1 | -1): ScalarFunction =>
  moments(sign === 1 ? '+' : '-', (days, count) =>
    isFiniteDate(days) ? checkedDate(days + sign * count) : days,
  );
const dateAndTime = moments('+', (days, micros) => {
  const midnight = dateToTimestamp(days);
  return isFiniteTimestamp(midnight) ? checkedTimestamp(midnight + micros) : midnight;
});

const timestampPlus = shift('+', addInterval);
const zonedPlus = shift('+', addToZoned, 1, 'stable');
const datePlus = shift('+', addToDate);
const timePlus = shift('+', addToTime);
const datePlusDays = dateAndDays(1);
const intervalTimes = strictFunction('*', ([interval, factor]) =>
  multiplyInterval(interval as Interval, factor as number),
);

export const temporalOperators = {
  datePlusDays,
  daysPlusDate: swapped(datePlusDays),
  dateMinusDays: dateAndDays(-1),
  dateMinusDate: moments('-', (left, right) => {
    if (isFiniteDate(left) && isFiniteDate(right)) return left - right;
    throw new AlopexError('ALX_DATETIME_OVERFLOW', 'cannot subtract infinite dates');
  }),
  datePlusTime: dateAndTime,
  timePlusDate: swapped(dateAndTime),
  datePlus,
  plusDate: swapped(datePlus),
  dateMinus: shift('-', addToDate, -1),
  timestampPlus,
  plusTimestamp: swapped(timestampPlus),
  timestampMinus: shift('-', addInterval, -1),
  zonedPlus,
  plusZoned: swapped(zonedPlus),
  zonedMinus: shift('-', addToZoned, -1, 'stable'),
  timePlus,
  plusTime: swapped(timePlus),
  timeMinus: shift('-', addToTime, -1),
  timeMinusTime: moments('-', (left, right) => makeInterval(0, 0, left - right)),
  momentMinusMoment: moments('-', elapsed),
  intervalPlus: strictFunction('+', ([left, right]) =>
    addIntervals(left as Interval, right as Interval),
  ),
  intervalMinus: strictFunction('-', ([left, right]) =>
    addIntervals(left as Interval, negateInterval(right as Interval)),
  ),
  intervalTimes,
  timesInterval: swapped(intervalTimes),
  intervalOver: strictFunction('/', ([interval, divisor]) =>
    divideInterval(interval as Interval, divisor as number),
  ),
  intervalNegate: intervals('-', negateInterval),
} as const;

function inZone(zone: Scalar, context: FunctionContext): TimeZone {
  if (typeof zone === 'string') return requireZone(context.findZone, zone);
  const { months, days, microseconds } = zone as Interval;
  if (months !== 0 || days !== 0) {
    throw new AlopexError(
      'ALX_INVALID_ARGUMENT',
      'interval time zone must not include months or days',
    );
  }
  return fixedZone('', Math.trunc(microseconds / MICROS_PER_SECOND));
}

/** timezone(zone, timestamp): the moment at which a clock of the zone shows it. */
const zoneOfLocal = strictFunction('timezone', ([zone, local], context) =>
  isFiniteTimestamp(local as number)
    ? checkedTimestamp(utcFromLocal(local as number, inZone(zone!, context)))
    : local!,
);
/** timezone(zone, timestamptz): what a clock of the zone shows then. */
const zoneOfMoment = strictFunction('timezone', ([zone, moment], context) =>
  isFiniteTimestamp(moment as number)
    ? localFromUtc(moment as number, inZone(zone!, context))
    : moment!,
);

function toLocal(value: number, context: FunctionContext): number {
  return isFiniteTimestamp(value) ? localFromUtc(value, context.timeZone) : value;
}

/** Truncation by the clock of a zone. */
function truncateInZone(unit: string, moment: number, zone: TimeZone): number {
  if (!isFiniteTimestamp(moment)) return truncateTimestamp(unit, moment, ZONED);
  return utcFromLocal(truncateTimestamp(unit, localFromUtc(moment, zone), ZONED), zone);
}

const today = (context: FunctionContext): number =>
  Math.floor(localFromUtc(context.transactionMicros, context.timeZone) / MICROS_PER_DAY) *
  MICROS_PER_DAY;

function stable(name: string, compute: (context: FunctionContext) => Scalar): ScalarFunction {
  return nullableFunction(name, (_args, context) => compute(context), 'stable');
}

export const temporalFunctions = {
  now: stable('now', ({ transactionMicros }) => transactionMicros),
  statementTimestamp: stable('statement_timestamp', ({ statementMicros }) => statementMicros),
  clockTimestamp: nullableFunction(
    'clock_timestamp',
    (_args, context) => context.nowMicros(),
    'volatile',
  ),
  localTimestamp: stable('localtimestamp', (context) =>
    localFromUtc(context.transactionMicros, context.timeZone),
  ),
  localTime: stable('localtime', (context) =>
    castTemporal(
      localFromUtc(context.transactionMicros, context.timeZone),
      'timestamp',
      'time',
      context,
    )!,
  ),
  currentDate: stable('current_date', (context) => today(context) / MICROS_PER_DAY),
  dateFields: fieldReaders((unit, value) => dateField(unit, value as number)),
  timeFields: fieldReaders((unit, value) => timeField(unit, value as number)),
  timestampFields: fieldReaders((unit, value) => timestampField(unit, value as number, LOCAL)),
  zonedFields: fieldReaders(zonedField, 'stable'),
  intervalFields: fieldReaders((unit, value) => intervalField(unit, value as Interval)),
  truncateTimestamp: strictFunction('date_trunc', ([unit, value]) =>
    truncateTimestamp(unit as string, value as number, LOCAL),
  ),
  truncateZoned: strictFunction(
    'date_trunc',
    ([unit, value], { timeZone }) => truncateInZone(unit as string, value as number, timeZone),
    'stable',
  ),
  truncateInNamedZone: strictFunction('date_trunc', ([unit, value, zone], context) =>
    truncateInZone(unit as string, value as number, inZone(zone!, context)),
  ),
  truncateInterval: strictFunction('date_trunc', ([unit, value]) =>
    truncateInterval(unit as string, value as Interval),
  ),
  dateBin: strictFunction('date_bin', ([stride, value, origin]) =>
    dateBin(stride as Interval, value as number, origin as number),
  ),
  timeBucket: strictFunction('time_bucket', ([width, value, origin]) =>
    timeBucket(width as Interval, value as number, origin as number | undefined),
  ),
  ageBetween: moments('age', age),
  ageBetweenZoned: strictFunction(
    'age',
    ([left, right], context) =>
      age(toLocal(left as number, context), toLocal(right as number, context)),
    'stable',
  ),
  ageOf: strictFunction(
    'age',
    ([value], context) => age(today(context), value as number),
    'stable',
  ),
  ageOfZoned: strictFunction(
    'age',
    ([value], context) => age(today(context), toLocal(value as number, context)),
    'stable',
  ),
  justifyHours: intervals('justify_hours', justifyHours),
  justifyDays: intervals('justify_days', justifyDays),
  justifyInterval: intervals('justify_interval', justifyInterval),
  zoneOfLocal,
  zoneOfMoment,
  sessionZoneOfLocal: strictFunction(
    'timezone',
    ([value], context) => castTemporal(value!, 'timestamp', 'timestamptz', context)!,
    'stable',
  ),
  sessionZoneOfMoment: strictFunction(
    'timezone',
    ([value], context) => toLocal(value as number, context),
    'stable',
  ),
  toTimestamp: strictFunction('to_timestamp', ([seconds]) => fromEpoch(seconds as number)),
  unixEpoch: strictFunction('unixepoch', ([value]) =>
    isFiniteTimestamp(value as number) ? Math.floor((value as number) / MICROS_PER_SECOND) : null,
  ),
  julianDay: strictFunction('julianday', ([value]) =>
    isFiniteTimestamp(value as number)
      ? (value as number) / MICROS_PER_DAY + JULIAN_MIDNIGHT_1970
      : null,
  ),
  makeDate: strictFunction('make_date', ([year, month, day]) =>
    makeDate(Number(year), Number(month), Number(day)),
  ),
  makeTime: strictFunction('make_time', ([hour, minute, second]) =>
    makeTime(Number(hour), Number(minute), Number(second)),
  ),
  makeTimestamp: strictFunction('make_timestamp', (args) => makeTimestamp(args.map(Number))),
  makeZoned: strictFunction(
    'make_timestamptz',
    (args, { timeZone }) =>
      checkedTimestamp(utcFromLocal(makeTimestamp(args.map(Number)), timeZone)),
    'stable',
  ),
  makeInNamedZone: strictFunction('make_timestamptz', (args, context) =>
    checkedTimestamp(
      utcFromLocal(makeTimestamp(args.slice(0, 6).map(Number)), inZone(args[6]!, context)),
    ),
  ),
  makeInterval: strictFunction('make_interval', (args) => makeIntervalOf(args.map(Number))),
  addInNamedZone: strictFunction('date_add', ([moment, interval, zone], context) =>
    addIntervalInZone(moment as number, interval as Interval, inZone(zone!, context)),
  ),
  subtractInNamedZone: strictFunction('date_subtract', ([moment, interval, zone], context) =>
    addIntervalInZone(
      moment as number,
      negateInterval(interval as Interval),
      inZone(zone!, context),
    ),
  ),
  isFiniteDate: strictFunction('isfinite', ([value]) => isFiniteDate(value as number)),
  isFiniteMoment: strictFunction('isfinite', ([value]) => isFiniteTimestamp(value as number)),
  isFiniteInterval: strictFunction('isfinite', () => true),
  overlaps: nullableFunction('overlaps', overlaps),
  /** The same where the ends may be intervals behind the starts, of local times and of moments. */
  overlapsFrom: nullableFunction('overlaps', (args) => overlaps(endsOf(args, addInterval))),
  overlapsZonedFrom: nullableFunction(
    'overlaps',
    (args, { timeZone }) =>
      overlaps(endsOf(args, (start, length) => addIntervalInZone(start, length, timeZone))),
    'stable',
  ),
} as const;

/** The Julian day of midnight: days begin at noon. */
const JULIAN_MIDNIGHT_1970 = 2_440_587.5;

function fromEpoch(seconds: number): number {
  if (Number.isNaN(seconds))
    throw new AlopexError('ALX_DATETIME_OVERFLOW', 'timestamp cannot be NaN');
  if (seconds === Infinity) return TIMESTAMP_INFINITY;
  if (seconds === -Infinity) return TIMESTAMP_MINUS_INFINITY;
  return checkedTimestamp(Math.round(seconds * MICROS_PER_SECOND));
}

function strideOf(stride: Interval, name: string): number {
  if (stride.months !== 0) {
    throw new AlopexError(
      'ALX_UNSUPPORTED',
      'timestamps cannot be binned into intervals containing months or years',
    );
  }
  const micros = stride.days * MICROS_PER_DAY + stride.microseconds;
  if (micros > 0) return micros;
  throw new AlopexError('ALX_DATETIME_OVERFLOW', `stride of ${name} must be greater than zero`);
}

function dateBin(stride: Interval, value: number, origin: number): number {
  if (!isFiniteTimestamp(value)) return value;
  if (!isFiniteTimestamp(origin)) {
    throw new AlopexError('ALX_DATETIME_OVERFLOW', 'origin out of range');
  }
  const micros = strideOf(stride, 'date_bin');
  return origin + Math.floor((value - origin) / micros) * micros;
}

/** 2000-01-03, a Monday, for widths of days and below; 2000-01-01 for months. */
const BUCKET_ORIGIN = 946_857_600_000_000;
const BUCKET_MONTH_ORIGIN = 946_684_800_000_000;

function timeBucket(width: Interval, value: number, origin: number | undefined): number {
  if (width.months === 0) return dateBin(width, value, origin ?? BUCKET_ORIGIN);
  if (width.days !== 0 || width.microseconds !== 0 || width.months < 0) {
    throw new AlopexError(
      'ALX_INVALID_ARGUMENT',
      'a bucket is a number of months, or of days and smaller units',
    );
  }
  if (!isFiniteTimestamp(value)) return value;
  const start = origin ?? BUCKET_MONTH_ORIGIN;
  const from = civilFromDays(Math.floor(start / MICROS_PER_DAY));
  const to = civilFromDays(Math.floor(value / MICROS_PER_DAY));
  const distance = (to.year - from.year) * 12 + to.month - from.month;
  let count = Math.floor(distance / width.months);
  let bucket = addInterval(start, makeInterval(count * width.months, 0, 0));
  if (bucket > value) {
    count -= 1;
    bucket = addInterval(start, makeInterval(count * width.months, 0, 0));
  }
  return bucket;
}

function fieldOutOfRange(which: string, value: string): AlopexError {
  return new AlopexError('ALX_DATETIME_OVERFLOW', `${which} field value out of range: ${value}`);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function makeDate(year: number, month: number, day: number): number {
  const civilYear = year < 0 ? year + 1 : year;
  const fits = year !== 0 && month >= 1 && month <= 12 && day >= 1;
  if (!fits || day > daysInMonth(civilYear, month))
    throw fieldOutOfRange('date', `${year}-${two(month)}-${two(day)}`);
  return checkedDate(daysFromCivil(civilYear, month, day));
}

function makeTime(hour: number, minute: number, second: number): number {
  const micros =
    hour * MICROS_PER_HOUR + minute * MICROS_PER_MINUTE + Math.round(second * MICROS_PER_SECOND);
  const fits = hour >= 0 && minute >= 0 && minute <= 59 && second >= 0 && second <= 60;
  if (fits && micros <= MICROS_PER_DAY) return micros;
  throw fieldOutOfRange('time', [hour, minute, second].map(two).join(':'));
}

function makeTimestamp(fields: readonly number[]): number {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = fields;
  const days = makeDate(year, month, day);
  return checkedTimestamp(days * MICROS_PER_DAY + makeTime(hour, minute, second));
}

function makeIntervalOf(fields: readonly number[]): Interval {
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = fields;
  const micros =
    hours * MICROS_PER_HOUR + minutes * MICROS_PER_MINUTE + Math.round(seconds * MICROS_PER_SECOND);
  return makeInterval(years * 12 + months, weeks * 7 + days, micros);
}

/**
 * (start, end) OVERLAPS (start, end), all moments. Ends may come first; a null end makes a period of one moment that may
 * be longer, so the answer is null unless the known parts decide it (SQL's rule, as PostgreSQL reads it).
 */
function overlaps(args: readonly Scalar[]): Scalar {
  let [start, end, otherStart, otherEnd] = args as readonly (number | null)[];
  [start, end] = ordered(start!, end!);
  [otherStart, otherEnd] = ordered(otherStart!, otherEnd!);
  if (start === null || otherStart === null) return null;
  const order = compareNumbers(start, otherStart);
  if (order === 0) return end === null || otherEnd === null ? null : true;
  // The later start lies before the end of the earlier period, or it does not.
  const earlierEnd = order < 0 ? end : otherEnd;
  const laterStart = order < 0 ? otherStart : start;
  const laterEnd = order < 0 ? otherEnd : end;
  if (earlierEnd === null) return null;
  if (laterStart < earlierEnd) return true;
  return laterEnd === null ? null : false;
}

/** Replaces intervals in the places of ends by the moments they lead to. */
function endsOf(
  args: readonly Scalar[],
  add: (start: number, interval: Interval) => number,
): readonly Scalar[] {
  const [start, end, otherStart, otherEnd] = args;
  const resolve = (from: Scalar, to: Scalar): Scalar =>
    isInterval(to) ? (from === null ? null : add(from as number, to)) : to;
  return [start!, resolve(start!, end!), otherStart!, resolve(otherStart!, otherEnd!)];
}

/** A period with its earlier end first; what is not known comes last. */
function ordered(
  start: number | null,
  end: number | null,
): readonly [number | null, number | null] {
  if (start === null) return [end, null];
  if (end === null) return [start, null];
  return start > end ? [end, start] : [start, end];
}
