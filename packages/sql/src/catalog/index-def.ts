/** A secondary index as the catalog keeps it, made by CREATE INDEX; UNIQUE constraints keep theirs with the constraint. */
import type { Metric } from '@alopex-db/core/types';
import type { HnswQuantization } from '@alopex-db/core/vector';

export interface IndexColumn {
  /** Ordinal into the table's columns. */
  readonly ordinal: number;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export interface IndexDef {
  /** OID = keyspace id of its entries. */
  readonly id: number;
  /** In the name space of relations, in the schema of its table. */
  readonly name: string;
  readonly unique: boolean;
  /** As it was asked for: a hash index is kept as a btree, which answers all it could. */
  readonly method: 'btree' | 'hash' | 'hnsw';
  /** One column, where `vector` is there. */
  readonly columns: readonly IndexColumn[];
  /** There for an index over vectors. */
  readonly vector?: VectorIndexOptions | undefined;
}

/** What WITH and the operator class say, defaults filled in. */
export interface VectorIndexOptions {
  readonly metric: Metric;
  readonly m: number;
  readonly efConstruction: number;
  readonly quantization: HnswQuantization;
}
