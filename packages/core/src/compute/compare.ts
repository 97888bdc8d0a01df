/**
 * The one order of values, PostgreSQL's: numbers by value with -0 = 0 and NaN equal to itself and above all else; text by
 * code point (its UTF-8 bytes); NUMERIC by value whatever its scale, intervals by their length with months of 30 days; bytea and uuid by bytes; false before true; vectors element by element, then by length;
 * arrays, maps and structs as `nested/compare-nested` says.
 * `types/order-key` writes the same order as bytes.
 */
import { assert } from '../base/assert.ts';
import { compareBytes, compareRanges } from '../base/bytes.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import type { DataType } from '../types/data-type.ts';
import { INTERVAL_BYTES, compareIntervals, readInterval } from '../types/interval.ts';
import type { Interval } from '../types/interval.ts';
import { compareNumeric, compareStoredNumeric, numericOf } from '../types/numeric.ts';
import { readNested } from '../types/nested-codec.ts';
import { presentScalarAt, vectorAt } from '../types/scalar-at.ts';
import type { Scalar } from '../types/scalar.ts';
import { compareJsonText } from './json/compare-json.ts';
import { compareNested } from './nested/compare-nested.ts';

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** Order of two numbers (or bigints): negative, 0 or positive. */
export function compareNumbers(left: number | bigint, right: number | bigint): number {
  if (left < right) return -1;
  if (left > right) return 1;
  if (left === right) return 0;
  // A number equal to a bigint, or NaN on one side or both.
  const leftNan = left !== left;
  const rightNan = right !== right;
  return leftNan === rightNan ? 0 : leftNan ? 1 : -1;
}

/** Order by code point. UTF-16 units differ from it only where surrogates meet U+E000 and above. */
export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const leftUnit = left.charCodeAt(index);
    const rightUnit = right.charCodeAt(index);
    if (leftUnit !== rightUnit) return codePointRank(leftUnit) - codePointRank(rightUnit);
  }
  return left.length - right.length;
}

function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

export function compareVectors(left: Float32Array, right: Float32Array): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const order = compareNumbers(left[index]!, right[index]!);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** Order of two values of one type that are not null. */
export function compareScalars(type: DataType, left: Scalar, right: Scalar): number {
  assert(left !== null && right !== null, 'nulls have no order among values');
  switch (type.kind) {
    case 'boolean':
      return Number(left) - Number(right);
    case 'text':
      return compareText(left as string, right as string);
    case 'bytea':
    case 'uuid':
      return compareBytes(left as Uint8Array, right as Uint8Array);
    case 'numeric':
      return compareNumeric(numericOf(left as string), numericOf(right as string));
    case 'json':
    case 'jsonb':
      return compareJsonText(left as string, right as string);
    case 'interval':
      return compareIntervals(left as Interval, right as Interval);
    case 'vector':
      return compareVectors(left as Float32Array, right as Float32Array);
    case 'array':
    case 'map':
    case 'struct':
      return compareNested(type, left, right, compareScalars);
    default:
      return compareNumbers(left as number | bigint, right as number | bigint);
  }
}

/** Compares value i of one column with value j of another of the same kind; both present. */
export type ValueComparator = (
  left: ColumnVector,
  leftIndex: number,
  right: ColumnVector,
  rightIndex: number,
) => number;

export function comparatorFor(type: DataType): ValueComparator {
  switch (type.kind) {
    case 'text':
    case 'bytea':
      return (left, i, right, j) =>
        compareRanges(
          left.data!,
          left.offsets![i]!,
          left.offsets![i + 1]!,
          right.data!,
          right.offsets![j]!,
          right.offsets![j + 1]!,
        );
    case 'uuid':
      return (left, i, right, j) =>
        compareRanges(left.data!, i * 16, i * 16 + 16, right.data!, j * 16, j * 16 + 16);
    case 'numeric':
      return (left, i, right, j) =>
        compareStoredNumeric(
          left.data!,
          left.offsets![i]!,
          left.offsets![i + 1]!,
          right.data!,
          right.offsets![j]!,
          right.offsets![j + 1]!,
        );
    case 'json':
    case 'jsonb':
      return (left, i, right, j) =>
        compareJsonText(presentScalarAt(left, i) as string, presentScalarAt(right, j) as string);
    case 'interval':
      return (left, i, right, j) =>
        compareIntervals(
          readInterval(left.data!, i * INTERVAL_BYTES),
          readInterval(right.data!, j * INTERVAL_BYTES),
        );
    case 'vector':
      return (left, i, right, j) => compareVectors(vectorAt(left, i), vectorAt(right, j));
    case 'array':
    case 'map':
    case 'struct':
      return (left, i, right, j) => {
        const leftValue = storedNested(left, i);
        const rightValue = storedNested(right, j);
        if (leftValue === undefined || rightValue === undefined) return 0;
        return compareNested(type, leftValue, rightValue, compareScalars);
      };
    default:
      return (left, i, right, j) => compareNumbers(left.values[i]!, right.values[j]!);
  }
}

/** Undefined in the slot of a null, which holds no bytes. */
function storedNested(column: ColumnVector, index: number): NonNullable<Scalar> | undefined {
  const start = column.offsets![index]!;
  const end = column.offsets![index + 1]!;
  return start === end ? undefined : readNested(column.type, column.data!, start, end);
}
