/** Entries of one vector index, as `catalog/vector-index-layout` says. */
import { AlopexError, assert, keyspaceId, type KeyspaceId } from '@alopex-db/core/base';
import { isValid, vectorAt, type ColumnVector, type Scalar } from '@alopex-db/core/types';
import type { VectorIndexLayout } from '../catalog/vector-index-layout.ts';
import type { TableIndex } from './table-index.ts';

export class VectorEntries implements TableIndex {
  readonly name: string;
  readonly keyspace: KeyspaceId;
  readonly unique = false;
  readonly ordinals: readonly number[];
  readonly holdsValues = true;
  readonly #ordinal: number;

  constructor({ name, keyspace, ordinal }: VectorIndexLayout) {
    this.name = name;
    this.keyspace = keyspaceId(keyspace);
    this.ordinals = [ordinal];
    this.#ordinal = ordinal;
  }

  entryOf(values: readonly Scalar[], rowKey: Uint8Array): Uint8Array | undefined {
    return values[this.#ordinal] === null ? undefined : rowKey;
  }

  batchEntryOf(
    vectors: readonly ColumnVector[],
    row: number,
    rowKey: Uint8Array,
  ): Uint8Array | undefined {
    return isValid(vectors[this.#ordinal]!, row) ? rowKey : undefined;
  }

  valueOf(values: readonly Scalar[]): Uint8Array {
    const vector = values[this.#ordinal];
    assert(vector instanceof Float32Array, 'a row with an entry has a vector');
    return this.#bytesOf(vector);
  }

  batchValueOf(vectors: readonly ColumnVector[], row: number): Uint8Array {
    return this.#bytesOf(vectorAt(vectors[this.#ordinal]!, row));
  }

  /** The vector itself, as it lies in memory. Distances to elements that are no numbers have no order. */
  #bytesOf(vector: Float32Array): Uint8Array {
    for (let at = 0; at < vector.length; at += 1) {
      if (Number.isFinite(vector[at])) continue;
      throw new AlopexError(
        'ALX_VECTOR_ELEMENT',
        `element ${at + 1} of a vector is ${vector[at]}, which index "${this.name}" cannot hold`,
      );
    }
    return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
  }
}
