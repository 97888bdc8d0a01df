/**
 * The nearest rows by a vector index (`core/vector/keyspace`). A filter is evaluated first, through the cheapest access path, to
 * the set of keys that may be found.
 *
 * Answers undefined where the index cannot serve the request, and the exact search has to:
 *   - exact search was asked for, or there is no vector to search for
 *   - the transaction has written to the table, or is a serializable writer, which must know what it has read
 *   - nothing of the index is in tables yet: the column's copy in memory is faster than its entries in a memtable
 *   - fewer rows have a vector than are asked for: rows without one come last
 */
import { PENDING, keyspaceId, type Pending } from '@alopex-db/core/base';
import { RowKeyTable, similarityOfDistance } from '@alopex-db/core/vector';
import { bytesAt } from '@alopex-db/core/types';
import type { TableScan, VectorTopK } from '../plan/physical.ts';
import { rankOf, type NearRow } from './nearest-rows.ts';
import type { StatementContext } from './statement-context.ts';
import type { NearestRequest } from './vector-top-k.ts';

export function* indexNearest(
  request: NearestRequest,
  context: StatementContext,
): Generator<Pending, NearRow[] | undefined, void> {
  const { plan, query, count } = request;
  const { index } = plan;
  if (index === undefined || query === null || !Number.isFinite(count)) return undefined;
  if (!mayUseIndex(plan, context)) return undefined;
  const keyspace = context.services.vectorIndexes.find(keyspaceId(index.keyspace));
  if (keyspace === undefined || keyspace.tableCount === 0) return undefined;
  const only = index.allowed === undefined ? undefined : yield* keysOf(index.allowed, context);
  const ef = context.options.hnswEfSearch;
  for (;;) {
    const found = keyspace.search(context.transaction, { vector: query, k: count, ef, only });
    if (found === PENDING) {
      yield PENDING;
      continue;
    }
    const { matches } = found;
    if (matches.length < Math.min(count, only?.count ?? count)) return undefined;
    return matches.map(({ key, distance }) => nearRow(plan, key, distance));
  }
}

function mayUseIndex(plan: VectorTopK, { options, transaction }: StatementContext): boolean {
  if (options.vectorExact || options.changedTables.has(plan.table.id)) return false;
  return transaction.isolation !== 'serializable' || transaction.readOnly;
}

function* keysOf(
  scan: TableScan,
  context: StatementContext,
): Generator<Pending, RowKeyTable, void> {
  const keys = new RowKeyTable();
  for (const batch of context.open(scan)) {
    if (batch === PENDING) {
      yield PENDING;
      continue;
    }
    context.check();
    const column = batch.columns.at(-1)!;
    for (let row = 0; row < batch.rowCount; row += 1) keys.add(bytesAt(column, row));
  }
  return keys;
}

function nearRow({ metric, scoreKind }: VectorTopK, key: Uint8Array, distance: number): NearRow {
  const score = scoreKind === 'distance' ? distance : similarityOfDistance(metric, distance);
  return { rank: rankOf(score, scoreKind === 'similarity'), score, key };
}
