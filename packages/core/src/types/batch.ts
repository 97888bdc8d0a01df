/** Up to 2,048 rows as column vectors. Operators hand batches up; a batch is valid until the next one is asked for. */
import type { ColumnVector } from './column-vector.ts';

/** Rows in a batch at most: small enough for the cache, large enough to spread the cost of a call. */
export const BATCH_ROWS_MAX = 2_048;

export interface Batch {
  readonly rowCount: number;
  readonly columns: readonly ColumnVector[];
}
