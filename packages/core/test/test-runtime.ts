/** What expressions and operators need of a statement, for tests: fixed time, replayable randomness, subqueries by hand. */
import type { ExpressionRuntime } from '../src/exec/expression.ts';
import type { BatchIterator, ExecContext } from '../src/exec/operator.ts';
import { NO_SESSION } from '../src/compute/temporal/time-zone.ts';
import { AlopexError } from '../src/base/errors.ts';
import { SeededRandom } from '../src/testing/seeded-random.ts';
import { BATCH_ROWS_MAX } from '../src/types/batch.ts';
import type { Batch } from '../src/types/batch.ts';
import { columnFromScalars, sliceColumn } from '../src/types/create-column-builder.ts';
import type { DataType } from '../src/types/data-type.ts';
import { scalarAt } from '../src/types/scalar-at.ts';
import type { Scalar } from '../src/types/scalar.ts';
import { PENDING } from '../src/base/pending.ts';

export const TEST_MICROS = 1_700_000_000_000_000;

export function testRuntime(overrides: Partial<ExpressionRuntime> = {}): ExpressionRuntime {
  const random = new SeededRandom(1);
  return {
    parameters: [],
    outer: [],
    ...NO_SESSION,
    transactionMicros: TEST_MICROS,
    statementMicros: TEST_MICROS,
    nowMicros: () => TEST_MICROS,
    nextUint32: () => random.nextUint32(),
    openSubquery: () => {
      throw new AlopexError('ALX_UNSUPPORTED', 'this test has no subqueries');
    },
    ...overrides,
  };
}

export function testContext(memoryBytesMax = 1 << 28): ExecContext {
  return { check: () => undefined, memoryBytesMax };
}

export type Row = readonly Scalar[];

export function batchOf(types: readonly DataType[], rows: readonly Row[]): Batch {
  const columns = types.map((type, at) =>
    columnFromScalars(
      type,
      rows.map((row) => row[at] ?? null),
    ),
  );
  return { rowCount: rows.length, columns };
}

/** Hands rows out in batches of `size`, waiting once before each when asked to. */
export function* source(
  types: readonly DataType[],
  rows: readonly Row[],
  size = BATCH_ROWS_MAX,
  waits = false,
): BatchIterator {
  const all = batchOf(types, rows);
  for (let start = 0; start < rows.length; start += size) {
    if (waits) yield PENDING;
    const end = Math.min(rows.length, start + size);
    yield {
      rowCount: end - start,
      columns: all.columns.map((column) => sliceColumn(column, start, end)),
    };
  }
}

export function collectRows(iterator: BatchIterator): Row[] {
  const rows: Row[] = [];
  for (const batch of iterator) {
    if (batch === PENDING) continue;
    for (let row = 0; row < batch.rowCount; row += 1)
      rows.push(batch.columns.map((column) => scalarAt(column, row)));
  }
  return rows;
}
