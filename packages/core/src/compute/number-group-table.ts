/**
 * Groups of one numeric key. Integers that span a small range index an array directly (no hashing at all: 3-5x faster);
 * otherwise open addressing with linear probing over the doubles' bits, at most half full. int64 keys outside the safe
 * integers move the table to a Map of bigints, the slow but exact form.
 */
import { assert } from '../base/assert.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import { isValid } from '../types/column-vector.ts';
import { createColumnBuilder } from '../types/create-column-builder.ts';
import type { DataType } from '../types/data-type.ts';
import { growFloat64 } from '../types/growable.ts';
import { integerScalar } from '../types/scalar-at.ts';
import type { GroupTable } from './group-table.ts';

/** The widest span of integers kept as a dense array: 4 MB of int32. */
const DENSE_SPAN_MAX = 1 << 20;
const SLOTS_INITIAL = 1_024;

export class NumberGroupTable implements GroupTable {
  readonly #type: DataType;
  /** Key of each group; unspecified for the null group. */
  #keys: Float64Array = new Float64Array(64);
  #count = 0;
  #nullGroup = -1;
  /** Dense form: group + 1 of key `#base + i`; 0 = none. Undefined once the table has moved to slots. */
  #dense: Int32Array | undefined = new Int32Array(0);
  #base = 0;
  /** Hashed form: group + 1, length a power of two. */
  #slots = new Int32Array(0);
  readonly #bits = new Float64Array(1);
  readonly #words = new Int32Array(this.#bits.buffer);
  /** Exact form: groups of every key once a bigint has come in. */
  #wide: Map<number | bigint, number> | undefined;
  #wideKeys: (number | bigint)[] = [];

  constructor(type: DataType) {
    this.#type = type;
  }

  get groupCount(): number {
    return this.#count;
  }

  get byteLength(): number {
    const wide = this.#wide === undefined ? 0 : this.#wide.size * 64;
    return this.#keys.byteLength + (this.#dense?.byteLength ?? 0) + this.#slots.byteLength + wide;
  }

