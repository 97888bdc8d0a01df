/**
 * sum and avg. sum: integers -> bigint (exact; out of range is an error), real -> real, double precision -> double
 * precision, vector -> vector element by element. avg: double precision, or vector. No value: null.
 * Sums and averages that answer numeric are in `decimal-statistics`.
 */
import { assert } from '../../base/assert.ts';
import { AlopexError } from '../../base/errors.ts';
import type { ColumnVector } from '../../types/column-vector.ts';
import { fixedColumn } from '../../types/column-vector.ts';
import { createColumnBuilder } from '../../types/create-column-builder.ts';
import type { DataType } from '../../types/data-type.ts';
import { isInteger } from '../../types/data-type.ts';
import { growFloat64 } from '../../types/growable.ts';
import { integerScalar } from '../../types/scalar-at.ts';
import { bitAt } from '../../types/validity.ts';
import { fitsInteger, outOfRange } from '../number-text.ts';
import { toFloat32 } from '../cast-scalar.ts';
import { presentBits } from '../selection.ts';
import type { Accumulator, AggregateFunction } from './aggregate-function.ts';
import { GroupFlags } from './group-flags.ts';
import { IntegerSums } from './integer-sums.ts';
import { VectorSumAccumulator } from './vector-sum.ts';

export const sumAggregate: AggregateFunction = {
  name: 'sum',
  createAccumulator: ([argument], type) => createSum(argument!, type, false),
};

export const averageAggregate: AggregateFunction = {
  name: 'avg',
  createAccumulator: ([argument], type) => createSum(argument!, type, true),
};

function createSum(argument: DataType, type: DataType, average: boolean): Accumulator {
  if (argument.kind === 'vector') return new VectorSumAccumulator(type, average);
  if (isInteger(argument)) return average ? new IntegerAverage() : new IntegerSum(type);
  return new FloatSum(type, average);
}

class IntegerSum implements Accumulator {
  readonly #type: DataType;
  readonly #sums = new IntegerSums();
  readonly #seen = new GroupFlags();

  constructor(type: DataType) {
    this.#type = type;
  }

  resize(groupCount: number): void {
    this.#sums.resize(groupCount);
    this.#seen.resize(groupCount);
  }

  update(args: readonly ColumnVector[], groups: Int32Array, rowCount: number): void {
    const present = presentBits(args[0]!);
    this.#sums.add(args[0]!, groups, rowCount, present);
    this.#seen.mark(groups, rowCount, present);
  }

  merge(other: Accumulator, groups: Int32Array): void {
    assert(other instanceof IntegerSum, 'accumulators of one function merge');
    this.#sums.merge(other.#sums, groups);
    this.#seen.merge(other.#seen, groups);
  }

