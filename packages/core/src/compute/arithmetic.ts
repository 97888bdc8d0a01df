/**
 * `+ - * / %` on numbers: both operands and the result have one type. Integers are exact or an error, never rounded;
 * division truncates towards zero, `%` takes the dividend's sign. Floats follow IEEE 754, but a finite operation that
 * overflows and any division by zero are errors, as in PostgreSQL.
 *
 * int64 runs on doubles while operands and results are safe integers (a rounded result then lies outside them, so it cannot
 * be missed) and is redone in 64-bit integers for the batch otherwise.
 */
import { AlopexError } from '../base/errors.ts';
import { assert } from '../base/assert.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import { fixedColumn } from '../types/column-vector.ts';
import { int64Column, wideValues } from '../types/create-column-builder.ts';
import type { DataType } from '../types/data-type.ts';
import { isNumeric } from '../types/data-type.ts';
import { bitAt } from '../types/validity.ts';
import { fitsInteger, outOfRange } from './number-text.ts';
import type { ScalarFunction } from './scalar-function.ts';
import { presentInAll } from './selection.ts';

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';

/** The operator for operands of `type`: smallint, integer, bigint, real or double precision. */
export function arithmeticFunction(operator: ArithmeticOperator, type: DataType): ScalarFunction {
  assert(isNumeric(type), 'arithmetic is for numbers');
  return {
    name: operator,
    volatility: 'immutable',
    onNull: 'null',
    evaluate: (args, rowCount) =>
      compute(operator, type, args, rowCount, new Float64Array(rowCount)),
    prepare: () => {
      let buffer = new Float64Array(0);
      return (args, rowCount) => {
        if (buffer.length < rowCount) buffer = new Float64Array(rowCount);
        return compute(operator, type, args, rowCount, buffer);
      };
    },
  };
}

function compute(
  operator: ArithmeticOperator,
  type: DataType,
  args: readonly ColumnVector[],
  rowCount: number,
  out: Float64Array,
): ColumnVector {
  const [left, right] = args as [ColumnVector, ColumnVector];
  if (left.values instanceof BigInt64Array || right.values instanceof BigInt64Array) {
    return computeWide(operator, type, left, right, rowCount);
  }
  const isFloat = type.kind === 'float64' || type.kind === 'float32';
  const divides = operator === '/' || operator === '%';
  if (divides) checkDivisors(left, right, rowCount);
  if (left.values instanceof Int32Array && right.values instanceof Int32Array) {
    int32Loop(operator, left.values, right.values, out, rowCount);
  } else {
    float64Loop(operator, toDoubles(left, rowCount), toDoubles(right, rowCount), out, rowCount);
    if (divides && !isFloat) truncateQuotients(operator, left, right, out, rowCount);
  }
  return deliver(operator, type, left, right, rowCount, out);
}

function toDoubles(column: ColumnVector, rowCount: number): Float64Array {
  const { values } = column;
  if (values instanceof Float64Array) return values;
  assert(!(values instanceof BigInt64Array), 'wide integers go another way');
  const doubles = new Float64Array(rowCount);
  for (let row = 0; row < rowCount; row += 1) doubles[row] = values[row]!;
  return doubles;
}

function float64Loop(
  operator: ArithmeticOperator,
  left: Float64Array,
  right: Float64Array,
  out: Float64Array,
  rowCount: number,
): void {
  switch (operator) {
    case '+':
      for (let row = 0; row < rowCount; row += 1) out[row] = left[row]! + right[row]!;
      return;
    case '-':
      for (let row = 0; row < rowCount; row += 1) out[row] = left[row]! - right[row]!;
      return;
    case '*':
      for (let row = 0; row < rowCount; row += 1) out[row] = left[row]! * right[row]!;
      return;
    case '/':
      for (let row = 0; row < rowCount; row += 1) out[row] = left[row]! / right[row]!;
      return;
    case '%':
      for (let row = 0; row < rowCount; row += 1) out[row] = left[row]! % right[row]!;
  }
}

/** Results that overflow int32 are left as doubles for `deliver` to find. */
function int32Loop(
  operator: ArithmeticOperator,
  left: Int32Array,
  right: Int32Array,
  out: Float64Array,
  rowCount: number,
): void {
  switch (operator) {
    case '+':
      for (let row = 0; row < rowCount; row += 1) out[row] = left[row]! + right[row]!;
      return;
    case '-':
      for (let row = 0; row < rowCount; row += 1) out[row] = left[row]! - right[row]!;
      return;
    case '*':
      // Up to 2^62 and perhaps rounded, but then far outside int32.
      for (let row = 0; row < rowCount; row += 1) out[row] = left[row]! * right[row]!;
      return;
    case '/':
      for (let row = 0; row < rowCount; row += 1) out[row] = Math.trunc(left[row]! / right[row]!);
      return;
    case '%':
      for (let row = 0; row < rowCount; row += 1) out[row] = left[row]! % right[row]!;
  }
}

/** Below this a quotient of doubles cannot round up to the next integer. */
const TRUNCATION_EXACT_MAX = 2 ** 51;

function truncateQuotients(
  operator: ArithmeticOperator,
  left: ColumnVector,
  right: ColumnVector,
  out: Float64Array,
  rowCount: number,
): void {
  if (operator === '%') return;
  for (let row = 0; row < rowCount; row += 1) {
    const dividend = Number(left.values[row]);
    const divisor = Number(right.values[row]);
    out[row] =
      Math.abs(dividend) < TRUNCATION_EXACT_MAX
        ? Math.trunc(out[row]!)
        : (dividend - (dividend % divisor)) / divisor;
  }
}

