/** CHECK constraints over batches of new rows: a row is refused when its condition is false, not when it is null. */
import { compilePredicate, type CompiledPredicate } from '@alopex-db/core/exec';
import { BATCH_ROWS_MAX, BOOLEAN, scalarAt, type Batch } from '@alopex-db/core/types';
import type { TableDef } from '../catalog/table-def.ts';
import type { BoundCheck } from '../plan/physical.ts';
import { checkViolation } from '../storage/constraint-errors.ts';
import type { StatementContext } from './statement-context.ts';

export class RowChecks {
  readonly #table: TableDef;
  readonly #checks: readonly { readonly name: string; readonly fails: CompiledPredicate }[];
  readonly #selection = new Int32Array(BATCH_ROWS_MAX);

  constructor(table: TableDef, checks: readonly BoundCheck[], context: StatementContext) {
    this.#table = table;
    this.#checks = checks.map(({ name, condition }) => ({
      name,
      fails: compilePredicate({ kind: 'not', type: BOOLEAN, input: condition }, context),
    }));
  }

  /** `batch` holds the table's columns in order. Throws ALX_CHECK_VIOLATION for the first row that fails. */
  verify(batch: Batch): void {
    for (const { name, fails } of this.#checks) {
      if (fails(batch, this.#selection) === 0) continue;
      const row = this.#selection[0]!;
      const values = this.#table.columns.map((_, ordinal) =>
        scalarAt(batch.columns[ordinal]!, row),
      );
      throw checkViolation(this.#table, name, values);
    }
  }
}
