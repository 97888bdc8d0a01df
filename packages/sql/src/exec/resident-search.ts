/**
 * Exact search over a vector column's copy in memory (`core/vector/resident-vectors`). The first search of a column builds
 * the copy; later ones walk it inside WASM and read from the table only what commits have changed since.
 *
 * A filter is evaluated first, to a bitmap over the rows of the copy, so that no candidate costs a call.
 */
import { PENDING, keyspaceId, type Pending } from '@alopex-db/core/base';
import { compilePredicate, referencedColumns } from '@alopex-db/core/exec';
import type { Transaction, ValueSlot } from '@alopex-db/core';
import { BATCH_ROWS_MAX, isValid, vectorAt } from '@alopex-db/core/types';
import {
  RowBitmap,
  measureOf,
  type ResidentColumn,
  type ResidentColumnBuild,
  type ResidentSearch,
  type RowVector,
} from '@alopex-db/core/vector';
import type { VectorTopK } from '../plan/physical.ts';
import { readColumn } from '../storage/read-column.ts';
import { layoutsOf } from '../storage/table-layouts.ts';
import { NearestRows, type NearRow } from './nearest-rows.ts';
import { RowDecoder } from './row-decoder.ts';
import { RowScorer } from './scan-nearest.ts';
import type { StatementContext } from './statement-context.ts';
import type { NearestRequest } from './vector-top-k.ts';

/** Bytes of vectors searched between two looks at the clock: about a millisecond. */
const STEP_BYTES = 8 * 1_048_576;
/** More than this many rows are better sorted by a scan. */
const COUNT_MAX = 10_000;

/** The nearest rows, or undefined where a copy cannot serve the request. */
export function* residentNearest(
  request: NearestRequest,
  context: StatementContext,
): Generator<Pending, NearRow[] | undefined, void> {
  const { plan, query, count } = request;
  if (query === null || count > COUNT_MAX || context.options.vectorExact) return undefined;
  if (context.options.changedTables.has(plan.table.id)) return undefined;
  // What is found here was read past the transaction, and a serializable one must know what it has read.
  const { isolation, readOnly } = context.transaction;
  if (isolation === 'serializable' && !readOnly) return undefined;
  const column = findColumn(plan, context) ?? (yield* buildColumn(plan, context));
  if (column === undefined) return undefined;
  const { version } = column;
  const only = plan.filter === undefined ? undefined : yield* filterRows(plan, column, context);
  // The filter may have paused: if the copy moved on meanwhile, the bitmap does not fit it any more.
  if (column.version !== version) return undefined;
  const { snapshot } = context.transaction;
  const search = column.beginSearch({
    vector: query,
    metric: plan.metric,
    k: count,
    snapshot,
    only,
  });
  while (!search.search.advance(STEP_BYTES)) {
    context.check();
    if (context.wantsPause) yield PENDING;
  }
  const nearest = yield* mergeHits(request, column, search, context);
  if (nearest.length < count && column.mayHoldNulls) return undefined;
  if (column.wantsAbsorb) absorb(plan, column, context.transaction);
  return nearest;
}

function findColumn(plan: VectorTopK, context: StatementContext): ResidentColumn | undefined {
  const { table, vectorOrdinal } = plan;
  return context.services.vectors.find(
    keyspaceId(table.id),
    table.columns[vectorOrdinal]!.id,
    context.transaction.snapshot,
  );
}

function* buildColumn(
  plan: VectorTopK,
  context: StatementContext,
): Generator<Pending, ResidentColumn | undefined, void> {
  const { id: columnId, type } = plan.table.columns[plan.vectorOrdinal]!;
  const dimension = type.kind === 'vector' ? type.dimension : undefined;
  if (dimension === undefined) return undefined;
  const keyspace = keyspaceId(plan.table.id);
  const version = context.transaction.snapshot;
  using build = context.services.vectors.begin({ keyspace, columnId, dimension, version });
  if (build === undefined) return undefined;
  const decoder = new RowDecoder(plan.table, [plan.vectorOrdinal], true);
  const cursor = context.transaction.scan(keyspace);
  try {
    for (let found: boolean | Pending = true; found !== false;) {
      context.check();
      if (context.wantsPause) yield PENDING;
      decoder.clear();
      while (decoder.count < BATCH_ROWS_MAX) {
        found = cursor.advance();
        if (found === false) break;
        if (found === PENDING) yield PENDING;
        else decoder.push(cursor.key, cursor.value);
      }
      if (!addRows(build, decoder)) return undefined;
    }
  } finally {
    cursor.close();
  }
  return build.finish();
}

