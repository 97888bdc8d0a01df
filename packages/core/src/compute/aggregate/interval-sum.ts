/** sum and avg of intervals: months, days and microseconds each for itself; the mean divides as an interval does. No value: null. */
import { assert } from '../../base/assert.ts';
import type { ColumnVector } from '../../types/column-vector.ts';
import { createColumnBuilder } from '../../types/create-column-builder.ts';
import { INTERVAL } from '../../types/data-type.ts';
import { growFloat64 } from '../../types/growable.ts';
import { INTERVAL_BYTES, makeInterval, readInterval } from '../../types/interval.ts';
import { bitAt } from '../../types/validity.ts';
import { presentBits } from '../selection.ts';
import { divideInterval } from '../temporal/interval-arithmetic.ts';
import type { Accumulator, AggregateFunction } from './aggregate-function.ts';

export const intervalSumAggregate: AggregateFunction = {
  name: 'sum',
  createAccumulator: () => new IntervalSumAccumulator(false),
};

export const intervalAverageAggregate: AggregateFunction = {
  name: 'avg',
  createAccumulator: () => new IntervalSumAccumulator(true),
};

class IntervalSumAccumulator implements Accumulator {
  readonly #average: boolean;
  #counts: Float64Array = new Float64Array(0);
  #months: Float64Array = new Float64Array(0);
  #days: Float64Array = new Float64Array(0);
  #micros: Float64Array = new Float64Array(0);

  constructor(average: boolean) {
    this.#average = average;
  }

  resize(groupCount: number): void {
    this.#counts = growFloat64(this.#counts, groupCount);
    this.#months = growFloat64(this.#months, groupCount);
    this.#days = growFloat64(this.#days, groupCount);
    this.#micros = growFloat64(this.#micros, groupCount);
  }

  update(args: readonly ColumnVector[], groups: Int32Array, rowCount: number): void {
    const column = args[0]!;
    const present = presentBits(column);
    for (let row = 0; row < rowCount; row += 1) {
      if (present !== undefined && !bitAt(present, row)) continue;
      const group = groups[row]!;
      const { months, days, microseconds } = readInterval(column.data!, row * INTERVAL_BYTES);
      this.#counts[group]! += 1;
      this.#months[group]! += months;
      this.#days[group]! += days;
      this.#micros[group]! += microseconds;
    }
  }

  merge(other: Accumulator, groups: Int32Array): void {
    assert(other instanceof IntervalSumAccumulator, 'accumulators of one function merge');
    for (let from = 0; from < groups.length; from += 1) {
      const group = groups[from]!;
      this.#counts[group]! += other.#counts[from]!;
      this.#months[group]! += other.#months[from]!;
      this.#days[group]! += other.#days[from]!;
      this.#micros[group]! += other.#micros[from]!;
    }
  }

  finish(start: number, end: number): ColumnVector {
    const builder = createColumnBuilder(INTERVAL, end - start);
    for (let group = start; group < end; group += 1) {
      const count = this.#counts[group]!;
      if (count === 0) {
        builder.appendNull();
        continue;
      }
      // A sum out of range is an error here, also one that a double would have rounded.
      const sum = makeInterval(this.#months[group]!, this.#days[group]!, this.#micros[group]!);
      builder.append(this.#average ? divideInterval(sum, count) : sum);
    }
    return builder.finish();
  }

  get byteLength(): number {
    return this.#counts.byteLength * 4;
  }
}
