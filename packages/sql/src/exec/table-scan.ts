/**
 * Scans a table: every row, a range of keys, a list of keys, or what an index names. Raw rows are collected by the batch; the columns of the
 * filter are decoded first, the others only for the rows that passed.
 */
import { PENDING, keyspaceId, prefixEnd, compareBytes, type Pending } from '@alopex-db/core/base';
import {
  compilePredicate,
  compileScalar,
  referencedColumns,
  type BatchIterator,
  type CompiledPredicate,
  type Expression,
} from '@alopex-db/core/exec';
import type { KeyRange, ValueSlot } from '@alopex-db/core';
import { BATCH_ROWS_MAX, type Scalar } from '@alopex-db/core/types';
import type { TableScan } from '../plan/physical.ts';
import { primaryKeyEncoder } from '../storage/key-encoder.ts';
import { IndexRows } from './index-rows.ts';
import { rowCountOf } from './row-count.ts';
import { RowDecoder } from './row-decoder.ts';
import type { StatementContext } from './statement-context.ts';

export function* tableScan(plan: TableScan, context: StatementContext): BatchIterator {
  const decoder = new RowDecoder(plan.table, plan.ordinals, plan.withRowKey);
  const filter = plan.filter === undefined ? undefined : compilePredicate(plan.filter, context);
  const filtered = plan.filter === undefined ? [] : referencedColumns(plan.filter);
  let remaining = rowCountOf(plan.limit, 'LIMIT', context) ?? Number.POSITIVE_INFINITY;
  const rows = openRows(plan, context);
  // A backward cursor shows every value in the same bytes; reads by key do not.
  const copies = plan.reverse && plan.access.kind !== 'point' && plan.access.kind !== 'index';
  const selection = new Int32Array(filter === undefined ? 0 : BATCH_ROWS_MAX);
  try {
    for (let ended = false; !ended && remaining > 0;) {
      context.check();
      if (context.wantsPause) yield PENDING;
      decoder.clear();
      const wanted = rowsToCollect(remaining, filter);
      while (decoder.count < wanted) {
        const found = rows.advance();
        if (found === PENDING) {
          yield PENDING;
        } else if (found) {
          if (copies) decoder.pushCopy(rows.key, rows.value);
          else decoder.push(rows.key, rows.value);
        } else {
          ended = true;
          break;
        }
      }
      if (decoder.count === 0) continue;
      const batch =
        filter === undefined
          ? decoder.decodeAll()
          : decoder.decodeFiltered(filtered, filter, selection, remaining);
      if (batch === undefined) continue;
      remaining -= batch.rowCount;
      yield batch;
    }
  } finally {
    rows.close();
  }
}

/** Under a limit small batches are enough; without a filter, exactly as many rows as are wanted. */
function rowsToCollect(remaining: number, filter: CompiledPredicate | undefined): number {
  const guess = filter === undefined ? remaining : Math.max(64, remaining * 4);
  return Math.min(BATCH_ROWS_MAX, guess);
}

/** The rows of an access path in key order. */
interface RowSource {
  readonly key: ValueSlot;
  readonly value: ValueSlot;
  advance(): boolean | Pending;
  close(): void;
}

function openRows(plan: TableScan, context: StatementContext): RowSource {
  const { access, table, reverse } = plan;
  const keyspace = keyspaceId(table.id);
  if (access.kind === 'full') return context.transaction.scan(keyspace, { reverse });
  if (access.kind === 'point') return new PointRows(plan, access.keys, context);
  if (access.kind === 'index') return new IndexRows(plan, access, context);
  const range = keyRange(plan, access, context);
  return range === undefined ? NO_ROWS : context.transaction.scan(keyspace, { ...range, reverse });
}

function newSlot(): ValueSlot {
  return { bytes: new Uint8Array(0), start: 0, end: 0 };
}

const NO_ROWS: RowSource = {
  key: newSlot(),
  value: newSlot(),
  advance: () => false,
  close: () => {},
};

/** Reads a list of keys, each once, in key order. */
class PointRows implements RowSource {
  readonly key = newSlot();
  readonly value = newSlot();
  readonly #context: StatementContext;
  readonly #keyspace;
  readonly #keys: readonly Uint8Array[];
  #next = 0;

  constructor(
    plan: TableScan,
    tuples: readonly (readonly Expression[])[],
    context: StatementContext,
  ) {
    this.#context = context;
    this.#keyspace = keyspaceId(plan.table.id);
    const encoder = primaryKeyEncoder(plan.table)!;
    const keys: Uint8Array[] = [];
    for (const tuple of tuples) {
      const values = evaluateTuple(tuple, context);
      if (values !== undefined) keys.push(encoder.encodeTuple(values).slice());
    }
    if (keys.length > 1) keys.sort(compareBytes);
    if (plan.reverse) keys.reverse();
    this.#keys = keys.filter(
      (key, index) => index === 0 || compareBytes(key, keys[index - 1]!) !== 0,
    );
  }

  advance(): boolean | Pending {
    while (this.#next < this.#keys.length) {
      const key = this.#keys[this.#next]!;
      const found = this.#context.transaction.read(this.#keyspace, key, this.value);
      if (found === PENDING) return PENDING;
      this.#next += 1;
      if (!found) continue;
      this.key.bytes = key;
      this.key.end = key.length;
      return true;
    }
    return false;
  }

  close(): void {}
}

/** Undefined when a value is null: it equals nothing. */
function evaluateTuple(
  tuple: readonly Expression[],
  context: StatementContext,
): Scalar[] | undefined {
  const values = tuple.map((expression) => compileScalar(expression)(context));
  return values.includes(null) ? undefined : values;
}

type RangeAccess = Extract<TableScan['access'], { readonly kind: 'range' }>;

/** The range of keys of an access; undefined when a bound is null, so that no row qualifies. */
function keyRange(
  plan: TableScan,
  access: RangeAccess,
  context: StatementContext,
): KeyRange | undefined {
  const encoder = primaryKeyEncoder(plan.table)!;
  const prefix = evaluateTuple(access.prefix, context);
  if (prefix === undefined) return undefined;
  const prefixKey = encoder.encodeTuple(prefix).slice();
  let start: Uint8Array | undefined = prefixKey;
  let end = prefix.length === 0 ? undefined : prefixEnd(prefixKey);
  if (access.lower !== undefined) {
    const bound = evaluateTuple([access.lower.value], context);
    if (bound === undefined) return undefined;
    const key = encoder.encodeTuple([...prefix, ...bound]).slice();
    start = access.lower.inclusive ? key : prefixEnd(key);
    // Nothing sorts after a key of ff bytes only.
    if (start === undefined) return undefined;
  }
  if (access.upper !== undefined) {
    const bound = evaluateTuple([access.upper.value], context);
    if (bound === undefined) return undefined;
    const key = encoder.encodeTuple([...prefix, ...bound]).slice();
    end = access.upper.inclusive ? prefixEnd(key) : key;
  }
  if (end !== undefined && compareBytes(start, end) >= 0) return undefined;
  return { start, end };
}
