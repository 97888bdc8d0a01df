/**
 * Locks the rows that pass through: one after another, so that a LIMIT above stops the locking as well. A row that is locked by
 * another and skipped does not pass.
 */
import { PENDING, keyspaceId } from '@alopex-db/core/base';
import type { BatchIterator } from '@alopex-db/core/exec';
import { BATCH_ROWS_MAX, bytesAt, gatherColumn, type Batch } from '@alopex-db/core/types';
import type { LockRowsPlan } from '../plan/physical.ts';
import { rowCountOf } from './row-count.ts';
import type { StatementContext } from './statement-context.ts';

export function* lockRows(plan: LockRowsPlan, context: StatementContext): BatchIterator {
  const offset = rowCountOf(plan.offset, 'OFFSET', context) ?? 0;
  const limit = rowCountOf(plan.limit, 'LIMIT', context) ?? Number.POSITIVE_INFINITY;
  let wanted = limit + offset;
  const selection = new Int32Array(BATCH_ROWS_MAX);
  if (wanted === 0) return;
  for (const batch of context.open(plan.input)) {
    if (batch === PENDING) {
      yield PENDING;
      continue;
    }
    let count = 0;
    for (let row = 0; row < batch.rowCount && count < wanted; row += 1) {
      let isLocked = lockRow(plan, batch, row, context);
      for (; isLocked === PENDING; isLocked = lockRow(plan, batch, row, context)) yield PENDING;
      if (isLocked) selection[count++] = row;
    }
    wanted -= count;
    if (count > 0) yield selected(batch, selection, count);
    if (wanted === 0) return;
  }
}

/** Locks the row in every table; false when one of them was skipped. Repeated after a wait it finds the earlier ones locked. */
function lockRow(
  { locks }: LockRowsPlan,
  batch: Batch,
  row: number,
  { transaction }: StatementContext,
): boolean | typeof PENDING {
  for (const { table, column, mode, wait } of locks) {
    const key = bytesAt(batch.columns[column]!, row);
    // Without NOWAIT it is the transaction that says whether it waits.
    const options = wait === 'queue' ? { mode } : { mode, wait };
    const answer = transaction.lock(keyspaceId(table.id), key, options);
    if (answer !== true) return answer;
  }
  return true;
}

function selected(batch: Batch, selection: Int32Array, count: number): Batch {
  if (count === batch.rowCount) return batch;
  const columns = batch.columns.map((column) => gatherColumn(column, selection, count));
  return { rowCount: count, columns };
}
