/** Functions of NUMERIC: rounding, signs, scales, and the exact forms of what `math-functions` does with doubles. */
import { AlopexError } from '../../base/errors.ts';
import { assert } from '../../base/assert.ts';
import {
  NUMERIC_SCALE_MAX,
  checkedNumeric,
  compareNumeric,
  formatNumeric,
  numericOf,
  numericOverflow,
  powerOfTen,
  rescale,
} from '../../types/numeric.ts';
import type { Decimal, NumericValue } from '../../types/numeric.ts';
import { divisionByZero } from '../arithmetic.ts';
import { strictFunction } from '../define-function.ts';
import type { ScalarFunction } from '../scalar-function.ts';
import { calculate, divide, numericArithmetic, signOf, subtract } from './numeric-arithmetic.ts';
import {
  expNumeric,
  lnNumeric,
  log10Numeric,
  logNumeric,
  powerNumeric,
  sqrtNumeric,
} from './numeric-power.ts';

function unary(name: string, compute: (value: NumericValue) => NumericValue): ScalarFunction {
  return strictFunction(name, ([value]) =>
    formatNumeric(checkedNumeric(compute(numericOf(value as string)))),
  );
}

function binary(
  name: string,
  compute: (left: NumericValue, right: NumericValue) => NumericValue,
): ScalarFunction {
  return strictFunction(name, ([left, right]) =>
    formatNumeric(checkedNumeric(compute(numericOf(left as string), numericOf(right as string)))),
  );
}

/** (numeric, integer) -> numeric */
function places(name: string, compute: (value: Decimal, count: number) => Decimal): ScalarFunction {
  return strictFunction(name, ([value, count]) => {
    const number = numericOf(value as string);
    if (typeof number === 'number') return formatNumeric(number);
    const bounded = Math.max(-NUMERIC_SCALE_MAX, Math.min(NUMERIC_SCALE_MAX, Number(count)));
    return formatNumeric(checkedNumeric(compute(number, bounded)));
  });
}

/** What a function does to numbers; Infinity and NaN stay as they are. */
function finite(compute: (value: Decimal) => Decimal): (value: NumericValue) => NumericValue {
  return (value) => (typeof value === 'number' ? value : compute(value));
}

export const numericFunctions = {
  plus: numericArithmetic('+'),
  minus: numericArithmetic('-'),
  times: numericArithmetic('*'),
  over: numericArithmetic('/'),
  modulo: numericArithmetic('%'),
  negate: unary('-', (value) =>
    typeof value === 'number' ? -value : { ...value, coefficient: -value.coefficient },
  ),
  abs: unary('abs', (value) => (typeof value === 'number' ? Math.abs(value) : absolute(value))),
  sign: unary('sign', (value) =>
    typeof value === 'number' && Number.isNaN(value)
      ? value
      : whole(typeof value === 'number' ? Math.sign(value) : signOf(value)),
  ),
  round: unary(
    'round',
    finite((value) => rescale(value, 0)),
  ),
  roundTo: places('round', roundTo),
  trunc: unary(
    'trunc',
    finite((value) => truncateTo(value, 0)),
  ),
  truncTo: places('trunc', truncateTo),
  floor: unary(
    'floor',
    finite((value) => towards(value, -1n)),
  ),
  ceil: unary(
    'ceil',
    finite((value) => towards(value, 1n)),
  ),
  sqrt: unary('sqrt', sqrtNumeric),
  exp: unary('exp', expNumeric),
  ln: unary('ln', lnNumeric),
  log10: unary('log', log10Numeric),
  log: binary('log', logNumeric),
  power: binary('power', powerNumeric),
  div: binary('div', quotient),
  gcd: binary('gcd', (left, right) => commonDivisor(left, right)),
  lcm: binary('lcm', commonMultiple),
  factorial: strictFunction('factorial', ([value]) => factorial(Number(value))),
  scale: strictFunction('scale', ([value]) => {
    const number = numericOf(value as string);
    return typeof number === 'number' ? null : number.scale;
  }),
  minScale: strictFunction('min_scale', ([value]) => {
    const number = numericOf(value as string);
    return typeof number === 'number' ? null : trimmed(number).scale;
  }),
  trimScale: unary('trim_scale', finite(trimmed)),
  isNan: strictFunction('isnan', ([value]) => value === 'NaN'),
  widthBucket: strictFunction('width_bucket', ([value, low, high, count]) =>
    widthBucket(
      numericOf(value as string),
      numericOf(low as string),
      numericOf(high as string),
      Number(count),
    ),
  ),
} as const;

function whole(value: number): Decimal {
  return { coefficient: BigInt(value), scale: 0 };
}

function absolute(value: Decimal): Decimal {
  return value.coefficient < 0n ? { ...value, coefficient: -value.coefficient } : value;
}

