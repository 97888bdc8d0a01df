/**
 * Builders of fixed-width columns: boolean, numbers, dates and times, null. int64 begins narrow (Float64Array) and moves to
 * BigInt64Array at the first value outside the safe integers.
 */
import { assert } from '../base/assert.ts';
import { ColumnBuilder } from './column-builder.ts';
import { fixedColumn } from './column-vector.ts';
import type { ColumnVector, Values } from './column-vector.ts';
import type { DataType } from './data-type.ts';
import {
  growBigInt64,
  growBytes,
  growFloat32,
  growFloat64,
  growInt16,
  growInt32,
} from './growable.ts';
import type { Scalar } from './scalar.ts';

type NumberValues = Exclude<Values, BigInt64Array>;

function emptyValues(type: DataType, capacity: number): NumberValues {
  switch (type.kind) {
    case 'boolean':
      return new Uint8Array(capacity);
    case 'int16':
      return new Int16Array(capacity);
    case 'int32':
    case 'date':
      return new Int32Array(capacity);
    case 'float32':
      return new Float32Array(capacity);
    default:
      return new Float64Array(capacity);
  }
}

function growValues(values: NumberValues, needed: number): NumberValues {
  if (values instanceof Float64Array) return growFloat64(values, needed);
  if (values instanceof Int32Array) return growInt32(values, needed);
  if (values instanceof Float32Array) return growFloat32(values, needed);
  if (values instanceof Int16Array) return growInt16(values, needed);
  return growBytes(values, needed);
}

/** boolean, int16, int32, float32, float64, date, time, timestamp, timestamptz. */
export class FixedColumnBuilder extends ColumnBuilder {
  #values: NumberValues;

  constructor(type: DataType, capacity: number) {
    super(type);
    this.#values = emptyValues(type, capacity);
  }

