/**
 * NUMERIC: exact decimal numbers, coefficient / 10^scale, and NaN, Infinity, -Infinity. The scale is part of the value as
 * shown (1.0 and 1.00), not of its identity (they are equal). As a scalar it is its text; in columns and rows it is bytes:
 *
 *   header        u16  0 .. 16383 the scale; FFFD -Infinity, FFFE Infinity, FFFF NaN, with nothing behind
 *   coefficient   two's complement, least significant byte first, as few bytes as hold it; none for zero
 *
 * Part of the file format, do not change. Coefficients of up to six bytes are computed with as doubles, which hold them
 * exactly: `smallCoefficient` and `writeSmallNumeric` are the way past bigints for nearly every value there is.
 */
import { AlopexError } from '../base/errors.ts';
import { assert } from '../base/assert.ts';

export interface Decimal {
  readonly coefficient: bigint;
  readonly scale: number;
}

/** NaN, Infinity and -Infinity are JavaScript's own. */
export type NumericValue = Decimal | number;

export const NUMERIC_SCALE_MAX = 16_383;
/** Digits before the decimal point, at most. */
const NUMERIC_DIGITS_MAX = 131_072;

const HEADER_BYTES = 2;
const NEGATIVE_INFINITY = 0xfffd;
const INFINITE = 0xfffe;
const NOT_A_NUMBER = 0xffff;
const SMALL_BYTES_MAX = 6;

/** Bytes that the longest small value takes. */
export const SMALL_NUMERIC_BYTES = HEADER_BYTES + 8;

/** The coefficient of a value of few digits; NaN for all others. */
export function smallCoefficient(bytes: Uint8Array, start: number, end: number): number {
  const last = start + HEADER_BYTES;
  if (end === last) return (bytes[start + 1]! & 0x80) === 0 ? 0 : Number.NaN;
  if (end - last > SMALL_BYTES_MAX) return Number.NaN;
  let value = (bytes[end - 1]! << 24) >> 24;
  for (let at = end - 2; at >= last; at -= 1) value = value * 256 + bytes[at]!;
  return value;
}

/** The scale of a value that is finite. */
export function numericScale(bytes: Uint8Array, start: number): number {
  return bytes[start]! | (bytes[start + 1]! << 8);
}

/** Writes a safe integer over 10^scale; answers the end. */
export function writeSmallNumeric(
  bytes: Uint8Array,
  start: number,
  coefficient: number,
  scale: number,
): number {
  bytes[start] = scale;
  bytes[start + 1] = scale >>> 8;
  let at = start + HEADER_BYTES;
  if (coefficient === 0) return at;
  let rest = coefficient;
  while (rest < -128 || rest > 127) {
    const next = Math.floor(rest / 256);
    bytes[at] = rest - next * 256;
    at += 1;
    rest = next;
  }
  bytes[at] = rest;
  return at + 1;
}

export function encodeNumeric(value: NumericValue): Uint8Array {
  if (typeof value === 'number') {
    const header =
      value === Infinity ? INFINITE : value === -Infinity ? NEGATIVE_INFINITY : NOT_A_NUMBER;
    assert(!Number.isFinite(value), 'a finite numeric is a coefficient and a scale');
    return Uint8Array.of(header & 0xff, header >>> 8);
  }
  const { coefficient, scale } = value;
  const small = Number(coefficient);
  if (Number.isSafeInteger(small)) {
    const bytes = new Uint8Array(SMALL_NUMERIC_BYTES);
    return bytes.subarray(0, writeSmallNumeric(bytes, 0, small, scale));
  }
  const hex = (coefficient < 0n ? ~coefficient : coefficient).toString(16);
  const length = (hex.length >>> 1) + 1;
  const bytes = new Uint8Array(HEADER_BYTES + length);
  bytes[0] = scale;
  bytes[1] = scale >>> 8;
  const flip = coefficient < 0n ? 0xff : 0;
  for (let index = 0; index < length; index += 1) {
    const to = hex.length - 2 * index;
    const digits = hex.slice(Math.max(0, to - 2), Math.max(0, to));
    bytes[HEADER_BYTES + index] = (digits === '' ? 0 : Number.parseInt(digits, 16)) ^ flip;
  }
  return bytes;
}

