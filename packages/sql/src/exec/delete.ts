/** DELETE in two phases: the input is read to its end and its keys are staged; then the rows and their entries go. */
import { PENDING } from '@alopex-db/core/base';
import type { BatchIterator } from '@alopex-db/core/exec';
import { bytesAt } from '@alopex-db/core/types';
import type { DeletePlan } from '../plan/physical.ts';
import { StagedWrites } from '../storage/staged-writes.ts';
import { ForeignKeys } from './foreign-keys.ts';
import { Returning } from './returning.ts';
import type { StatementContext } from './statement-context.ts';
import { TargetRows } from './target-rows.ts';

export function* deleteRows(plan: DeletePlan, context: StatementContext): BatchIterator {
  const { table } = plan;
  const keyColumn = table.columns.length;
  const writer = context.createWriter(table);
  const returning = new Returning(plan.returning, context);
  const staged = new StagedWrites(context.memoryBytesMax);
  const foreignKeys = ForeignKeys.of(plan.references, table, context);
  const targets = new TargetRows(plan.input, keyColumn);
  for (const input of context.open(plan.input)) {
    if (input === PENDING) {
      yield PENDING;
      continue;
    }
    context.check();
    const batch = targets.firstMatches(input);
    if (batch === undefined) continue;
    const keys = batch.columns[keyColumn]!;
    for (let row = 0; row < batch.rowCount; row += 1) {
      const key = bytesAt(keys, row);
      staged.delete(writer.keyspace, key);
      for (const index of writer.indexes) {
        const entry = index.batchEntryOf(batch.columns, row, key);
        if (entry !== undefined) staged.delete(index.keyspace, entry);
      }
      foreignKeys?.noteChange(batch, undefined, row);
    }
    const columns = batch.columns.filter((_, position) => position !== keyColumn);
    returning.keep({ rowCount: batch.rowCount, columns });
  }
  yield* staged.apply(context.transaction, writer);
  if (foreignKeys !== undefined) yield* foreignKeys.settle();
  yield* returning.outputs();
}