  assign(keys: readonly ColumnVector[], rowCount: number, groups: Int32Array): void {
    const column = keys[0]!;
    const { values } = column;
    if (this.#wide !== undefined || values instanceof BigInt64Array) {
      this.#assignWide(column, rowCount, groups);
      return;
    }
    if (column.validity !== undefined) {
      this.#assignNullable(column, rowCount, groups);
      return;
    }
    if (this.#dense !== undefined && !this.#spanDense(values as Float64Array, rowCount))
      this.#moveToSlots();
    if (this.#dense === undefined) this.#assignSlots(values as Float64Array, rowCount, groups);
    else this.#assignDense(values as Float64Array, rowCount, groups, this.#dense);
  }

  // The array may be of any narrow kind; Float64Array only names the shape of the loop.
  #assignDense(
    values: Float64Array,
    rowCount: number,
    groups: Int32Array,
    dense: Int32Array,
  ): void {
    const base = this.#base;
    for (let row = 0; row < rowCount; row += 1) {
      const at = values[row]! - base;
      let group = dense[at]!;
      if (group === 0) {
        group = this.#add(values[row]!) + 1;
        dense[at] = group;
      }
      groups[row] = group - 1;
    }
  }

  /** Widens the dense span over the batch's keys; false when they are no integers or span too much. */
  #spanDense(values: Float64Array, rowCount: number): boolean {
    let least = Infinity;
    let greatest = -Infinity;
    let fraction = 0;
    for (let row = 0; row < rowCount; row += 1) {
      const value = values[row]!;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
      fraction += value - Math.floor(value);
    }
    if (fraction !== 0 || rowCount === 0) return rowCount === 0;
    const dense = this.#dense!;
    const start = dense.length === 0 ? least : Math.min(least, this.#base);
    const end = Math.max(greatest + 1, dense.length === 0 ? -Infinity : this.#base + dense.length);
    if (!(end - start <= DENSE_SPAN_MAX)) return false;
    if (start === this.#base && end - start <= dense.length) return true;
    // Spare room on the side that grows, so that rising or falling keys do not move the array at every batch.
    const room = Math.min(DENSE_SPAN_MAX, Math.max(end - start, dense.length * 2, 256));
    const grown = new Int32Array(room);
    const newBase = dense.length === 0 ? start : start < this.#base ? end - room : this.#base;
    if (dense.length > 0) grown.set(dense, this.#base - newBase);
    this.#dense = grown;
    this.#base = newBase;
    return true;
  }

  #add(key: number): number {
    const group = this.#count;
    if (group >= this.#keys.length) this.#keys = growFloat64(this.#keys, group + 1);
    this.#keys[group] = key;
    this.#count = group + 1;
    return group;
  }

  #moveToSlots(): void {
    this.#dense = undefined;
    let capacity = SLOTS_INITIAL;
    while (capacity < this.#count * 4) capacity *= 2;
    this.#rehash(capacity);
  }

  #rehash(capacity: number): void {
    const slots = new Int32Array(capacity);
    const mask = capacity - 1;
    for (let group = 0; group < this.#count; group += 1) {
      if (group === this.#nullGroup) continue;
      let slot = this.#hash(this.#keys[group]!) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = group + 1;
    }
    this.#slots = slots;
  }

  #hash(key: number): number {
    // `+ 0` turns -0 into 0; every NaN has to hash alike too.
    this.#bits[0] = key === key ? key + 0 : Number.NaN;
    let hash = Math.imul(this.#words[0]! ^ Math.imul(this.#words[1]!, 0x9e37_79b1), 0x85eb_ca6b);
    hash ^= hash >>> 15;
    return Math.imul(hash, 0xc2b2_ae35) ^ (hash >>> 13);
  }

  #assignSlots(values: Float64Array, rowCount: number, groups: Int32Array): void {
    if ((this.#count + rowCount) * 2 > this.#slots.length) {
      let capacity = Math.max(SLOTS_INITIAL, this.#slots.length);
      while (capacity < (this.#count + rowCount) * 2) capacity *= 2;
      this.#rehash(capacity);
    }
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let row = 0; row < rowCount; row += 1) {
      const key = values[row]!;
      let slot = this.#hash(key) & mask;
      let group = slots[slot]!;
      while (group !== 0 && !sameNumber(this.#keys[group - 1]!, key)) {
        slot = (slot + 1) & mask;
        group = slots[slot]!;
      }
      if (group === 0) {
        group = this.#add(key) + 1;
        slots[slot] = group;
      }
      groups[row] = group - 1;
    }
  }

  readonly #one = new Float64Array(1);
  readonly #oneGroup = new Int32Array(1);

  #assignNullable(column: ColumnVector, rowCount: number, groups: Int32Array): void {
    for (let row = 0; row < rowCount; row += 1) {
      if (!isValid(column, row)) {
        if (this.#nullGroup < 0) this.#nullGroup = this.#add(0);
        groups[row] = this.#nullGroup;
        continue;
      }
      const key = Number(column.values[row]);
      const known = this.#findNumber(key);
      if (known >= 0) {
        groups[row] = known;
        continue;
      }
      this.#one[0] = key;
      if (this.#dense !== undefined && !this.#spanDense(this.#one, 1)) this.#moveToSlots();
      if (this.#dense === undefined) this.#assignSlots(this.#one, 1, this.#oneGroup);
      else this.#assignDense(this.#one, 1, this.#oneGroup, this.#dense);
      groups[row] = this.#oneGroup[0]!;
    }
  }

  #findNumber(key: number): number {
    if (this.#dense !== undefined) {
      const group = this.#dense[key - this.#base];
      return group === undefined ? -1 : group - 1;
    }
    if (this.#slots.length === 0) return -1;
    const mask = this.#slots.length - 1;
    let slot = this.#hash(key) & mask;
    let group = this.#slots[slot]!;
    while (group !== 0 && !sameNumber(this.#keys[group - 1]!, key)) {
      slot = (slot + 1) & mask;
      group = this.#slots[slot]!;
    }
    return group - 1;
  }

  find(keys: readonly ColumnVector[], rowCount: number, groups: Int32Array): void {
    const column = keys[0]!;
    const { values, validity } = column;
    if (this.#wide !== undefined || values instanceof BigInt64Array) {
      this.#findWide(column, rowCount, groups);
      return;
    }
    if (this.#dense !== undefined && validity === undefined) {
      findDense(this.#dense, this.#base, values as Float64Array, rowCount, groups);
      return;
    }
    for (let row = 0; row < rowCount; row += 1) {
      groups[row] =
        validity === undefined || isValid(column, row)
          ? this.#findNumber(values[row]!)
          : this.#nullGroup;
    }
  }

  #widen(): Map<number | bigint, number> {
    if (this.#wide !== undefined) return this.#wide;
    const wide = new Map<number | bigint, number>();
    for (let group = 0; group < this.#count; group += 1) {
      const key = this.#keys[group]!;
      this.#wideKeys.push(key);
      if (group !== this.#nullGroup) wide.set(key, group);
    }
    this.#wide = wide;
    return wide;
  }

  #assignWide(column: ColumnVector, rowCount: number, groups: Int32Array): void {
    const wide = this.#widen();
    for (let row = 0; row < rowCount; row += 1) {
      if (!isValid(column, row)) {
        if (this.#nullGroup < 0) {
          this.#nullGroup = this.#count;
          this.#addWide(0);
        }
        groups[row] = this.#nullGroup;
        continue;
      }
      const key = integerScalar(column.values[row]!);
      let group = wide.get(key);
      if (group === undefined) {
        group = this.#count;
        wide.set(key, group);
        this.#addWide(key);
      }
      groups[row] = group;
    }
  }

  #addWide(key: number | bigint): void {
    this.#wideKeys.push(key);
    this.#count += 1;
  }

  #findWide(column: ColumnVector, rowCount: number, groups: Int32Array): void {
    for (let row = 0; row < rowCount; row += 1) {
      if (!isValid(column, row)) {
        groups[row] = this.#nullGroup;
        continue;
      }
      const key = integerScalar(column.values[row]!);
      if (this.#wide !== undefined) groups[row] = this.#wide.get(key) ?? -1;
      else groups[row] = typeof key === 'number' ? this.#findNumber(key) : -1;
    }
  }

  keysOf(groups: Int32Array, count: number): ColumnVector[] {
    const builder = createColumnBuilder(this.#type, count);
    const isBoolean = this.#type.kind === 'boolean';
    for (let index = 0; index < count; index += 1) {
      const group = groups[index]!;
      assert(group < this.#count, 'the group exists');
      if (group === this.#nullGroup) builder.appendNull();
      else if (this.#wide !== undefined) builder.append(this.#wideKeys[group]!);
      else builder.append(isBoolean ? this.#keys[group] !== 0 : this.#keys[group]!);
    }
    return [builder.finish()];
  }

  /** The key of a group whose keys are numbers that are never null: what composite tables store. */
  numberOf(group: number): number {
    return this.#keys[group]!;
  }
}

function sameNumber(left: number, right: number): boolean {
  return left === right || (left !== left && right !== right);
}

function findDense(
  dense: Int32Array,
  base: number,
  values: Float64Array,
  rowCount: number,
  groups: Int32Array,
): void {
  const span = dense.length;
  for (let row = 0; row < rowCount; row += 1) {
    const at = values[row]! - base;
    // A fraction or NaN finds nothing: typed arrays have no such element, but asking for it is slow.
    groups[row] = at >= 0 && at < span ? (dense[at] ?? 0) - 1 : -1;
  }
}