export function decodeNumeric(bytes: Uint8Array, start: number, end: number): NumericValue {
  const scale = numericScale(bytes, start);
  if (scale > NUMERIC_SCALE_MAX) {
    return scale === INFINITE ? Infinity : scale === NEGATIVE_INFINITY ? -Infinity : Number.NaN;
  }
  const small = smallCoefficient(bytes, start, end);
  if (small === small) return { coefficient: BigInt(small), scale };
  const flip = bytes[end - 1]! >= 0x80 ? 0xff : 0;
  let hex = '0x';
  for (let at = end - 1; at >= start + HEADER_BYTES; at -= 1)
    hex += (bytes[at]! ^ flip).toString(16).padStart(2, '0');
  const magnitude = BigInt(hex);
  return { coefficient: flip === 0 ? magnitude : ~magnitude, scale };
}

/** The text of a stored value. */
export function numericTextAt(bytes: Uint8Array, start: number, end: number): string {
  const small = smallCoefficient(bytes, start, end);
  if (small !== small) return formatNumeric(decodeNumeric(bytes, start, end));
  return placePoint(String(small < 0 ? -small : small), small < 0, numericScale(bytes, start));
}

export function formatNumeric(value: NumericValue): string {
  if (typeof value === 'number') return String(value);
  const { coefficient, scale } = value;
  const negative = coefficient < 0n;
  return placePoint(String(negative ? -coefficient : coefficient), negative, scale);
}

function placePoint(digits: string, negative: boolean, scale: number): string {
  const sign = negative ? '-' : '';
  if (scale === 0) return sign + digits;
  const padded = digits.length > scale ? digits : digits.padStart(scale + 1, '0');
  const point = padded.length - scale;
  return `${sign}${padded.slice(0, point)}.${padded.slice(point)}`;
}

const FORM =
  /^\s*([+-]?)(?:(\d+(?:_\d+)*)(?:\.(\d+(?:_\d+)*)?)?|\.(\d+(?:_\d+)*))(?:e([+-]?\d+(?:_\d+)*))?\s*$/i;
const PREFIXED = /^\s*([+-]?)(0x(?:_?[0-9a-f])+|0o(?:_?[0-7])+|0b(?:_?[01])+)\s*$/i;
const SPECIAL = /^\s*([+-]?)(nan|inf|infinity)\s*$/i;
const EXPONENT_MAX = 1_000_000;

/** Reads what PostgreSQL's input function reads; undefined when the text is no number. ALX_OUT_OF_RANGE when it is too large. */
export function parseNumeric(text: string): NumericValue | undefined {
  const match = FORM.exec(text);
  if (match === null) return parseSpecial(text);
  const whole = (match[2] ?? '').replaceAll('_', '');
  const fraction = (match[3] ?? match[4] ?? '').replaceAll('_', '');
  const exponent = Number((match[5] ?? '0').replaceAll('_', ''));
  if (Math.abs(exponent) > EXPONENT_MAX) {
    if (!/[1-9]/.test(whole + fraction)) return { coefficient: 0n, scale: 0 };
    throw numericOverflow();
  }
  const digits = `${whole}${fraction}`;
  const magnitude = BigInt(digits);
  const scale = Math.max(0, fraction.length - exponent);
  const shift = scale - (fraction.length - exponent);
  if (whole.length + exponent > NUMERIC_DIGITS_MAX && magnitude !== 0n) throw numericOverflow();
  if (scale > NUMERIC_SCALE_MAX) throw numericOverflow();
  const scaled = shift > 0 ? magnitude * 10n ** BigInt(shift) : magnitude;
  return { coefficient: match[1] === '-' ? -scaled : scaled, scale };
}

function parseSpecial(text: string): NumericValue | undefined {
  const prefixed = PREFIXED.exec(text);
  if (prefixed !== null) {
    const magnitude = BigInt(prefixed[2]!.replaceAll('_', ''));
    return { coefficient: prefixed[1] === '-' ? -magnitude : magnitude, scale: 0 };
  }
  const match = SPECIAL.exec(text);
  if (match === null) return undefined;
  if (match[2]!.toLowerCase() === 'nan') return match[1] === '' ? Number.NaN : undefined;
  return match[1] === '-' ? -Infinity : Infinity;
}

