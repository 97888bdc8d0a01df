/**
 * Entries of a unique constraint: key = its columns in order-preserving form, value = the row's key. A row with a null
 * among the columns conflicts with nothing (SQL's rule), so it has no entry.
 */
import { keyspaceId, type KeyspaceId } from '@alopex-db/core/base';
import { ascendingKey, isValid, type ColumnVector, type Scalar } from '@alopex-db/core/types';
import type { TableDef, UniqueConstraint } from '../catalog/table-def.ts';
import { KeyEncoder } from './key-encoder.ts';

export class UniqueIndex {
  readonly name: string;
  readonly keyspace: KeyspaceId;
  readonly ordinals: readonly number[];
  readonly #encoder: KeyEncoder;

  constructor(table: TableDef, constraint: UniqueConstraint) {
    this.name = constraint.name;
    this.keyspace = keyspaceId(constraint.indexId);
    this.ordinals = constraint.columns;
    this.#encoder = new KeyEncoder(
      constraint.columns,
      constraint.columns.map((ordinal) => ascendingKey(table.columns[ordinal]!.type)),
    );
  }

  /** The entry's key, valid until the next one; undefined when the row has no entry. */
  rowKey(values: readonly Scalar[]): Uint8Array | undefined {
    for (const ordinal of this.ordinals) if (values[ordinal] === null) return undefined;
    return this.#encoder.encodeRow(values);
  }

  batchRowKey(vectors: readonly ColumnVector[], row: number): Uint8Array | undefined {
    for (const ordinal of this.ordinals) if (!isValid(vectors[ordinal]!, row)) return undefined;
    return this.#encoder.encodeBatchRow(vectors, row);
  }
}
