/** Sort keys evaluated: the columns that `compute/sort` orders by. */
import { nanToNull } from '../compute/nan-to-null.ts';
import type { SortColumn } from '../compute/sort-column.ts';
import type { Batch } from '../types/batch.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import { compileExpression } from './compile-expression.ts';
import type { ExpressionRuntime, SortKey } from './expression.ts';

/** Evaluates the keys over a batch: one column per key, valid until the next call. */
export function compileSortKeys(
  keys: readonly SortKey[],
  runtime: ExpressionRuntime,
): (batch: Batch) => ColumnVector[] {
  const compiled = keys.map((key) => compileExpression(key.expression, runtime));
  return (batch) =>
    keys.map((key, index) => {
      const column = compiled[index]!(batch);
      return key.nanAsNull === true ? nanToNull(column, batch.rowCount) : column;
    });
}

export function sortColumns(
  keys: readonly SortKey[],
  columns: readonly ColumnVector[],
): SortColumn[] {
  return keys.map(({ descending, nullsFirst }, index) => ({
    column: columns[index]!,
    descending,
    nullsFirst,
  }));
}
