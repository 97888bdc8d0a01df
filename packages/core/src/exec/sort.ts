/** ORDER BY: holds its input, puts it in order, hands it out. Stable. */
import { PENDING } from '../base/pending.ts';
import { sortRows } from '../compute/sort.ts';
import type { DataType } from '../types/data-type.ts';
import type { ExpressionRuntime, SortKey } from './expression.ts';
import { MemoryAccount } from './memory-account.ts';
import type { BatchIterator, ExecContext } from './operator.ts';
import { RowCollector, emitOrdered } from './row-collector.ts';
import { compileSortKeys, sortColumns } from './sort-keys.ts';

export function* sort(
  input: BatchIterator,
  types: readonly DataType[],
  keys: readonly SortKey[],
  runtime: ExpressionRuntime,
  context: ExecContext,
): BatchIterator {
  const account = new MemoryAccount(context, 'sort');
  const evaluate = compileSortKeys(keys, runtime);
  const rows = new RowCollector(types);
  const keyRows = new RowCollector(keys.map((key) => key.expression.type));
  for (const batch of input) {
    if (batch === PENDING) {
      yield PENDING;
      continue;
    }
    context.check();
    keyRows.append(evaluate(batch), batch.rowCount);
    rows.append(batch.columns, batch.rowCount);
    account.resize(rows.byteLength + keyRows.byteLength + rows.rowCount * BYTES_PER_ROW);
  }
  const { rowCount, columns } = keyRows.finish();
  const order = sortRows(sortColumns(keys, columns), rowCount);
  yield* emitOrdered(rows.finish(), order, 0, rowCount);
}

/** What ordering itself takes: two row numbers and two words of key. */
const BYTES_PER_ROW = 16;
