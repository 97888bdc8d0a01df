/**
 * Reads the rows of a CTE. The first scan that needs a batch draws it from the definition and keeps a copy; every scan of
 * the statement reads the copies, so the definition runs once and only as far as somebody reads.
 */
import { PENDING } from '@alopex-db/core/base';
import type { BatchIterator } from '@alopex-db/core/exec';
import type { CteDefinition } from '../plan/physical.ts';
import { copyBatch } from './copy-batch.ts';
import type { StatementContext } from './statement-context.ts';

export function* cteScan(cte: CteDefinition, context: StatementContext): BatchIterator {
  const rows = context.cteRows(cte);
  for (let index = 0; ;) {
    if (index < rows.batches.length) {
      yield rows.batches[index++]!;
      continue;
    }
    if (rows.source === undefined) return;
    const next = rows.source.next();
    if (next.done === true) rows.source = undefined;
    else if (next.value === PENDING) {
      // A subquery inside an expression cannot pause: it goes on at once.
      if (context.canPause) yield PENDING;
    } else rows.batches.push(copyBatch(next.value));
  }
}
