/**
 * Groups of a type whose equal values may differ: 1.0 and 1.00, one month and 30 days. Order keys tell them apart no more,
 * so the value that each group was made for is kept beside the table.
 */
import { createColumnBuilder } from '../types/create-column-builder.ts';
import type { ColumnBuilder } from '../types/column-builder.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import type { DataType } from '../types/data-type.ts';
import { BytesGroupTable } from './bytes-group-table.ts';
import type { GroupTable } from './group-table.ts';

export class ExemplarGroupTable implements GroupTable {
  readonly #type: DataType;
  readonly #table: BytesGroupTable;
  /** Invariant: row g is the first value of group g. */
  readonly #exemplars: ColumnBuilder;

  constructor(type: DataType) {
    this.#type = type;
    this.#table = new BytesGroupTable(type);
    this.#exemplars = createColumnBuilder(type);
  }

  get groupCount(): number {
    return this.#table.groupCount;
  }

  get byteLength(): number {
    return this.#table.byteLength + this.#exemplars.byteLength;
  }

  assign(keys: readonly ColumnVector[], rowCount: number, groups: Int32Array): void {
    this.#table.assign(keys, rowCount, groups);
    const column = keys[0]!;
    // Groups are numbered in order of first sight, so the next new one is the next number.
    for (let row = 0; row < rowCount && this.#exemplars.length < this.groupCount; row += 1) {
      if (groups[row] === this.#exemplars.length) this.#exemplars.appendFrom(column, row);
    }
  }

  find(keys: readonly ColumnVector[], rowCount: number, groups: Int32Array): void {
    this.#table.find(keys, rowCount, groups);
  }

  keysOf(groups: Int32Array, count: number): ColumnVector[] {
    const builder = createColumnBuilder(this.#type, count);
    builder.appendSelected(this.#exemplars.view(), groups, count);
    return [builder.finish()];
  }
}
