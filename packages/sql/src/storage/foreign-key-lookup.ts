/**
 * Finds the rows at both ends of a foreign key: the row of the parent that some values refer to, and the rows of the child that
 * refer to some values. The first is one read. The second uses an index that begins with the referring columns, where there is
 * one, else it reads the whole table.
 */
import { PENDING, assert, keyspaceId, prefixEnd, type Pending } from '@alopex-db/core/base';
import type { KeyRange, Transaction, ValueSlot } from '@alopex-db/core';
import { compareScalars } from '@alopex-db/core/compute';
import type { DataType, Scalar } from '@alopex-db/core/types';
import { ordinalsOf, referredKey, type ForeignKey } from '../catalog/foreign-key.ts';
import { indexLayouts, type IndexLayout } from '../catalog/index-layout.ts';
import type { TableDef } from '../catalog/table-def.ts';
import { primaryKeyEncoder, type KeyEncoder } from './key-encoder.ts';
import { readColumn, readRow } from './read-column.ts';
import { layoutsOf } from './table-layouts.ts';
import { indexKeyEncoder } from './ordered-entries.ts';

const NO_BYTES = new Uint8Array(0);

/** The parent's row for the values of a foreign key. */
export class ParentLookup {
  readonly #parent: TableDef;
  readonly #encoder: KeyEncoder;
  /** The index the key is found by; undefined for the primary key. */
  readonly #index: IndexLayout | undefined;
  /** For each column of the parent's key: which of the values it is. */
  readonly #positions: readonly number[];
  readonly #types: readonly DataType[];

  constructor(key: ForeignKey, parent: TableDef) {
    this.#parent = parent;
    const referred = referredKey(parent, key.parentColumns);
    assert(referred !== undefined, 'a foreign key refers to a key');
    const ordinals = ordinalsOf(parent, key.parentColumns);
    this.#positions = referred.columns.map((ordinal) => ordinals.indexOf(ordinal));
    this.#types = referred.columns.map((ordinal) => parent.columns[ordinal]!.type);
    this.#index =
      referred === parent.primaryKey
        ? undefined
        : indexLayouts(parent).find(({ name }) => name === referred.name);
    this.#encoder =
      this.#index === undefined ? primaryKeyEncoder(parent)! : indexKeyEncoder(this.#index);
  }

