/** Row keys and index keys in order-preserving form, written again and again into one buffer. */
import { assert } from '@alopex-db/core/base';
import {
  OrderKeyWriter,
  ascendingKey,
  type ColumnVector,
  type OrderKeyColumn,
  type Scalar,
} from '@alopex-db/core/types';
import type { TableDef } from '../catalog/table-def.ts';

const KEPT_LENGTH_MAX = 256;

export class KeyEncoder {
  readonly ordinals: readonly number[];
  readonly #columns: readonly OrderKeyColumn[];
  readonly #writer = new OrderKeyWriter();
  /** Views of the writer's buffer by length: a view costs more than writing a short key. */
  #prefixes: (Uint8Array | undefined)[] = [];
  #prefixesOf: Uint8Array;

  constructor(ordinals: readonly number[], columns: readonly OrderKeyColumn[]) {
    assert(ordinals.length === columns.length, 'every key column says how it is written');
    this.ordinals = ordinals;
    this.#columns = columns;
    this.#prefixesOf = this.#writer.bytes;
  }

  /** The key of a whole row, and `suffix` behind it; valid until the next key is written. */
  encodeRow(values: readonly Scalar[], suffix?: Uint8Array): Uint8Array {
    const writer = this.#writer;
    writer.reset();
    for (let index = 0; index < this.ordinals.length; index += 1) {
      writer.writeScalar(this.#columns[index]!, values[this.ordinals[index]!]!);
    }
    if (suffix !== undefined) writer.writeRaw(suffix);
    return this.#written();
  }

  /** The key of row `index` of a batch that holds the table's columns in order. */
  encodeBatchRow(vectors: readonly ColumnVector[], row: number, suffix?: Uint8Array): Uint8Array {
    const writer = this.#writer;
    writer.reset();
    for (let index = 0; index < this.ordinals.length; index += 1) {
      writer.writeColumn(this.#columns[index]!, vectors[this.ordinals[index]!]!, row);
    }
    if (suffix !== undefined) writer.writeRaw(suffix);
    return this.#written();
  }

  /** A key, or the first part of one, from the key columns' own values. */
  encodeTuple(values: readonly Scalar[]): Uint8Array {
    const writer = this.#writer;
    writer.reset();
    for (let index = 0; index < values.length; index += 1) {
      writer.writeScalar(this.#columns[index]!, values[index]!);
    }
    return this.#written();
  }

  #written(): Uint8Array {
    const { bytes, length } = this.#writer;
    if (bytes !== this.#prefixesOf) {
      this.#prefixesOf = bytes;
      this.#prefixes = [];
    }
    if (length > KEPT_LENGTH_MAX) return bytes.subarray(0, length);
    return (this.#prefixes[length] ??= bytes.subarray(0, length));
  }
}

/** Encodes primary keys; undefined for tables with hidden row ids. */
export function primaryKeyEncoder(table: TableDef): KeyEncoder | undefined {
  const key = table.primaryKey;
  if (key === undefined) return undefined;
  return new KeyEncoder(
    key.columns,
    key.columns.map((ordinal) => ascendingKey(table.columns[ordinal]!.type)),
  );
}
