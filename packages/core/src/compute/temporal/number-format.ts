/**
 * to_char of numbers and to_number: PostgreSQL's number pictures.
 *
 *   9 a digit, blank in front of the number   0 a digit, also in front   . D decimal point   , G group separator
 *   S sign beside the number, MI - where negative, PL + where positive, SG either   PR <…> where negative
 *   FM without blanks and without zeros that 9 would show at the end   TH, th ordinal ending   EEEE scientific   L currency
 */
import { AlopexError } from '../../base/errors.ts';
import { formatNumeric, numericOf, rescale } from '../../types/numeric.ts';
import type { Decimal, NumericValue } from '../../types/numeric.ts';

const TOKEN = /"((?:[^"\\]|\\.)*)"|(FM|EEEE|MI|PL|SG|PR|TH|RN|S|L|D|G|V|[90.,])|([^])/giy;

interface Picture {
  readonly tokens: readonly string[];
  readonly wholeDigits: number;
  readonly places: number;
  readonly has: (token: string) => boolean;
}

/** Pictures are short and few; a value of any length passes. */
const PICTURE_LENGTH_MAX = 1_000;

function parsePicture(format: string): Picture {
  if (format.length > PICTURE_LENGTH_MAX) throw badPicture('the picture is too long');
  const tokens: string[] = [];
  for (const match of format.matchAll(TOKEN)) {
    if (match[2] === undefined) tokens.push(`"${match[1] ?? match[3]!}`);
    else tokens.push(match[2] === 'th' ? 'th' : match[2].toUpperCase());
  }
  const point = tokens.findIndex((token) => token === '.' || token === 'D');
  const isDigit = (token: string): boolean => token === '9' || token === '0';
  const end = point < 0 ? tokens.length : point;
  const present = new Set(tokens);
  const has = (token: string): boolean => present.has(token);
  for (const later of ['RN', 'V']) {
    if (has(later))
      throw new AlopexError('ALX_UNSUPPORTED', `the number picture ${later} is not supported yet`);
  }
  if (tokens.filter((token) => token === '.' || token === 'D').length > 1)
    throw badPicture('multiple decimal points');
  return {
    tokens,
    wholeDigits: tokens.slice(0, end).filter(isDigit).length,
    places: tokens.slice(end).filter(isDigit).length,
    has,
  };
}

function badPicture(message: string): AlopexError {
  return new AlopexError('ALX_UNEXPECTED_TOKEN', message);
}

export function formatNumberBy(value: NumericValue, format: string): string {
  const picture = parsePicture(format);
  if (picture.has('EEEE')) return scientific(value, picture);
  if (typeof value === 'number') return fillWith(picture, value);
  const rounded = rescale(value, picture.places);
  const negative = rounded.coefficient < 0n;
  const [whole = '', fraction = ''] = formatNumeric(absolute(rounded)).split('.');
  const shown = whole === '0' && picture.places > 0 ? '' : whole;
  const digits =
    shown.length > picture.wholeDigits
      ? { whole: '#'.repeat(picture.wholeDigits), fraction: '#'.repeat(picture.places) }
      : { whole: shown, fraction };
  return layOut(picture, digits, negative);
}

function absolute(value: Decimal): Decimal {
  return value.coefficient < 0n ? { ...value, coefficient: -value.coefficient } : value;
}

/** NaN and infinities in the width of the picture. */
function fillWith(picture: Picture, value: number): string {
  const name = Number.isNaN(value) ? 'NaN' : 'Infinity';
  const width = picture.wholeDigits;
  const fits = name.length <= width;
  const whole = fits ? name.padStart(width) : '#'.repeat(width);
  const places =
    picture.places === 0
      ? ''
      : fits
        ? ' '.repeat(picture.places + 1)
        : `.${'#'.repeat(picture.places)}`;
  return `${value < 0 ? '-' : ' '}${whole}${places}`;
}

function scientific(value: NumericValue, picture: Picture): string {
  if (typeof value === 'number') return ` ${'#'.repeat(picture.wholeDigits + picture.places + 5)}`;
  const text = String(absolute(value).coefficient);
  let exponent = value.coefficient === 0n ? 0 : text.length - value.scale - 1;
  let mantissa = rescale({ coefficient: BigInt(text), scale: text.length - 1 }, picture.places);
  if (formatNumeric(mantissa).startsWith('10')) {
    exponent += 1;
    mantissa = rescale({ coefficient: BigInt(text), scale: text.length }, picture.places);
  }
  const size = String(Math.abs(exponent)).padStart(2, '0');
  const sign = value.coefficient < 0n ? '-' : picture.has('FM') ? '' : ' ';
  return `${sign}${formatNumeric(mantissa)}e${exponent < 0 ? '-' : '+'}${size}`;
}

