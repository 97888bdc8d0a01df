/** RETURNING: expressions over the rows a writer has written, or only their number. */
import { compileExpression, type CompiledExpression, type Expression } from '@alopex-db/core/exec';
import { BATCH_ROWS_MAX, type Batch } from '@alopex-db/core/types';
import { copyBatch } from './copy-batch.ts';
import type { StatementContext } from './statement-context.ts';

export class Returning {
  readonly #expressions: readonly CompiledExpression[] | undefined;
  readonly #kept: Batch[] = [];
  #count = 0;

  constructor(expressions: readonly Expression[] | undefined, context: StatementContext) {
    this.#expressions = expressions?.map((expression) => compileExpression(expression, context));
  }

  /** The output for rows just written; valid as long as they are. */
  evaluate(rows: Batch): Batch {
    const columns = (this.#expressions ?? []).map((expression) => expression(rows));
    return { rowCount: rows.rowCount, columns };
  }

  /** Remembers rows whose output is wanted later, when all are written. */
  keep(rows: Batch): void {
    if (this.#expressions === undefined) this.#count += rows.rowCount;
    else this.#kept.push(copyBatch(this.evaluate(rows)));
  }

  /** The output of all rows kept, in batches. */
  *outputs(): Generator<Batch, void, void> {
    yield* this.#kept;
    for (let left = this.#count; left > 0; left -= BATCH_ROWS_MAX) {
      yield { rowCount: Math.min(left, BATCH_ROWS_MAX), columns: [] };
    }
  }
}
