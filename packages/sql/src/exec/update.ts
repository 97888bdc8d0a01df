/**
 * UPDATE in two phases: the input is read to its end while new rows are computed, checked and staged; then they are
 * written. A row that FROM matches several times is updated once, by the first match.
 */
import { PENDING, equalBytes } from '@alopex-db/core/base';
import { compileExpression, type BatchIterator } from '@alopex-db/core/exec';
import { bytesAt, type Batch, type ColumnVector } from '@alopex-db/core/types';
import { keyedOrdinals } from '../catalog/index-layout.ts';
import type { UpdatePlan } from '../plan/physical.ts';
import { StagedWrites } from '../storage/staged-writes.ts';
import type { TableWriter } from '../storage/table-writer.ts';
import { RowChecks } from './check-rows.ts';
import { ForeignKeys } from './foreign-keys.ts';
import { Returning } from './returning.ts';
import type { StatementContext } from './statement-context.ts';
import { TargetRows } from './target-rows.ts';

export function* update(plan: UpdatePlan, context: StatementContext): BatchIterator {
  const { table } = plan;
  const writer = context.createWriter(table);
  const checks = new RowChecks(table, plan.checks, context);
  const returning = new Returning(plan.returning, context);
  const staged = new StagedWrites(context.memoryBytesMax);
  const targets = new TargetRows(plan.input, table.columns.length);
  const assignments = plan.assignments.map(({ ordinal, value }) => ({
    ordinal,
    evaluate: compileExpression(value, context),
  }));
  const foreignKeys = ForeignKeys.of(plan.references, table, context);
  const changed = new Set(assignments.map(({ ordinal }) => ordinal));
  const keysChange = foreignKeys?.areReferredTo(changed) === true;
  const stage = changesKeys(plan) ? stageMove : stageValue;
  for (const input of context.open(plan.input)) {
    if (input === PENDING) {
      yield PENDING;
      continue;
    }
    context.check();
    const batch = targets.firstMatches(input);
    if (batch === undefined) continue;
    const columns = batch.columns.slice(0, table.columns.length);
    for (const { ordinal, evaluate } of assignments) columns[ordinal] = evaluate(batch);
    const after: Batch = { rowCount: batch.rowCount, columns };
    checks.verify(after);
    const keys = batch.columns[table.columns.length]!;
    for (let row = 0; row < batch.rowCount; row += 1) {
      stage(writer, staged, {
        before: batch.columns,
        after: columns,
        row,
        key: bytesAt(keys, row),
      });
      if (keysChange) foreignKeys?.noteChange(batch, after, row);
    }
    foreignKeys?.noteNewRows(after, changed);
    const rest = batch.columns.slice(table.columns.length + 1);
    returning.keep({ rowCount: batch.rowCount, columns: [...columns, ...rest] });
  }
  yield* staged.apply(context.transaction, writer);
  if (foreignKeys !== undefined) yield* foreignKeys.settle();
  yield* returning.outputs();
}

/** Whether an assignment touches a column of the primary key or of an index. */
function changesKeys({ table, assignments }: UpdatePlan): boolean {
  const keyed = keyedOrdinals(table);
  return assignments.some(({ ordinal }) => keyed.has(ordinal));
}

interface RowChange {
  readonly before: readonly ColumnVector[];
  readonly after: readonly ColumnVector[];
  readonly row: number;
  readonly key: Uint8Array;
}

/** Stages a row whose key and entries stay. */
function stageValue(writer: TableWriter, staged: StagedWrites, change: RowChange): void {
  writer.prepareBatchRow(change.after, change.row, change.key);
  staged.put(writer.keyspace, change.key, writer.value);
}

/** Stages a row whose key or entries may change. */
function stageMove(writer: TableWriter, staged: StagedWrites, change: RowChange): void {
  const { before, after, row, key } = change;
  const oldEntries = writer.indexes.map((index) => index.batchEntryOf(before, row, key)?.slice());
  writer.prepareBatchRow(after, row, key);
  const moves = writer.movesFrom(key);
  if (moves) staged.delete(writer.keyspace, key);
  const rowStart = moves
    ? staged.insertRow(writer.keyspace, writer.key, writer.value)
    : staged.put(writer.keyspace, key, writer.value);
  for (const [position, index] of writer.indexes.entries()) {
    const oldEntry = oldEntries[position];
    const entry = writer.preparedEntry(position);
    const stays = oldEntry !== undefined && entry !== undefined && equalBytes(oldEntry, entry);
    if (stays && !moves) {
      const value = writer.preparedEntryValue(position);
      if (!index.holdsValues || equalBytes(index.batchValueOf(before, row, key), value)) continue;
    } else if (oldEntry !== undefined) {
      staged.delete(index.keyspace, oldEntry);
    }
    staged.insertEntry(writer, position, rowStart);
  }
}
