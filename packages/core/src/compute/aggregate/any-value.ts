/** any_value: the first value in row order that is not null. */
import { assert } from '../../base/assert.ts';
import type { ColumnVector } from '../../types/column-vector.ts';
import { createColumnBuilder } from '../../types/create-column-builder.ts';
import type { DataType } from '../../types/data-type.ts';
import { presentScalarAt } from '../../types/scalar-at.ts';
import type { Scalar } from '../../types/scalar.ts';
import { bitAt } from '../../types/validity.ts';
import { presentBits } from '../selection.ts';
import type { Accumulator, AggregateFunction } from './aggregate-function.ts';
import { sizeOf } from './extreme.ts';

export const anyValueAggregate: AggregateFunction = {
  name: 'any_value',
  createAccumulator: (_arguments, type) => new AnyValueAccumulator(type),
};

class AnyValueAccumulator implements Accumulator {
  readonly #type: DataType;
  readonly #values: Scalar[] = [];
  #bytes = 0;

  constructor(type: DataType) {
    this.#type = type;
  }

  resize(groupCount: number): void {
    while (this.#values.length < groupCount) this.#values.push(null);
  }

  update(args: readonly ColumnVector[], groups: Int32Array, rowCount: number): void {
    const column = args[0]!;
    const present = presentBits(column);
    for (let row = 0; row < rowCount; row += 1) {
      const group = groups[row]!;
      if (this.#values[group] !== null || (present !== undefined && !bitAt(present, row))) continue;
      this.#keep(group, presentScalarAt(column, row));
    }
  }

  #keep(group: number, value: Scalar): void {
    this.#values[group] = value;
    this.#bytes += sizeOf(value);
  }

  merge(other: Accumulator, groups: Int32Array): void {
    assert(other instanceof AnyValueAccumulator, 'accumulators of one function merge');
    for (let group = 0; group < groups.length; group += 1) {
      if (this.#values[groups[group]!] === null) this.#keep(groups[group]!, other.#values[group]!);
    }
  }

  finish(start: number, end: number): ColumnVector {
    const builder = createColumnBuilder(this.#type, end - start);
    for (let group = start; group < end; group += 1) builder.append(this.#values[group]!);
    return builder.finish();
  }

  get byteLength(): number {
    return this.#bytes + this.#values.length * 8;
  }
}
