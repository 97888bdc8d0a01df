/**
 * Rows found through an index: its entries are read range by range, in index order, and each names the row to read. The
 * transaction's own entries are among them, because they lie in the same keyspace.
 */
import {
  AlopexError,
  PENDING,
  compareBytes,
  concatBytes,
  keyspaceId,
  prefixEnd,
  type Pending,
} from '@alopex-db/core/base';
import type { Cursor, KeyRange, ValueSlot } from '@alopex-db/core';
import { compileScalar, type Expression } from '@alopex-db/core/exec';
import type { Scalar } from '@alopex-db/core/types';
import type { IndexLayout } from '../catalog/index-layout.ts';
import type { Access, TableScan } from '../plan/physical.ts';
import type { KeyEncoder } from '../storage/key-encoder.ts';
import { indexKeyEncoder } from '../storage/ordered-entries.ts';
import type { StatementContext } from './statement-context.ts';

export type IndexAccess = Extract<Access, { readonly kind: 'index' }>;

const NO_BYTES = new Uint8Array(0);
/** Stands in front of a value that is not null, in columns that may be. */
const PRESENT = Uint8Array.of(1);

export class IndexRows {
  readonly key: ValueSlot = { bytes: NO_BYTES, start: 0, end: 0 };
  readonly value: ValueSlot = { bytes: NO_BYTES, start: 0, end: 0 };
  readonly #context: StatementContext;
  readonly #plan: TableScan;
  readonly #rows;
  readonly #entries;
  readonly #ranges: readonly KeyRange[];
  #next = 0;
  #cursor: Cursor | undefined;
  /** Set while the row of the entry under the cursor has not been read yet. */
  #isAtEntry = false;

  constructor(plan: TableScan, access: IndexAccess, context: StatementContext) {
    this.#plan = plan;
    this.#context = context;
    this.#rows = keyspaceId(plan.table.id);
    this.#entries = keyspaceId(access.index.keyspace);
    const ranges = indexRanges(access, context);
    this.#ranges = plan.reverse ? ranges.toReversed() : ranges;
  }

  advance(): boolean | Pending {
    for (;;) {
      if (this.#isAtEntry) return this.#readRow();
      this.#cursor ??= this.#openNext();
      if (this.#cursor === undefined) return false;
      const found = this.#cursor.advance();
      if (found === PENDING) return PENDING;
      if (found) {
        this.#isAtEntry = true;
      } else {
        this.#cursor.close();
        this.#cursor = undefined;
      }
    }
  }

  close(): void {
    this.#cursor?.close();
  }

  #openNext(): Cursor | undefined {
    const range = this.#ranges[this.#next];
    if (range === undefined) return undefined;
    this.#next += 1;
    const { reverse } = this.#plan;
    return this.#context.transaction.scan(this.#entries, { ...range, reverse });
  }

  #readRow(): true | Pending {
    const { bytes, start, end } = this.#cursor!.value;
    const key = bytes.subarray(start, end);
    const found = this.#context.transaction.read(this.#rows, key, this.value);
    if (found === PENDING) return PENDING;
    this.#isAtEntry = false;
    if (!found) {
      const { name } = this.#plan.table;
      throw new AlopexError('ALX_CORRUPT', `an entry of "${name}" names a row that is not there`);
    }
    this.key.bytes = key;
    this.key.end = key.length;
    return true;
  }
}

const encoders = new WeakMap<IndexLayout, KeyEncoder>();

/** One for all scans of an index, whose keys are copied at once: an encoder costs more than a short key. */
function encoderOf(index: IndexLayout): KeyEncoder {
  let encoder = encoders.get(index);
  if (encoder === undefined) {
    encoder = indexKeyEncoder(index);
    encoders.set(index, encoder);
  }
  return encoder;
}

/** In key order, each once. A range that compares with null is empty. */
function indexRanges(access: IndexAccess, context: StatementContext): readonly KeyRange[] {
  const encoder = encoderOf(access.index);
  const lower = access.lower && evaluate([access.lower.value], context);
  const upper = access.upper && evaluate([access.upper.value], context);
  if (access.lower !== undefined && lower === undefined) return [];
  if (access.upper !== undefined && upper === undefined) return [];
  const prefixes = access.prefixes
    .map((prefix) => evaluate(prefix, context))
    .filter((prefix) => prefix !== undefined)
    .map((values) => ({ values, bytes: encoder.encodeTuple(values).slice() }))
    .toSorted((left, right) => compareBytes(left.bytes, right.bytes));
  const ranges: KeyRange[] = [];
  for (const [at, prefix] of prefixes.entries()) {
    const before = prefixes[at - 1];
    if (before !== undefined && compareBytes(before.bytes, prefix.bytes) === 0) continue;
    const bounded = lower !== undefined || upper !== undefined;
    const range = bounded
      ? boundedRange(access, encoder, prefix.values, { lower, upper })
      : { start: prefix.bytes, end: prefixEnd(prefix.bytes) };
    if (range !== undefined) ranges.push(range);
  }
  return ranges;
}

interface BoundValues {
  readonly lower: readonly Scalar[] | undefined;
  readonly upper: readonly Scalar[] | undefined;
}

/** The entries between two bounds of the column behind the prefix, without nulls. DESC turns the bounds round. */
function boundedRange(
  access: IndexAccess,
  encoder: KeyEncoder,
  prefix: readonly Scalar[],
  { lower, upper }: BoundValues,
): KeyRange | undefined {
  const { descending, nullable } = access.index.columns[prefix.length]!.key;
  const first = descending ? upper : lower;
  const last = descending ? lower : upper;
  const firstInclusive = (descending ? access.upper : access.lower)?.inclusive;
  const lastInclusive = (descending ? access.lower : access.upper)?.inclusive;
  const before = encoder.encodeTuple(prefix).slice();
  const present = nullable ? concatBytes(before, PRESENT) : before;
  let start: Uint8Array | undefined = present;
  let end = prefixEnd(present);
  if (first !== undefined) {
    const key = encoder.encodeTuple([...prefix, ...first]).slice();
    start = firstInclusive === true ? key : prefixEnd(key);
  }
  if (last !== undefined) {
    const key = encoder.encodeTuple([...prefix, ...last]).slice();
    end = lastInclusive === true ? prefixEnd(key) : key;
  }
  // Nothing sorts after a key of ff bytes only.
  if (start === undefined || (end !== undefined && compareBytes(start, end) >= 0)) return undefined;
  return { start, end };
}

/** Undefined when a value is null: it equals nothing and bounds nothing. */
function evaluate(
  tuple: readonly Expression[],
  context: StatementContext,
): readonly Scalar[] | undefined {
  const values = tuple.map((expression) => compileScalar(expression)(context));
  return values.includes(null) ? undefined : values;
}