interface Digits {
  readonly whole: string;
  readonly fraction: string;
}

function layOut(picture: Picture, digits: Digits, negative: boolean): string {
  const { tokens, has } = picture;
  const fill = !has('FM');
  const ownSign = ['S', 'MI', 'PL', 'SG', 'PR'].some(has);
  const firstZero = firstZeroPosition(tokens);
  const lastNeeded = fill ? picture.places : lastPlace(tokens, digits.fraction);
  let text = '';
  let position = 0;
  let place = 0;
  let begun = false;
  let signWritten =
    ownSign && !(has('S') && tokens.indexOf('S') < tokens.findIndex(isDigitToken)) && !has('PR');
  const sign = has('PR')
    ? negative
      ? '<'
      : ' '
    : has('S')
      ? negative
        ? '-'
        : '+'
      : negative
        ? '-'
        : ' ';
  const begin = (): void => {
    begun = true;
    if (signWritten) return;
    signWritten = true;
    if (sign !== ' ' || fill) text += sign;
  };
  let inFraction = false;
  for (const token of tokens) {
    if (token === '9' || token === '0') {
      if (inFraction) {
        if (place < lastNeeded) text += digits.fraction[place] ?? '0';
        place += 1;
        continue;
      }
      const index = position - (picture.wholeDigits - digits.whole.length);
      const shows = index >= 0 || position >= firstZero;
      if (shows && !begun) begin();
      if (shows) text += index >= 0 ? digits.whole[index]! : '0';
      else if (fill) text += ' ';
      position += 1;
    } else if (token === '.' || token === 'D') {
      if (!begun) begin();
      inFraction = true;
      text += '.';
    } else {
      text += otherToken(token, { begun, fill, negative, tokens, digits });
    }
  }
  if (!begun && !signWritten) begin();
  if (has('PR')) text += negative ? '>' : fill ? ' ' : '';
  return text;
}

function isDigitToken(token: string): boolean {
  return token === '9' || token === '0';
}

/** From this digit on zeros are written. */
function firstZeroPosition(tokens: readonly string[]): number {
  let position = 0;
  for (const token of tokens) {
    if (token === '.' || token === 'D') break;
    if (token === '0') return position;
    if (token === '9') position += 1;
  }
  return position;
}

/** Places that FM keeps: up to the last 0 of the picture or the last digit that is none. */
function lastPlace(tokens: readonly string[], fraction: string): number {
  const point = tokens.findIndex((token) => token === '.' || token === 'D');
  const places = point < 0 ? [] : tokens.slice(point).filter(isDigitToken);
  const significant = fraction.replace(/0+$/, '').length;
  return Math.max(significant, places.lastIndexOf('0') + 1);
}

interface Situation {
  readonly begun: boolean;
  readonly fill: boolean;
  readonly negative: boolean;
  readonly tokens: readonly string[];
  readonly digits: Digits;
}

function otherToken(token: string, { begun, fill, negative, tokens, digits }: Situation): string {
  const blank = fill ? ' ' : '';
  switch (token) {
    case ',':
    case 'G':
      return begun ? ',' : blank;
    case 'S':
      return tokens.indexOf('S') > tokens.findIndex(isDigitToken) ? (negative ? '-' : '+') : '';
    case 'MI':
      return negative ? '-' : blank;
    case 'PL':
      return negative ? blank : '+';
    case 'SG':
      return negative ? '-' : '+';
    case 'L':
      return blank;
    case 'TH':
    case 'th':
      return negative || tokens.includes('.') ? '' : ordinal(digits.whole, token);
    default:
      return token.startsWith('"') ? token.slice(1) : '';
  }
}

function ordinal(digits: string, kind: string): string {
  const number = Number(digits.slice(-2));
  const teen = number >= 11 && number <= 13;
  const ending = teen ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return kind === 'TH' ? ending.toUpperCase() : ending;
}

/** Reads a number by a picture: digits and the point count, the rest is skipped. */
export function readNumberBy(text: string, format: string): NumericValue {
  const picture = parsePicture(format);
  const negative = text.includes('-') || (picture.has('PR') && text.includes('<'));
  const places = picture.places > 0 || picture.has('.') || picture.has('D');
  const digits = text.replaceAll(places ? /[^\d.]/g : /\D/g, '');
  if (!/\d/.test(digits)) {
    throw new AlopexError('ALX_CAST_FAILURE', `invalid input syntax for type numeric: "${text}"`);
  }
  const value = numericOf(digits);
  if (typeof value === 'number') return value;
  return negative ? { ...value, coefficient: -value.coefficient } : value;
}
