/**
 * to_char of moments and intervals, and to_timestamp and to_date, which read what it writes: PostgreSQL's patterns.
 *
 *   HH HH12 HH24 MI SS MS US FF1-6 SSSS SSSSS AM PM A.M. P.M.   YYYY YYY YY Y Y,YYY IYYY IYY IY I BC AD B.C. A.D.
 *   MONTH Month month MON Mon mon MM   DAY Day day DY Dy dy DDD IDDD DD D ID W WW IW CC J Q RM rm   TZ tz TZH TZM OF
 *
 * FM before a pattern leaves out its padding, TH or th behind it adds an ordinal ending; text in double quotes stands for
 * itself.
 */
import { AlopexError } from '../../base/errors.ts';
import type { Interval } from '../../types/interval.ts';
import {
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  daysFromCivil,
  daysInMonth,
  isFiniteTimestamp,
  timestampFields,
} from '../../types/timestamp.ts';
import { eraNumber, isoWeek, isoWeekday, shownYear, startOfIsoWeek } from './date-field.ts';
import { JULIAN_1970 } from './parse-date-time.ts';
import { formatOffset } from './temporal-text.ts';

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'] as const; // prettier-ignore
const DAYS = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;
const ROMAN = ['I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X', 'XI', 'XII'] as const;

const PATTERN =
  /"((?:[^"\\]|\\.)*)"|(FM|fm|TM|tm)|(SSSSS|SSSS|HH24|HH12|HH|MI|SS|MS|US|FF[1-6]|Y,YYY|YYYY|IYYY|YYY|IYY|YY|IY|MONTH|MON|MM|IDDD|DDD|DD|DAY|DY|ID|IW|WW|CC|TZH|TZM|TZ|OF|RM|BC|AD|AM|PM|B\.C\.|A\.D\.|A\.M\.|P\.M\.|Y|I|D|J|Q|W)(TH)?/giy;

interface Piece {
  /** Upper case; undefined: `text` stands for itself. */
  readonly pattern: string | undefined;
  readonly text: string;
  readonly fill: boolean;
  readonly ordinal: 'th' | 'TH' | undefined;
}

export function parsePattern(format: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let fill = true;
  let at = 0;
  while (at < format.length) {
    PATTERN.lastIndex = at;
    const match = PATTERN.exec(format);
    if (match === null) {
      pieces.push({ pattern: undefined, text: format[at]!, fill, ordinal: undefined });
      at += 1;
      continue;
    }
    at = PATTERN.lastIndex;
    if (match[1] !== undefined) {
      pieces.push({
        pattern: undefined,
        text: match[1].replaceAll(/\\(.)/g, '$1'),
        fill,
        ordinal: undefined,
      });
    } else if (match[2] !== undefined) {
      if (match[2].toUpperCase() === 'FM') fill = false;
    } else {
      const ordinal = match[4] === undefined ? undefined : match[4] === 'TH' ? 'TH' : 'th';
      pieces.push({ pattern: match[3]!.toUpperCase(), text: match[3]!, fill, ordinal });
      fill = true;
    }
  }
  return pieces;
}

/** What patterns show: fields of a local time, or of an interval. */
interface Shown {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
  /** Undefined for intervals, which have no calendar. */
  readonly days: number | undefined;
  readonly zoneName: string;
  readonly zoneSeconds: number | undefined;
}

export interface ZoneShown {
  readonly name: string;
  readonly seconds: number;
}

/** Null for infinite moments, which have no fields. */
export function formatMoment(local: number, format: string, zone?: ZoneShown): string | null {
  if (!isFiniteTimestamp(local)) return null;
  const fields = timestampFields(local);
  return render(
    {
      ...fields,
      days: Math.floor(local / MICROS_PER_DAY),
      zoneName: zone?.name ?? '',
      zoneSeconds: zone?.seconds,
    },
    format,
  );
}

export function formatIntervalBy(interval: Interval, format: string): string {
  const { months, days, microseconds } = interval;
  return render(
    {
      year: Math.trunc(months / 12),
      month: months % 12,
      day: days,
      hour: Math.trunc(microseconds / MICROS_PER_HOUR),
      minute: Math.trunc((microseconds % MICROS_PER_HOUR) / MICROS_PER_MINUTE),
      second: Math.trunc((microseconds % MICROS_PER_MINUTE) / MICROS_PER_SECOND),
      micros: microseconds % MICROS_PER_SECOND,
      days: undefined,
      zoneName: '',
      zoneSeconds: undefined,
    },
    format,
  );
}

function render(shown: Shown, format: string): string {
  let text = '';
  for (const piece of parsePattern(format)) {
    if (piece.pattern === undefined) {
      text += piece.text;
      continue;
    }
    const field = renderPiece(piece, shown);
    text += piece.ordinal === undefined ? field : field + ordinalEnding(field, piece.ordinal);
  }
  return text;
}

