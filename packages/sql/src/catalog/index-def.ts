/** A secondary index as the catalog keeps it, made by CREATE INDEX; UNIQUE constraints keep theirs with the constraint. */

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
  readonly method: 'btree' | 'hash';
  readonly columns: readonly IndexColumn[];
}
