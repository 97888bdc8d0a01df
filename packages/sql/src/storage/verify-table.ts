/**
 * Checks what a transaction sees of a table: its rows against its definition, its indexes against its rows, its foreign keys
 * against the rows they refer to.
 *
 *   1. each row decodes, lies under the key that its primary key makes, and holds no null where none may be
 *   2. each row has its entry in every index and UNIQUE constraint, and the entry names this row
 *   3. each foreign key of it refers to a row, unless it was added NOT VALID
 *   4. each index holds as many entries as rows have one; only where that fails each entry is held against the row it names
 *
 * Step 4 may count because no two rows share an entry: an entry names one row, and step 2 has found it to be the right one.
 * So as many entries as rows with one, none of them missed, leave no entry that is nobody's. CHECK conditions are not
 * evaluated: they may call functions whose answers change.
 */
import { PENDING, equalBytes, keyspaceId, toHex, type Pending } from '@alopex-db/core/base';
import type { Cursor, Transaction, ValueSlot } from '@alopex-db/core';
import type { Scalar } from '@alopex-db/core/types';
import { ordinalsOf, type ForeignKey } from '../catalog/foreign-key.ts';
import type { TableDef } from '../catalog/table-def.ts';
import { keyText } from './constraint-errors.ts';
import { ParentLookup } from './foreign-key-lookup.ts';
import { primaryKeyEncoder, type KeyEncoder } from './key-encoder.ts';
import { readRow } from './read-column.ts';
import type { TableIndex } from './table-index.ts';
import { tableIndexes } from './table-indexes.ts';
import { layoutsOf } from './table-layouts.ts';

export interface TableProblem {
  /** `schema.name` */
  readonly table: string;
  /** The index or constraint that is wrong; undefined when it is the row. */
  readonly index: string | undefined;
  readonly what: string;
}

export interface VerifyTableOptions {
  readonly transaction: Transaction;
  /** The tables that foreign keys may refer to, by id. */
  readonly tables: ReadonlyMap<number, TableDef>;
  readonly report: (problem: TableProblem) => void;
}

/** `public.t, t_a_key: has no entry for the row (id)=(1)` */
export function tableProblemText({ table, index, what }: TableProblem): string {
  return index === undefined ? `${table}: ${what}` : `${table}, ${index}: ${what}`;
}

/** Rows or entries between two steps. */
const STEP_ROWS = 256;
const NO_BYTES = new Uint8Array(0);

interface IndexCheck {
  readonly index: TableIndex;
  /** Rows that have an entry. */
  expected: number;
  hasMissing: boolean;
}

interface ReferenceCheck {
  readonly key: ForeignKey;
  readonly parent: TableDef;
  readonly ordinals: readonly number[];
  readonly lookup: ParentLookup;
}

/** Each step is PENDING, or the number of rows and entries looked at since the last one. */
export function* verifyTable(
  table: TableDef,
  options: VerifyTableOptions,
): Generator<Pending | number, void, void> {
  yield* new TableCheck(table, options).run();
}

class TableCheck {
  readonly #table: TableDef;
  readonly #options: VerifyTableOptions;
  readonly #keys: KeyEncoder | undefined;
  readonly #required: readonly number[];
  readonly #indexes: readonly IndexCheck[];
  readonly #references: readonly ReferenceCheck[];
  readonly #slot: ValueSlot = { bytes: NO_BYTES, start: 0, end: 0 };

