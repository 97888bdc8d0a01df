/** Entries of one index of a table, as `catalog/index-layout` says: made here, written by whoever writes rows. */
import { keyspaceId, type KeyspaceId } from '@alopex-db/core/base';
import { isValid, type ColumnVector, type Scalar } from '@alopex-db/core/types';
import type { IndexLayout } from '../catalog/index-layout.ts';
import { KeyEncoder } from './key-encoder.ts';

export class TableIndex {
  readonly name: string;
  readonly keyspace: KeyspaceId;
  readonly unique: boolean;
  readonly ordinals: readonly number[];
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

  /** The entry's key for the row under `rowKey`, valid until the next one; undefined when the row has no entry. */
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
}

/** Encodes the columns of an index; a whole entry may have the row's key behind them. */
export function indexKeyEncoder({ columns }: IndexLayout): KeyEncoder {
  return new KeyEncoder(
    columns.map(({ ordinal }) => ordinal),
    columns.map(({ key }) => key),
  );
}
