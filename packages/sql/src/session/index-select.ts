/**
 * The short way of `SELECT columns FROM t WHERE indexed = $1`: the entries of one value of an index, and the row that each of
 * them names, in one snapshot. What the statement means is the plan's business: a plan of any other shape has no short way.
 *
 * Runs to its end within one call, so that one instance serves all callers; a value that many rows have is not for it, because
 * nobody else would get a turn meanwhile.
 */
import { AlopexError, PENDING, keyspaceId, prefixEnd, type KeyspaceId } from '@alopex-db/core/base';
import type { Store, Transaction, ValueSlot } from '@alopex-db/core';
import type { DataType } from '@alopex-db/core/types';
import type { TableDef } from '../catalog/table-def.ts';
import type { CompiledQuery } from '../plan/compiled-statement.ts';
import type { Access } from '../plan/physical.ts';
import type { KeyEncoder } from '../storage/key-encoder.ts';
import { indexKeyEncoder } from '../storage/ordered-entries.ts';
import { keyValues, partsOf, type KeyPart } from './key-parts.ts';
import type { OutputForm } from './output-value.ts';
import { wrongCount, zoneContext } from './parameters.ts';
import { columnsOfScan } from './scan-shape.ts';
import type { BuiltRow } from './row-shape.ts';
import type { SqlValue } from './session.ts';
import { StoredRowReader } from './stored-row-reader.ts';

/** More rows than this are read with turns for others in between. */
const ROWS_MAX = 256;
const NO_BYTES = new Uint8Array(0);
const READING = Object.freeze({ readOnly: true } as const);

type IndexAccess = Extract<Access, { readonly kind: 'index' }>;

/** Undefined when the plan is not a read of the rows of one value of an index. */
export function indexSelectOf(query: CompiledQuery): IndexSelect | undefined {
  const shape = columnsOfScan(query.plan);
  if (shape === undefined) return undefined;
  const { scan, ordinals } = shape;
  const { access } = scan;
  if (access.kind !== 'index' || access.prefixes.length !== 1) return undefined;
  if (access.lower !== undefined || access.upper !== undefined) return undefined;
  const parts = partsOf(access.prefixes[0]!);
  if (parts === undefined || parts.length === 0) return undefined;
  return new IndexSelect(
    query,
    { table: scan.table, access, reverse: scan.reverse },
    ordinals,
    parts,
  );
}

interface IndexScan {
  readonly table: TableDef;
  readonly access: IndexAccess;
  readonly reverse: boolean;
}

export class IndexSelect {
  readonly kind = 'index-select';
  readonly #scan: IndexScan;
  readonly #rows: KeyspaceId;
  readonly #entries: KeyspaceId;
  readonly #parameterTypes: readonly DataType[];
  readonly #parts: readonly KeyPart[];
  readonly #encoder: KeyEncoder;
  readonly #reader: StoredRowReader;
  readonly #slot: ValueSlot = { bytes: NO_BYTES, start: 0, end: 0 };

  constructor(
    query: CompiledQuery,
    scan: IndexScan,
    ordinals: readonly number[],
    parts: readonly KeyPart[],
  ) {
    this.#scan = scan;
    this.#rows = keyspaceId(scan.table.id);
    this.#entries = keyspaceId(scan.access.index.keyspace);
    this.#parameterTypes = query.parameterTypes;
    this.#parts = parts;
    this.#encoder = indexKeyEncoder(scan.access.index);
    const names = query.columns.map(({ name }) => name);
    this.#reader = new StoredRowReader(scan.table, names, ordinals);
  }

  /** The rows in index order, at most `rowsMax`; undefined when it is not for the short way after all. */
  read(
    store: Store,
    params: readonly SqlValue[],
    form: OutputForm,
    rowsMax: number,
  ): BuiltRow[] | undefined {
    const types = this.#parameterTypes;
    if (params.length !== types.length) throw wrongCount(params.length, types.length);
    const tuple = keyValues(this.#parts, params, types, zoneContext(form.timeZone));
    if (tuple === undefined) return [];
    const start = this.#encoder.encodeTuple(tuple).slice();
    const transaction = store.begin(READING);
    try {
      return this.#readRange(transaction, start, form, rowsMax);
    } finally {
      transaction.rollback();
    }
  }

  #readRange(
    transaction: Transaction,
    start: Uint8Array,
    form: OutputForm,
    rowsMax: number,
  ): BuiltRow[] | undefined {
    const rows: BuiltRow[] = [];
    const slot = this.#slot;
    const { reverse } = this.#scan;
    const entries = transaction.scan(this.#entries, { start, end: prefixEnd(start), reverse });
    try {
      while (rows.length < rowsMax) {
        const more = entries.advance();
        if (more === PENDING || rows.length === ROWS_MAX) return undefined;
        if (!more) break;
        const { bytes, start: from, end } = entries.value;
        const found = transaction.read(this.#rows, bytes.subarray(from, end), slot);
        if (found === PENDING) return undefined;
        if (!found) throw missingRow(this.#scan.table);
        rows.push(this.#reader.read(slot, form));
      }
      return rows;
    } finally {
      entries.close();
    }
  }
}

function missingRow({ name }: TableDef): AlopexError {
  return new AlopexError('ALX_CORRUPT', `an entry of "${name}" names a row that is not there`, {
    hint: 'Run PRAGMA integrity_check.',
    table: name,
  });
}