  protected reserve(extra: number): void {
    if (this.count + extra > this.#values.length)
      this.#values = growValues(this.#values, this.count + extra);
  }

  protected capacity(): number {
    return this.#values.length;
  }

  protected put(value: NonNullable<Scalar>): void {
    assert(
      typeof value === 'number' || typeof value === 'boolean',
      'a fixed-width value is a number or a boolean',
    );
    this.#values[this.count] = Number(value);
  }

  protected putZero(): void {
    this.#values[this.count] = 0;
  }

  protected putRange(column: ColumnVector, start: number, end: number): void {
    const source = column.values;
    assert(!(source instanceof BigInt64Array), 'only int64 is wide');
    this.#values.set(source.subarray(start, end), this.count);
  }

  protected putSelected(column: ColumnVector, selection: Int32Array, count: number): void {
    const source = column.values;
    assert(!(source instanceof BigInt64Array), 'only int64 is wide');
    gatherNumbers(source, selection, count, this.#values, this.count);
  }

  protected build(validity: Uint8Array | undefined): ColumnVector {
    return fixedColumn(this.type, this.count, this.#values, this.coveringValidity(validity));
  }

  protected release(): void {
    this.#values = emptyValues(this.type, 0);
  }

  protected rewind(): void {
    return undefined; // values behind `count` are overwritten
  }

  protected valueBytes(): number {
    return this.#values.byteLength;
  }
}

export class Int64ColumnBuilder extends ColumnBuilder {
  #narrow: Float64Array;
  #wide: BigInt64Array | undefined;

  constructor(type: DataType, capacity: number) {
    super(type);
    this.#narrow = new Float64Array(capacity);
  }

  protected reserve(extra: number): void {
    const needed = this.count + extra;
    if (this.#wide === undefined) this.#narrow = growFloat64(this.#narrow, needed);
    else this.#wide = growBigInt64(this.#wide, needed);
  }

  protected capacity(): number {
    return this.#wide === undefined ? this.#narrow.length : this.#wide.length;
  }

  #widen(): BigInt64Array {
    if (this.#wide !== undefined) return this.#wide;
    const wide = new BigInt64Array(this.#narrow.length);
    for (let index = 0; index < this.count; index += 1) wide[index] = BigInt(this.#narrow[index]!);
    this.#wide = wide;
    this.#narrow = new Float64Array(0);
    return wide;
  }

  protected put(value: NonNullable<Scalar>): void {
    assert(
      typeof value === 'number' || typeof value === 'bigint',
      'an int64 is a number or a bigint',
    );
    if (typeof value === 'bigint') this.#widen()[this.count] = value;
    else if (this.#wide === undefined) this.#narrow[this.count] = value;
    else this.#wide[this.count] = BigInt(value);
  }

  protected putZero(): void {
    if (this.#wide === undefined) this.#narrow[this.count] = 0;
    else this.#wide[this.count] = 0n;
  }

  protected putRange(column: ColumnVector, start: number, end: number): void {
    const source = column.values;
    if (source instanceof BigInt64Array) {
      this.#widen().set(source.subarray(start, end), this.count);
    } else if (this.#wide === undefined) {
      this.#narrow.set(source.subarray(start, end), this.count);
    } else {
      for (let index = start; index < end; index += 1) {
        this.#wide[this.count + index - start] = BigInt(source[index]!);
      }
    }
  }

  protected putSelected(column: ColumnVector, selection: Int32Array, count: number): void {
    const source = column.values;
    if (source instanceof BigInt64Array) {
      const wide = this.#widen();
      for (let index = 0; index < count; index += 1) {
        const row = selection[index]!;
        wide[this.count + index] = row < 0 ? 0n : source[row]!;
      }
    } else if (this.#wide === undefined) {
      gatherNumbers(source, selection, count, this.#narrow, this.count);
    } else {
      for (let index = 0; index < count; index += 1) {
        const row = selection[index]!;
        this.#wide[this.count + index] = row < 0 ? 0n : BigInt(source[row]!);
      }
    }
  }

  protected build(validity: Uint8Array | undefined): ColumnVector {
    return fixedColumn(
      this.type,
      this.count,
      this.#wide ?? this.#narrow,
      this.coveringValidity(validity),
    );
  }

  protected release(): void {
    this.#narrow = new Float64Array(0);
    this.#wide = undefined;
  }

  protected rewind(): void {
    if (this.#wide !== undefined) {
      this.#narrow = new Float64Array(this.#wide.length);
      this.#wide = undefined;
    }
  }

  protected valueBytes(): number {
    return (this.#wide ?? this.#narrow).byteLength;
  }
}

/** Values of a bare NULL: only their number matters. */
export class NullColumnBuilder extends ColumnBuilder {
  protected reserve(_extra: number): void {
    return undefined;
  }
  protected capacity(): number {
    return this.count;
  }
  protected put(_value: NonNullable<Scalar>): void {
    assert(false, 'a column of type null holds nulls only');
  }
  protected putZero(): void {
    return undefined;
  }
  protected override markNull(_index: number): void {
    return undefined; // every value is null already
  }
  protected putRange(_column: ColumnVector, _start: number, _end: number): void {
    return undefined;
  }
  protected putSelected(_column: ColumnVector, _selection: Int32Array, _count: number): void {
    return undefined;
  }
  protected build(_validity: Uint8Array | undefined): ColumnVector {
    return fixedColumn(this.type, this.count, new Uint8Array(0));
  }
  protected release(): void {
    return undefined;
  }
  protected rewind(): void {
    return undefined;
  }
  protected valueBytes(): number {
    return 0;
  }
}

// Three copies of one loop: V8 compiles a typed-array loop well only while it sees a single kind of array.
function gatherNumbers(
  source: NumberValues,
  selection: Int32Array,
  count: number,
  target: NumberValues,
  at: number,
): void {
  if (source instanceof Float64Array && target instanceof Float64Array) {
    for (let index = 0; index < count; index += 1) {
      const row = selection[index]!;
      target[at + index] = row < 0 ? 0 : source[row]!;
    }
  } else if (source instanceof Int32Array && target instanceof Int32Array) {
    for (let index = 0; index < count; index += 1) {
      const row = selection[index]!;
      target[at + index] = row < 0 ? 0 : source[row]!;
    }
  } else {
    for (let index = 0; index < count; index += 1) {
      const row = selection[index]!;
      target[at + index] = row < 0 ? 0 : source[row]!;
    }
  }
}
