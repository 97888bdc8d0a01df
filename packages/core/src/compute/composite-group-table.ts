/**
 * Groups of several key columns. Each column has a table of its own that gives its values small numbers; pairs of numbers
 * are keys of a further table, and so on from left to right:
 *
 *   column 0 -> a   column 1 -> b   (a, b) -> c   column 2 -> d   (c, d) -> the group
 *
 * No tuple is ever written out as bytes, which makes this twice as fast as one table over order keys.
 */
import { assert } from '../base/assert.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import { fixedColumn } from '../types/column-vector.ts';
import { FLOAT64 } from '../types/data-type.ts';
import type { GroupTable } from './group-table.ts';
import { NumberGroupTable } from './number-group-table.ts';

/** A pair is left * 2^26 + right: exact in a double, up to 67 million values a column. */
const RIGHT_SPAN = 2 ** 26;

export class CompositeGroupTable implements GroupTable {
  readonly #columns: readonly GroupTable[];
  /** Pair i joins what columns 0 .. i make with column i + 1. */
  readonly #pairs: readonly NumberGroupTable[];
  #left: Int32Array = new Int32Array(0);
  #right: Int32Array = new Int32Array(0);
  #values: Float64Array = new Float64Array(0);

  /** No column at all makes every row the same group. */
  constructor(columns: readonly GroupTable[]) {
    this.#columns = columns;
    const pairCount = Math.max(1, columns.length - 1);
    this.#pairs = Array.from({ length: pairCount }, () => new NumberGroupTable(FLOAT64));
  }

  get groupCount(): number {
    return this.#pairs.at(-1)!.groupCount;
  }

  get byteLength(): number {
    let total = 0;
    for (const table of [...this.#columns, ...this.#pairs]) total += table.byteLength;
    return total;
  }

  assign(keys: readonly ColumnVector[], rowCount: number, groups: Int32Array): void {
    this.#walk(keys, rowCount, groups, true);
  }

  find(keys: readonly ColumnVector[], rowCount: number, groups: Int32Array): void {
    this.#walk(keys, rowCount, groups, false);
  }

  #walk(keys: readonly ColumnVector[], rowCount: number, groups: Int32Array, add: boolean): void {
    this.#reserve(rowCount);
    const left = this.#left;
    const right = this.#right;
    this.#ask(this.#columns[0], keys[0], rowCount, left, add);
    this.#pairs.forEach((pairs, index) => {
      this.#ask(this.#columns[index + 1], keys[index + 1], rowCount, right, add);
      pairNumbers(left, right, rowCount, this.#values);
      const column = fixedColumn(FLOAT64, rowCount, this.#values);
      const target = index === this.#pairs.length - 1 ? groups : left;
      if (add) pairs.assign([column], rowCount, target);
      else pairs.find([column], rowCount, target);
    });
  }

  #ask(
    table: GroupTable | undefined,
    key: ColumnVector | undefined,
    rowCount: number,
    groups: Int32Array,
    add: boolean,
  ): void {
    if (table === undefined || key === undefined) {
      groups.fill(0, 0, rowCount);
      return;
    }
    if (add) table.assign([key], rowCount, groups);
    else table.find([key], rowCount, groups);
    assert(table.groupCount < RIGHT_SPAN, 'a key column has fewer than 2^26 distinct values');
  }

  #reserve(rowCount: number): void {
    if (this.#values.length >= rowCount) return;
    this.#left = new Int32Array(rowCount);
    this.#right = new Int32Array(rowCount);
    this.#values = new Float64Array(rowCount);
  }

  keysOf(groups: Int32Array, count: number): ColumnVector[] {
    const result: ColumnVector[] = [];
    const current = groups.slice(0, count);
    const right = new Int32Array(count);
    // From the last pair to the first, each gives the number of one column and leaves the pair before it.
    for (let index = this.#pairs.length - 1; index >= 0; index -= 1) {
      const pairs = this.#pairs[index]!;
      for (let row = 0; row < count; row += 1) {
        const pair = pairs.numberOf(current[row]!);
        const high = Math.floor(pair / RIGHT_SPAN);
        right[row] = pair - high * RIGHT_SPAN;
        current[row] = high;
      }
      const table = this.#columns[index + 1];
      if (table !== undefined) result.unshift(...table.keysOf(right, count));
    }
    const first = this.#columns[0];
    return first === undefined ? result : [...first.keysOf(current, count), ...result];
  }
}

/** -1 on either side, a value nobody has seen, stays -1 and finds nothing. */
function pairNumbers(
  left: Int32Array,
  right: Int32Array,
  rowCount: number,
  out: Float64Array,
): void {
  for (let row = 0; row < rowCount; row += 1) {
    const high = left[row]!;
    const low = right[row]!;
    out[row] = (high | low) < 0 ? -1 : high * RIGHT_SPAN + low;
  }
}
