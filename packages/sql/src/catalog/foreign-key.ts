/**
 * Foreign keys as the catalog keeps them: with the table that refers, by ids of columns, so that neither renaming nor dropping
 * other columns touches them. The table referred to lists those who refer to it, so that its writers know without a search,
 * and so that a new foreign key meets them at commit.
 */
import type { TableDef } from './table-def.ts';

export type ReferentialAction = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';

export interface ForeignKey {
  readonly name: string;
  /** Ids of the referring columns. */
  readonly columns: readonly number[];
  /** Id of the table referred to. */
  readonly parent: number;
  /** Ids of its columns, one for each of `columns`: a primary key or a UNIQUE constraint. */
  readonly parentColumns: readonly number[];
  /** With a null among several columns: `simple` refers to nothing, `full` refuses unless all are null. */
  readonly match: 'simple' | 'full';
  readonly onDelete: ReferentialAction;
  readonly onUpdate: ReferentialAction;
  /** NOT VALID: rows that were there before it may break it. */
  readonly notValid?: boolean | undefined;
}

/** Where the columns of these ids stand. */
export function ordinalsOf(table: TableDef, ids: readonly number[]): readonly number[] {
  return ids.map((id) => table.columns.findIndex((column) => column.id === id));
}

/** The key of the parent that a foreign key refers to. */
export function referredKey(
  parent: TableDef,
  ids: readonly number[],
): { readonly name: string; readonly columns: readonly number[] } | undefined {
  const ordinals = new Set(ordinalsOf(parent, ids));
  const isIt = (columns: readonly number[]): boolean =>
    columns.length === ids.length && columns.every((ordinal) => ordinals.has(ordinal));
  if (parent.primaryKey !== undefined && isIt(parent.primaryKey.columns)) return parent.primaryKey;
  return parent.unique.find(({ columns }) => isIt(columns));
}

/** Foreign keys of a table to another, or to itself. */
export function foreignKeysTo(table: TableDef, parent: number): readonly ForeignKey[] {
  return (table.foreignKeys ?? []).filter((key) => key.parent === parent);
}
