/** LIMIT and OFFSET: stops its input as soon as the last wanted row has passed. */
import { PENDING } from '../base/pending.ts';
import { sliceColumn } from '../types/create-column-builder.ts';
import type { BatchIterator } from './operator.ts';

/** `rowsMax` undefined = no limit. */
export function* limit(
  input: BatchIterator,
  rowsMax: number | undefined,
  offset: number,
): BatchIterator {
  let skip = offset;
  let left = rowsMax ?? Infinity;
  if (left <= 0) {
    input.return();
    return;
  }
  for (const batch of input) {
    if (batch === PENDING) {
      yield PENDING;
      continue;
    }
    if (skip >= batch.rowCount) {
      skip -= batch.rowCount;
      continue;
    }
    const start = skip;
    const end = Math.min(batch.rowCount, start + left);
    skip = 0;
    left -= end - start;
    if (start === 0 && end === batch.rowCount) yield batch;
    else
      yield {
        rowCount: end - start,
        columns: batch.columns.map((column) => sliceColumn(column, start, end)),
      };
    if (left <= 0) return;
  }
}
