/** array_agg(value): all values of a group in row order, nulls too. Arrays become a dimension more. No row: null. */
import { assert } from '../../base/assert.ts';
import type { ColumnVector } from '../../types/column-vector.ts';
import { createColumnBuilder } from '../../types/create-column-builder.ts';
import type { DataType } from '../../types/data-type.ts';
import { listValue } from '../../types/nested-value.ts';
import type { ArrayValue } from '../../types/nested-value.ts';
import { scalarAt } from '../../types/scalar-at.ts';
import type { Scalar } from '../../types/scalar.ts';
import { stackArrays } from '../nested/array-shape.ts';
import type { Accumulator, AggregateFunction } from './aggregate-function.ts';
import { sizeOf } from './extreme.ts';

export const arrayAggAggregate: AggregateFunction = {
  name: 'array_agg',
  createAccumulator: ([argument], type) =>
    new ArrayAggAccumulator(argument!.kind === 'array', type),
};

class ArrayAggAccumulator implements Accumulator {
  readonly #stacks: boolean;
  readonly #type: DataType;
  readonly #values: Scalar[][] = [];
  #bytes = 0;

  constructor(stacks: boolean, type: DataType) {
    this.#stacks = stacks;
    this.#type = type;
  }

  resize(groupCount: number): void {
    while (this.#values.length < groupCount) this.#values.push([]);
  }

  update(args: readonly ColumnVector[], groups: Int32Array, rowCount: number): void {
    const column = args[0]!;
    for (let row = 0; row < rowCount; row += 1) {
      const value = scalarAt(column, row);
      this.#values[groups[row]!]!.push(value);
      this.#bytes += sizeOf(value);
    }
  }

  merge(other: Accumulator, groups: Int32Array): void {
    assert(other instanceof ArrayAggAccumulator, 'accumulators of one function merge');
    for (let group = 0; group < groups.length; group += 1) {
      const values = this.#values[groups[group]!]!;
      for (const value of other.#values[group]!) values.push(value);
    }
    this.#bytes += other.#bytes;
  }

  finish(start: number, end: number): ColumnVector {
    const builder = createColumnBuilder(this.#type, end - start);
    for (let group = start; group < end; group += 1) {
      const values = this.#values[group]!;
      if (values.length === 0) builder.appendNull();
      else if (this.#stacks) builder.append(stackArrays(values as (ArrayValue | null)[]));
      else builder.append(listValue(values));
    }
    return builder.finish();
  }

  get byteLength(): number {
    return this.#bytes;
  }
}
