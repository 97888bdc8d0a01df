/**
 * sqrt, exp, ln, log, power of NUMERIC, correctly rounded to PostgreSQL's result scales (the estimates of its numeric.c).
 *
 * Numbers are integers over 10^p while they are computed, with p digits more than the result shows: roots by Newton's
 * method on integers, exp by its series after dividing the argument by a power of two, ln by artanh's series around a
 * rough value.
 */
import {
  numericOverflow,
  numericToNumber,
  powerOfTen,
  rescale,
  roundedQuotient,
} from '../../types/numeric.ts';
import type { Decimal, NumericValue } from '../../types/numeric.ts';
import { AlopexError } from '../../base/errors.ts';
import {
  GROUP_DIGITS,
  SIGNIFICANT_DIGITS_MIN,
  boundedScale,
  leadingGroup,
  multiply,
  signOf,
  divide,
  subtract,
} from './numeric-arithmetic.ts';

const ONE: Decimal = { coefficient: 1n, scale: 0 };
const TEN: Decimal = { coefficient: 10n, scale: 0 };
/** log10(e) */
const LOG10_E = Math.LOG10E;
/** Digits behind what is shown: they swallow the errors of a few hundred operations. */
const GUARD_DIGITS = 12;
/** A result with more digits than this before its point is an overflow. */
const RESULT_DIGITS_MAX = 131_072;

export function sqrtNumeric(value: NumericValue): NumericValue {
  if (typeof value === 'number') {
    if (value === -Infinity) throw negativeRoot();
    return value;
  }
  if (value.coefficient < 0n) throw negativeRoot();
  const { weight } = leadingGroup(value);
  const rootWeight = Math.trunc(((weight + 1) * GROUP_DIGITS) / 2) - 1;
  const scale = boundedScale(SIGNIFICANT_DIGITS_MIN - rootWeight, value.scale);
  return rootTo(value, scale);
}

/** The square root with `scale` places. */
export function rootTo(value: Decimal, scale: number): Decimal {
  const shift = 2 * scale - value.scale;
  const square =
    shift >= 0 ? value.coefficient * powerOfTen(shift) : value.coefficient / powerOfTen(-shift);
  const root = integerRoot(square);
  // (root + 1/2)^2 = root^2 + root + 1/4
  return { coefficient: square - root * root > root ? root + 1n : root, scale };
}

