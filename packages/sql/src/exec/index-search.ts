/**
 * The nearest rows by a vector index (`core/vector/keyspace`). With a filter, as the planner has chosen:
 *   1. candidates are found without it, and those that pass are kept; where too few do, once more as many and more are asked for
 *   2. or, and when 1 has not found enough: the filter is evaluated first, through the cheapest access path, to the set of keys
 *      that may be found
 *
 * Answers undefined where the index cannot serve the request, and the exact search has to:
 *   - exact search was asked for, or there is no vector to search for
 *   - the transaction has written to the table, or is a serializable writer, which must know what it has read
 *   - nothing of the index is in tables yet: the column's copy in memory is faster than its entries in a memtable
 *   - fewer rows have a vector than are asked for: rows without one come last
 */
import { PENDING, keyspaceId, type Pending } from '@alopex-db/core/base';
import { compilePredicate, referencedColumns, type CompiledPredicate } from '@alopex-db/core/exec';
import type { ValueSlot } from '@alopex-db/core';
import { BATCH_ROWS_MAX, bytesAt } from '@alopex-db/core/types';
import {
  RowKeyTable,
  similarityOfDistance,
  type VectorKeyspace,
  type VectorMatch,
} from '@alopex-db/core/vector';
import { candidatesFor } from '../plan/filtered-candidates.ts';
import type { TableScan, VectorTopK } from '../plan/physical.ts';
import { rankOf, type NearRow } from './nearest-rows.ts';
import { readRow } from './read-found-row.ts';
import { RowDecoder } from './row-decoder.ts';
import type { StatementContext } from './statement-context.ts';
import type { NearestRequest } from './vector-top-k.ts';

/** How many times as many candidates are asked for when too few have passed. */
const WIDENING = 4;
/** More candidates than this cost more than evaluating the filter first. */
const CANDIDATES_MAX = 10_000;

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
  const search = { plan, keyspace, vector: query, context };
  if (plan.filter !== undefined && index.passingShare !== undefined) {
    const passing = yield* filteredMatches(request, index.passingShare, search);
    if (passing !== undefined) return passing.map((match) => nearRow(plan, match));
  }
  const only = index.allowed === undefined ? undefined : yield* keysOf(index.allowed, context);
  const matches = yield* matchesOf(search, count, only);
  if (matches.length < Math.min(count, only?.count ?? count)) return undefined;
  return matches.map((match) => nearRow(plan, match));
}

interface IndexQuery {
  readonly plan: VectorTopK;
  readonly keyspace: VectorKeyspace;
  readonly vector: Float32Array;
  readonly context: StatementContext;
}

function* matchesOf(
  { plan, keyspace, vector, context }: IndexQuery,
  k: number,
  only?: RowKeyTable,
): Generator<Pending, readonly VectorMatch[], void> {
  const ef = Math.max(k, context.options.hnswEfSearch);
  for (;;) {
    const found = keyspace.search(context.transaction, { vector, k, ef, only });
    if (found === PENDING) {
      yield PENDING;
      continue;
    }
    const { matches, segments, graphs, visited, distances, scored } = found;
    const figures = { ef, segments, graphs, visited, distances, rescored: scored };
    context.options.noteIndexSearch?.(plan, figures);
    return matches;
  }
}

/** Undefined where too few of the candidates pass. */
function* filteredMatches(
  { plan, count }: NearestRequest,
  passingShare: number,
  search: IndexQuery,
): Generator<Pending, readonly VectorMatch[] | undefined, void> {
  const { context } = search;
  const predicate = compilePredicate(plan.filter!, context);
  const asked = candidatesFor(count, passingShare);
  for (const candidateCount of [asked, asked * WIDENING]) {
    if (candidateCount > CANDIDATES_MAX) return undefined;
    context.check();
    const candidates = yield* matchesOf(search, candidateCount);
    const passing = yield* passingOf(candidates, plan, predicate, context);
    if (passing.length >= count) return passing.slice(0, count);
  }
  return undefined;
}

function* passingOf(
  candidates: readonly VectorMatch[],
  plan: VectorTopK,
  predicate: CompiledPredicate,
  context: StatementContext,
): Generator<Pending, VectorMatch[], void> {
  const decoder = new RowDecoder(plan.table, plan.ordinals, false);
  const filtered = referencedColumns(plan.filter!);
  const selection = new Int32Array(BATCH_ROWS_MAX);
  const slot: ValueSlot = { bytes: new Uint8Array(0), start: 0, end: 0 };
  const passing: VectorMatch[] = [];
  for (let start = 0; start < candidates.length; start += BATCH_ROWS_MAX) {
    const chunk = candidates.slice(start, start + BATCH_ROWS_MAX);
    decoder.clear();
    for (const { key } of chunk) {
      yield* readRow(plan, key, slot, context);
      decoder.push(slot, slot);
    }
    const passed = decoder.select(filtered, predicate, selection);
    for (let at = 0; at < passed; at += 1) passing.push(chunk[selection[at]!]!);
  }
  return passing;
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

function nearRow({ metric, scoreKind }: VectorTopK, { key, distance }: VectorMatch): NearRow {
  const score = scoreKind === 'distance' ? distance : similarityOfDistance(metric, distance);
  return { rank: rankOf(score, scoreKind === 'similarity'), score, key };
}
