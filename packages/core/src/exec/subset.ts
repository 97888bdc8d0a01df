/**
 * Evaluation of an expression for some rows of a batch: the columns it reads are gathered into a small batch of their own,
 * so that closures always see dense rows. What lazy AND, OR, CASE and COALESCE rest on.
 */
import { BATCH_ROWS_MAX } from '../types/batch.ts';
import type { Batch } from '../types/batch.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import { gatherColumn } from '../types/create-column-builder.ts';
import type { CompiledExpression } from './expression.ts';

/** Row numbers 0, 1, 2, …: where a selection begins. */
export function writeIdentity(selection: Int32Array, count: number): void {
  if (count <= IDENTITY.length)
    selection.set(count === IDENTITY.length ? IDENTITY : IDENTITY.subarray(0, count));
  else for (let row = 0; row < count; row += 1) selection[row] = row;
}

const IDENTITY = /* @__PURE__ */ Int32Array.from({ length: BATCH_ROWS_MAX }, (_, index) => index);

/** The rows `selection[0 .. count)` of the columns that `columns` names; the other columns must not be read. */
export function gatherBatch(
  batch: Batch,
  columns: readonly number[],
  selection: Int32Array,
  count: number,
): Batch {
  const gathered: ColumnVector[] = batch.columns.slice();
  for (const index of columns)
    gathered[index] = gatherColumn(batch.columns[index]!, selection, count);
  return { rowCount: count, columns: gathered };
}

/** One value per selected row. */
export function evaluateSubset(
  evaluate: CompiledExpression,
  columns: readonly number[],
  batch: Batch,
  selection: Int32Array,
  count: number,
): ColumnVector {
  if (count === batch.rowCount) return evaluate(batch);
  return evaluate(gatherBatch(batch, columns, selection, count));
}
