/**
 * `+ - * / %` on NUMERIC, exact, with PostgreSQL's result scales:
 *
 *   + - %   the larger of the two scales
 *   *       their sum
 *   /       at least 16 significant digits, and no fewer places than either operand (`select_div_scale` of its numeric.c)
 *
 * Values of up to 15 digits are computed with as doubles, straight from bytes to bytes; what does not fit safe integers on
 * the way takes the path over bigints.
 */
import { AlopexError } from '../../base/errors.ts';
import { BytesColumnBuilder } from '../../types/bytes-column-builder.ts';
import type { ColumnVector } from '../../types/column-vector.ts';
import { NUMERIC } from '../../types/data-type.ts';
import {
  NUMERIC_SCALE_MAX,
  SMALL_NUMERIC_BYTES,
  checkedNumeric,
  decodeNumeric,
  encodeNumeric,
  numericScale,
  powerOfTen,
  rescale,
  roundedQuotient,
  smallCoefficient,
  smallPowerOfTen,
  writeSmallNumeric,
} from '../../types/numeric.ts';
import type { Decimal, NumericValue } from '../../types/numeric.ts';
import { bitAt } from '../../types/validity.ts';
import { divisionByZero } from '../arithmetic.ts';
import type { ArithmeticOperator } from '../arithmetic.ts';
import type { ScalarFunction } from '../scalar-function.ts';
import { presentInAll } from '../selection.ts';

export function numericArithmetic(operator: ArithmeticOperator): ScalarFunction {
  return {
    name: operator,
    volatility: 'immutable',
    onNull: 'null',
    evaluate: (args, rowCount) => compute(operator, args[0]!, args[1]!, rowCount),
  };
}

function compute(
  operator: ArithmeticOperator,
  left: ColumnVector,
  right: ColumnVector,
  rowCount: number,
): ColumnVector {
  const builder = new BytesColumnBuilder(NUMERIC, rowCount);
  const present = presentInAll([left, right], rowCount);
  const scratch = new Uint8Array(SMALL_NUMERIC_BYTES);
  const small = SMALL[operator];
  for (let row = 0; row < rowCount; row += 1) {
    if (present !== undefined && !bitAt(present, row)) {
      builder.appendNull();
      continue;
    }
    const leftStart = left.offsets![row]!;
    const leftEnd = left.offsets![row + 1]!;
    const rightStart = right.offsets![row]!;
    const rightEnd = right.offsets![row + 1]!;
    const a = smallCoefficient(left.data!, leftStart, leftEnd);
    const b = smallCoefficient(right.data!, rightStart, rightEnd);
    if (a === a && b === b) {
      const end = small(
        scratch,
        a,
        numericScale(left.data!, leftStart),
        b,
        numericScale(right.data!, rightStart),
      );
      if (end > 0) {
        builder.appendBytes(scratch, 0, end);
        continue;
      }
    }
    const result = calculate(
      operator,
      decodeNumeric(left.data!, leftStart, leftEnd),
      decodeNumeric(right.data!, rightStart, rightEnd),
    );
    const bytes = encodeNumeric(checkedNumeric(result));
    builder.appendBytes(bytes, 0, bytes.length);
  }
  return builder.finish();
}

/** Writes the result and answers where it ends; 0 when it takes bigints. */
type SmallOperation = (
  out: Uint8Array,
  left: number,
  leftScale: number,
  right: number,
  rightScale: number,
) => number;

const isSafe = Number.isSafeInteger;

const addSmall: SmallOperation = (out, left, leftScale, right, rightScale) => {
  const difference = leftScale - rightScale;
  const a = difference < 0 ? left * smallPowerOfTen(-difference) : left;
  const b = difference > 0 ? right * smallPowerOfTen(difference) : right;
  const sum = a + b;
  if (!isSafe(a) || !isSafe(b) || !isSafe(sum)) return 0;
  return writeSmallNumeric(out, 0, sum, difference < 0 ? rightScale : leftScale);
};

const multiplySmall: SmallOperation = (out, left, leftScale, right, rightScale) => {
  const product = left * right;
  const scale = leftScale + rightScale;
  return isSafe(product) && scale <= NUMERIC_SCALE_MAX
    ? writeSmallNumeric(out, 0, product + 0, scale)
    : 0;
};

const moduloSmall: SmallOperation = (out, left, leftScale, right, rightScale) => {
  if (right === 0) throw divisionByZero();
  const difference = leftScale - rightScale;
  const a = difference < 0 ? left * smallPowerOfTen(-difference) : left;
  const b = difference > 0 ? right * smallPowerOfTen(difference) : right;
  if (!isSafe(a) || !isSafe(b)) return 0;
  return writeSmallNumeric(out, 0, (a % b) + 0, difference < 0 ? rightScale : leftScale);
};