function ordinalEnding(field: string, kind: 'th' | 'TH'): string {
  const number = Math.abs(Number(field));
  if (Number.isNaN(number)) return '';
  const teen = number % 100 >= 11 && number % 100 <= 13;
  const ending = teen ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return kind === 'TH' ? ending.toUpperCase() : ending;
}

function number(value: number, width: number, fill: boolean): string {
  if (!fill) return String(value);
  const digits = String(Math.abs(value)).padStart(width, '0');
  return value < 0 ? `-${digits}` : digits;
}

/** A name in the letters of its pattern: MONTH, Month, month. */
function inLetters(name: string, text: string): string {
  if (text === text.toUpperCase()) return name.toUpperCase();
  return text[0] === text[0]!.toLowerCase() ? name.toLowerCase() : name;
}

const NAME_WIDTH = 9;

function renderPiece({ pattern, text, fill }: Piece, shown: Shown): string {
  const { hour, minute, second, micros, day, month } = shown;
  switch (pattern) {
    case 'HH':
    case 'HH12':
      return number(hour % 12 === 0 ? 12 : hour % 12, 2, fill);
    case 'HH24':
      return number(hour, 2, fill);
    case 'MI':
      return number(minute, 2, fill);
    case 'SS':
      return number(second, 2, fill);
    case 'MS':
      return number(Math.trunc(micros / 1_000), 3, true);
    case 'US':
      return number(micros, 6, true);
    case 'SSSS':
    case 'SSSSS':
      return String(hour * 3_600 + minute * 60 + second);
    case 'AM':
    case 'PM':
      return inLetters(hour % 24 >= 12 ? 'pm' : 'am', text);
    case 'A.M.':
    case 'P.M.':
      return inLetters(hour % 24 >= 12 ? 'p.m.' : 'a.m.', text);
    case 'DD':
      return number(day, 2, fill);
    case 'MM':
      return number(month, 2, fill);
    default:
      if (pattern!.startsWith('FF'))
        return number(micros, 6, true).slice(0, Number(pattern!.slice(2)));
      return renderDate({ pattern, text, fill, ordinal: undefined }, shown);
  }
}

function renderDate(piece: Piece, shown: Shown): string {
  const { pattern, text, fill } = piece;
  const { year, month } = shown;
  const era = shown.days === undefined ? year : year > 0 ? year : 1 - year;
  switch (pattern) {
    case 'YYYY':
      return number(era, 4, fill);
    case 'YYY':
      return number(era % 1_000, 3, fill);
    case 'YY':
      return number(era % 100, 2, fill);
    case 'Y':
      return String(era % 10);
    case 'Y,YYY':
      return `${Math.floor(era / 1_000)},${number(era % 1_000, 3, true)}`;
    case 'BC':
    case 'AD':
      return inLetters(year > 0 ? 'ad' : 'bc', text);
    case 'B.C.':
    case 'A.D.':
      return inLetters(year > 0 ? 'a.d.' : 'b.c.', text);
    case 'CC':
      return number(
        shown.days === undefined ? Math.trunc(year / 100) : eraNumber(year, 100),
        2,
        fill,
      );
    case 'Q':
      return month === 0 ? '' : String(Math.floor((month - 1) / 3) + 1);
    case 'RM':
      return month === 0 ? '' : padName(inLetters(ROMAN[month - 1]!, text), 4, fill);
    default:
      return renderCalendar(piece, shown);
  }
}

function padName(name: string, width: number, fill: boolean): string {
  return fill ? name.padEnd(width) : name;
}

