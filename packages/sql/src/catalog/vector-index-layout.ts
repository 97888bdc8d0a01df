/**
 * How the entries of a table's vector indexes are written. Part of the file format, do not change:
 *
 *   key     the row's key
 *   value   the vector's elements as float32, little endian; a row whose vector is null has no entry
 *
 * An entry of a table below level 0 is part of a graph as well (docs/formats/hnsw).
 */
import type { VectorIndexOptions } from './index-def.ts';
import type { TableDef } from './table-def.ts';

export interface VectorIndexLayout extends VectorIndexOptions {
  readonly name: string;
  readonly keyspace: number;
  /** Ordinal into the table's columns. */
  readonly ordinal: number;
  readonly dimension: number;
}

export function vectorIndexLayouts(table: TableDef): readonly VectorIndexLayout[] {
  const layouts: VectorIndexLayout[] = [];
  for (const { id, name, columns, vector } of table.indexes ?? []) {
    if (vector === undefined) continue;
    const { ordinal } = columns[0]!;
    const { type } = table.columns[ordinal]!;
    // A column that has lost its dimension in the middle of ALTER TABLE has lost its index by the end of it.
    if (type.kind !== 'vector' || type.dimension === undefined) continue;
    const { dimension } = type;
    layouts.push({ ...vector, name, keyspace: id, ordinal, dimension });
  }
  return layouts;
}
