/** Entries of one ordered index, as `catalog/index-layout` says. */
import { keyspaceId, type KeyspaceId } from '@alopex-db/core/base';
import { isValid, type ColumnVector, type Scalar } from '@alopex-db/core/types';
import type { IndexLayout } from '../catalog/index-layout.ts';
import { KeyEncoder } from './key-encoder.ts';
import type { TableIndex } from './table-index.ts';

export class OrderedEntries implements TableIndex {
  readonly name: string;
  readonly keyspace: KeyspaceId;
  readonly unique: boolean;
  readonly ordinals: readonly number[];
  readonly holdsValues = false;
  readonly #holdsNulls: boolean;
  readonly #encoder: KeyEncoder;

  constructor(layout: IndexLayout) {
    this.name = layout.name;
    this.keyspace = keyspaceId(layout.keyspace);
    this.unique = layout.unique;
    this.ordinals = layout.columns.map(({ ordinal }) => ordinal);
    this.#holdsNulls = layout.holdsNulls;
    this.#encoder = indexKeyEncoder(layout);
  }

  entryOf(values: readonly Scalar[], rowKey: Uint8Array): Uint8Array | undefined {
    const hasNull = this.ordinals.some((ordinal) => values[ordinal] === null);
    if (hasNull && !this.#holdsNulls) return undefined;
    return this.#encoder.encodeRow(values, this.unique && !hasNull ? undefined : rowKey);
  }

  batchEntryOf(
    vectors: readonly ColumnVector[],
    row: number,
    rowKey: Uint8Array,
  ): Uint8Array | undefined {
    const hasNull = this.ordinals.some((ordinal) => !isValid(vectors[ordinal]!, row));
    if (hasNull && !this.#holdsNulls) return undefined;
    const suffix = this.unique && !hasNull ? undefined : rowKey;
    return this.#encoder.encodeBatchRow(vectors, row, suffix);
  }

  valueOf(_values: readonly Scalar[], rowKey: Uint8Array): Uint8Array {
    return rowKey;
  }

  batchValueOf(_vectors: readonly ColumnVector[], _row: number, rowKey: Uint8Array): Uint8Array {
    return rowKey;
  }
}

/** Encodes the columns of an index; a whole entry may have the row's key behind them. */
export function indexKeyEncoder({ columns }: IndexLayout): KeyEncoder {
  return new KeyEncoder(
    columns.map(({ ordinal }) => ordinal),
    columns.map(({ key }) => key),
  );
}
