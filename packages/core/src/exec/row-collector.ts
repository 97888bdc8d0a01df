/** Rows gathered from many batches into one large batch: what blocking operators hold. */
import { BATCH_ROWS_MAX } from '../types/batch.ts';
import type { Batch } from '../types/batch.ts';
import type { ColumnBuilder } from '../types/column-builder.ts';
import {
  createColumnBuilder,
  gatherColumn,
  nullColumn,
  sliceColumn,
} from '../types/create-column-builder.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import type { DataType } from '../types/data-type.ts';
import type { BatchIterator } from './operator.ts';

export class RowCollector {
  readonly #builders: readonly ColumnBuilder[];
  #rowCount = 0;

  constructor(types: readonly DataType[]) {
    this.#builders = types.map((type) => createColumnBuilder(type));
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  get byteLength(): number {
    let total = 0;
    for (const builder of this.#builders) total += builder.byteLength;
    return total;
  }

  /** Appends all rows; `columns` has one column per type. */
  append(columns: readonly ColumnVector[], rowCount: number): void {
    for (let index = 0; index < this.#builders.length; index += 1) {
      this.#builders[index]!.appendColumn(columns[index]!, 0, rowCount);
    }
    this.#rowCount += rowCount;
  }

  appendSelected(columns: readonly ColumnVector[], selection: Int32Array, count: number): void {
    for (let index = 0; index < this.#builders.length; index += 1) {
      this.#builders[index]!.appendSelected(columns[index]!, selection, count);
    }
    this.#rowCount += count;
  }

  /** All rows as one batch of any size, not to be handed to other operators as it is. Leaves the collector empty. */
  finish(): Batch {
    const batch = {
      rowCount: this.#rowCount,
      columns: this.#builders.map((builder) => builder.finish()),
    };
    this.#rowCount = 0;
    return batch;
  }
}

/** Columns with the rows `selection[0 .. count)`; -1 gives nulls. */
export function gatherColumns(
  columns: readonly ColumnVector[],
  selection: Int32Array,
  count: number,
): ColumnVector[] {
  const gathered: ColumnVector[] = [];
  for (const column of columns) gathered.push(gatherColumn(column, selection, count));
  return gathered;
}

export function nullColumns(types: readonly DataType[], rowCount: number): ColumnVector[] {
  return types.map((type) => nullColumn(type, rowCount));
}

/** Hands out a large batch in its own order, as windows on its memory. */
export function* emitRows(rows: Batch): BatchIterator {
  for (let start = 0; start < rows.rowCount; start += BATCH_ROWS_MAX) {
    const end = Math.min(start + BATCH_ROWS_MAX, rows.rowCount);
    const columns = rows.columns.map((column) => sliceColumn(column, start, end));
    yield { rowCount: end - start, columns };
  }
}

/** Hands out rows `order[start .. end)` of a large batch in that order. */
export function* emitOrdered(
  rows: Batch,
  order: Int32Array,
  start: number,
  end: number,
): BatchIterator {
  for (let at = start; at < end; at += BATCH_ROWS_MAX) {
    const count = Math.min(BATCH_ROWS_MAX, end - at);
    yield {
      rowCount: count,
      columns: gatherColumns(rows.columns, order.subarray(at, at + count), count),
    };
  }
}
