/**
 * Exact sums of integers per group: doubles while every partial sum is a safe integer, bigints for all groups from the
 * first that is not. Partial sums may leave int64 and come back, so the answer does not depend on the order of rows.
 */
import type { ColumnVector } from '../../types/column-vector.ts';
import { growFloat64 } from '../../types/growable.ts';
import { bitAt } from '../../types/validity.ts';

export class IntegerSums {
  #narrow: Float64Array = new Float64Array(0);
  #wide: bigint[] | undefined;
  #count = 0;

  resize(groupCount: number): void {
    this.#count = groupCount;
    if (this.#wide === undefined) this.#narrow = growFloat64(this.#narrow, groupCount);
    else while (this.#wide.length < groupCount) this.#wide.push(0n);
  }

  add(
    column: ColumnVector,
    groups: Int32Array,
    rowCount: number,
    present: Uint8Array | undefined,
  ): void {
    const { values } = column;
    let start = 0;
    if (this.#wide === undefined && !(values instanceof BigInt64Array)) {
      if (present !== undefined)
        start = addNullable(values, groups, rowCount, present, this.#narrow);
      else if (values instanceof Int32Array)
        start = addInt32(values, groups, rowCount, this.#narrow);
      else start = addFloat64(values as Float64Array, groups, rowCount, this.#narrow);
      if (start === rowCount) return;
    }
    const wide = this.#widen();
    for (let row = start; row < rowCount; row += 1) {
      if (present === undefined || bitAt(present, row)) wide[groups[row]!]! += BigInt(values[row]!);
    }
  }

  #widen(): bigint[] {
    if (this.#wide === undefined) {
      this.#wide = Array.from(this.#narrow.subarray(0, this.#count), BigInt);
      this.#narrow = new Float64Array(0);
    }
    return this.#wide;
  }

  merge(other: IntegerSums, groups: Int32Array): void {
    const wide = this.#widen();
    for (let group = 0; group < groups.length; group += 1)
      wide[groups[group]!]! += BigInt(other.sum(group));
  }

  /** The exact sum: a bigint once any group needed one. */
  sum(group: number): number | bigint {
    return this.#wide === undefined ? this.#narrow[group]! : this.#wide[group]!;
  }

  /** The sums as doubles while all are safe. */
  get narrow(): Float64Array | undefined {
    return this.#wide === undefined ? this.#narrow : undefined;
  }

  get byteLength(): number {
    return this.#narrow.byteLength + (this.#wide?.length ?? 0) * 32;
  }
}

// Each loop stops before the first row whose sum would leave the safe integers and answers its number.

function addFloat64(
  values: Float64Array,
  groups: Int32Array,
  rowCount: number,
  sums: Float64Array,
): number {
  for (let row = 0; row < rowCount; row += 1) {
    const group = groups[row]!;
    const sum = sums[group]! + values[row]!;
    if (sum > Number.MAX_SAFE_INTEGER || sum < Number.MIN_SAFE_INTEGER) return row;
    sums[group] = sum;
  }
  return rowCount;
}

function addInt32(
  values: Int32Array,
  groups: Int32Array,
  rowCount: number,
  sums: Float64Array,
): number {
  for (let row = 0; row < rowCount; row += 1) {
    const group = groups[row]!;
    const sum = sums[group]! + values[row]!;
    if (sum > Number.MAX_SAFE_INTEGER || sum < Number.MIN_SAFE_INTEGER) return row;
    sums[group] = sum;
  }
  return rowCount;
}

function addNullable(
  values: { readonly [index: number]: number },
  groups: Int32Array,
  rowCount: number,
  present: Uint8Array,
  sums: Float64Array,
): number {
  for (let row = 0; row < rowCount; row += 1) {
    if (!bitAt(present, row)) continue;
    const group = groups[row]!;
    const sum = sums[group]! + values[row]!;
    if (sum > Number.MAX_SAFE_INTEGER || sum < Number.MIN_SAFE_INTEGER) return row;
    sums[group] = sum;
  }
  return rowCount;
}
