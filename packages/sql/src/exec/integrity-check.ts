/** PRAGMA integrity_check: a row for each thing wrong with the tables, or one row `ok`, as SQLite answers. */
import { PENDING } from '@alopex-db/core/base';
import type { BatchIterator } from '@alopex-db/core/exec';
import { TEXT, columnFromScalars } from '@alopex-db/core/types';
import type { PhysicalPlan } from '../plan/physical.ts';
import { tableProblemText, verifyTable } from '../storage/verify-table.ts';
import type { StatementContext } from './statement-context.ts';

type IntegrityCheck = Extract<PhysicalPlan, { readonly kind: 'integrity-check' }>;

export function* integrityCheck(
  { checked, tables, problemsMax }: IntegrityCheck,
  context: StatementContext,
): BatchIterator {
  const found: string[] = [];
  const options = {
    transaction: context.transaction,
    tables: new Map(tables.map((table) => [table.id, table])),
    report: (problem: Parameters<typeof tableProblemText>[0]): void => {
      found.push(tableProblemText(problem));
    },
  };
  for (const table of checked) {
    for (const step of verifyTable(table, options)) {
      context.check();
      if (step === PENDING || context.wantsPause) yield PENDING;
      if (found.length >= problemsMax) break;
    }
    if (found.length >= problemsMax) break;
  }
  const lines = found.length === 0 ? ['ok'] : found.slice(0, problemsMax);
  yield { rowCount: lines.length, columns: [columnFromScalars(TEXT, lines)] };
}
