/** WHERE, HAVING: passes the rows for which the predicate is true. */
import { PENDING } from '../base/pending.ts';
import { compilePredicate } from './compile-expression.ts';
import type { Expression, ExpressionRuntime } from './expression.ts';
import type { BatchIterator } from './operator.ts';
import { numberBuffer } from './result-buffer.ts';
import { gatherColumns } from './row-collector.ts';

export function* filter(
  input: BatchIterator,
  predicate: Expression,
  runtime: ExpressionRuntime,
): BatchIterator {
  const select = compilePredicate(predicate, runtime);
  const buffer = numberBuffer();
  for (const batch of input) {
    if (batch === PENDING) {
      yield PENDING;
      continue;
    }
    const selection = buffer(batch.rowCount);
    const count = select(batch, selection);
    if (count === batch.rowCount) yield batch;
    else if (count > 0)
      yield { rowCount: count, columns: gatherColumns(batch.columns, selection, count) };
  }
}
