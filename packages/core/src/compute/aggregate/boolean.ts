/** bool_and, every and bool_or. No value: null. */
import { assert } from '../../base/assert.ts';
import type { ColumnVector } from '../../types/column-vector.ts';
import { fixedColumn } from '../../types/column-vector.ts';
import { BOOLEAN } from '../../types/data-type.ts';
import { bitAt } from '../../types/validity.ts';
import { presentBits } from '../selection.ts';
import type { Accumulator, AggregateFunction } from './aggregate-function.ts';
import { GroupFlags } from './group-flags.ts';

export const boolAndAggregate: AggregateFunction = {
  name: 'bool_and',
  createAccumulator: () => new BooleanAccumulator(0),
};

export const boolOrAggregate: AggregateFunction = {
  name: 'bool_or',
  createAccumulator: () => new BooleanAccumulator(1),
};

class BooleanAccumulator implements Accumulator {
  /** The value that settles a group: false for AND, true for OR. */
  readonly #deciding: 0 | 1;
  readonly #decided = new GroupFlags();
  readonly #seen = new GroupFlags();

  constructor(deciding: 0 | 1) {
    this.#deciding = deciding;
  }

  resize(groupCount: number): void {
    this.#decided.resize(groupCount);
    this.#seen.resize(groupCount);
  }

  update(args: readonly ColumnVector[], groups: Int32Array, rowCount: number): void {
    const column = args[0]!;
    const present = presentBits(column);
    this.#seen.mark(groups, rowCount, present);
    for (let row = 0; row < rowCount; row += 1) {
      if (column.values[row] === this.#deciding && (present === undefined || bitAt(present, row))) {
        this.#decided.flags[groups[row]!] = 1;
      }
    }
  }

  merge(other: Accumulator, groups: Int32Array): void {
    assert(other instanceof BooleanAccumulator, 'accumulators of one function merge');
    this.#seen.merge(other.#seen, groups);
    this.#decided.merge(other.#decided, groups);
  }

  finish(start: number, end: number): ColumnVector {
    const values = this.#decided.flags.slice(start, end);
    if (this.#deciding === 0)
      for (let index = 0; index < values.length; index += 1) values[index]! ^= 1;
    return fixedColumn(BOOLEAN, end - start, values, this.#seen.validity(start, end));
  }

  get byteLength(): number {
    return this.#decided.byteLength + this.#seen.byteLength;
  }
}
