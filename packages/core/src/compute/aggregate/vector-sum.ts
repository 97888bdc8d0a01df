/** sum and avg of vectors, element by element, summed in double precision. All vectors of a group have one dimension. */
import { assert } from '../../base/assert.ts';
import { AlopexError } from '../../base/errors.ts';
import type { ColumnVector } from '../../types/column-vector.ts';
import { createColumnBuilder } from '../../types/create-column-builder.ts';
import type { DataType } from '../../types/data-type.ts';
import { growFloat64 } from '../../types/growable.ts';
import { vectorAt } from '../../types/scalar-at.ts';
import { bitAt } from '../../types/validity.ts';
import { presentBits } from '../selection.ts';
import type { Accumulator } from './aggregate-function.ts';

export class VectorSumAccumulator implements Accumulator {
  readonly #type: DataType;
  readonly #average: boolean;
  #sums: (Float64Array | undefined)[] = [];
  #counts: Float64Array = new Float64Array(0);
  #bytes = 0;

  constructor(type: DataType, average: boolean) {
    this.#type = type;
    this.#average = average;
  }

  resize(groupCount: number): void {
    while (this.#sums.length < groupCount) this.#sums.push(undefined);
    this.#counts = growFloat64(this.#counts, groupCount);
  }

  update(args: readonly ColumnVector[], groups: Int32Array, rowCount: number): void {
    const column = args[0]!;
    const present = presentBits(column);
    for (let row = 0; row < rowCount; row += 1) {
      if (present === undefined || bitAt(present, row))
        this.#add(groups[row]!, vectorAt(column, row), 1);
    }
  }

  #add(group: number, vector: Float32Array | Float64Array, count: number): void {
    let sums = this.#sums[group];
    if (sums === undefined) {
      sums = new Float64Array(vector.length);
      this.#sums[group] = sums;
      this.#bytes += sums.byteLength;
    }
    if (sums.length !== vector.length) {
      throw new AlopexError(
        'ALX_VECTOR_DIMENSION',
        `expected ${sums.length} dimensions, not ${vector.length}`,
      );
    }
    for (let index = 0; index < vector.length; index += 1) sums[index]! += vector[index]!;
    this.#counts[group]! += count;
  }

  merge(other: Accumulator, groups: Int32Array): void {
    assert(other instanceof VectorSumAccumulator, 'accumulators of one function merge');
    for (let group = 0; group < groups.length; group += 1) {
      const sums = other.#sums[group];
      if (sums !== undefined) this.#add(groups[group]!, sums, other.#counts[group]!);
    }
  }

  finish(start: number, end: number): ColumnVector {
    const builder = createColumnBuilder(this.#type, end - start);
    for (let group = start; group < end; group += 1) {
      const sums = this.#sums[group];
      const divisor = this.#average ? this.#counts[group]! : 1;
      builder.append(sums === undefined ? null : Float32Array.from(sums, (sum) => sum / divisor));
    }
    return builder.finish();
  }

  get byteLength(): number {
    return this.#bytes + this.#sums.length * 8 + this.#counts.byteLength;
  }
}
