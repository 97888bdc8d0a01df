/**
 * Time zones: how far local time is ahead of UTC at a moment. Names are IANA's, read through `Intl`, which every host has;
 * fixed offsets are written as in POSIX: `UTC-5` is east of UTC.
 *
 * `Intl` answers for one moment in microseconds of work, so a zone remembers spans: an offset is asked for at both ends of a
 * span of weeks, and only a span whose ends differ is searched for the moment of change.
 */
import { AlopexError } from '../../base/errors.ts';
import { MICROS_PER_SECOND, daysFromCivil } from '../../types/timestamp.ts';

export interface TimeZone {
  readonly name: string;
  /** Seconds that local time is ahead of UTC at a moment, microseconds since 1970 UTC. */
  offsetSeconds(utcMicros: number): number;
}

/** What a statement lends to conversions: the session's zone and the moment its transaction began. */
export interface ValueContext {
  readonly timeZone: TimeZone;
  /** Microseconds since 1970. */
  readonly transactionMicros: number;
  readonly findZone: TimeZoneProvider;
}

export const UTC: TimeZone = Object.freeze({ name: 'UTC', offsetSeconds: () => 0 });

export function fixedZone(name: string, seconds: number): TimeZone {
  return { name, offsetSeconds: () => seconds };
}

/** Finds a zone by its name; undefined when there is none. */
export type TimeZoneProvider = (name: string) => TimeZone | undefined;

/** Abbreviations that PostgreSQL knows by default and `Intl` does not, in hours ahead of UTC. */
const ABBREVIATIONS: Readonly<Record<string, number>> = {
  z: 0, utc: 0, gmt: 0, ut: 0, uct: 0, zulu: 0, wet: 0, west: 1, cet: 1, cest: 2, met: 1, mest: 2, eet: 2, eest: 3, msk: 3, bst: 1,
  ist: 2, est: -5, edt: -4, cst: -6, cdt: -5, mst: -7, mdt: -6, pst: -8, pdt: -7, akst: -9, akdt: -8, hst: -10, jst: 9,
  kst: 9, aest: 10, aedt: 11, acst: 9.5, awst: 8, nzst: 12, nzdt: 13, art: -3, brt: -3, sgt: 8, hkt: 8, pkt: 5,
}; // prettier-ignore

/** Zones of this host, each made once. */
export function createTimeZoneProvider(): TimeZoneProvider {
  const known = new Map<string, TimeZone | undefined>();
  return (name) => {
    const key = name.trim().toLowerCase();
    if (known.has(key)) return known.get(key);
    const zone = makeZone(name.trim());
    // Names come from users: a bound keeps wrong ones from growing the map for ever.
    if (known.size >= ZONES_KEPT_MAX) known.clear();
    known.set(key, zone);
    return zone;
  };
}

/** For conversions that do not depend on a session. */
export const NO_SESSION: ValueContext = Object.freeze({
  timeZone: UTC,
  transactionMicros: 0,
  findZone: (name: string) => makeZone(name.trim()),
});

const ZONES_KEPT_MAX = 1_000;
const OFFSET = /^([+-])(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?$/;
const POSIX = /^(?:[a-z]{3,}|<[^<>]*>|)([+-]?)(\d{1,2})(?::?(\d{2}))?$/i;

function makeZone(name: string): TimeZone | undefined {
  const key = name.toLowerCase();
  if (key === 'utc' || key === 'etc/utc' || key === 'zulu') return UTC;
  const seconds = posixOffset(name);
  if (seconds !== undefined) return fixedZone(name, seconds);
  if (Object.hasOwn(ABBREVIATIONS, key))
    return fixedZone(name.toUpperCase(), ABBREVIATIONS[key]! * 3_600);
  return intlZone(name);
}

/** Seconds ahead of UTC of an offset in a moment's text: `+05:30`, east is positive. */
export function offsetOf(text: string): number | undefined {
  const match = OFFSET.exec(text);
  if (match === null) return undefined;
  const [hours, minutes, seconds] = [match[2], match[3], match[4]].map((part) => Number(part ?? 0));
  if (hours! > 15 || minutes! > 59 || seconds! > 59) return undefined;
  const size = hours! * 3_600 + minutes! * 60 + seconds!;
  return match[1] === '-' ? 0 - size : size;
}

/** Seconds ahead of UTC of a zone's name in POSIX's form: `EST5`, `<+07>-07`, `-07`, where west is positive. */
function posixOffset(text: string): number | undefined {
  const match = POSIX.exec(text);
  if (match === null) return undefined;
  const size = Number(match[2]) * 3_600 + Number(match[3] ?? 0) * 60;
  if (Number(match[2]) > 15) return undefined;
  return match[1] === '-' ? size : 0 - size;
}

function intlZone(name: string): TimeZone | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined; // no such zone
    throw error;
  }
  return new IntlZone(format.resolvedOptions().timeZone, format);
}

