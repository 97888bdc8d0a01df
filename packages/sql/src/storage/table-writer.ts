/**
 * Writes rows of one table inside one transaction, with the entries of its indexes. NOT NULL and uniqueness are
 * checked here, CHECK conditions by the operators, which have them compiled.
 *
 * A row is first prepared (encoded), then written. A write may answer PENDING, when another transaction holds a lock: the
 * same call is then made again, and goes on where it stopped. In between nothing else is prepared.
 */
import { PENDING, assert, equalBytes, keyspaceId } from '@alopex-db/core/base';
import type { KeyspaceId, Pending } from '@alopex-db/core/base';
import type { Transaction, ValueSlot } from '@alopex-db/core';
import { isValid, type ColumnVector, type Scalar } from '@alopex-db/core/types';
import type { TableDef } from '../catalog/table-def.ts';
import { notNullViolation, uniqueViolation } from './constraint-errors.ts';
import { primaryKeyEncoder, type KeyEncoder } from './key-encoder.ts';
import { readRow } from './read-column.ts';
import { RowEncoder } from './row-encoder.ts';
import { writeNumber, type NumberAllocator } from './number-allocator.ts';
import { layoutsOf, type TableLayouts } from './table-layouts.ts';
import type { TableIndex } from './table-index.ts';
import { tableIndexes } from './table-indexes.ts';

const NO_BYTES = new Uint8Array(0);

/** The row that stands in the way of an insert. */
export interface ConflictingRow {
  readonly constraint: string;
  readonly key: Uint8Array;
}

export class TableWriter {
  readonly table: TableDef;
  readonly layouts: TableLayouts;
  readonly keyspace: KeyspaceId;
  readonly indexes: readonly TableIndex[];
  #transaction: Transaction;
  readonly #numbers: NumberAllocator;
  readonly #encoder: RowEncoder;
  readonly #keys: KeyEncoder | undefined;
  readonly #requiredOrdinals: readonly number[];
  readonly #hiddenKey = new Uint8Array(8);
  /** The prepared row. */
  #key: Uint8Array = NO_BYTES;
  #value: Uint8Array = NO_BYTES;
  readonly #entries: (Uint8Array | undefined)[] = [];
  readonly #entryValues: Uint8Array[] = [];
  /** How many writes of the prepared row are done; not 0 only after a PENDING. */
  #written = 0;

