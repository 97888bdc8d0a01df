/** What writers of rows know of an index: the entry of each row. Written by whoever writes the row. */
import type { KeyspaceId } from '@alopex-db/core/base';
import type { ColumnVector, Scalar } from '@alopex-db/core/types';

/** What is made for a row is valid until the next row's. */
export interface TableIndex {
  readonly name: string;
  readonly keyspace: KeyspaceId;
  readonly unique: boolean;
  readonly ordinals: readonly number[];
  /** Whether an entry holds something that is neither in its key nor the row's key. */
  readonly holdsValues: boolean;
  /** The key of the entry for the row under `rowKey`; undefined when the row has none. */
  entryOf(values: readonly Scalar[], rowKey: Uint8Array): Uint8Array | undefined;
  batchEntryOf(
    vectors: readonly ColumnVector[],
    row: number,
    rowKey: Uint8Array,
  ): Uint8Array | undefined;
  /** What the entry holds, for a row that has one. */
  valueOf(values: readonly Scalar[], rowKey: Uint8Array): Uint8Array;
  batchValueOf(vectors: readonly ColumnVector[], row: number, rowKey: Uint8Array): Uint8Array;
}