function roundTo(value: Decimal, count: number): Decimal {
  if (count >= 0) return rescale(value, count);
  const shifted = rescale({ coefficient: value.coefficient, scale: value.scale - count }, 0);
  return { coefficient: shifted.coefficient * powerOfTen(-count), scale: 0 };
}

function truncateTo(value: Decimal, count: number): Decimal {
  if (count >= value.scale) return rescale(value, count);
  const cut = value.coefficient / powerOfTen(value.scale - count);
  return count >= 0
    ? { coefficient: cut, scale: count }
    : { coefficient: cut * powerOfTen(-count), scale: 0 };
}

function towards(value: Decimal, direction: bigint): Decimal {
  const cut = truncateTo(value, 0);
  const rest = value.coefficient - cut.coefficient * powerOfTen(value.scale);
  const moves = direction > 0n ? rest > 0n : rest < 0n;
  return moves ? { coefficient: cut.coefficient + direction, scale: 0 } : cut;
}

function trimmed(value: Decimal): Decimal {
  let { coefficient, scale } = value;
  while (scale > 0 && coefficient % 10n === 0n) {
    coefficient /= 10n;
    scale -= 1;
  }
  return { coefficient, scale };
}

/** The quotient cut towards zero. */
function quotient(left: NumericValue, right: NumericValue): NumericValue {
  if (typeof left === 'number' || typeof right === 'number') return calculate('/', left, right);
  if (right.coefficient === 0n) throw divisionByZero();
  const scale = Math.max(left.scale, right.scale);
  const divisor = rescale(right, scale).coefficient;
  return { coefficient: rescale(left, scale).coefficient / divisor, scale: 0 };
}

function commonDivisor(left: NumericValue, right: NumericValue): NumericValue {
  if (typeof left === 'number' || typeof right === 'number') return Number.NaN;
  const scale = Math.max(left.scale, right.scale);
  let a = absolute(rescale(left, scale)).coefficient;
  let b = absolute(rescale(right, scale)).coefficient;
  while (b !== 0n) [a, b] = [b, a % b];
  return { coefficient: a, scale };
}

function commonMultiple(left: NumericValue, right: NumericValue): NumericValue {
  if (typeof left === 'number' || typeof right === 'number') return Number.NaN;
  const scale = Math.max(left.scale, right.scale);
  const divisor = commonDivisor(left, right);
  assert(typeof divisor !== 'number', 'numbers have a common divisor');
  if (divisor.coefficient === 0n) return { coefficient: 0n, scale };
  const a = rescale(left, scale).coefficient / divisor.coefficient;
  return absolute({ coefficient: a * rescale(right, scale).coefficient, scale });
}

/** The largest argument whose factorial numeric holds, as PostgreSQL has it. */
const FACTORIAL_MAX = 32_177;

function factorial(count: number): string {
  if (count < 0) {
    throw new AlopexError('ALX_OUT_OF_RANGE', 'factorial of a negative number is undefined');
  }
  if (count > FACTORIAL_MAX) throw numericOverflow();
  return String(product(1, count));
}

/** low × … × high by halves: the factors stay of like size. */
function product(low: number, high: number): bigint {
  if (high - low < 16) {
    let result = 1n;
    for (let factor = low; factor <= high; factor += 1) result *= BigInt(factor);
    return result;
  }
  const middle = (low + high) >>> 1;
  return product(low, middle) * product(middle + 1, high);
}

function bucketError(message: string): AlopexError {
  return new AlopexError('ALX_WIDTH_BUCKET_ARGUMENT', message);
}

function widthBucket(
  value: NumericValue,
  low: NumericValue,
  high: NumericValue,
  count: number,
): number {
  if (count <= 0) throw bucketError('count must be greater than zero');
  if ([value, low, high].some((one) => typeof one === 'number' && Number.isNaN(one)))
    throw bucketError('operand, lower bound, and upper bound cannot be NaN');
  if (typeof low === 'number' || typeof high === 'number')
    throw bucketError('lower and upper bounds must be finite');
  const order = compareNumeric(low, high);
  if (order === 0) throw bucketError('lower bound cannot equal upper bound');
  const sign = order < 0 ? 1 : -1;
  if (sign * compareNumeric(value, low) < 0) return 0;
  if (typeof value === 'number' || sign * compareNumeric(value, high) >= 0) return count + 1;
  const width = subtract(high, low);
  const share = divide(
    {
      coefficient: subtract(value, low).coefficient * BigInt(count),
      scale: Math.max(value.scale, low.scale),
    },
    width,
    NUMERIC_GUARD_SCALE,
  );
  return Number(truncateTo(share, 0).coefficient) + 1;
}

/** Places of the share of a bucket: a bound that is met exactly stays exact. */
const NUMERIC_GUARD_SCALE = 40;