  /** The key of the parent's row, with the key that is referred to locked, or undefined. Values are in the order of the foreign key's columns. */
  *lock(
    values: readonly Scalar[],
    transaction: Transaction,
  ): Generator<Pending, Uint8Array | undefined, void> {
    const entry = this.#entryOf(values);
    if (entry === undefined) return undefined;
    const keyspace = keyspaceId(this.#index === undefined ? this.#parent.id : this.#index.keyspace);
    // The lock comes first: it fails when the key was taken away after the snapshot, which a read would not tell. It is on the
    // key alone, row or index entry: who changes other columns of the row is not in the way.
    while (transaction.lock(keyspace, entry, KEY_SHARE) === PENDING) yield PENDING;
    if (this.#index !== undefined) return yield* this.#read(entry, transaction);
    for (;;) {
      const found = transaction.read(keyspace, entry, slot);
      if (found !== PENDING) return found ? entry : undefined;
      yield PENDING;
    }
  }

  /** Whether the transaction sees a row of the parent with these values; locks nothing. */
  *has(values: readonly Scalar[], transaction: Transaction): Generator<Pending, boolean, void> {
    const rowKey = yield* this.#keyOf(values, transaction);
    if (rowKey === undefined) return false;
    for (;;) {
      const found = transaction.read(keyspaceId(this.#parent.id), rowKey, slot);
      if (found !== PENDING) return found;
      yield PENDING;
    }
  }

  /** Where the parent's row would lie. */
  *#keyOf(
    values: readonly Scalar[],
    transaction: Transaction,
  ): Generator<Pending, Uint8Array | undefined, void> {
    const entry = this.#entryOf(values);
    if (entry === undefined || this.#index === undefined) return entry;
    return yield* this.#read(entry, transaction);
  }

  /** The primary key, or the key in the index, that holds these values; undefined when it cannot hold them. */
  #entryOf(values: readonly Scalar[]): Uint8Array | undefined {
    const tuple = this.#positions.map((position) => values[position]!);
    if (tuple.some((value, index) => !fits(value!, this.#types[index]!))) return undefined;
    return this.#encoder.encodeTuple(tuple).slice();
  }

  *#read(
    entry: Uint8Array,
    transaction: Transaction,
  ): Generator<Pending, Uint8Array | undefined, void> {
    const keyspace = keyspaceId(this.#index!.keyspace);
    for (;;) {
      const key = transaction.get(keyspace, entry);
      if (key !== PENDING) return key;
      yield PENDING;
    }
  }
}

const KEY_SHARE = Object.freeze({ mode: 'key share' } as const);
const slot: ValueSlot = { bytes: NO_BYTES, start: 0, end: 0 };

const INTEGER_LIMITS: Readonly<Partial<Record<DataType['kind'], number>>> = {
  int16: 0x8000,
  int32: 0x8000_0000,
};

/** A BIGINT that refers to an INTEGER may be too large to be there. */
function fits(value: Scalar, type: DataType): boolean {
  const limit = INTEGER_LIMITS[type.kind];
  return limit === undefined || (Number(value) >= -limit && Number(value) < limit);
}

export interface ChildRow {
  readonly key: Uint8Array;
  readonly row: Scalar[];
}

/** The child's rows that refer to some values. */
export class ChildLookup {
  readonly #child: TableDef;
  readonly #ordinals: readonly number[];
  readonly #types: readonly DataType[];
  readonly #path: { readonly keyspace: number; readonly encoder: KeyEncoder } | undefined;

  constructor(key: ForeignKey, child: TableDef) {
    this.#child = child;
    this.#ordinals = ordinalsOf(child, key.columns);
    this.#types = this.#ordinals.map((ordinal) => child.columns[ordinal]!.type);
    this.#path = lookupPath(child, this.#ordinals);
  }

  /** Values in the order of the foreign key's columns, none null. */
  *find(
    values: readonly Scalar[],
    transaction: Transaction,
  ): Generator<Pending, readonly ChildRow[], void> {
    // A value that the child's type cannot hold would be cut when it is encoded.
    if (values.some((value, index) => !fits(value!, this.#types[index]!))) return [];
    const path = this.#path;
    if (path === undefined) return yield* this.#scan({}, values, transaction);
    const prefix = path.encoder.encodeTuple(values).slice();
    const range: KeyRange = { start: prefix, end: prefixEnd(prefix) };
    if (path.keyspace === this.#child.id) return yield* this.#scan(range, values, transaction);
    const found: ChildRow[] = [];
    const entries = transaction.scan(keyspaceId(path.keyspace), range);
    try {
      for (;;) {
        const more = entries.advance();
        if (more === PENDING) {
          yield PENDING;
          continue;
        }
        if (!more) return found;
        const { bytes, start, end } = entries.value;
        const key = bytes.slice(start, end);
        const row = yield* this.read(key, transaction);
        if (row !== undefined) found.push({ key, row });
      }
    } finally {
      entries.close();
    }
  }

  /** The row under a key, as it is now. */
  *read(key: Uint8Array, transaction: Transaction): Generator<Pending, Scalar[] | undefined, void> {
    const at: ValueSlot = { bytes: NO_BYTES, start: 0, end: 0 };
    for (;;) {
      const found = transaction.read(keyspaceId(this.#child.id), key, at);
      if (found !== PENDING)
        return found ? readRow(layoutsOf(this.#child), at.bytes, at.start) : undefined;
      yield PENDING;
    }
  }

  *#scan(
    range: KeyRange,
    values: readonly Scalar[],
    transaction: Transaction,
  ): Generator<Pending, readonly ChildRow[], void> {
    const layouts = layoutsOf(this.#child);
    const found: ChildRow[] = [];
    const rows = transaction.scan(keyspaceId(this.#child.id), range);
    try {
      for (;;) {
        const more = rows.advance();
        if (more === PENDING) {
          yield PENDING;
          continue;
        }
        if (!more) return found;
        const { bytes, start } = rows.value;
        const refers = this.#ordinals.every((ordinal, index) =>
          sameKey(this.#types[index]!, readColumn(layouts, ordinal, bytes, start), values[index]!),
        );
        if (!refers) continue;
        const key = rows.key.bytes.slice(rows.key.start, rows.key.end);
        found.push({ key, row: readRow(layouts, bytes, start) });
      }
    } finally {
      rows.close();
    }
  }
}

/** The primary key or an index whose first columns are these, in this order, ascending. */
function lookupPath(
  child: TableDef,
  ordinals: readonly number[],
): { readonly keyspace: number; readonly encoder: KeyEncoder } | undefined {
  const beginsWith = (columns: readonly number[]): boolean =>
    ordinals.every((ordinal, index) => columns[index] === ordinal);
  if (child.primaryKey !== undefined && beginsWith(child.primaryKey.columns))
    return { keyspace: child.id, encoder: primaryKeyEncoder(child)! };
  const index = indexLayouts(child).find(({ columns }) =>
    beginsWith(columns.map(({ ordinal }) => ordinal)),
  );
  return index && { keyspace: index.keyspace, encoder: indexKeyEncoder(index) };
}

/** Whether two values of a key are equal, as `=` says: 2 and 2.00, a day and 24 hours, NaN and NaN. Null equals nothing. */
export function sameKey(type: DataType, left: Scalar, right: Scalar): boolean {
  return left !== null && right !== null && compareScalars(type, left, right) === 0;
}