function integerRoot(square: bigint): bigint {
  if (square < 2n) return square;
  let guess = 1n << BigInt((square.toString(16).length * 4 + 1) >>> 1);
  for (;;) {
    const next = (guess + square / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

function negativeRoot(): AlopexError {
  return new AlopexError('ALX_POWER_ARGUMENT', 'cannot take square root of a negative number');
}

export function expNumeric(value: NumericValue): NumericValue {
  if (typeof value === 'number') return value === -Infinity ? { coefficient: 0n, scale: 0 } : value;
  const digits = Math.max(-2_000, Math.min(2_000, numericToNumber(value) * LOG10_E));
  const scale = boundedScale(SIGNIFICANT_DIGITS_MIN - Math.trunc(digits), value.scale);
  return expTo(value, scale);
}

/** e^value with `scale` places. */
function expTo(value: Decimal, scale: number): Decimal {
  const size = numericToNumber(value) * LOG10_E;
  if (size > RESULT_DIGITS_MAX) throw numericOverflow();
  if (size < -scale - 1) return { coefficient: 0n, scale };
  const places =
    scale +
    Math.max(0, Math.ceil(size)) +
    GUARD_DIGITS +
    Math.ceil(Math.log10(Math.abs(size) + 10)) * 2;
  const one = powerOfTen(places);
  const argument = scaledTo(value, places);
  // Halved until the series converges fast, then squared as often; each squaring doubles the error.
  const halvings = Math.max(0, Math.ceil(Math.log2(Math.abs(size) + 1)) + 8);
  const extra = powerOfTen(Math.ceil(halvings * 0.302) + 2);
  const unit = one * extra;
  const reduced = (argument * extra) / (1n << BigInt(halvings));
  let term = unit;
  let sum = unit;
  for (let index = 1n; term !== 0n; index += 1n) {
    term = (term * reduced) / (unit * index);
    sum += term;
  }
  for (let step = 0; step < halvings; step += 1) sum = (sum * sum) / unit;
  return rescale({ coefficient: sum / extra, scale: places }, scale);
}

function scaledTo(value: Decimal, places: number): bigint {
  return places >= value.scale
    ? value.coefficient * powerOfTen(places - value.scale)
    : roundedQuotient(value.coefficient, powerOfTen(value.scale - places));
}

export function lnNumeric(value: NumericValue): NumericValue {
  if (typeof value === 'number') {
    if (value === -Infinity) throw badLogarithm(-1);
    return value;
  }
  if (value.coefficient <= 0n) throw badLogarithm(signOf(value));
  return lnTo(value, boundedScale(SIGNIFICANT_DIGITS_MIN - logarithmWeight(value), value.scale));
}

/** Natural logarithm with `scale` places. */
function lnTo(value: Decimal, scale: number): Decimal {
  const places = scale + GUARD_DIGITS + 6;
  const one = powerOfTen(places);
  const text = String(value.coefficient);
  const exponent = text.length - value.scale - 1;
  // value = mantissa × 10^exponent, mantissa in [1, 10)
  let rest = scaledTo({ coefficient: value.coefficient, scale: text.length - 1 }, places);
  let result = exponent === 0 ? 0n : BigInt(exponent) * lnOfTen(places);
  // A mantissa near 10 over its power of ten is a value just below it: kept near 1 so that nothing cancels.
  if (rest > (one * 3_162n) / 1_000n) {
    rest /= 10n;
    result = exponent === -1 ? 0n : BigInt(exponent + 1) * lnOfTen(places);
    if (exponent === -1) rest = scaledTo(value, places);
  }
  let roots = 0;
  while (rest > (one * 101n) / 100n || rest < (one * 99n) / 100n) {
    rest = integerRoot(rest * one);
    roots += 1;
  }
  result += artanhSeries(rest, one) << BigInt(roots + 1);
  return rescale({ coefficient: result, scale: places }, scale);
}

/** artanh((x - 1) / (x + 1)) = ln(x) / 2 */
function artanhSeries(value: bigint, one: bigint): bigint {
  const ratio = ((value - one) * one) / (value + one);
  const square = (ratio * ratio) / one;
  let power = ratio;
  let sum = 0n;
  for (let index = 1n; power !== 0n; index += 2n) {
    sum += power / index;
    power = (power * square) / one;
  }
  return sum;
}

function lnOfTen(places: number): bigint {
  const extra = 6;
  const one = powerOfTen(places + extra);
  // ln 10 = 3 ln 2 + ln 1.25; both series converge fast.
  const ln2 = 2n * artanhSeries(2n * one, one);
  const rest = 2n * artanhSeries((5n * one) / 4n, one);
  return roundedQuotient(3n * ln2 + rest, powerOfTen(extra));
}

function badLogarithm(sign: number): AlopexError {
  return new AlopexError(
    'ALX_LOGARITHM_ARGUMENT',
    `cannot take logarithm of ${sign < 0 ? 'a negative number' : 'zero'}`,
  );
}

/** The decimal weight of ln(value): PostgreSQL's estimate_ln_dweight. */
function logarithmWeight(value: Decimal): number {
  if (value.coefficient <= 0n) return 0;
  const number = numericToNumber(value);
  if (number >= 0.9 && number <= 1.1) {
    const distance = subtract(value, ONE);
    if (distance.coefficient === 0n) return 0;
    const { weight, digits } = leadingGroup(distance);
    return weight * GROUP_DIGITS + Math.trunc(Math.log10(digits));
  }
  const { weight, digits } = leadingGroup(value);
  const text = String(value.coefficient);
  const exponent = text.length - value.scale - 1;
  const mantissa = Number(`${text[0]}.${text.slice(1, 16) || '0'}`);
  const logarithm = Math.abs(Math.log(mantissa) + exponent * Math.LN10);
  return weight === 0 && digits === 0 ? 0 : Math.trunc(Math.log10(logarithm));
}

export function logNumeric(base: NumericValue, value: NumericValue): NumericValue {
  if (typeof base === 'number' || typeof value === 'number') {
    if (Number.isNaN(base) || Number.isNaN(value)) return Number.NaN;
    const baseSign = typeof base === 'number' ? Math.sign(base) : signOf(base);
    const valueSign = typeof value === 'number' ? Math.sign(value) : signOf(value);
    if (baseSign <= 0 || valueSign <= 0) throw badLogarithm(Math.min(baseSign, valueSign));
    if (typeof base === 'number')
      return typeof value === 'number' ? Number.NaN : { coefficient: 0n, scale: 0 };
    return Infinity;
  }
  for (const one of [base, value]) if (one.coefficient <= 0n) throw badLogarithm(signOf(one));
  const baseWeight = logarithmWeight(base);
  const valueWeight = logarithmWeight(value);
  const scale = boundedScale(
    SIGNIFICANT_DIGITS_MIN - (valueWeight - baseWeight),
    base.scale,
    value.scale,
  );
  const places = scale + Math.abs(valueWeight) + Math.abs(baseWeight) + GUARD_DIGITS;
  return divide(lnTo(value, places), lnTo(base, places), scale);
}

export function log10Numeric(value: NumericValue): NumericValue {
  return logNumeric(TEN, value);
}

export function powerNumeric(base: NumericValue, exponent: NumericValue): NumericValue {
  if (typeof base === 'number' || typeof exponent === 'number') return specialPower(base, exponent);
  const whole = exponent.scale === 0 || exponent.coefficient % powerOfTen(exponent.scale) === 0n;
  if (base.coefficient === 0n && exponent.coefficient < 0n) throw divisionByZeroPower();
  if (base.coefficient < 0n && !whole) {
    throw new AlopexError(
      'ALX_POWER_ARGUMENT',
      'a negative number raised to a non-integer power yields a complex result',
    );
  }
  if (base.coefficient === 0n && exponent.coefficient > 0n)
    return {
      coefficient: 0n,
      scale: boundedScale(SIGNIFICANT_DIGITS_MIN, base.scale, exponent.scale),
    };
  if (whole) {
    const count = rescale(exponent, 0).coefficient;
    if (count >= -2_147_483_648n && count <= 2_147_483_647n)
      return integerPower(base, Number(count), exponent.scale);
  }
  return realPower(base, exponent);
}

function divisionByZeroPower(): AlopexError {
  return new AlopexError('ALX_POWER_ARGUMENT', 'zero raised to a negative power is undefined');
}

function specialPower(base: NumericValue, exponent: NumericValue): NumericValue {
  const x = numericToNumber(base);
  const y = numericToNumber(exponent);
  if (y === 0 || x === 1) return ONE;
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  if (x === 0 && y < 0) throw divisionByZeroPower();
  if (x < 0 && Number.isFinite(y) && !Number.isInteger(y)) {
    throw new AlopexError(
      'ALX_POWER_ARGUMENT',
      'a negative number raised to a non-integer power yields a complex result',
    );
  }
  if (Math.abs(x) === 1) return ONE;
  const result = Math.pow(x, y);
  return Number.isFinite(result) ? { coefficient: 0n, scale: 0 } : result;
}

function integerPower(base: Decimal, exponent: number, exponentScale: number): Decimal {
  const size = exponent * decimalSize(base);
  if (size > RESULT_DIGITS_MAX) throw numericOverflow();
  const scale = boundedScale(SIGNIFICANT_DIGITS_MIN - Math.trunc(size), base.scale, exponentScale);
  if (exponent === 0)
    return rescale(ONE, boundedScale(SIGNIFICANT_DIGITS_MIN, base.scale, exponentScale));
  if (size < -scale - 1) return { coefficient: 0n, scale };
  const count = Math.abs(exponent);
  const digits = String(base.coefficient).length;
  // Exact while that is cheap; else rounded on the way, with digits to spare.
  if (count * digits < EXACT_POWER_DIGITS_MAX) {
    const power = { coefficient: base.coefficient ** BigInt(count), scale: base.scale * count };
    return exponent > 0 ? rescale(power, scale) : divide(ONE, power, scale);
  }
  const sign = base.coefficient < 0n && count % 2 === 1 ? -1n : 1n;
  const positive = {
    ...base,
    coefficient: base.coefficient < 0n ? -base.coefficient : base.coefficient,
  };
  const result = realPowerTo(positive, { coefficient: BigInt(exponent), scale: 0 }, scale, size);
  return { coefficient: sign * result.coefficient, scale: result.scale };
}

const EXACT_POWER_DIGITS_MAX = 20_000;

function realPower(base: Decimal, exponent: Decimal): Decimal {
  const size = numericToNumber(exponent) * decimalSize(base);
  if (size > RESULT_DIGITS_MAX) throw numericOverflow();
  const scale = boundedScale(SIGNIFICANT_DIGITS_MIN - Math.trunc(size), base.scale, exponent.scale);
  return realPowerTo(base, exponent, scale, size);
}

function realPowerTo(base: Decimal, exponent: Decimal, scale: number, size: number): Decimal {
  if (size < -scale - 1) return { coefficient: 0n, scale };
  const exponentDigits = String(exponent.coefficient).length;
  const places = scale + Math.max(0, Math.ceil(size)) + exponentDigits + GUARD_DIGITS;
  return expTo(multiply(lnTo(base, places), exponent), scale);
}

/** log10 of the magnitude, as a double. */
function decimalSize(value: Decimal): number {
  const text = String(value.coefficient < 0n ? -value.coefficient : value.coefficient);
  return (
    Math.log10(Number(`${text[0]}.${text.slice(1, 17) || '0'}`)) + text.length - value.scale - 1
  );
}
