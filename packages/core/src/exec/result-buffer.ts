/** Result memory that one node of a compiled expression reuses from batch to batch. */
import { BATCH_ROWS_MAX } from '../types/batch.ts';

/** A buffer of boolean values for `rowCount` rows: the same memory each time, so a result lives until the next call. */
export function booleanBuffer(): (rowCount: number) => Uint8Array {
  let buffer = new Uint8Array(0);
  return (rowCount) => {
    if (buffer.length < rowCount)
      buffer = new Uint8Array(rowCount === 1 ? 1 : Math.max(rowCount, BATCH_ROWS_MAX));
    return buffer;
  };
}
