/**
 * The short way of `SELECT columns FROM t WHERE key = $1`: encode the key, read the newest committed row, build the object.
 * No transaction object, no operators, nothing allocated but the row. What the statement means is the plan's business: a
 * plan of any other shape has no short way.
 *
 * Runs to its end within one call, so that one instance serves all callers.
 */
import { PENDING, keyspaceId, type KeyspaceId, type Pending } from '@alopex-db/core/base';
import type { ValueSlot } from '@alopex-db/core';
import type { DataType, Scalar } from '@alopex-db/core/types';
import type { TableDef } from '../catalog/table-def.ts';
import type { CompiledQuery } from '../plan/compiled-statement.ts';
import type { PhysicalPlan, TableScan } from '../plan/physical.ts';
import { primaryKeyEncoder, type KeyEncoder } from '../storage/key-encoder.ts';
import { readRow } from '../storage/read-column.ts';
import { layoutsOf, type TableLayouts } from '../storage/table-layouts.ts';
import { createValueReader } from '../storage/value-reader.ts';
import { keyParts, type KeyPart } from './key-parts.ts';
import { outputConversion, type OutputForm } from './output-value.ts';
import { convertParameter, wrongCount } from './parameters.ts';
import {
  attachToJson,
  createStoredRowBuilder,
  type BuiltRow,
  type StoredGetter,
  type StoredRowBuilder,
} from './row-shape.ts';
import type { SqlValue } from './session.ts';

/** Reads the row of a key: `store.readLatest`, or a transaction's `read`. */
export interface KeyReader {
  (keyspace: KeyspaceId, key: Uint8Array, slot: ValueSlot): boolean | Pending;
}

/** Undefined when the plan is not a read of one row by its key. */
export function pointSelectOf(query: CompiledQuery): PointSelect | undefined {
  const shape = shapeOf(query.plan);
  if (shape === undefined) return undefined;
  const { scan, ordinals } = shape;
  const parts = keyParts(scan);
  if (parts === undefined) return undefined;
  return new PointSelect(query, scan.table, ordinals, parts);
}

interface PointShape {
  readonly scan: TableScan;
  /** Columns of the table, as the result shows them. */
  readonly ordinals: readonly number[];
}

function shapeOf(plan: PhysicalPlan): PointShape | undefined {
  if (plan.kind === 'table-scan') {
    if (plan.filter !== undefined || plan.withRowKey || plan.limit !== undefined) return undefined;
    return { scan: plan, ordinals: plan.ordinals };
  }
  if (plan.kind !== 'project') return undefined;
  const input = shapeOf(plan.input);
  if (input === undefined) return undefined;
  const ordinals: number[] = [];
  for (const expression of plan.expressions) {
    if (expression.kind !== 'column') return undefined;
    ordinals.push(input.ordinals[expression.index]!);
  }
  return { scan: input.scan, ordinals };
}

const NO_BYTES = new Uint8Array(0);

export class PointSelect {
  readonly kind = 'point-select';
  readonly #table: TableDef;
  readonly #keyspace: KeyspaceId;
  readonly #names: readonly string[];
  readonly #ordinals: readonly number[];
  readonly #parameterTypes: readonly DataType[];
  readonly #parts: readonly KeyPart[];
  readonly #keys: KeyEncoder;
  readonly #layouts: TableLayouts;
  readonly #tuple: Scalar[];
  readonly #slot: ValueSlot = { bytes: NO_BYTES, start: 0, end: 0 };
  #view: DataView = new DataView(NO_BYTES.buffer);
  #viewOf: Uint8Array = NO_BYTES;
  #form: OutputForm | undefined;
  #build: StoredRowBuilder | undefined;
  /** Set by a getter that met a BIGINT outside the safe integers. */
  #sawBigint = false;

  constructor(
    query: CompiledQuery,
    table: TableDef,
    ordinals: readonly number[],
    parts: readonly KeyPart[],
  ) {
    this.#table = table;
    this.#keyspace = keyspaceId(table.id);
    this.#names = query.columns.map(({ name }) => name);
    this.#ordinals = ordinals;
    this.#parameterTypes = query.parameterTypes;
    this.#parts = parts;
    this.#keys = primaryKeyEncoder(table)!;
    this.#layouts = layoutsOf(table);
    this.#tuple = parts.map(() => null);
  }

  /** The row, or undefined when there is none; PENDING as the reader says. */
  read(
    reader: KeyReader,
    params: readonly SqlValue[],
    form: OutputForm,
  ): BuiltRow | undefined | Pending {
    const types = this.#parameterTypes;
    if (params.length !== types.length) throw wrongCount(params.length, types.length);
    for (let index = 0; index < this.#parts.length; index += 1) {
      const part = this.#parts[index]!;
      const value =
        part.parameter < 0
          ? part.constant
          : convertParameter(params[part.parameter], types[part.parameter]!, part.parameter);
      if (value === null) return undefined;
      this.#tuple[index] = value;
    }
    const slot = this.#slot;
    const found = reader(this.#keyspace, this.#keys.encodeTuple(this.#tuple), slot);
    if (found === PENDING) return PENDING;
    return found ? this.#rowOf(slot, form) : undefined;
  }

  #rowOf(slot: ValueSlot, form: OutputForm): BuiltRow {
    const { bytes, start } = slot;
    if (bytes !== this.#viewOf) {
      this.#viewOf = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    if (form !== this.#form) this.#prepare(form);
    if (bytes[start] !== this.#layouts.current.schemaVersion) return this.#olderRow(bytes, start);
    const row = this.#build!(bytes, this.#view, start);
    if (this.#sawBigint) {
      this.#sawBigint = false;
      attachToJson(row);
    }
    return row;
  }

  #prepare(form: OutputForm): void {
    const getters = this.#ordinals.map((ordinal): StoredGetter => {
      const { type, notNull } = this.#table.columns[ordinal]!;
      const read = createValueReader(this.#layouts.current, ordinal, notNull);
      return this.#getter(type, form, read);
    });
    this.#build = createStoredRowBuilder(this.#names, form.rowMode, getters);
    this.#form = form;
  }

  #getter(
    type: DataType,
    form: OutputForm,
    read: (bytes: Uint8Array, view: DataView, start: number) => Scalar,
  ): StoredGetter {
    const convert = outputConversion(type, form);
    if (convert !== undefined) {
      return (bytes, view, start) => {
        const value = read(bytes, view, start);
        if (value === null) return null;
        const shown = convert(value);
        if (typeof shown === 'bigint') this.#sawBigint = true;
        return shown;
      };
    }
    if (type.kind !== 'int64') return read;
    return (bytes, view, start) => {
      const value = read(bytes, view, start);
      if (typeof value === 'bigint') this.#sawBigint = true;
      return value;
    };
  }

  /** A row of an older schema version, or of one past 127: through scalars. */
  #olderRow(bytes: Uint8Array, start: number): BuiltRow {
    const row = readRow(this.#layouts, bytes, start);
    const getters = this.#ordinals.map((ordinal) =>
      this.#getter(this.#table.columns[ordinal]!.type, this.#form!, () => row[ordinal]!),
    );
    const built = createStoredRowBuilder(this.#names, this.#form!.rowMode, getters);
    const shown = built(bytes, this.#view, start);
    if (this.#sawBigint) {
      this.#sawBigint = false;
      attachToJson(shown);
    }
    return shown;
  }
}
