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
import { primaryKeyEncoder, type KeyEncoder } from '../storage/key-encoder.ts';
import { keyParts, type KeyPart } from './key-parts.ts';
import type { OutputForm } from './output-value.ts';
import { convertParameter, wrongCount, zoneContext } from './parameters.ts';
import type { BuiltRow } from './row-shape.ts';
import { columnsOfScan } from './scan-shape.ts';
import type { SqlValue } from './session.ts';
import { StoredRowReader } from './stored-row-reader.ts';

/** Reads the row of a key: `store.readLatest`, or a transaction's `read`. */
export interface KeyReader {
  (keyspace: KeyspaceId, key: Uint8Array, slot: ValueSlot): boolean | Pending;
}

/** Undefined when the plan is not a read of one row by its key. */
export function pointSelectOf(query: CompiledQuery): PointSelect | undefined {
  const shape = columnsOfScan(query.plan);
  if (shape === undefined) return undefined;
  const { scan, ordinals } = shape;
  const parts = keyParts(scan);
  if (parts === undefined) return undefined;
  return new PointSelect(query, scan.table, ordinals, parts);
}

const NO_BYTES = new Uint8Array(0);

export class PointSelect {
  readonly kind = 'point-select';
  readonly #keyspace: KeyspaceId;
  readonly #parameterTypes: readonly DataType[];
  readonly #parts: readonly KeyPart[];
  readonly #keys: KeyEncoder;
  readonly #reader: StoredRowReader;
  readonly #tuple: Scalar[];
  readonly #slot: ValueSlot = { bytes: NO_BYTES, start: 0, end: 0 };

  constructor(
    query: CompiledQuery,
    table: TableDef,
    ordinals: readonly number[],
    parts: readonly KeyPart[],
  ) {
    this.#keyspace = keyspaceId(table.id);
    this.#parameterTypes = query.parameterTypes;
    this.#parts = parts;
    this.#keys = primaryKeyEncoder(table)!;
    const names = query.columns.map(({ name }) => name);
    this.#reader = new StoredRowReader(table, names, ordinals);
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
          : convertParameter(
              params[part.parameter],
              types[part.parameter]!,
              part.parameter,
              zoneContext(form.timeZone),
            );
      if (value === null) return undefined;
      this.#tuple[index] = value;
    }
    const slot = this.#slot;
    const found = reader(this.#keyspace, this.#keys.encodeTuple(this.#tuple), slot);
    if (found === PENDING) return PENDING;
    return found ? this.#reader.read(slot, form) : undefined;
  }
}
