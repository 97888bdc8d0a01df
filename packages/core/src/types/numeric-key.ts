/**
 * NUMERIC in order keys: equal values have equal bytes, whatever their scale.
 *
 *   class      1 byte   0 -Infinity, 1 negative, 2 zero, 3 positive, 4 Infinity, 5 NaN
 *   exponent   u32 big-endian, 2^31 more than it is; the value is 0.d1d2d3… × 10^exponent with d1 not zero
 *   digits     two a byte, 1 more than they are (0 to 99), the last pair filled up with 0; ended by 00
 *
 * Exponent and digits of negative numbers are inverted. Zero and what is no number end after the class. Part of the file
 * format, do not change.
 */
import type { NumericValue } from './numeric.ts';

const BIAS = 0x8000_0000;
const CLASS = {
  negativeInfinity: 0,
  negative: 1,
  zero: 2,
  positive: 3,
  infinity: 4,
  nan: 5,
} as const;

export function numericKey(value: NumericValue): Uint8Array {
  if (typeof value === 'number') {
    const special =
      value === Infinity
        ? CLASS.infinity
        : value === -Infinity
          ? CLASS.negativeInfinity
          : CLASS.nan;
    return Uint8Array.of(special);
  }
  const { coefficient, scale } = value;
  if (coefficient === 0n) return Uint8Array.of(CLASS.zero);
  const negative = coefficient < 0n;
  const all = String(negative ? -coefficient : coefficient);
  const digits = all.replace(/0+$/, '');
  const pairs = (digits.length + 1) >>> 1;
  const key = new Uint8Array(6 + pairs);
  const exponent = all.length - scale + BIAS;
  key[0] = negative ? CLASS.negative : CLASS.positive;
  key[1] = exponent / 0x100_0000;
  key[2] = exponent >>> 16;
  key[3] = exponent >>> 8;
  key[4] = exponent;
  for (let pair = 0; pair < pairs; pair += 1) {
    const first = digits.charCodeAt(2 * pair) - 48;
    const second = 2 * pair + 1 < digits.length ? digits.charCodeAt(2 * pair + 1) - 48 : 0;
    key[5 + pair] = first * 10 + second + 1;
  }
  if (negative) for (let at = 1; at < key.length; at += 1) key[at]! ^= 0xff;
  return key;
}

/** The value of a key with as few decimal places as it needs, and where the key ends; undefined when the bytes are none. */
export function readNumericKey(
  bytes: Uint8Array,
  start: number,
  end: number,
  mask: number,
): { readonly value: NumericValue; readonly end: number } | undefined {
  if (start >= end) return undefined;
  switch (bytes[start]! ^ mask) {
    case CLASS.zero:
      return { value: { coefficient: 0n, scale: 0 }, end: start + 1 };
    case CLASS.infinity:
      return { value: Infinity, end: start + 1 };
    case CLASS.negativeInfinity:
      return { value: -Infinity, end: start + 1 };
    case CLASS.nan:
      return { value: Number.NaN, end: start + 1 };
    case CLASS.positive:
      return readDigits(bytes, start + 1, end, mask, false);
    case CLASS.negative:
      return readDigits(bytes, start + 1, end, mask ^ 0xff, true);
    default:
      return undefined;
  }
}

function readDigits(
  bytes: Uint8Array,
  start: number,
  end: number,
  mask: number,
  negative: boolean,
): { readonly value: NumericValue; readonly end: number } | undefined {
  if (start + 4 > end) return undefined;
  let exponent = -BIAS;
  for (let at = 0; at < 4; at += 1) exponent += (bytes[start + at]! ^ mask) * 256 ** (3 - at);
  let digits = '';
  let at = start + 4;
  for (; ; at += 1) {
    if (at >= end) return undefined;
    const pair = bytes[at]! ^ mask;
    if (pair === 0) break;
    digits += String(pair - 1).padStart(2, '0');
  }
  const places = digits.length - exponent;
  const magnitude = BigInt(digits);
  const value =
    places >= 0
      ? { coefficient: magnitude, scale: places }
      : { coefficient: magnitude * 10n ** BigInt(-places), scale: 0 };
  return {
    value: negative ? { ...value, coefficient: -value.coefficient } : value,
    end: at + 1,
  };
}