const SMALL: Readonly<Record<ArithmeticOperator, SmallOperation>> = {
  '+': addSmall,
  '-': (out, left, leftScale, right, rightScale) =>
    addSmall(out, left, leftScale, -right, rightScale),
  '*': multiplySmall,
  // A quotient has 16 digits at least: more than a double is exact for.
  '/': () => 0,
  '%': moduloSmall,
};

/** The result of an operator for any two values. */
export function calculate(
  operator: ArithmeticOperator,
  left: NumericValue,
  right: NumericValue,
): NumericValue {
  if (typeof left === 'number' || typeof right === 'number')
    return calculateSpecial(operator, left, right);
  switch (operator) {
    case '+':
      return add(left, right);
    case '-':
      return subtract(left, right);
    case '*':
      return multiply(left, right);
    case '/':
      return divide(left, right, divisionScale(left, right));
    case '%': {
      if (right.coefficient === 0n) throw divisionByZero();
      const scale = Math.max(left.scale, right.scale);
      const divisor = rescale(right, scale).coefficient;
      return { coefficient: rescale(left, scale).coefficient % divisor, scale };
    }
  }
}

export function add(left: Decimal, right: Decimal): Decimal {
  const scale = Math.max(left.scale, right.scale);
  return {
    coefficient: rescale(left, scale).coefficient + rescale(right, scale).coefficient,
    scale,
  };
}

export function subtract(left: Decimal, right: Decimal): Decimal {
  return add(left, { coefficient: -right.coefficient, scale: right.scale });
}

export function multiply(left: Decimal, right: Decimal): Decimal {
  const product = {
    coefficient: left.coefficient * right.coefficient,
    scale: left.scale + right.scale,
  };
  return product.scale > NUMERIC_SCALE_MAX ? rescale(product, NUMERIC_SCALE_MAX) : product;
}

export function divide(left: Decimal, right: Decimal, scale: number): Decimal {
  if (right.coefficient === 0n) throw divisionByZero();
  const shift = scale - left.scale + right.scale;
  const dividend = shift > 0 ? left.coefficient * powerOfTen(shift) : left.coefficient;
  const divisor = shift < 0 ? right.coefficient * powerOfTen(-shift) : right.coefficient;
  return { coefficient: roundedQuotient(dividend, divisor), scale };
}

/** Infinity and NaN follow IEEE 754, but division by zero is an error and so is nothing else. */
function calculateSpecial(
  operator: ArithmeticOperator,
  left: NumericValue,
  right: NumericValue,
): NumericValue {
  const a = typeof left === 'number' ? left : signOf(left);
  const b = typeof right === 'number' ? right : signOf(right);
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
  if ((operator === '/' || operator === '%') && b === 0) throw divisionByZero();
  const result = plainResult(operator, a, b);
  if (operator === '%' && typeof left !== 'number') return left;
  return Number.isFinite(result) ? { coefficient: BigInt(Math.trunc(result)), scale: 0 } : result;
}

function plainResult(operator: ArithmeticOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
  }
}

export function signOf(value: Decimal): number {
  return value.coefficient > 0n ? 1 : value.coefficient < 0n ? -1 : 0;
}

/** Significant digits that divisions, roots and logarithms have at least. */
export const SIGNIFICANT_DIGITS_MIN = 16;
export const DISPLAY_SCALE_MAX = 1_000;
/** PostgreSQL counts in groups of four digits, which its choice of scales shows. */
export const GROUP_DIGITS = 4;

/** The number of the highest group of four digits (0 = units), and its value; of zero both 0. */
export function leadingGroup(value: Decimal): { readonly weight: number; readonly digits: number } {
  const magnitude = value.coefficient < 0n ? -value.coefficient : value.coefficient;
  if (magnitude === 0n) return { weight: 0, digits: 0 };
  const text = String(magnitude);
  // The value is d.ddd… × 10^exponent.
  const exponent = text.length - value.scale - 1;
  const weight = Math.floor(exponent / GROUP_DIGITS);
  const count = exponent - weight * GROUP_DIGITS + 1;
  return { weight, digits: Number(text.slice(0, count).padEnd(count, '0')) };
}

export function divisionScale(left: Decimal, right: Decimal): number {
  const dividend = leadingGroup(left);
  const divisor = leadingGroup(right);
  let weight = dividend.weight - divisor.weight;
  if (dividend.digits <= divisor.digits) weight -= 1;
  return boundedScale(SIGNIFICANT_DIGITS_MIN - weight * GROUP_DIGITS, left.scale, right.scale);
}

/** A scale that shows no less than the operands do. */
export function boundedScale(wanted: number, ...scales: readonly number[]): number {
  return Math.min(DISPLAY_SCALE_MAX, Math.max(0, wanted, ...scales));
}

export function undefinedResult(message: string): AlopexError {
  return new AlopexError('ALX_INVALID_ARGUMENT', message);
}
