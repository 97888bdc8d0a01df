/** count(*) and count(x): rows, or rows where x is present. Never null. */
import type { ColumnVector } from '../../types/column-vector.ts';
import { fixedColumn } from '../../types/column-vector.ts';
import { INT64 } from '../../types/data-type.ts';
import { growFloat64 } from '../../types/growable.ts';
import { bitAt } from '../../types/validity.ts';
import { presentBits } from '../selection.ts';
import type { Accumulator, AggregateFunction } from './aggregate-function.ts';

/** With no argument count(*), with one count(x). */
export const countAggregate: AggregateFunction = {
  name: 'count',
  createAccumulator: () => new CountAccumulator(),
};

class CountAccumulator implements Accumulator {
  #counts: Float64Array = new Float64Array(0);

  resize(groupCount: number): void {
    this.#counts = growFloat64(this.#counts, groupCount);
  }

  update(args: readonly ColumnVector[], groups: Int32Array, rowCount: number): void {
    const counts = this.#counts;
    const present = args.length === 0 ? undefined : presentBits(args[0]!);
    if (present === undefined) {
      for (let row = 0; row < rowCount; row += 1) counts[groups[row]!]! += 1;
      return;
    }
    for (let row = 0; row < rowCount; row += 1) if (bitAt(present, row)) counts[groups[row]!]! += 1;
  }

  merge(other: Accumulator, groups: Int32Array): void {
    const source = (other as CountAccumulator).#counts;
    for (let group = 0; group < groups.length; group += 1)
      this.#counts[groups[group]!]! += source[group]!;
  }

  finish(start: number, end: number): ColumnVector {
    return fixedColumn(INT64, end - start, this.#counts.slice(start, end));
  }

  get byteLength(): number {
    return this.#counts.byteLength;
  }
}