function addRows(build: ResidentColumnBuild, decoder: RowDecoder): boolean {
  if (decoder.count === 0) return true;
  const column = decoder.decodeAll().columns[0]!;
  const slot: ValueSlot = { bytes: new Uint8Array(0), start: 0, end: 0 };
  for (let row = 0; row < decoder.count; row += 1) {
    decoder.keyInto(row, slot);
    const vector = isValid(column, row) ? vectorAt(column, row) : null;
    if (!build.add(slot.bytes.subarray(slot.start, slot.end), vector)) return false;
  }
  return true;
}

/** Ordinals of the copy's rows that pass the filter. */
function* filterRows(
  plan: VectorTopK,
  column: ResidentColumn,
  context: StatementContext,
): Generator<Pending, RowBitmap, void> {
  const filter = compilePredicate(plan.filter!, context);
  const filtered = referencedColumns(plan.filter!);
  const bitmap = new RowBitmap(column.ordinalCount);
  const decoder = new RowDecoder(plan.table, plan.ordinals, true);
  const selection = new Int32Array(BATCH_ROWS_MAX);
  const slot: ValueSlot = { bytes: new Uint8Array(0), start: 0, end: 0 };
  const cursor = context.transaction.scan(keyspaceId(plan.table.id));
  let guess = 0;
  try {
    for (let found: boolean | Pending = true; found !== false;) {
      context.check();
      if (context.wantsPause) yield PENDING;
      decoder.clear();
      while (decoder.count < BATCH_ROWS_MAX) {
        found = cursor.advance();
        if (found === false) break;
        if (found === PENDING) yield PENDING;
        else decoder.push(cursor.key, cursor.value);
      }
      const passed = decoder.count === 0 ? 0 : decoder.select(filtered, filter, selection);
      for (let index = 0; index < passed; index += 1) {
        decoder.keyInto(selection[index]!, slot);
        const ordinal = column.ordinalOf(slot.bytes, guess, slot.start, slot.end);
        if (ordinal < 0) continue;
        guess = ordinal + 1;
        if (ordinal < bitmap.length) bitmap.add(ordinal);
      }
    }
  } finally {
    cursor.close();
  }
  return bitmap;
}

/** Hits of the copy together with the rows that changed since it was made. */
function* mergeHits(
  request: NearestRequest,
  column: ResidentColumn,
  search: ResidentSearch,
  context: StatementContext,
): Generator<Pending, NearRow[], void> {
  const { plan, count } = request;
  const nearest = new NearestRows(count, plan.scoreKind === 'similarity');
  const hits = search.search.hits();
  for (let index = 0; index < hits.count; index += 1) {
    const key = column.keyOf(hits.ordinals[index]!);
    const score = measureOf(plan.metric, plan.scoreKind, hits.reduced[index]!);
    nearest.offer(score, { bytes: key, start: 0, end: key.length });
  }
  for (const row of yield* scoreChanged(request, search.changedKeys, context)) {
    nearest.offer(row.score, { bytes: row.key, start: 0, end: row.key.length });
  }
  return nearest.sorted();
}

function* scoreChanged(
  request: NearestRequest,
  keys: readonly Uint8Array[],
  context: StatementContext,
): Generator<Pending, NearRow[], void> {
  if (keys.length === 0) return [];
  const scorer = new RowScorer(request, context);
  const value: ValueSlot = { bytes: new Uint8Array(0), start: 0, end: 0 };
  for (const key of keys) {
    for (;;) {
      const found = context.transaction.read(keyspaceId(request.plan.table.id), key, value);
      if (found === PENDING) {
        yield PENDING;
        continue;
      }
      if (found) scorer.push({ bytes: key, start: 0, end: key.length }, value);
      break;
    }
    if (scorer.isFull) scorer.flush();
  }
  scorer.flush();
  return scorer.nearest();
}

function absorb(plan: VectorTopK, column: ResidentColumn, transaction: Transaction): void {
  const slot: ValueSlot = { bytes: new Uint8Array(0), start: 0, end: 0 };
  const layouts = layoutsOf(plan.table);
  const read = (key: Uint8Array): RowVector | Pending => {
    const found = transaction.read(keyspaceId(plan.table.id), key, slot);
    if (found === PENDING) return PENDING;
    if (!found) return undefined;
    const vector = readColumn(layouts, plan.vectorOrdinal, slot.bytes, slot.start);
    return vector instanceof Float32Array ? vector : null;
  };
  // Pending leaves the copy as it was: a later search absorbs.
  column.absorb(transaction.snapshot, read);
}
