/**
 * The rows an UPDATE or DELETE changes, each once: a join in its input may deliver a row several times, and then the first
 * match counts. Inputs that read the table alone are passed through.
 */
import { toHex } from '@alopex-db/core/base';
import { BATCH_ROWS_MAX, bytesAt, gatherColumn, type Batch } from '@alopex-db/core/types';
import type { PhysicalPlan } from '../plan/physical.ts';

export class TargetRows {
  readonly #keyColumn: number;
  readonly #seen: Set<string> | undefined;
  readonly #selection = new Int32Array(BATCH_ROWS_MAX);

  constructor(input: PhysicalPlan, keyColumn: number) {
    this.#keyColumn = keyColumn;
    this.#seen = deliversRowsOnce(input) ? undefined : new Set();
  }

  /** The rows of a batch that were not delivered before; undefined when there are none. */
  firstMatches(batch: Batch): Batch | undefined {
    if (this.#seen === undefined) return batch;
    const keys = batch.columns[this.#keyColumn]!;
    let count = 0;
    for (let row = 0; row < batch.rowCount; row += 1) {
      const key = toHex(bytesAt(keys, row));
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      this.#selection[count++] = row;
    }
    if (count === 0) return undefined;
    if (count === batch.rowCount) return batch;
    const columns = batch.columns.map((column) => gatherColumn(column, this.#selection, count));
    return { rowCount: count, columns };
  }
}

function deliversRowsOnce(plan: PhysicalPlan): boolean {
  if (plan.kind === 'table-scan') return true;
  return (plan.kind === 'filter' || plan.kind === 'project') && deliversRowsOnce(plan.input);
}
