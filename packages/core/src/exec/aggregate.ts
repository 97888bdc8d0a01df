/**
 * GROUP BY and aggregates by hashing: rows get dense group numbers, accumulators hold the states of all groups. Without
 * group expressions there is exactly one group, also for no rows. Groups come out in the order they were first seen.
 */
import { PENDING } from '../base/pending.ts';
import { createGroupTable } from '../compute/group-table.ts';
import type { GroupTable } from '../compute/group-table.ts';
import { BATCH_ROWS_MAX } from '../types/batch.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import { createAggregateState } from './aggregate-state.ts';
import type { AggregateState } from './aggregate-state.ts';
import { compileExpression } from './compile-expression.ts';
import type { AggregateCall, Expression, ExpressionRuntime } from './expression.ts';
import { MemoryAccount } from './memory-account.ts';
import type { BatchIterator, ExecContext } from './operator.ts';
import { numberBuffer } from './result-buffer.ts';

/** Output: the group columns, then one column per aggregate. */
export function* aggregate(
  input: BatchIterator,
  groups: readonly Expression[],
  aggregates: readonly AggregateCall[],
  runtime: ExpressionRuntime,
  context: ExecContext,
): BatchIterator {
  const account = new MemoryAccount(context, 'aggregate');
  const keys = groups.map((expression) => compileExpression(expression, runtime));
  const table = groups.length === 0 ? undefined : createGroupTable(groups.map((key) => key.type));
  const states = aggregates.map((call) => createAggregateState(call, runtime));
  const buffer = numberBuffer();
  if (table === undefined) for (const state of states) state.resize(1);
  for (const batch of input) {
    if (batch === PENDING) {
      yield PENDING;
      continue;
    }
    context.check();
    // Without keys all rows are in group 0, and so is every number of the buffer.
    const rowGroups = buffer(batch.rowCount);
    if (table !== undefined) {
      table.assign(
        keys.map((key) => key(batch)),
        batch.rowCount,
        rowGroups,
      );
      for (const state of states) state.resize(table.groupCount);
    }
    for (const state of states) state.update(batch, rowGroups);
    account.resize(bytesHeld(table, states));
  }
  yield* emitGroups(table, states);
}

function bytesHeld(table: GroupTable | undefined, states: readonly AggregateState[]): number {
  let bytes = table?.byteLength ?? 0;
  for (const state of states) bytes += state.byteLength;
  return bytes;
}

function* emitGroups(
  table: GroupTable | undefined,
  states: readonly AggregateState[],
): BatchIterator {
  for (const state of states) state.complete();
  const groupCount = table?.groupCount ?? 1;
  const groups = new Int32Array(Math.min(groupCount, BATCH_ROWS_MAX));
  for (let start = 0; start < groupCount; start += BATCH_ROWS_MAX) {
    const end = Math.min(start + BATCH_ROWS_MAX, groupCount);
    for (let group = start; group < end; group += 1) groups[group - start] = group;
    const keyColumns: readonly ColumnVector[] = table?.keysOf(groups, end - start) ?? [];
    yield {
      rowCount: end - start,
      columns: [...keyColumns, ...states.map((state) => state.finish(start, end))],
    };
  }
}