  finish(start: number, end: number): ColumnVector {
    const validity = this.#seen.validity(start, end);
    const { narrow } = this.#sums;
    if (narrow !== undefined)
      return fixedColumn(this.#type, end - start, narrow.slice(start, end), validity);
    const builder = createColumnBuilder(this.#type, end - start);
    for (let group = start; group < end; group += 1) {
      const sum = integerScalar(this.#sums.sum(group));
      if (!fitsInteger(sum, this.#type)) throw outOfRange(this.#type);
      builder.append(this.#seen.flags[group] === 0 ? null : sum);
    }
    return builder.finish();
  }

  get byteLength(): number {
    return this.#sums.byteLength + this.#seen.byteLength;
  }
}

class IntegerAverage implements Accumulator {
  readonly #sums = new IntegerSums();
  #counts: Float64Array = new Float64Array(0);

  resize(groupCount: number): void {
    this.#sums.resize(groupCount);
    this.#counts = growFloat64(this.#counts, groupCount);
  }

  update(args: readonly ColumnVector[], groups: Int32Array, rowCount: number): void {
    const present = presentBits(args[0]!);
    this.#sums.add(args[0]!, groups, rowCount, present);
    countRows(this.#counts, groups, rowCount, present);
  }

  merge(other: Accumulator, groups: Int32Array): void {
    assert(other instanceof IntegerAverage, 'accumulators of one function merge');
    this.#sums.merge(other.#sums, groups);
    mergeFloats(this.#counts, other.#counts, groups);
  }

  finish(start: number, end: number): ColumnVector {
    const builder = createColumnBuilder({ kind: 'float64' }, end - start);
    for (let group = start; group < end; group += 1) {
      const count = this.#counts[group]!;
      builder.append(count === 0 ? null : Number(this.#sums.sum(group)) / count);
    }
    return builder.finish();
  }

  get byteLength(): number {
    return this.#sums.byteLength + this.#counts.byteLength;
  }
}

/** Sums of floats in double precision, in row order. */
class FloatSum implements Accumulator {
  readonly #type: DataType;
  readonly #average: boolean;
  #sums: Float64Array = new Float64Array(0);
  #counts: Float64Array = new Float64Array(0);
  #sawInfinite = false;

  constructor(type: DataType, average: boolean) {
    this.#type = type;
    this.#average = average;
  }

  resize(groupCount: number): void {
    this.#sums = growFloat64(this.#sums, groupCount);
    this.#counts = growFloat64(this.#counts, groupCount);
  }

  update(args: readonly ColumnVector[], groups: Int32Array, rowCount: number): void {
    const column = args[0]!;
    const { values } = column;
    const present = presentBits(column);
    const sums = this.#sums;
    countRows(this.#counts, groups, rowCount, present);
    // Stays 0 while all sums are finite: x - x is NaN for the others.
    let unusual = 0;
    if (present === undefined && values instanceof Float64Array) {
      for (let row = 0; row < rowCount; row += 1) {
        const group = groups[row]!;
        const sum = sums[group]! + values[row]!;
        sums[group] = sum;
        unusual += sum - sum;
      }
    } else {
      for (let row = 0; row < rowCount; row += 1) {
        if (present !== undefined && !bitAt(present, row)) continue;
        const group = groups[row]!;
        const sum = sums[group]! + Number(values[row]);
        sums[group] = sum;
        unusual += sum - sum;
      }
    }
    if (unusual !== 0) this.#checkOverflow(column, rowCount, present);
  }

  /** An infinite sum is right once an infinite value or NaN came in, else it is an overflow. */
  #checkOverflow(column: ColumnVector, rowCount: number, present: Uint8Array | undefined): void {
    for (let row = 0; row < rowCount && !this.#sawInfinite; row += 1) {
      const isPresent = present === undefined || bitAt(present, row);
      if (isPresent && !Number.isFinite(column.values[row])) this.#sawInfinite = true;
    }
    if (!this.#sawInfinite)
      throw new AlopexError('ALX_OUT_OF_RANGE', 'value out of range: overflow');
  }

  merge(other: Accumulator, groups: Int32Array): void {
    assert(other instanceof FloatSum, 'accumulators of one function merge');
    mergeFloats(this.#sums, other.#sums, groups);
    mergeFloats(this.#counts, other.#counts, groups);
    if (other.#sawInfinite) this.#sawInfinite = true;
  }

  finish(start: number, end: number): ColumnVector {
    const builder = createColumnBuilder(this.#type, end - start);
    for (let group = start; group < end; group += 1) {
      const count = this.#counts[group]!;
      const result = this.#average ? this.#sums[group]! / count : this.#sums[group]!;
      if (count === 0) builder.appendNull();
      else builder.append(this.#type.kind === 'float32' ? toFloat32(result) : result);
    }
    return builder.finish();
  }

  get byteLength(): number {
    return this.#sums.byteLength + this.#counts.byteLength;
  }
}

function countRows(
  counts: Float64Array,
  groups: Int32Array,
  rowCount: number,
  present: Uint8Array | undefined,
): void {
  for (let row = 0; row < rowCount; row += 1) {
    if (present === undefined || bitAt(present, row)) counts[groups[row]!]! += 1;
  }
}

function mergeFloats(target: Float64Array, source: Float64Array, groups: Int32Array): void {
  for (let group = 0; group < groups.length; group += 1) target[groups[group]!]! += source[group]!;
}
