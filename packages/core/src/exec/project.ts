/** SELECT list: one output column per expression. */
import { PENDING } from '../base/pending.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import { compileExpression } from './compile-expression.ts';
import type { Expression, ExpressionRuntime } from './expression.ts';
import type { BatchIterator } from './operator.ts';

export function* project(
  input: BatchIterator,
  expressions: readonly Expression[],
  runtime: ExpressionRuntime,
): BatchIterator {
  const compiled = expressions.map((expression) => compileExpression(expression, runtime));
  for (const batch of input) {
    if (batch === PENDING) {
      yield PENDING;
      continue;
    }
    const columns: ColumnVector[] = [];
    for (const evaluate of compiled) columns.push(evaluate(batch));
    yield { rowCount: batch.rowCount, columns };
  }
}
