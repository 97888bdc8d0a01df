/** VALUES: rows of expressions that read no column. SELECT without FROM is one tuple of no expressions. */
import { BATCH_ROWS_MAX } from '../types/batch.ts';
import { createColumnBuilder } from '../types/create-column-builder.ts';
import type { DataType } from '../types/data-type.ts';
import { evaluateConstant } from './compile-expression.ts';
import type { Expression, ExpressionRuntime } from './expression.ts';
import type { BatchIterator } from './operator.ts';

export function* values(
  tuples: readonly (readonly Expression[])[],
  types: readonly DataType[],
  runtime: ExpressionRuntime,
): BatchIterator {
  for (let start = 0; start < tuples.length; start += BATCH_ROWS_MAX) {
    const end = Math.min(start + BATCH_ROWS_MAX, tuples.length);
    const builders = types.map((type) => createColumnBuilder(type, end - start));
    for (let row = start; row < end; row += 1) {
      const tuple = tuples[row]!;
      builders.forEach((builder, index) =>
        builder.append(evaluateConstant(tuple[index]!, runtime)),
      );
    }
    yield { rowCount: end - start, columns: builders.map((builder) => builder.finish()) };
  }
}