  constructor(table: TableDef, options: VerifyTableOptions) {
    this.#table = table;
    this.#options = options;
    this.#keys = primaryKeyEncoder(table);
    this.#required = [...table.columns.keys()].filter((ordinal) => table.columns[ordinal]!.notNull);
    this.#indexes = tableIndexes(table).map((index) => ({
      index,
      expected: 0,
      hasMissing: false,
    }));
    this.#references = this.#findReferences();
  }

  *run(): Generator<Pending | number, void, void> {
    yield* this.#each(this.#table.id, (rows) => this.#checkRow(rows));
    for (const check of this.#indexes) {
      let count = 0;
      yield* this.#each(check.index.keyspace, () => {
        count += 1;
      });
      if (count === check.expected && !check.hasMissing) continue;
      yield* this.#each(check.index.keyspace, (entries) => this.#checkEntry(check.index, entries));
    }
  }

  *#each(
    keyspace: number,
    visit: (cursor: Cursor) => Generator<Pending, void, void> | void,
  ): Generator<Pending | number, void, void> {
    const cursor = this.#options.transaction.scan(keyspaceId(keyspace));
    let sinceStep = 0;
    try {
      for (;;) {
        const found = cursor.advance();
        if (found === PENDING) {
          yield PENDING;
          continue;
        }
        if (!found) break;
        const waiting = visit(cursor);
        if (waiting !== undefined) yield* waiting;
        sinceStep += 1;
        if (sinceStep < STEP_ROWS) continue;
        yield sinceStep;
        sinceStep = 0;
      }
    } finally {
      cursor.close();
    }
    yield sinceStep;
  }

  *#checkRow(rows: Cursor): Generator<Pending, void, void> {
    const { bytes, start, end } = rows.key;
    const rowKey = bytes.subarray(start, end);
    const row = this.#decode(rows.value, rowKey);
    if (row === undefined) return;
    const missing = this.#required.filter((ordinal) => row[ordinal] === null);
    for (const ordinal of missing)
      this.#problem(
        undefined,
        `a null in column "${this.#table.columns[ordinal]!.name}" of ${this.#name(row, rowKey)}`,
      );
    if (this.#keys !== undefined && !equalBytes(this.#keys.encodeRow(row), rowKey))
      this.#problem(
        undefined,
        `${this.#name(row, rowKey)} lies under another key: ${toHex(rowKey)}`,
      );
    for (const check of this.#indexes) yield* this.#checkEntryOf(check, row, rowKey);
    for (const reference of this.#references) yield* this.#checkReference(reference, row, rowKey);
  }

  *#checkEntryOf(
    check: IndexCheck,
    row: readonly Scalar[],
    rowKey: Uint8Array,
  ): Generator<Pending, void, void> {
    const { index } = check;
    const entry = index.entryOf(row, rowKey);
    if (entry === undefined) return;
    check.expected += 1;
    if (!(yield* this.#read(index.keyspace, entry))) {
      check.hasMissing = true;
      this.#problem(index.name, `has no entry for ${this.#name(row, rowKey)}`);
      return;
    }
    const { bytes, start, end } = this.#slot;
    if (equalBytes(bytes.subarray(start, end), index.valueOf(row, rowKey))) return;
    if (index.holdsValues) {
      this.#problem(index.name, `the entry for ${this.#name(row, rowKey)} holds another vector`);
      return;
    }
    // Not `hasMissing`: the entry is there, and who it names is looked at below if the counts differ.
    this.#problem(index.name, `the entry for ${this.#name(row, rowKey)} names another row`);
  }

  *#checkReference(
    { key, parent, ordinals, lookup }: ReferenceCheck,
    row: readonly Scalar[],
    rowKey: Uint8Array,
  ): Generator<Pending, void, void> {
    const values = ordinals.map((ordinal) => row[ordinal]!);
    const nulls = values.filter((value) => value === null).length;
    if (nulls > 0) {
      if (key.match === 'full' && nulls < values.length)
        this.#problem(key.name, `${this.#name(row, rowKey)} mixes null and other values`);
      return;
    }
    if (yield* lookup.has(values, this.#options.transaction)) return;
    const what = `${keyText(this.#table, ordinals, values)} is not present in table "${parent.name}"`;
    this.#problem(key.name, what);
  }

  *#checkEntry(index: TableIndex, entries: Cursor): Generator<Pending, void, void> {
    const { bytes, start, end } = entries.key;
    const named = index.holdsValues ? entries.key : entries.value;
    const rowKey = named.bytes.slice(named.start, named.end);
    if (!(yield* this.#read(this.#table.id, rowKey))) {
      this.#problem(index.name, `an entry names a row that is not there: ${toHex(rowKey)}`);
      return;
    }
    const row = this.#tryDecode(this.#slot);
    if (row === undefined) return;
    const entry = index.entryOf(row, rowKey);
    if (entry !== undefined && equalBytes(entry, bytes.subarray(start, end))) return;
    this.#problem(index.name, `an entry with other values names ${this.#name(row, rowKey)}`);
  }

  *#read(keyspace: number, key: Uint8Array): Generator<Pending, boolean, void> {
    for (;;) {
      const found = this.#options.transaction.read(keyspaceId(keyspace), key, this.#slot);
      if (found !== PENDING) return found;
      yield PENDING;
    }
  }

  #decode(value: ValueSlot, rowKey: Uint8Array): readonly Scalar[] | undefined {
    const row = this.#tryDecode(value);
    if (row === undefined)
      this.#problem(undefined, `the row under key ${toHex(rowKey)} cannot be decoded`);
    return row;
  }

  /** Checksums hold, so bytes that are no row were written by a fault of ours, and any error may come of it. */
  #tryDecode({ bytes, start, end }: ValueSlot): readonly Scalar[] | undefined {
    try {
      return readRow(layoutsOf(this.#table), bytes.subarray(0, end), start);
    } catch {
      return undefined;
    }
  }

  #findReferences(): readonly ReferenceCheck[] {
    const found: ReferenceCheck[] = [];
    for (const key of this.#table.foreignKeys ?? []) {
      if (key.notValid === true) continue;
      const parent = this.#options.tables.get(key.parent);
      if (parent === undefined) {
        this.#problem(key.name, 'the table it refers to is not there');
        continue;
      }
      const ordinals = ordinalsOf(this.#table, key.columns);
      found.push({ key, parent, ordinals, lookup: new ParentLookup(key, parent) });
    }
    return found;
  }

  #name(row: readonly Scalar[], rowKey: Uint8Array): string {
    const columns = this.#table.primaryKey?.columns;
    if (columns === undefined) return `the row under key ${toHex(rowKey)}`;
    const values = columns.map((ordinal) => row[ordinal]!);
    return `the row ${keyText(this.#table, columns, values)}`;
  }

  #problem(index: string | undefined, what: string): void {
    const { schema, name } = this.#table;
    this.#options.report({ table: `${schema}.${name}`, index, what });
  }
}