export function numericOverflow(): AlopexError {
  return new AlopexError('ALX_OUT_OF_RANGE', 'value overflows numeric format');
}

/** A value that came from our own text form. */
export function numericOf(text: string): NumericValue {
  const value = parseNumeric(text);
  assert(value !== undefined, 'a numeric scalar is the text of a number');
  return value;
}

/** ALX_OUT_OF_RANGE when a computed value has more digits than the type allows. */
export function checkedNumeric(value: NumericValue): NumericValue {
  if (typeof value === 'number' || fitsDigits(value.coefficient, value.scale)) return value;
  throw numericOverflow();
}

const DIGITS_PER_BIT = Math.log10(2);

function fitsDigits(coefficient: bigint, scale: number): boolean {
  // Most are short: the digits are counted only where their number may matter.
  if (coefficient < 2n ** 63n && coefficient > -(2n ** 63n)) return true;
  const bits = coefficient.toString(16).length * 4;
  return bits * DIGITS_PER_BIT - scale <= NUMERIC_DIGITS_MAX;
}

/** Powers of ten that a double holds exactly. */
const SMALL_POWERS = Object.freeze(Array.from({ length: 23 }, (_, exponent) => 10 ** exponent));

export function smallPowerOfTen(exponent: number): number {
  return SMALL_POWERS[exponent] ?? Infinity;
}

export function powerOfTen(exponent: number): bigint {
  return 10n ** BigInt(exponent);
}

/** The same value with another scale; digits that are cut off round half away from zero. */
export function rescale(value: Decimal, scale: number): Decimal {
  if (scale === value.scale) return value;
  if (scale > value.scale) {
    return { coefficient: value.coefficient * powerOfTen(scale - value.scale), scale };
  }
  return {
    coefficient: roundedQuotient(value.coefficient, powerOfTen(value.scale - scale)),
    scale,
  };
}

/** dividend / divisor, rounded half away from zero. */
export function roundedQuotient(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const rest = dividend - quotient * divisor;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  if (twice < (divisor < 0n ? -divisor : divisor)) return quotient;
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n;
}

/** -Infinity < numbers < Infinity < NaN, which equals itself. */
export function compareNumeric(left: NumericValue, right: NumericValue): number {
  if (typeof left === 'number' || typeof right === 'number') {
    return specialRank(left) - specialRank(right);
  }
  const scale = Math.max(left.scale, right.scale);
  const a = rescale(left, scale).coefficient;
  const b = rescale(right, scale).coefficient;
  return a < b ? -1 : a > b ? 1 : 0;
}

function specialRank(value: NumericValue): number {
  if (typeof value !== 'number') return 0;
  return value === -Infinity ? -1 : value === Infinity ? 1 : 2;
}

/** Order of two stored values. */
export function compareStoredNumeric(
  left: Uint8Array,
  leftStart: number,
  leftEnd: number,
  right: Uint8Array,
  rightStart: number,
  rightEnd: number,
): number {
  const a = smallCoefficient(left, leftStart, leftEnd);
  const b = smallCoefficient(right, rightStart, rightEnd);
  if (a === a && b === b) {
    const difference = numericScale(left, leftStart) - numericScale(right, rightStart);
    if (difference === 0) return a - b;
    const scaledLeft = difference < 0 ? a * smallPowerOfTen(-difference) : a;
    const scaledRight = difference > 0 ? b * smallPowerOfTen(difference) : b;
    if (Math.max(Math.abs(scaledLeft), Math.abs(scaledRight)) <= Number.MAX_SAFE_INTEGER)
      return scaledLeft - scaledRight;
  }
  return compareNumeric(
    decodeNumeric(left, leftStart, leftEnd),
    decodeNumeric(right, rightStart, rightEnd),
  );
}

/** The nearest double. */
export function numericToNumber(value: NumericValue): number {
  return typeof value === 'number' ? value : Number(formatNumeric(value));
}
