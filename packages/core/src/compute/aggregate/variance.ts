/**
 * var_pop, var_samp (variance), stddev_pop, stddev_samp (stddev) of numbers, in double precision by the method of Youngs
 * and Cramer (1971), as PostgreSQL's float aggregates: no cancellation of large squares. Too few values: null.
 */
import { assert } from '../../base/assert.ts';
import { AlopexError } from '../../base/errors.ts';
import type { ColumnVector } from '../../types/column-vector.ts';
import { createColumnBuilder } from '../../types/create-column-builder.ts';
import { FLOAT64 } from '../../types/data-type.ts';
import { growFloat64 } from '../../types/growable.ts';
import { bitAt } from '../../types/validity.ts';
import { presentBits } from '../selection.ts';
import type { Accumulator, AggregateFunction } from './aggregate-function.ts';

function define(name: string, sample: boolean, root: boolean): AggregateFunction {
  return { name, createAccumulator: () => new VarianceAccumulator(sample, root) };
}

export const varPopAggregate = /* @__PURE__ */ define('var_pop', false, false);
export const varSampAggregate = /* @__PURE__ */ define('var_samp', true, false);
export const stddevPopAggregate = /* @__PURE__ */ define('stddev_pop', false, true);
export const stddevSampAggregate = /* @__PURE__ */ define('stddev_samp', true, true);

class VarianceAccumulator implements Accumulator {
  readonly #sample: boolean;
  readonly #root: boolean;
  #counts: Float64Array = new Float64Array(0);
  #sums: Float64Array = new Float64Array(0);
  /** Sum of squared differences from the mean. */
  #squares: Float64Array = new Float64Array(0);

  constructor(sample: boolean, root: boolean) {
    this.#sample = sample;
    this.#root = root;
  }

  resize(groupCount: number): void {
    this.#counts = growFloat64(this.#counts, groupCount);
    this.#sums = growFloat64(this.#sums, groupCount);
    this.#squares = growFloat64(this.#squares, groupCount);
  }

  update(args: readonly ColumnVector[], groups: Int32Array, rowCount: number): void {
    const column = args[0]!;
    const present = presentBits(column);
    for (let row = 0; row < rowCount; row += 1) {
      if (present !== undefined && !bitAt(present, row)) continue;
      const group = groups[row]!;
      const value = Number(column.values[row]);
      const count = this.#counts[group]! + 1;
      const sum = this.#sums[group]! + value;
      this.#counts[group] = count;
      this.#sums[group] = sum;
      if (count > 1) {
        const difference = value * count - sum;
        this.#squares[group]! += (difference * difference) / (count * (count - 1));
        if (this.#squares[group] === Infinity) this.#overflow(group, value);
      } else if (!Number.isFinite(value)) {
        this.#squares[group] = Number.NaN;
      }
    }
  }

  /** Finite values that are too far apart are an error; with an infinite one the variance is undefined. */
  #overflow(group: number, value: number): void {
    if (Number.isFinite(value) && Number.isFinite(this.#sums[group])) {
      throw new AlopexError('ALX_OUT_OF_RANGE', 'value out of range: overflow');
    }
    this.#squares[group] = Number.NaN;
  }

  merge(other: Accumulator, groups: Int32Array): void {
    assert(other instanceof VarianceAccumulator, 'accumulators of one function merge');
    for (let from = 0; from < groups.length; from += 1) {
      const group = groups[from]!;
      const left = this.#counts[group]!;
      const right = other.#counts[from]!;
      if (right === 0) continue;
      const difference = left === 0 ? 0 : this.#sums[group]! / left - other.#sums[from]! / right;
      this.#squares[group]! +=
        other.#squares[from]! + (left * right * difference * difference) / (left + right);
      this.#counts[group] = left + right;
      this.#sums[group]! += other.#sums[from]!;
    }
  }

  finish(start: number, end: number): ColumnVector {
    const builder = createColumnBuilder(FLOAT64, end - start);
    for (let group = start; group < end; group += 1) {
      const divisor = this.#counts[group]! - (this.#sample ? 1 : 0);
      const variance = this.#squares[group]! / divisor;
      if (divisor <= 0) builder.appendNull();
      else builder.append(this.#root ? Math.sqrt(variance) : variance);
    }
    return builder.finish();
  }

  get byteLength(): number {
    return this.#counts.byteLength * 3;
  }
}
