/** Makers of the entries of all indexes of a table. */
import { indexLayouts } from '../catalog/index-layout.ts';
import type { TableDef } from '../catalog/table-def.ts';
import { vectorIndexLayouts } from '../catalog/vector-index-layout.ts';
import { OrderedEntries } from './ordered-entries.ts';
import type { TableIndex } from './table-index.ts';
import { VectorEntries } from './vector-entries.ts';

/** Those of UNIQUE constraints, those of CREATE INDEX, those over vectors. */
export function tableIndexes(table: TableDef): readonly TableIndex[] {
  return [
    ...indexLayouts(table).map((layout) => new OrderedEntries(layout)),
    ...vectorIndexLayouts(table).map((layout) => new VectorEntries(layout)),
  ];
}
