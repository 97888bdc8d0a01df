/**
 * Looks at every row of a table whose definition has changed: checks it against new conditions, and writes it again where its
 * stored form or its key changes. Rows are read to the end first, so that none is met twice. Delivers nothing.
 */
import { AlopexError, PENDING, equalBytes } from '@alopex-db/core/base';
import { compileExpression, compilePredicate, type BatchIterator } from '@alopex-db/core/exec';
import { BATCH_ROWS_MAX, BOOLEAN, bytesAt, isValid, type Batch } from '@alopex-db/core/types';
import { indexKeyspacesOf } from '../catalog/index-layout.ts';
import type { TableDef } from '../catalog/table-def.ts';
import type { TableRewrite } from '../plan/compiled-statement.ts';
import { StagedWrites } from '../storage/staged-writes.ts';
import type { TableWriter } from '../storage/table-writer.ts';
import type { StatementContext } from './statement-context.ts';
import { wholeTable } from './whole-table.ts';

export function* rewriteTable(rewrite: TableRewrite, context: StatementContext): BatchIterator {
  const { before, after, values } = rewrite;
  const writes = values.length > 0;
  const evaluate = values.map((value) => compileExpression(value, context));
  const verify = rowVerifier(rewrite, context);
  const staged = new StagedWrites(context.memoryBytesMax);
  const writer = context.createWriter(after);
  const stage = writes ? rowStager(rewrite, writer, staged) : undefined;
  for (const batch of context.open(writes ? wholeTable(before) : wholeTable(after))) {
    if (batch === PENDING) {
      yield PENDING;
      continue;
    }
    context.check();
    if (context.wantsPause) yield PENDING;
    const columns = writes ? evaluate.map((one) => one(batch)) : batch.columns.slice(0, -1);
    const rows: Batch = { rowCount: batch.rowCount, columns };
    verify(rows);
    if (stage === undefined) continue;
    const keys = batch.columns[before.columns.length]!;
    for (let row = 0; row < rows.rowCount; row += 1) stage(rows, row, bytesAt(keys, row));
  }
  yield* staged.apply(context.transaction, writer);
}

/** Throws for the first row that breaks a condition, in PostgreSQL's words. */
function rowVerifier(rewrite: TableRewrite, context: StatementContext): (rows: Batch) => void {
  const { after, notNull } = rewrite;
  const selection = new Int32Array(BATCH_ROWS_MAX);
  const checks = rewrite.checks.map(({ name, condition }) => ({
    name,
    fails: compilePredicate({ kind: 'not', type: BOOLEAN, input: condition }, context),
  }));
  return (rows) => {
    for (const ordinal of notNull) {
      const column = rows.columns[ordinal]!;
      if (column.validity === undefined) continue;
      for (let row = 0; row < rows.rowCount; row += 1)
        if (!isValid(column, row)) throw containsNulls(after, ordinal);
    }
    for (const { name, fails } of checks)
      if (fails(rows, selection) > 0) throw violatedBySomeRow(after, name);
  };
}

/** Stages one row under its new definition: the row itself, and its entries in indexes that are new. */
function rowStager(
  { before, rekeys }: TableRewrite,
  writer: TableWriter,
  staged: StagedWrites,
): (rows: Batch, row: number, key: Uint8Array) => void {
  const kept = new Set(indexKeyspacesOf(before));
  const filled = [...writer.indexes.keys()].filter(
    (position) => !kept.has(writer.indexes[position]!.keyspace),
  );
  return (rows, row, key) => {
    writer.prepareBatchRow(rows.columns, row, rekeys ? undefined : key);
    const moves = rekeys && !equalBytes(writer.key, key);
    if (moves) staged.delete(writer.keyspace, key);
    const rowStart = moves
      ? staged.insertRow(writer.keyspace, writer.key, writer.value)
      : staged.put(writer.keyspace, key, writer.value);
    for (const position of filled) staged.insertEntry(writer, position, rowStart);
  };
}

function containsNulls(table: TableDef, ordinal: number): AlopexError {
  const column = table.columns[ordinal]!.name;
  return new AlopexError(
    'ALX_NOT_NULL_VIOLATION',
    `column "${column}" of relation "${table.name}" contains null values`,
    { table: table.name, columnName: column },
  );
}

function violatedBySomeRow(table: TableDef, constraint: string): AlopexError {
  return new AlopexError(
    'ALX_CHECK_VIOLATION',
    `check constraint "${constraint}" of relation "${table.name}" is violated by some row`,
    { table: table.name, constraint },
  );
}
