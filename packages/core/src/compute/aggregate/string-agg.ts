/**
 * string_agg(value, delimiter) on text and bytea: values in row order, each after the first preceded by its row's
 * delimiter. Null values are skipped, a null delimiter is empty. No value: null.
 */
import { assert } from '../../base/assert.ts';
import { concatBytes, encodeUtf8 } from '../../base/bytes.ts';
import type { ColumnVector } from '../../types/column-vector.ts';
import { createColumnBuilder } from '../../types/create-column-builder.ts';
import type { DataType } from '../../types/data-type.ts';
import { presentScalarAt, scalarAt } from '../../types/scalar-at.ts';
import type { Scalar } from '../../types/scalar.ts';
import { bitAt } from '../../types/validity.ts';
import { presentBits } from '../selection.ts';
import type { Accumulator, AggregateFunction } from './aggregate-function.ts';
import { sizeOf } from './extreme.ts';

export const stringAggAggregate: AggregateFunction = {
  name: 'string_agg',
  createAccumulator: ([argument]) => new StringAggAccumulator(argument!),
};

class StringAggAccumulator implements Accumulator {
  readonly #type: DataType;
  /** Per group the value, then delimiter and value by turns. The first delimiter is kept for merging, unprinted. */
  readonly #parts: Scalar[][] = [];
  #bytes = 0;

  constructor(type: DataType) {
    this.#type = type;
  }

  resize(groupCount: number): void {
    while (this.#parts.length < groupCount) this.#parts.push([]);
  }

  update(args: readonly ColumnVector[], groups: Int32Array, rowCount: number): void {
    const [values, delimiters] = args;
    const present = presentBits(values!);
    for (let row = 0; row < rowCount; row += 1) {
      if (present !== undefined && !bitAt(present, row)) continue;
      const delimiter = delimiters === undefined ? null : scalarAt(delimiters, row);
      const value = presentScalarAt(values!, row);
      this.#parts[groups[row]!]!.push(delimiter, value);
      this.#bytes += sizeOf(delimiter) + sizeOf(value);
    }
  }

  merge(other: Accumulator, groups: Int32Array): void {
    assert(other instanceof StringAggAccumulator, 'accumulators of one function merge');
    for (let group = 0; group < groups.length; group += 1) {
      for (const part of other.#parts[group]!) this.#parts[groups[group]!]!.push(part);
    }
    this.#bytes += other.#bytes;
  }

  finish(start: number, end: number): ColumnVector {
    const builder = createColumnBuilder(this.#type, end - start);
    for (let group = start; group < end; group += 1) {
      const parts = this.#parts[group]!.slice(1).filter((part) => part !== null);
      if (this.#parts[group]!.length === 0) builder.appendNull();
      else if (this.#type.kind === 'text') builder.append(parts.join(''));
      else builder.append(concatBytes(...parts.map(toBytes)));
    }
    return builder.finish();
  }

  get byteLength(): number {
    return this.#bytes;
  }
}

function toBytes(part: Scalar): Uint8Array {
  return part instanceof Uint8Array ? part : encodeUtf8(String(part));
}
