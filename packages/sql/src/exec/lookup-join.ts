/**
 * A hash join that reads, for every batch of its left side, the right rows these left rows name by primary key, and no
 * others. The join itself is `core`'s, run over one left batch and its partners at a time, so it answers like the join of
 * the whole table.
 */
import { PENDING, compareBytes, keyspaceId, type Pending } from '@alopex-db/core/base';
import type { ValueSlot } from '@alopex-db/core';
import {
  compileExpression,
  compilePredicate,
  hashJoin,
  referencedColumns,
  type BatchIterator,
  type CompiledExpression,
  type CompiledPredicate,
  type Expression,
} from '@alopex-db/core/exec';
import { scalarAt, type Batch, type Scalar } from '@alopex-db/core/types';
import type { PhysicalPlan, TableScan } from '../plan/physical.ts';
import { primaryKeyEncoder, type KeyEncoder } from '../storage/key-encoder.ts';
import { RowDecoder } from './row-decoder.ts';
import type { StatementContext } from './statement-context.ts';

/** `lookup` and `right` of the plan, checked. */
export interface LookupJoinPlan {
  readonly join: Extract<PhysicalPlan, { readonly kind: 'hash-join' }>;
  readonly right: TableScan;
  readonly lookup: readonly Expression[];
}

export function* lookupJoin(plan: LookupJoinPlan, context: StatementContext): BatchIterator {
  const { join, right } = plan;
  const partners = new Partners(plan, context);
  const left = context.open(join.left);
  const leftTypes = join.left.columns.map(({ type }) => type);
  const rightTypes = right.columns.map(({ type }) => type);
  const { leftKeys, rightKeys, residual } = join;
  try {
    for (const batch of left) {
      if (batch === PENDING) {
        yield PENDING;
        continue;
      }
      context.check();
      partners.begin(batch);
      while (!partners.read()) yield PENDING;
      const found = partners.finish();
      const sides = {
        kind: join.join,
        left: once(batch),
        right: once(found),
        leftTypes,
        rightTypes,
      };
      yield* hashJoin({ ...sides, leftKeys, rightKeys, residual }, context, context);
    }
  } finally {
    left.return();
  }
}

function* once(batch: Batch | undefined): BatchIterator {
  if (batch !== undefined) yield batch;
}

/** Reads the rows of the keys that a left batch names, each once, in key order. */
class Partners {
  readonly #context: StatementContext;
  readonly #keyspace;
  readonly #encoder: KeyEncoder;
  readonly #decoder: RowDecoder;
  readonly #keys: readonly CompiledExpression[];
  readonly #filter: CompiledPredicate | undefined;
  readonly #filtered: readonly number[];
  readonly #key: ValueSlot = { bytes: new Uint8Array(0), start: 0, end: 0 };
  readonly #value: ValueSlot = { bytes: new Uint8Array(0), start: 0, end: 0 };
  #selection = new Int32Array(0);
  #wanted: readonly Uint8Array[] = [];
  #next = 0;

  constructor({ right, lookup }: LookupJoinPlan, context: StatementContext) {
    this.#context = context;
    this.#keyspace = keyspaceId(right.table.id);
    this.#encoder = primaryKeyEncoder(right.table)!;
    this.#decoder = new RowDecoder(right.table, right.ordinals, false);
    this.#keys = lookup.map((expression) => compileExpression(expression, context));
    this.#filter = right.filter === undefined ? undefined : compilePredicate(right.filter, context);
    this.#filtered = right.filter === undefined ? [] : referencedColumns(right.filter);
  }

  begin(batch: Batch): void {
    this.#decoder.clear();
    this.#next = 0;
    const columns = this.#keys.map((compiled) => compiled(batch));
    const keys: Uint8Array[] = [];
    for (let row = 0; row < batch.rowCount; row += 1) {
      const values: Scalar[] = columns.map((column) => scalarAt(column, row));
      // Null equals nothing, so nothing is looked up for it.
      if (!values.includes(null)) keys.push(this.#encoder.encodeTuple(values).slice());
    }
    keys.sort(compareBytes);
    this.#wanted = keys.filter((key, at) => at === 0 || compareBytes(key, keys[at - 1]!) !== 0);
  }

  /** False when a read is pending: nothing is lost, call again. */
  read(): boolean {
    for (; this.#next < this.#wanted.length; this.#next += 1) {
      const key = this.#wanted[this.#next]!;
      const found: boolean | Pending = this.#context.transaction.read(
        this.#keyspace,
        key,
        this.#value,
      );
      if (found === PENDING) return false;
      if (!found) continue;
      this.#key.bytes = key;
      this.#key.end = key.length;
      this.#decoder.push(this.#key, this.#value);
    }
    return true;
  }

  finish(): Batch | undefined {
    const { count } = this.#decoder;
    if (count === 0) return undefined;
    if (this.#filter === undefined) return this.#decoder.decodeAll();
    if (this.#selection.length < count) this.#selection = new Int32Array(count);
    return this.#decoder.decodeFiltered(this.#filtered, this.#filter, this.#selection, count);
  }
}