function isPresent(present: Uint8Array | undefined, row: number): boolean {
  return present === undefined || bitAt(present, row);
}

function checkDivisors(left: ColumnVector, right: ColumnVector, rowCount: number): void {
  const { values } = right;
  const present = presentInAll([left, right], rowCount);
  for (let row = 0; row < rowCount; row += 1) {
    // NaN / 0 is NaN.
    const fails = values[row] === 0 && !Number.isNaN(left.values[row]);
    if (fails && isPresent(present, row)) throw divisionByZero();
  }
}

export function divisionByZero(): AlopexError {
  return new AlopexError('ALX_DIVISION_BY_ZERO', 'division by zero');
}

/** Checks the doubles against the type and stores them in its form. Garbage under nulls is never an error. */
function deliver(
  operator: ArithmeticOperator,
  type: DataType,
  left: ColumnVector,
  right: ColumnVector,
  rowCount: number,
  out: Float64Array,
): ColumnVector {
  switch (type.kind) {
    case 'float64':
      if (!plainResults(operator, out, rowCount)) checkRange(operator, left, right, out, rowCount);
      return fixedColumn(type, rowCount, out);
    case 'float32': {
      const rounded = new Float32Array(rowCount);
      for (let row = 0; row < rowCount; row += 1) rounded[row] = out[row]!;
      if (!plainResults(operator, rounded, rowCount)) {
        checkRange(operator, left, right, rounded, rowCount);
      }
      return fixedColumn(type, rowCount, rounded);
    }
    case 'int32':
      return deliverInteger(type, left, right, rowCount, out, new Int32Array(rowCount));
    case 'int16':
      return deliverInteger(type, left, right, rowCount, out, new Int16Array(rowCount));
    default:
      if (allSafe(out, rowCount)) return fixedColumn(type, rowCount, out);
      return computeWide(operator, type, left, right, rowCount);
  }
}

/** True when no result is infinite, NaN or a zero that a product or quotient may have vanished into. */
function plainResults(
  operator: ArithmeticOperator,
  values: Float64Array | Float32Array,
  rowCount: number,
): boolean {
  let sum = 0;
  // x - x is 0 for finite x and NaN otherwise.
  for (let row = 0; row < rowCount; row += 1) sum += values[row]! - values[row]!;
  if (sum !== 0) return false;
  if (operator !== '*' && operator !== '/') return true;
  let zeros = 0;
  for (let row = 0; row < rowCount; row += 1) zeros += Number(values[row] === 0);
  return zeros === 0;
}

function checkRange(
  operator: ArithmeticOperator,
  left: ColumnVector,
  right: ColumnVector,
  out: Float64Array | Float32Array,
  rowCount: number,
): void {
  const present = presentInAll([left, right], rowCount);
  for (let row = 0; row < rowCount; row += 1) {
    const result = out[row]!;
    const a = Number(left.values[row]);
    const b = Number(right.values[row]);
    if (!Number.isFinite(a) || !Number.isFinite(b) || !isPresent(present, row)) continue;
    if (result === Infinity || result === -Infinity) throw rangeError('overflow');
    const vanished = result === 0 && a !== 0 && (operator === '/' || (operator === '*' && b !== 0));
    if (vanished) throw rangeError('underflow');
  }
}

function rangeError(what: 'overflow' | 'underflow'): AlopexError {
  return new AlopexError('ALX_OUT_OF_RANGE', `value out of range: ${what}`);
}

function deliverInteger(
  type: DataType,
  left: ColumnVector,
  right: ColumnVector,
  rowCount: number,
  out: Float64Array,
  values: Int32Array | Int16Array,
): ColumnVector {
  const present = presentInAll([left, right], rowCount);
  for (let row = 0; row < rowCount; row += 1) {
    const value = out[row]!;
    values[row] = value;
    if (values[row] !== value && isPresent(present, row)) throw outOfRange(type);
  }
  return fixedColumn(type, rowCount, values);
}

function allSafe(values: Float64Array, rowCount: number): boolean {
  let unsafe = 0;
  for (let row = 0; row < rowCount; row += 1) {
    const value = values[row]!;
    if (!(value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER)) unsafe += 1;
    // Division and remainder make -0, which no integer is.
    values[row] = value + 0;
  }
  return unsafe === 0;
}

function computeWide(
  operator: ArithmeticOperator,
  type: DataType,
  left: ColumnVector,
  right: ColumnVector,
  rowCount: number,
): ColumnVector {
  const present = presentInAll([left, right], rowCount);
  const leftValues = wideValues(left);
  const rightValues = wideValues(right);
  const out = new BigInt64Array(rowCount);
  for (let row = 0; row < rowCount; row += 1) {
    if (!isPresent(present, row)) continue;
    const value = wideResult(operator, leftValues[row]!, rightValues[row]!);
    if (!fitsInteger(value, type)) throw outOfRange(type);
    out[row] = value;
  }
  return int64Column(type, rowCount, out, undefined);
}

function wideResult(operator: ArithmeticOperator, left: bigint, right: bigint): bigint {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      if (right === 0n) throw divisionByZero();
      return left / right;
    case '%':
      if (right === 0n) throw divisionByZero();
      return left % right;
  }
}