  constructor(table: TableDef, transaction: Transaction, numbers: NumberAllocator) {
    this.table = table;
    this.layouts = layoutsOf(table);
    this.keyspace = keyspaceId(table.id);
    this.indexes = tableIndexes(table);
    this.#transaction = transaction;
    this.#numbers = numbers;
    this.#encoder = new RowEncoder(this.layouts.current);
    this.#keys = primaryKeyEncoder(table);
    this.#requiredOrdinals = [...table.columns.keys()].filter(
      (ordinal) =>
        table.columns[ordinal]!.notNull || table.primaryKey?.columns.includes(ordinal) === true,
    );
  }

  /** Goes on in another transaction; encoders are kept. */
  attach(transaction: Transaction): void {
    this.#transaction = transaction;
    this.#written = 0;
  }

  /** Key of the prepared row; valid until the next one is prepared. */
  get key(): Uint8Array {
    return this.#key;
  }

  /** Stored form of the prepared row; valid until the next one is prepared. */
  get value(): Uint8Array {
    return this.#value;
  }

  /** `values[i]` belongs to column i and has its type. With `key` the row keeps that hidden id. */
  prepareScalars(values: readonly Scalar[], key?: Uint8Array): void {
    assert(this.#written === 0, 'the prepared row was written to its end');
    for (const ordinal of this.#requiredOrdinals) {
      if (values[ordinal] === null) throw notNullViolation(this.table, ordinal, values);
    }
    this.#value = this.#encoder.encodeScalars(values);
    this.#key = this.#keys?.encodeRow(values) ?? key ?? this.#nextHiddenKey();
    for (let index = 0; index < this.indexes.length; index += 1) {
      const entry = this.indexes[index]!.entryOf(values, this.#key);
      this.#entries[index] = entry;
      if (entry === undefined) continue;
      this.#entryValues[index] = this.indexes[index]!.valueOf(values, this.#key);
    }
  }

  /** Row `row` of a batch that holds the table's columns in order. */
  prepareBatchRow(vectors: readonly ColumnVector[], row: number, key?: Uint8Array): void {
    assert(this.#written === 0, 'the prepared row was written to its end');
    this.#value = this.#encoder.encodeBatchRow(vectors, row);
    for (const ordinal of this.#requiredOrdinals) {
      if (!isValid(vectors[ordinal]!, row)) {
        throw notNullViolation(this.table, ordinal, this.preparedScalars());
      }
    }
    this.#key = this.#keys?.encodeBatchRow(vectors, row) ?? key ?? this.#nextHiddenKey();
    for (let index = 0; index < this.indexes.length; index += 1) {
      const entry = this.indexes[index]!.batchEntryOf(vectors, row, this.#key);
      this.#entries[index] = entry;
      if (entry === undefined) continue;
      this.#entryValues[index] = this.indexes[index]!.batchValueOf(vectors, row, this.#key);
    }
  }

  /** The prepared row as scalars: for messages and rare paths. */
  preparedScalars(): Scalar[] {
    return readRow(this.layouts, this.#value, 0);
  }

  /** Writes the prepared row as a new one. ALX_UNIQUE_VIOLATION when a key is taken. */
  insert(): void | Pending {
    if (this.#written === 0) {
      const done = this.#insertRow();
      if (done === PENDING) return PENDING;
      this.#written = 1;
    }
    if (this.indexes.length > 0 && this.#insertEntries() === PENDING) return PENDING;
    this.#written = 0;
  }

  #insertRow(): void | Pending {
    // A hidden id is never taken, so its row needs no check.
    if (this.#keys === undefined) {
      return this.#transaction.put(this.keyspace, this.#key, this.#value);
    }
    const free = this.#transaction.insert(this.keyspace, this.#key, this.#value);
    if (free === PENDING) return PENDING;
    if (!free) throw this.primaryKeyViolation();
  }

  #insertEntries(): void | Pending {
    for (; this.#written <= this.indexes.length; this.#written += 1) {
      const position = this.#written - 1;
      const entry = this.#entries[position];
      if (entry === undefined) continue;
      const index = this.indexes[position]!;
      const value = this.#entryValues[position]!;
      if (!index.unique) {
        if (this.#transaction.put(index.keyspace, entry, value) === PENDING) return PENDING;
        continue;
      }
      const free = this.#transaction.insert(index.keyspace, entry, value);
      if (free === PENDING) return PENDING;
      if (!free) throw this.entryViolation(index);
    }
  }

  primaryKeyViolation(row = this.preparedScalars()): Error {
    this.#written = 0;
    const { name, columns } = this.table.primaryKey!;
    return uniqueViolation(this.table, name, columns, row);
  }

  entryViolation(index: TableIndex, row = this.preparedScalars()): Error {
    this.#written = 0;
    return uniqueViolation(this.table, index.name, index.ordinals, row);
  }

  /**
   * The row that the prepared one would conflict with; `target` names the only constraint to look at ('primary' for the
   * primary key). Reads only, so it may simply be called again after PENDING.
   */
  findConflict(target: string | undefined): ConflictingRow | undefined | Pending {
    const primary = this.table.primaryKey;
    if (primary !== undefined && (target === undefined || target === 'primary')) {
      const found = this.#transaction.read(this.keyspace, this.#key, this.#slot);
      if (found === PENDING) return PENDING;
      if (found) return { constraint: primary.name, key: this.#key.slice() };
    }
    for (const [position, index] of this.indexes.entries()) {
      const entry = this.#entries[position];
      if (entry === undefined || !index.unique || (target !== undefined && target !== index.name))
        continue;
      const key = this.#transaction.get(index.keyspace, entry);
      if (key === PENDING) return PENDING;
      if (key !== undefined) return { constraint: index.name, key };
    }
    return undefined;
  }

  readonly #slot: ValueSlot = { bytes: NO_BYTES, start: 0, end: 0 };

  /** The visible row under `key`; the slot is valid until the next call. */
  readRow(key: Uint8Array): ValueSlot | undefined | Pending {
    const found = this.#transaction.read(this.keyspace, key, this.#slot);
    if (found === PENDING) return PENDING;
    return found ? this.#slot : undefined;
  }

  /** True when the prepared row lies under another key than `oldKey`. */
  movesFrom(oldKey: Uint8Array): boolean {
    return this.#keys !== undefined && !equalBytes(this.#key, oldKey);
  }

  /** Key of the prepared row's entry in index `position`. */
  preparedEntry(position: number): Uint8Array | undefined {
    return this.#entries[position];
  }

  /** What that entry holds; there when the entry is. */
  preparedEntryValue(position: number): Uint8Array {
    return this.#entryValues[position]!;
  }

  #nextHiddenKey(): Uint8Array {
    writeNumber(this.#hiddenKey, this.#numbers.next(this.table.id));
    return this.#hiddenKey;
  }
}
