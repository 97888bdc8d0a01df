/** Text to and from date, time, timestamp and timestamptz, in the zone of the session where the type has one. */
import { AlopexError } from '../../base/errors.ts';
import {
  DATE_INFINITY,
  DATE_MINUS_INFINITY,
  checkedDate,
  timestampToDate,
} from '../../types/date.ts';
import {
  MICROS_PER_DAY,
  MICROS_PER_SECOND,
  TIMESTAMP_INFINITY,
  TIMESTAMP_MINUS_INFINITY,
  checkedTimestamp,
  isFiniteTimestamp,
  joinTimestamp,
  formatTimestamp,
  parseTimestamp,
} from '../../types/timestamp.ts';
import { parseDateTime } from './parse-date-time.ts';
import type { ParsedDateTime } from './parse-date-time.ts';
import { localFromUtc, utcFromLocal } from './time-zone.ts';
import type { ValueContext } from './time-zone.ts';

/** Text that says something about the moment it is read in. */
const RELATIVE = /now|today|tomorrow|yesterday/i;
/** A zone at the end of the text. */
const ZONED = /(?:[\d\s](?:z|utc|gmt)|:\d{2}(?:\.\d*)?\s*[+-]\d{1,2}(?::?\d{2}){0,2})\s*$/i;
const TIMELESS = /^\s*(?:epoch|-?infinity)\s*$/i;

/** Whether the value of a text depends on the session that reads it. */
export function dependsOnSession(kind: string, text: string): boolean {
  if (kind === 'timestamptz')
    return RELATIVE.test(text) || !(ZONED.test(text) || TIMELESS.test(text));
  return (kind === 'date' || kind === 'time' || kind === 'timestamp') && RELATIVE.test(text);
}

export function parseDate(text: string, context: ValueContext): number {
  const parsed = parseDateTime(text, 'date', context.findZone);
  if (parsed.word === 'infinity') return DATE_INFINITY;
  if (parsed.word === '-infinity') return DATE_MINUS_INFINITY;
  if (parsed.days !== undefined) return checkedDate(parsed.days);
  if (parsed.word === undefined) throw noDate(text, 'date');
  return timestampToDate(wordMoment(parsed, context));
}

export function parseTime(text: string, context: ValueContext): number {
  const parsed = parseDateTime(text, 'time', context.findZone);
  if (parsed.micros !== undefined) return parsed.micros;
  if (parsed.word !== 'now') throw noDate(text, 'time');
  const local = localFromUtc(context.transactionMicros, context.timeZone);
  return local - Math.floor(local / MICROS_PER_DAY) * MICROS_PER_DAY;
}

const PLAIN = /^\s*\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d*)?)?)?\s*$/;

export function parseLocalTimestamp(text: string, context: ValueContext): number {
  if (PLAIN.test(text)) return parseTimestamp(text);
  const parsed = parseDateTime(text, 'timestamp', context.findZone);
  if (parsed.word !== undefined) return infinite(parsed) ?? wordMoment(parsed, context);
  if (parsed.days === undefined) throw noDate(text, 'timestamp');
  return checkedTimestamp(parsed.days * MICROS_PER_DAY + (parsed.micros ?? 0));
}

export function parseZonedTimestamp(text: string, context: ValueContext): number {
  const parsed = parseDateTime(text, 'timestamp with time zone', context.findZone);
  const { zone, word } = parsed;
  if (word !== undefined) {
    const fixed = infinite(parsed);
    if (fixed !== undefined) return fixed;
    if (word === 'now') return context.transactionMicros;
    if (word === 'epoch') return 0;
  } else if (parsed.days === undefined) throw noDate(text, 'timestamp with time zone');
  const local =
    word === undefined
      ? checkedTimestamp(parsed.days! * MICROS_PER_DAY + (parsed.micros ?? 0))
      : wordMoment(parsed, context);
  if (typeof zone === 'number') return checkedTimestamp(local - zone * MICROS_PER_SECOND);
  return checkedTimestamp(utcFromLocal(local, zone ?? context.timeZone));
}

function infinite({ word }: ParsedDateTime): number | undefined {
  if (word === 'infinity') return TIMESTAMP_INFINITY;
  return word === '-infinity' ? TIMESTAMP_MINUS_INFINITY : undefined;
}

/** The local time that a word stands for. */
function wordMoment({ word, micros }: ParsedDateTime, context: ValueContext): number {
  if (word === 'epoch') return 0;
  const now = localFromUtc(context.transactionMicros, context.timeZone);
  if (word === 'now') return now;
  const shift = word === 'tomorrow' ? 1 : word === 'yesterday' ? -1 : 0;
  return (Math.floor(now / MICROS_PER_DAY) + shift) * MICROS_PER_DAY + (micros ?? 0);
}

function noDate(text: string, type: string): AlopexError {
  return new AlopexError('ALX_DATETIME_FORMAT', `invalid input syntax for type ${type}: "${text}"`);
}

/** `2024-02-29 12:00:00+01`. */
export function formatZonedTimestamp(timestamp: number, context: ValueContext): string {
  if (!isFiniteTimestamp(timestamp)) return formatTimestamp(timestamp);
  const seconds = context.timeZone.offsetSeconds(timestamp);
  return joinTimestamp(timestamp + seconds * MICROS_PER_SECOND, formatOffset(seconds));
}

/** `+01`, `-03:30`, `+00:53:28`. */
export function formatOffset(seconds: number): string {
  const size = Math.abs(seconds);
  const pair = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  let text = `${seconds < 0 ? '-' : '+'}${pair(size / 3_600)}`;
  if (size % 3_600 !== 0) text += `:${pair((size % 3_600) / 60)}`;
  return size % 60 === 0 ? text : `${text}:${pair(size % 60)}`;
}
