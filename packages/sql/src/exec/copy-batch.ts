/** A batch that owns its memory, for whoever keeps rows beyond the next call of `next()`. */
import { copyColumn, type Batch } from '@alopex-db/core/types';

export function copyBatch(batch: Batch): Batch {
  return { rowCount: batch.rowCount, columns: batch.columns.map(copyColumn) };
}
