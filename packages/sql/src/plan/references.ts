/** What a writer of a table has to look after in others: compiled with the statement, for every table an action may reach. */
import type { Expression } from '@alopex-db/core/exec';
import type { ForeignKey } from '../catalog/foreign-key.ts';
import type { TableDef } from '../catalog/table-def.ts';
import type { BoundCheck } from './physical.ts';

export interface ReferencedTable {
  readonly table: TableDef;
  /** Over the table's columns by position. */
  readonly checks: readonly BoundCheck[];
  /** By ordinal, for columns that SET DEFAULT fills. */
  readonly defaults: ReadonlyMap<number, Expression>;
  /** Keys of this table that refer to others. */
  readonly parents: readonly { readonly key: ForeignKey; readonly parent: TableDef }[];
  /** Keys of others that refer to this table. */
  readonly children: readonly { readonly key: ForeignKey; readonly child: TableDef }[];
}

/** By table id; holds the written table and every table that its writes may change in turn. */
export type References = ReadonlyMap<number, ReferencedTable>;