function renderCalendar({ pattern, text, fill }: Piece, shown: Shown): string {
  const { days, year, month, day, zoneName, zoneSeconds } = shown;
  if (days === undefined) {
    throw new AlopexError(
      'ALX_DATETIME_FORMAT',
      'invalid format specification for an interval value',
      {
        hint: 'Intervals are not tied to specific calendar dates.',
      },
    );
  }
  const weekday = isoWeekday(days);
  const dayOfYear = days - daysFromCivil(year, 1, 1) + 1;
  const iso = isoWeek(days);
  switch (pattern) {
    case 'MONTH':
      return padName(inLetters(MONTHS[month - 1]!, text), NAME_WIDTH, fill);
    case 'MON':
      return inLetters(MONTHS[month - 1]!.slice(0, 3), text);
    case 'DAY':
      return padName(inLetters(DAYS[weekday % 7]!, text), NAME_WIDTH, fill);
    case 'DY':
      return inLetters(DAYS[weekday % 7]!.slice(0, 3), text);
    case 'DDD':
      return number(dayOfYear, 3, fill);
    case 'IDDD':
      return number(days - startOfIsoWeek(daysFromCivil(iso.year, 1, 4)) + 1, 3, fill);
    case 'D':
      return String((weekday % 7) + 1);
    case 'ID':
      return String(weekday);
    case 'W':
      return String(Math.floor((day - 1) / 7) + 1);
    case 'WW':
      return number(Math.floor((dayOfYear - 1) / 7) + 1, 2, fill);
    case 'IW':
      return number(iso.week, 2, fill);
    case 'IYYY':
      return number(shownYear(iso.year), 4, fill);
    case 'IYY':
      return number(shownYear(iso.year) % 1_000, 3, fill);
    case 'IY':
      return number(shownYear(iso.year) % 100, 2, fill);
    case 'I':
      return String(shownYear(iso.year) % 10);
    case 'J':
      return String(days + JULIAN_1970);
    case 'TZ':
      return text === text.toLowerCase() ? zoneName.toLowerCase() : zoneName;
    case 'OF':
      return zoneSeconds === undefined ? '+00' : formatOffset(zoneSeconds);
    case 'TZH':
      return formatOffset(Math.trunc((zoneSeconds ?? 0) / 3_600) * 3_600);
    case 'TZM':
      return number(Math.abs(Math.trunc(((zoneSeconds ?? 0) % 3_600) / 60)), 2, true);
    default:
      return text;
  }
}

/** What to_timestamp read: a local time, and a zone where the text names one. */
export interface ReadMoment {
  readonly local: number;
  readonly zoneSeconds: number | undefined;
}

/** Reads text by a pattern. Fields that are not there are those of 0001-01-01 BC's noon-less midnight: the first of all. */
export function readMoment(text: string, format: string): ReadMoment {
  const fields = new Map<string, number>();
  let rest = text.trimStart();
  for (const piece of parsePattern(format)) {
    if (piece.pattern === undefined) {
      // A sign between fields stands for any other; blanks are skipped in front of every field.
      if (/^[\s\W_]/.test(piece.text)) rest = rest.replace(/^\s*[^\w\s]?/, '');
      else rest = rest.slice(piece.text.length);
      continue;
    }
    rest = readPiece(piece, rest.replace(/^\s+/, ''), fields, text);
  }
  return assemble(fields, text);
}

const WIDTHS: Readonly<Record<string, number>> = {
  YYYY: 4, IYYY: 4, YYY: 3, YY: 2, Y: 1, MM: 2, DD: 2, DDD: 3, HH: 2, HH12: 2, HH24: 2, MI: 2, SS: 2, MS: 3, US: 6, FF1: 1, FF2: 2, FF3: 3,
  FF4: 4, FF5: 5, FF6: 6, SSSS: 5, SSSSS: 5, J: 7, Q: 1, D: 1, ID: 1, IW: 2, WW: 2, W: 1, CC: 2, TZH: 3, TZM: 2,
}; // prettier-ignore

function readPiece(piece: Piece, rest: string, fields: Map<string, number>, text: string): string {
  const pattern = piece.pattern!;
  const names =
    pattern === 'MONTH' || pattern === 'MON'
      ? MONTHS
      : pattern === 'DAY' || pattern === 'DY'
        ? DAYS
        : undefined;
  if (names !== undefined) return readName(pattern, names, rest, fields, text);
  if (/^[AP]\.?M\.?$/.test(pattern))
    return readWord(/^([ap])\.?m\.?/i, 'PM', 'p', rest, fields, text);
  if (/^(?:BC|AD|B\.C\.|A\.D\.)$/.test(pattern))
    return readWord(/^([ab])\.?[cd]\.?/i, 'BC', 'b', rest, fields, text);
  if (pattern === 'Y,YYY') return readNumber('YYYY', /^\d,\d{3}/, rest, fields, text);
  if (pattern === 'OF' || pattern === 'TZ') return readZone(rest, fields, text);
  const width = WIDTHS[pattern];
  if (width === undefined) throw unreadable(pattern, text);
  const most = pattern === 'YYYY' && piece.fill === false ? 9 : width;
  return readNumber(
    pattern,
    new RegExp(`^[+-]?\\d{1,${pattern === 'YYYY' ? Math.max(4, most) : most}}`),
    rest,
    fields,
    text,
  );
}

function readNumber(
  key: string,
  form: RegExp,
  rest: string,
  fields: Map<string, number>,
  text: string,
): string {
  const match = form.exec(rest);
  if (match === null) throw unreadable(key, text);
  const digits = match[0].replace(',', '');
  const isFraction = key === 'MS' || key === 'US' || key.startsWith('FF');
  // `.5` behind seconds is half a second, however many digits the pattern has.
  if (isFraction) fields.set('micros', Math.round(Number(`0.${digits}`) * MICROS_PER_SECOND));
  else fields.set(key, Number(digits));
  return rest.slice(match[0].length).replace(/^(?:st|nd|rd|th)\b/i, '');
}

