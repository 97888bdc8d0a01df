/**
 * Builder of vector columns. With a dimension the floats lie row after row, ready for kernels; without one, offsets tell
 * where each vector begins.
 */
import { assert } from '../base/assert.ts';
import { ColumnBuilder } from './column-builder.ts';
import { fixedColumn, raggedVectorColumn } from './column-vector.ts';
import type { ColumnVector } from './column-vector.ts';
import type { DataType } from './data-type.ts';
import { growFloat32, growInt32 } from './growable.ts';
import type { Scalar } from './scalar.ts';
import { vectorAt } from './scalar-at.ts';

export class VectorColumnBuilder extends ColumnBuilder {
  readonly #dimension: number | undefined;
  #values: Float32Array;
  /** Only without a dimension. Counts floats. */
  #offsets: Int32Array;
  #end = 0;

  constructor(type: DataType, capacity: number) {
    super(type);
    this.#dimension = type.kind === 'vector' ? type.dimension : undefined;
    this.#values = new Float32Array(capacity * (this.#dimension ?? 0));
    this.#offsets = new Int32Array(this.#dimension === undefined ? capacity + 1 : 0);
  }

  protected reserve(extra: number): void {
    const rows = this.count + extra;
    if (this.#dimension === undefined) this.#offsets = growInt32(this.#offsets, rows + 1);
    else this.#values = growFloat32(this.#values, rows * this.#dimension);
  }

  protected capacity(): number {
    if (this.#dimension === undefined) return this.#offsets.length - 1;
    return Math.floor(this.#values.length / this.#dimension);
  }

  protected put(value: NonNullable<Scalar>): void {
    assert(value instanceof Float32Array, 'a vector is a Float32Array');
    this.#putAt(this.count, value);
  }

  #putAt(row: number, value: Float32Array): void {
    if (this.#dimension !== undefined) {
      assert(value.length === this.#dimension, 'a vector has the dimension of its column');
      this.#values.set(value, row * this.#dimension);
      return;
    }
    this.#values = growFloat32(this.#values, this.#end + value.length);
    this.#values.set(value, this.#end);
    this.#end += value.length;
    this.#offsets[row + 1] = this.#end;
  }

  #putZeroAt(row: number): void {
    const dimension = this.#dimension;
    if (dimension === undefined) this.#offsets[row + 1] = this.#end;
    else this.#values.fill(0, row * dimension, (row + 1) * dimension);
  }

  protected putZero(): void {
    this.#putZeroAt(this.count);
  }

  protected putRange(column: ColumnVector, start: number, end: number): void {
    const dimension = this.#dimension;
    const source = column.values;
    if (dimension !== undefined && column.offsets === undefined && source instanceof Float32Array) {
      this.#values.set(source.subarray(start * dimension, end * dimension), this.count * dimension);
      return;
    }
    const empty = new Float32Array(dimension ?? 0);
    for (let index = start; index < end; index += 1) {
      const value = vectorAt(column, index);
      // A null's slot in a column of any dimension is an empty range.
      this.#putAt(this.count + index - start, value.length === 0 ? empty : value);
    }
  }

  protected putSelected(column: ColumnVector, selection: Int32Array, count: number): void {
    for (let index = 0; index < count; index += 1) {
      const row = selection[index]!;
      const value = row < 0 ? undefined : vectorAt(column, row);
      if (value === undefined || value.length === 0) this.#putZeroAt(this.count + index);
      else this.#putAt(this.count + index, value);
    }
  }

  protected build(validity: Uint8Array | undefined): ColumnVector {
    const covering = this.coveringValidity(validity);
    if (this.#dimension !== undefined)
      return fixedColumn(this.type, this.count, this.#values, covering);
    return raggedVectorColumn(this.type, this.count, this.#offsets, this.#values, covering);
  }

  protected release(): void {
    this.#values = new Float32Array(0);
    this.#offsets = new Int32Array(this.#dimension === undefined ? 1 : 0);
    this.#end = 0;
  }

  protected rewind(): void {
    this.#end = 0;
  }

  protected valueBytes(): number {
    return this.#values.byteLength + this.#offsets.byteLength;
  }
}