/** Shorter than the shortest stay between two changes that zones have in practice. */
const SPAN_SECONDS = 14 * 86_400;
const SPANS_KEPT_MAX = 10_000;
/** What a Date holds. */
const DATE_SECONDS_MAX = 8_640_000_000_000;

/** A span with at most one change in it. */
interface Span {
  readonly before: number;
  /** Seconds since 1970 from which `after` holds. */
  readonly change: number;
  readonly after: number;
}

class IntlZone implements TimeZone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #spans = new Map<number, Span>();

  constructor(name: string, format: Intl.DateTimeFormat) {
    this.name = name;
    this.#format = format;
  }

  offsetSeconds(utcMicros: number): number {
    const seconds = Math.floor(utcMicros / MICROS_PER_SECOND);
    const number = Math.floor(seconds / SPAN_SECONDS);
    let span = this.#spans.get(number);
    if (span === undefined) {
      if (this.#spans.size >= SPANS_KEPT_MAX) this.#spans.clear();
      span = this.#search(number * SPAN_SECONDS, (number + 1) * SPAN_SECONDS);
      this.#spans.set(number, span);
    }
    return seconds < span.change ? span.before : span.after;
  }

  #search(start: number, end: number): Span {
    const before = this.#ask(start);
    const after = this.#ask(end);
    if (before === after) return { before, change: end, after };
    let low = start;
    let high = end;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#ask(middle) === before) low = middle;
      else high = middle;
    }
    return { before, change: high, after };
  }

  #ask(seconds: number): number {
    const within = Math.max(-DATE_SECONDS_MAX, Math.min(DATE_SECONDS_MAX, seconds));
    const field: Record<string, string> = {};
    for (const { type, value } of this.#format.formatToParts(within * 1_000)) field[type] = value;
    const written = Number(field['year']);
    const year = field['era'] === 'BC' || field['era'] === 'B' ? 1 - written : written;
    const days = daysFromCivil(year, Number(field['month']), Number(field['day']));
    const time =
      Number(field['hour']) * 3_600 + Number(field['minute']) * 60 + Number(field['second']);
    return days * 86_400 + time - within;
  }
}

/** The zone of a name, or ALX_INVALID_ARGUMENT. */
export function requireZone(provider: TimeZoneProvider, name: string): TimeZone {
  const zone = provider(name);
  if (zone !== undefined) return zone;
  throw new AlopexError('ALX_INVALID_ARGUMENT', `time zone "${name}" not recognized`);
}

/** What a clock in the zone shows at a moment. */
export function localFromUtc(utcMicros: number, zone: TimeZone): number {
  return utcMicros + zone.offsetSeconds(utcMicros) * MICROS_PER_SECOND;
}

/**
 * The moment at which a clock in the zone shows `localMicros`. Skipped times (spring) are read with the offset before the
 * change, times that occur twice (autumn) as the second, standard one: PostgreSQL's rule.
 */
export function utcFromLocal(localMicros: number, zone: TimeZone): number {
  const day = 86_400 * MICROS_PER_SECOND;
  const before = zone.offsetSeconds(localMicros - day) * MICROS_PER_SECOND;
  const after = zone.offsetSeconds(localMicros + day) * MICROS_PER_SECOND;
  if (before === after) return localMicros - before;
  const early = localMicros - before;
  const late = localMicros - after;
  const earlyHolds = zone.offsetSeconds(early) * MICROS_PER_SECOND === before;
  const lateHolds = zone.offsetSeconds(late) * MICROS_PER_SECOND === after;
  if (earlyHolds && lateHolds) return late;
  return lateHolds ? late : early;
}
