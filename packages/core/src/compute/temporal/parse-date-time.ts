/**
 * Reads dates and times as PostgreSQL's input functions do (DateStyle ISO, MDY), in any order of their parts:
 *
 *   date   2024-02-29, 2024/2/29, 20240229, 2/29/2024, Feb 29 2024, 29-Feb-2024, 2024-060 (day of year), J2460370
 *   time   04:05, 04:05:06.789, 040506, 4 PM, 04:05 AM, T04:05
 *   zone   Z, +02, +02:30, PST, Europe/Paris, behind a time
 *   words  epoch, infinity, -infinity, now, today, tomorrow, yesterday, allballs; names of days are ignored; AD, BC
 *
 * The answer is fields; `parse-temporal` makes values of a type from them.
 */
import { AlopexError } from '../../base/errors.ts';
import {
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  civilFromDays,
  daysFromCivil,
  daysInMonth,
} from '../../types/timestamp.ts';
import { offsetOf } from './time-zone.ts';
import type { TimeZone, TimeZoneProvider } from './time-zone.ts';

export type DateTimeWord =
  | 'epoch'
  | 'infinity'
  | '-infinity'
  | 'now'
  | 'today'
  | 'tomorrow'
  | 'yesterday';

export interface ParsedDateTime {
  /** A word in the place of a date. */
  readonly word: DateTimeWord | undefined;
  /** Days since 1970; undefined when the text holds no date. */
  readonly days: number | undefined;
  /** Microseconds since midnight; undefined when the text holds no time. */
  readonly micros: number | undefined;
  /** A number: seconds ahead of UTC. */
  readonly zone: TimeZone | number | undefined;
}

const MONTHS = [
  'jan',
  'feb',
  'mar',
  'apr',
  'may',
  'jun',
  'jul',
  'aug',
  'sep',
  'oct',
  'nov',
  'dec',
] as const;
const MONTH_NAMES = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'] as const; // prettier-ignore
const DAYS =
  /^(?:sun|mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat)(?:day|sday|nesday|rsday|urday)?$/;
const WORDS: ReadonlySet<string> = new Set([
  'epoch',
  'infinity',
  '-infinity',
  'now',
  'today',
  'tomorrow',
  'yesterday',
]);

const TOKEN =
  /^(?:[\s,]+|(t)(?=\d)|(\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d*)?)?)|([+-]\d{1,2}(?::?\d{2}){0,2}(?![\d/-]))|([+-]?[a-z][a-z_]*(?:\/[a-z_+-]+\d*)*\.?)|(\d+(?:[-/.]\d+|[-/]?[a-z]{3,}[-/]?\d+)+(?:\.\d+)?)|(\d+(?:\.\d+)?)|(-))/i;

/** The number of a month's name or its first letters; 0 for anything else. */
export function monthOf(word: string): number {
  const short = word.replace(/\.$/, '');
  const full = MONTH_NAMES.indexOf(short as (typeof MONTH_NAMES)[number]);
  if (full >= 0) return full + 1;
  if (short === 'sept') return 9;
  return MONTHS.indexOf(short as (typeof MONTHS)[number]) + 1;
}

export function parseDateTime(
  text: string,
  type: string,
  findZone: TimeZoneProvider,
): ParsedDateTime {
  return new DateTimeReader(text, type, findZone).read();
}

class DateTimeReader {
  readonly #text: string;
  readonly #type: string;
  readonly #findZone: TimeZoneProvider;
  #word: DateTimeWord | undefined;
  #year: number | undefined;
  #month: number | undefined;
  #day: number | undefined;
  #dayOfYear: number | undefined;
  #julian: number | undefined;
  #micros: number | undefined;
  #meridiem: 'am' | 'pm' | undefined;
  #beforeChrist = false;
  #zone: TimeZone | number | undefined;

  constructor(text: string, type: string, findZone: TimeZoneProvider) {
    this.#text = text;
    this.#type = type;
    this.#findZone = findZone;
  }

