/** The rows of a table against its new foreign keys; delivers nothing. */
import { PENDING, assert } from '@alopex-db/core/base';
import type { BatchIterator } from '@alopex-db/core/exec';
import type { ForeignKeyCheck } from '../plan/compiled-statement.ts';
import { ForeignKeys } from './foreign-keys.ts';
import type { StatementContext } from './statement-context.ts';
import { wholeTable } from './whole-table.ts';

export function* verifyForeignKeys(
  { table, references }: ForeignKeyCheck,
  context: StatementContext,
): BatchIterator {
  const keys = ForeignKeys.of(references, table, context);
  assert(keys !== undefined, 'there are foreign keys to verify');
  for (const batch of context.open(wholeTable(table))) {
    if (batch === PENDING) {
      yield PENDING;
      continue;
    }
    context.check();
    if (context.wantsPause) yield PENDING;
    keys.noteNewRows(batch);
  }
  yield* keys.settle();
}
