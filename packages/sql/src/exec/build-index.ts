/** Fills a new index from the rows that its transaction sees; delivers nothing. */
import { AlopexError, PENDING, assert, keyspaceId } from '@alopex-db/core/base';
import type { BatchIterator } from '@alopex-db/core/exec';
import type { Scalar } from '@alopex-db/core/types';
import type { TableDef } from '../catalog/table-def.ts';
import { uniqueViolation } from '../storage/constraint-errors.ts';
import { readRow } from '../storage/read-column.ts';
import { layoutsOf } from '../storage/table-layouts.ts';
import type { TableIndex } from '../storage/table-index.ts';
import { tableIndexes } from '../storage/table-indexes.ts';
import type { StatementContext } from './statement-context.ts';

const ROWS_PER_CHECK = 256;

export function* buildIndex(
  table: TableDef,
  keyspace: number,
  context: StatementContext,
): BatchIterator {
  const { transaction } = context;
  const index = tableIndexes(table).find((one) => one.keyspace === keyspace);
  assert(index !== undefined, 'an index that is built is one of its table');
  const layouts = layoutsOf(table);
  const rows = transaction.scan(keyspaceId(table.id));
  try {
    for (let count = 1; ; count += 1) {
      let found = rows.advance();
      for (; found === PENDING; found = rows.advance()) yield PENDING;
      if (!found) return;
      const { bytes, start, end } = rows.key;
      const rowKey = bytes.subarray(start, end);
      const row = readRow(layouts, rows.value.bytes, rows.value.start);
      const entry = index.entryOf(row, rowKey);
      if (entry !== undefined) {
        const value = index.valueOf(row, rowKey);
        let free = transaction.insert(index.keyspace, entry, value);
        for (; free === PENDING; free = transaction.insert(index.keyspace, entry, value)) {
          yield PENDING;
        }
        if (!free) throw duplicate(table, index, row);
      }
      if (count % ROWS_PER_CHECK !== 0) continue;
      context.check();
      if (context.wantsPause) yield PENDING;
    }
  } finally {
    rows.close();
  }
}

function duplicate(table: TableDef, index: TableIndex, row: readonly Scalar[]): AlopexError {
  const { detail } = uniqueViolation(table, index.name, index.ordinals, row);
  return new AlopexError('ALX_UNIQUE_VIOLATION', `could not create unique index "${index.name}"`, {
    detail: detail?.replace('already exists', 'is duplicated'),
    table: table.name,
    constraint: index.name,
  });
}