  read(): ParsedDateTime {
    let rest = this.#text.trim();
    if (rest === '' || rest.length > TEXT_LENGTH_MAX) throw this.#malformed();
    while (rest !== '') {
      const match = TOKEN.exec(rest);
      if (match === null) throw this.#malformed();
      this.#take(match);
      rest = rest.slice(match[0].length);
    }
    return this.#finish();
  }

  #take(match: RegExpExecArray): void {
    const [, , time, offset, word, date, number] = match;
    if (time !== undefined) this.#takeTime(time);
    else if (offset !== undefined) this.#takeOffset(offset);
    else if (word !== undefined) this.#takeWord(word.toLowerCase());
    else if (date !== undefined) this.#takeDate(date);
    else if (number !== undefined) this.#takeNumber(number);
  }

  #takeTime(text: string): void {
    if (this.#micros !== undefined) throw this.#malformed();
    const [hour, minute, second = '0'] = text.split(':');
    this.#micros = this.#timeOf(Number(hour), Number(minute), Number(second.replace(',', '.')));
  }

  #timeOf(hour: number, minute: number, second: number): number {
    const micros =
      hour * MICROS_PER_HOUR + minute * MICROS_PER_MINUTE + Math.round(second * MICROS_PER_SECOND);
    // 24:00:00 and a leap second's :60 are read as the moment after.
    if (minute > 59 || second > 60 || micros > 24 * MICROS_PER_HOUR) throw this.#outOfRange();
    return micros;
  }

  #takeOffset(text: string): void {
    const seconds = offsetOf(text);
    if (this.#micros === undefined && this.#word === undefined) throw this.#malformed();
    if (seconds === undefined) {
      throw new AlopexError(
        'ALX_DATETIME_OVERFLOW',
        `time zone displacement out of range: "${this.#text}"`,
      );
    }
    this.#zone = seconds;
  }

  #takeWord(word: string): void {
    if (WORDS.has(word) && this.#word === undefined) {
      this.#word = word as DateTimeWord;
    } else if (word === 'allballs') {
      this.#micros = 0;
      this.#zone = 0;
    } else if (word === 'am' || word === 'pm') {
      this.#meridiem = word;
    } else if (word === 'ad' || word === 'bc') {
      this.#beforeChrist = word === 'bc';
    } else if (monthOf(word) > 0 && this.#month === undefined) {
      this.#month = monthOf(word);
      // `29 Feb`: the number before was the day.
    } else if (/^j\d*$/.test(word)) {
      this.#julian = 0;
    } else if (!DAYS.test(word) && word !== 'at' && word !== 'on') {
      this.#takeZone(word);
    }
  }

  #takeZone(word: string): void {
    const zone = this.#findZone(word);
    if (zone === undefined) {
      if (!word.includes('/')) throw this.#malformed();
      throw new AlopexError('ALX_INVALID_ARGUMENT', `time zone "${word}" not recognized`);
    }
    this.#zone = zone;
  }

  #takeDate(text: string): void {
    const named = /^(\d+)[-/]?([a-z]+)[-/]?(\d+)$/i.exec(text);
    if (named !== null) {
      this.#month = monthOf(named[2]!.toLowerCase());
      if (this.#month === 0) throw this.#malformed();
      const [first, last] = [named[1]!, named[3]!];
      this.#setYear(first.length > 2 ? first : last);
      this.#day = Number(first.length > 2 ? last : first);
      return;
    }
    const parts = text.split(/[-/.]/);
    const [first = '', second = '', third] = parts;
    if (parts.length > 3 || this.#year !== undefined) throw this.#malformed();
    if (third === undefined) {
      if (first.length < 4 || second.length !== 3) throw this.#malformed();
      this.#setYear(first);
      this.#dayOfYear = Number(second);
    } else if (first.length > 2) {
      this.#setYear(first);
      this.#month = Number(second);
      this.#day = Number(third);
    } else {
      this.#month = Number(first);
      this.#day = Number(second);
      this.#setYear(third);
    }
  }

  #setYear(text: string): void {
    const year = Number(text);
    // Two digits: 1970 to 2069.
    this.#year = text.length <= 2 ? year + (year < 70 ? 2_000 : 1_900) : year;
  }

  #takeNumber(text: string): void {
    const hasDate =
      this.#year !== undefined && (this.#day !== undefined || this.#dayOfYear !== undefined);
    if (this.#type === 'time' && (text.length === 4 || text.length === 6)) {
      this.#takeDigitTime(text);
    } else if (this.#julian !== undefined && !hasDate) {
      this.#julian = Number(text);
    } else if (text.includes('.')) {
      if (!/^\d{6}\.\d+$/.test(text)) throw this.#malformed();
      this.#takeDigitTime(text);
    } else if (this.#word !== undefined || hasDate) {
      if (text.length === 4 || text.length === 6) this.#takeDigitTime(text);
      else if (text.length <= 2 && this.#micros === undefined)
        this.#micros = Number(text) * MICROS_PER_HOUR;
      else throw this.#malformed();
    } else if (text.length === 8 || text.length === 6) {
      this.#setYear(text.slice(0, -4));
      this.#month = Number(text.slice(-4, -2));
      this.#day = Number(text.slice(-2));
    } else if (this.#month === undefined && this.#day !== undefined) {
      throw this.#malformed();
    } else if (this.#day === undefined && text.length <= 2) {
      this.#day = Number(text);
    } else {
      this.#setYear(text);
    }
  }

  #takeDigitTime(text: string): void {
    const second = text.length > 4 ? Number(text.slice(4)) : 0;
    this.#micros = this.#timeOf(Number(text.slice(0, 2)), Number(text.slice(2, 4)), second);
  }

  #finish(): ParsedDateTime {
    const days = this.#daysOf();
    let micros = this.#micros;
    if (this.#meridiem !== undefined) {
      // `4 PM` without a date: the lone number was the hour.
      if (micros === undefined && days === undefined && this.#day !== undefined) {
        micros = this.#day * MICROS_PER_HOUR;
        this.#day = undefined;
      }
      micros = this.#afternoon(micros);
    }
    const nothing = days === undefined && micros === undefined && this.#word === undefined;
    const half = days === undefined && (this.#day ?? this.#month ?? this.#year) !== undefined;
    if (nothing || half || (this.#word !== undefined && days !== undefined))
      throw this.#malformed();
    return { word: this.#word, days, micros, zone: this.#zone };
  }

  #afternoon(micros: number | undefined): number {
    const hour = micros === undefined ? 0 : Math.floor(micros / MICROS_PER_HOUR);
    if (micros === undefined) throw this.#malformed();
    if (hour < 1 || hour > 12) throw this.#outOfRange();
    const base = micros - hour * MICROS_PER_HOUR;
    return base + ((hour % 12) + (this.#meridiem === 'pm' ? 12 : 0)) * MICROS_PER_HOUR;
  }

  #daysOf(): number | undefined {
    if (this.#julian !== undefined) return this.#julian - JULIAN_1970;
    const written = this.#year;
    if (written === undefined) return undefined;
    if (written === 0) throw this.#outOfRange();
    const year = this.#beforeChrist ? 1 - written : written;
    if (this.#dayOfYear !== undefined) {
      const days = daysFromCivil(year, 1, 1) + this.#dayOfYear - 1;
      if (this.#dayOfYear < 1 || civilFromDays(days).year !== year) throw this.#outOfRange();
      return days;
    }
    const month = this.#month;
    const day = this.#day;
    if (month === undefined || day === undefined) return undefined;
    if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month))
      throw this.#outOfRange();
    return daysFromCivil(year, month, day);
  }

  #malformed(): AlopexError {
    const shown = this.#text.length <= 80 ? this.#text : `${this.#text.slice(0, 77)}...`;
    return new AlopexError(
      'ALX_DATETIME_FORMAT',
      `invalid input syntax for type ${this.#type}: "${shown}"`,
    );
  }

  #outOfRange(): AlopexError {
    return new AlopexError(
      'ALX_DATETIME_OVERFLOW',
      `date/time field value out of range: "${this.#text}"`,
    );
  }
}

const TEXT_LENGTH_MAX = 128;
/** The Julian day of 1970-01-01. */
export const JULIAN_1970 = 2_440_588;
