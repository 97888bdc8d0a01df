/**
 * The k rows nearest to a vector. Three ways to find their keys, one way to deliver them:
 *   1. `index-search.ts`, by the index that the planner has chosen, approximately;
 *   2. `resident-search.ts`, over the column's copy in memory, where that can serve the snapshot and the transaction has
 *      not written to the table itself;
 *   3. a scan of the table that scores every row.
 * Then the rows are read by key and decoded.
 */
import { AlopexError, assert } from '@alopex-db/core/base';
import { compileScalar, type BatchIterator } from '@alopex-db/core/exec';
import type { ValueSlot } from '@alopex-db/core';
import { BATCH_ROWS_MAX, FLOAT64, columnFromScalars } from '@alopex-db/core/types';
import type { VectorTopK } from '../plan/physical.ts';
import { indexNearest } from './index-search.ts';
import type { NearRow } from './nearest-rows.ts';
import { residentNearest } from './resident-search.ts';
import { readRow } from './read-found-row.ts';
import { rowCountOf } from './row-count.ts';
import { RowDecoder } from './row-decoder.ts';
import { scanNearest } from './scan-nearest.ts';
import type { StatementContext } from './statement-context.ts';

export interface NearestRequest {
  readonly plan: VectorTopK;
  /** Null: no row has a score. */
  readonly query: Float32Array | null;
  /** How many rows in all: LIMIT + OFFSET. */
  readonly count: number;
}

export function* vectorTopK(plan: VectorTopK, context: StatementContext): BatchIterator {
  const offset = rowCountOf(plan.offset, 'OFFSET', context) ?? 0;
  const limit = rowCountOf(plan.limit, 'LIMIT', context) ?? Number.POSITIVE_INFINITY;
  if (limit === 0) return;
  const request = { plan, query: queryVector(plan, context), count: limit + offset };
  const nearest =
    (yield* indexNearest(request, context)) ??
    (yield* residentNearest(request, context)) ??
    (yield* scanNearest(request, context));
  yield* readRows(plan, nearest.slice(offset, offset + limit), context);
}

function queryVector(plan: VectorTopK, context: StatementContext): Float32Array | null {
  const query = compileScalar(plan.query)(context);
  if (query === null) return null;
  assert(query instanceof Float32Array, 'a vector search is bound to a vector');
  const type = plan.table.columns[plan.vectorOrdinal]!.type;
  const dimension = type.kind === 'vector' ? type.dimension : undefined;
  if (dimension !== undefined && dimension !== query.length) {
    throw new AlopexError(
      'ALX_VECTOR_DIMENSION',
      `different vector dimensions ${dimension} and ${query.length}`,
    );
  }
  return query;
}

/** Delivers rows by key: the plan's columns, then the score. */
function* readRows(
  plan: VectorTopK,
  rows: readonly NearRow[],
  context: StatementContext,
): BatchIterator {
  const decoder = new RowDecoder(plan.table, plan.ordinals, false);
  const slot: ValueSlot = { bytes: new Uint8Array(0), start: 0, end: 0 };
  for (let start = 0; start < rows.length; start += BATCH_ROWS_MAX) {
    context.check();
    const chunk = rows.slice(start, start + BATCH_ROWS_MAX);
    decoder.clear();
    for (const { key } of chunk) {
      yield* readRow(plan, key, slot, context);
      decoder.push(slot, slot);
    }
    const batch = decoder.decodeAll();
    const scores = columnFromScalars(
      FLOAT64,
      chunk.map(({ score }) => score),
    );
    yield { rowCount: batch.rowCount, columns: [...batch.columns, scores] };
  }
}
