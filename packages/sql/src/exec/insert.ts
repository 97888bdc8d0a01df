/** INSERT: takes batches of whole rows from its source and writes them; ON CONFLICT is `upsert.ts`. */
import { PENDING } from '@alopex-db/core/base';
import type { BatchIterator } from '@alopex-db/core/exec';
import type { Batch } from '@alopex-db/core/types';
import type { InsertPlan } from '../plan/physical.ts';
import { RowChecks } from './check-rows.ts';
import { copyBatch } from './copy-batch.ts';
import { ForeignKeys } from './foreign-keys.ts';
import { readsTable } from './reads-table.ts';
import { Returning } from './returning.ts';
import type { StatementContext } from './statement-context.ts';
import { Upsert } from './upsert.ts';

export function* insert(plan: InsertPlan, context: StatementContext): BatchIterator {
  const { table, onConflict } = plan;
  const writer = context.createWriter(table);
  const checks = new RowChecks(table, plan.checks, context);
  const returning = new Returning(plan.returning, context);
  const foreignKeys = ForeignKeys.of(plan.references, table, context);
  const upsert =
    onConflict === undefined
      ? undefined
      : new Upsert(plan, onConflict, { writer, foreignKeys, context });
  const opened = context.open(plan.source);
  const source = readsTable(plan.source, table.id) ? readAhead(opened) : opened;
  for (const batch of source) {
    if (batch === PENDING) {
      yield PENDING;
      continue;
    }
    context.check();
    if (context.wantsPause) yield PENDING;
    checks.verify(batch);
    if (upsert !== undefined) {
      const written = yield* upsert.write(batch);
      if (written !== undefined) yield returning.evaluate(written);
      continue;
    }
    for (let row = 0; row < batch.rowCount; row += 1) {
      writer.prepareBatchRow(batch.columns, row);
      while (writer.insert() === PENDING) yield PENDING;
    }
    foreignKeys?.noteNewRows(batch);
    yield returning.evaluate(batch);
  }
  if (foreignKeys !== undefined) yield* foreignKeys.settle();
}

/** Reads a source to its end before handing out its first batch. */
function* readAhead(source: BatchIterator): BatchIterator {
  const batches: Batch[] = [];
  for (const batch of source) {
    if (batch === PENDING) yield PENDING;
    else batches.push(copyBatch(batch));
  }
  yield* batches;
}
