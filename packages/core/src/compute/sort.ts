/**
 * Puts rows in order: stable, by any number of keys. Three ways, one order (that of `compare`):
 *   few rows              comparison of the columns
 *   all keys numbers      radix sort, least significant key first, on the bits of the order key; no comparison at all
 *   else                  order keys as bytes, sorted eight at a time (`sort-by-bytes`)
 */
import type { ColumnVector } from '../types/column-vector.ts';
import { isValid } from '../types/column-vector.ts';
import { comparatorFor } from './compare.ts';
import type { ValueComparator } from './compare.ts';
import { radixSort } from './radix-sort.ts';
import { sortByBytes } from './sort-by-bytes.ts';
import type { SortColumn } from './sort-column.ts';

/** Below this, comparing beats preparing keys. */
const COMPARISON_ROWS_MAX = 256;

/** Row numbers 0 .. rowCount - 1 in the order of the keys; equal rows keep theirs. */
export function sortRows(keys: readonly SortColumn[], rowCount: number): Int32Array {
  const order = new Int32Array(rowCount);
  for (let row = 0; row < rowCount; row += 1) order[row] = row;
  if (rowCount < 2 || keys.length === 0) return order;
  if (rowCount <= COMPARISON_ROWS_MAX) {
    const compare = rowComparator(keys, keys);
    return order.sort((left, right) => compare(left, right) || left - right);
  }
  if (keys.every(isNumberKey)) {
    let sorted: Int32Array = order;
    for (let index = keys.length - 1; index >= 0; index -= 1)
      sorted = sortByNumber(keys[index]!, sorted);
    return sorted;
  }
  return sortByBytes(keys, order);
}

/** Compares row i of one set of key columns with row j of another, nulls and directions included. */
export function rowComparator(
  left: readonly SortColumn[],
  right: readonly SortColumn[],
): (leftRow: number, rightRow: number) => number {
  const parts = left.map((key, index) =>
    partComparator(key, right[index]!.column, comparatorFor(key.column.type)),
  );
  if (parts.length === 1) return parts[0]!;
  return (leftRow, rightRow) => {
    for (const part of parts) {
      const order = part(leftRow, rightRow);
      if (order !== 0) return order;
    }
    return 0;
  };
}

function partComparator(
  key: SortColumn,
  right: ColumnVector,
  compare: ValueComparator,
): (leftRow: number, rightRow: number) => number {
  const left = key.column;
  const sign = key.descending ? -1 : 1;
  const nullSign = key.nullsFirst ? -1 : 1;
  return (leftRow, rightRow) => {
    const leftPresent = isValid(left, leftRow);
    const rightPresent = isValid(right, rightRow);
    if (leftPresent && rightPresent) return sign * compare(left, leftRow, right, rightRow);
    if (leftPresent === rightPresent) return 0;
    return leftPresent ? -nullSign : nullSign;
  };
}

function isNumberKey(key: SortColumn): boolean {
  const { values, type, offsets, data } = key.column;
  const fixed =
    offsets === undefined && data === undefined && type.kind !== 'vector' && type.kind !== 'null';
  return fixed && !(values instanceof BigInt64Array);
}

const SIGN = 0x8000_0000;

/** A stable pass over one numeric key: nulls to their end, the rest by radix. */
function sortByNumber(key: SortColumn, order: Int32Array): Int32Array {
  const { column, descending, nullsFirst } = key;
  const present =
    column.validity === undefined ? order : order.filter((row) => isValid(column, row));
  const flip = descending ? 0xffff_ffff : 0;
  const { values } = column;
  let sorted: Int32Array;
  if (values instanceof Float64Array) {
    const low = new Uint32Array(column.length);
    const high = new Uint32Array(column.length);
    float64Words(values, column.length, flip, low, high);
    sorted = radixSort(radixSort(present, low), high);
  } else {
    const words = new Uint32Array(column.length);
    if (values instanceof Float32Array) float32Words(values, column.length, flip, words);
    else
      for (let row = 0; row < column.length; row += 1)
        words[row] = Number(values[row]) ^ SIGN ^ flip;
    sorted = radixSort(present, words);
  }
  if (present === order) return sorted;
  const nulls = order.filter((row) => !isValid(column, row));
  const joined = new Int32Array(order.length);
  joined.set(nullsFirst ? nulls : sorted, 0);
  joined.set(nullsFirst ? sorted : nulls, nullsFirst ? nulls.length : sorted.length);
  return joined;
}

function float64Words(
  values: Float64Array,
  length: number,
  flip: number,
  low: Uint32Array,
  high: Uint32Array,
): void {
  const one = new Float64Array(1);
  const words = new Uint32Array(one.buffer);
  for (let row = 0; row < length; row += 1) {
    const value = values[row]!;
    one[0] = value + 0;
    const nan = value !== value;
    const lowWord = nan ? 0 : words[0]!;
    const highWord = nan ? 0x7ff8_0000 : words[1]!;
    const negative = highWord >= SIGN;
    low[row] = (negative ? ~lowWord : lowWord) ^ flip;
    high[row] = (negative ? ~highWord : highWord ^ SIGN) ^ flip;
  }
}

function float32Words(values: Float32Array, length: number, flip: number, out: Uint32Array): void {
  const one = new Float32Array(1);
  const word = new Uint32Array(one.buffer);
  for (let row = 0; row < length; row += 1) {
    const value = values[row]!;
    one[0] = value + 0;
    const bits = value === value ? word[0]! : 0x7fc0_0000;
    out[row] = (bits >= SIGN ? ~bits : bits ^ SIGN) ^ flip;
  }
}
