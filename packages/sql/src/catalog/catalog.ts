/**
 * What a statement sees of the catalog: one immutable view at one snapshot. Names are folded already. Two statements that
 * were given the same view object saw the same catalog, so compiled statements are cached per view.
 */
import type { SequenceDef, TableDef, ViewDef } from './table-def.ts';

export const DEFAULT_SCHEMA = 'public';

/** The one database a store holds, as the first part of a three-part name. */
export const DATABASE_NAME = 'alopex';

export interface CatalogView {
  hasSchema(schema: string): boolean;
  schemas(): readonly string[];
  table(schema: string, name: string): TableDef | undefined;
  view(schema: string, name: string): ViewDef | undefined;
  sequence(schema: string, name: string): SequenceDef | undefined;
  /** In name order. */
  tables(): readonly TableDef[];
  views(): readonly ViewDef[];
  sequences(): readonly SequenceDef[];
}
