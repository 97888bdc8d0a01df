/** Runs an input to its end and keeps the rows, to be read any number of times: CTEs, the inner side of a nested loop. */
import { PENDING } from '../base/pending.ts';
import type { Pending } from '../base/pending.ts';
import type { Batch } from '../types/batch.ts';
import type { DataType } from '../types/data-type.ts';
import { MemoryAccount } from './memory-account.ts';
import type { BatchIterator, ExecContext } from './operator.ts';
import { RowCollector } from './row-collector.ts';

/**
 * Yields `PENDING` while the input waits and returns all rows as one large batch: `const rows = yield* materialize(…)`
 * inside an operator. Read it with `emitRows`. `operator` names the holder in memory errors.
 */
export function* materialize(
  input: BatchIterator,
  types: readonly DataType[],
  context: ExecContext,
  operator = 'materialize',
): Generator<Pending, Batch, void> {
  const account = new MemoryAccount(context, operator);
  const collector = new RowCollector(types);
  for (const batch of input) {
    if (batch === PENDING) {
      yield PENDING;
      continue;
    }
    context.check();
    collector.append(batch.columns, batch.rowCount);
    account.resize(collector.byteLength);
  }
  return collector.finish();
}