function readName(
  pattern: string,
  names: readonly string[],
  rest: string,
  fields: Map<string, number>,
  text: string,
): string {
  const lower = rest.toLowerCase();
  const whole = names.findIndex((name) => lower.startsWith(name.toLowerCase()));
  const short = names.findIndex((name) => lower.startsWith(name.slice(0, 3).toLowerCase()));
  const found = pattern.length > 3 && whole >= 0 ? whole : short;
  if (found < 0) throw unreadable(pattern, text);
  if (names === MONTHS) fields.set('MM', found + 1);
  return rest.slice(pattern.length > 3 && whole >= 0 ? names[found]!.length : 3);
}

function readWord(
  form: RegExp,
  key: string,
  letter: string,
  rest: string,
  fields: Map<string, number>,
  text: string,
): string {
  const match = form.exec(rest);
  if (match === null) throw unreadable(key, text);
  fields.set(key, match[1]!.toLowerCase() === letter ? 1 : 0);
  return rest.slice(match[0].length);
}

function readZone(rest: string, fields: Map<string, number>, text: string): string {
  const match = /^([+-])(\d{1,2})(?::?(\d{2}))?/.exec(rest);
  if (match === null) throw unreadable('TZ', text);
  const seconds = Number(match[2]) * 3_600 + Number(match[3] ?? 0) * 60;
  fields.set('zone', match[1] === '-' ? -seconds : seconds);
  return rest.slice(match[0].length);
}

function unreadable(pattern: string, text: string): AlopexError {
  return new AlopexError('ALX_DATETIME_FORMAT', `invalid value for "${pattern}" in "${text}"`);
}

function outOfRange(text: string): AlopexError {
  return new AlopexError('ALX_DATETIME_OVERFLOW', `date/time field value out of range: "${text}"`);
}

function assemble(fields: ReadonlyMap<string, number>, text: string): ReadMoment {
  const time = timeFrom(fields, text);
  const days = daysFrom(fields, text);
  const hours = fields.get('TZH');
  const zone =
    fields.get('zone') ??
    (hours === undefined
      ? undefined
      : hours * 3_600 + Math.sign(hours) * (fields.get('TZM') ?? 0) * 60);
  return { local: days * MICROS_PER_DAY + time, zoneSeconds: zone };
}

function timeFrom(fields: ReadonlyMap<string, number>, text: string): number {
  const seconds = fields.get('SSSS') ?? fields.get('SSSSS');
  if (seconds !== undefined) return seconds * MICROS_PER_SECOND;
  const twelve = fields.get('HH12') ?? fields.get('HH');
  let hour = fields.get('HH24') ?? twelve ?? 0;
  const afternoon = fields.get('PM');
  if (twelve !== undefined && afternoon !== undefined) {
    if (twelve < 1 || twelve > 12) throw outOfRange(text);
    hour = (twelve % 12) + 12 * afternoon;
  }
  const minute = fields.get('MI') ?? 0;
  const second = fields.get('SS') ?? 0;
  if (hour > 23 || minute > 59 || second > 59) throw outOfRange(text);
  return (
    hour * MICROS_PER_HOUR +
    minute * MICROS_PER_MINUTE +
    second * MICROS_PER_SECOND +
    (fields.get('micros') ?? 0)
  );
}

function daysFrom(fields: ReadonlyMap<string, number>, text: string): number {
  const julianDay = fields.get('J');
  if (julianDay !== undefined) return julianDay - JULIAN_1970;
  const written = yearFrom(fields);
  const year = fields.get('BC') === 1 ? 1 - written : written;
  const isoYear = fields.get('IYYY');
  if (isoYear !== undefined) {
    const monday = startOfIsoWeek(daysFromCivil(isoYear, 1, 4));
    return monday + ((fields.get('IW') ?? 1) - 1) * 7 + (fields.get('ID') ?? 1) - 1;
  }
  const dayOfYear = fields.get('DDD');
  if (dayOfYear !== undefined) return daysFromCivil(year, 1, 1) + dayOfYear - 1;
  const month = fields.get('MM') ?? 1;
  const day = fields.get('DD') ?? 1;
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) throw outOfRange(text);
  return daysFromCivil(year, month, day);
}

/** Years of fewer digits are those nearest to 2020. */
function yearFrom(fields: ReadonlyMap<string, number>): number {
  const full = fields.get('YYYY');
  // Year 0, as nobody gave one, is 1 BC.
  if (full !== undefined) return full;
  const three = fields.get('YYY');
  if (three !== undefined) return three < 520 ? three + 2_000 : three + 1_000;
  const two = fields.get('YY');
  if (two !== undefined) return two < 70 ? two + 2_000 : two + 1_900;
  const one = fields.get('Y');
  return one === undefined ? 0 : one + 2_020;
}
