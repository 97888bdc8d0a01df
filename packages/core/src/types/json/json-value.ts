/**
 * JSON values as a tree: null, booleans and strings are themselves, arrays are arrays, objects are Maps in the order of their
 * text, and a number keeps the digits it was written with, so that it stays exact (RFC 8259 sets no limit to them).
 */
import { numericOverflow } from '../numeric.ts';

export type JsonValue = null | boolean | string | JsonNumber | readonly JsonValue[] | JsonObject;

export type JsonObject = ReadonlyMap<string, JsonValue>;

export class JsonNumber {
  /** As RFC 8259 writes numbers. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return value instanceof Map;
}

export function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** PostgreSQL's names of the kinds. */
export function jsonTypeOf(
  value: JsonValue,
): 'null' | 'boolean' | 'string' | 'number' | 'array' | 'object' {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'string';
  if (value instanceof JsonNumber) return 'number';
  return isArray(value) ? 'array' : 'object';
}

/** PostgreSQL's limits of NUMERIC: digits before and after the point. Few bytes of exponent can ask for more than any memory. */
const WHOLE_DIGITS_MAX = 131_072;
const SCALE_MAX = 16_383;

/**
 * A number as numeric text without an exponent: `1e2` is `100`, `1.10` stays, `-0` is `0`. Errors: ALX_OUT_OF_RANGE beyond the
 * digits of NUMERIC.
 */
export function plainNumber(text: string): string {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (parts === null) return text;
  const [, sign, whole, fraction = '', exponent = '0'] = parts;
  const shift = Number(exponent);
  const digits = whole! + fraction;
  const point = whole!.length + shift;
  const scale = Math.max(0, fraction.length - shift);
  const first = digits.search(/[1-9]/);
  if (scale > SCALE_MAX || (first >= 0 && point - first > WHOLE_DIGITS_MAX))
    throw numericOverflow();
  if (first < 0) return scale === 0 ? '0' : `0.${'0'.repeat(scale)}`;
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0');
  const end = padded.length - scale;
  const integer = padded.slice(0, end).replace(/^0+(?=\d)/, '') || '0';
  const plain = scale === 0 ? integer : `${integer}.${padded.slice(end)}`;
  return sign + plain;
}

/** Numbers by value, whatever their digits. */
export function compareNumbers(left: JsonNumber, right: JsonNumber): number {
  const [a, b] = [Number(left.text), Number(right.text)];
  if (a !== b) return a < b ? -1 : 1;
  return comparePlain(plainNumber(left.text), plainNumber(right.text));
}

function comparePlain(left: string, right: string): number {
  const [leftSign, rightSign] = [left.startsWith('-') ? -1 : 1, right.startsWith('-') ? -1 : 1];
  if (leftSign !== rightSign) return leftSign;
  const [leftWhole, leftFraction = ''] = left.replace('-', '').split('.');
  const [rightWhole, rightFraction = ''] = right.replace('-', '').split('.');
  const scale = Math.max(leftFraction.length, rightFraction.length);
  const a = BigInt(leftWhole! + leftFraction.padEnd(scale, '0'));
  const b = BigInt(rightWhole! + rightFraction.padEnd(scale, '0'));
  return a === b ? 0 : (a < b ? -1 : 1) * leftSign;
}
