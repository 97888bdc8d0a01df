/** All layouts that rows of a table may be stored under. */
import type { Scalar } from '@alopex-db/core/types';
import type { TableDef } from '../catalog/table-def.ts';
import { decodeMissing } from './missing-value.ts';
import { createRowLayout, type RowLayout } from './row-layout.ts';

/** The layouts of a table: the one rows are written under, and those of older schema versions by number. */
export interface TableLayouts {
  readonly current: RowLayout;
  /** For each older schema version: its layout, and for each present column its ordinal there, or -1 when it came later. */
  readonly older: ReadonlyMap<
    number,
    { readonly layout: RowLayout; readonly ordinals: readonly number[] }
  >;
  /** For each column its value in rows that were written before it was added. */
  readonly missing: readonly Scalar[];
}

// Table definitions are immutable, so what follows from one may be kept as long as it lives.
const layoutsByTable = new WeakMap<TableDef, TableLayouts>();

export function layoutsOf(table: TableDef): TableLayouts {
  const known = layoutsByTable.get(table);
  if (known !== undefined) return known;
  const current = createRowLayout(
    table.schemaVersion,
    table.columns.map((column) => column.type),
  );
  const older = new Map(
    (table.olderSchemas ?? []).map(({ schemaVersion, columns }) => [
      schemaVersion,
      {
        layout: createRowLayout(
          schemaVersion,
          columns.map((column) => column.type),
        ),
        ordinals: table.columns.map((now) => columns.findIndex((column) => column.id === now.id)),
      },
    ]),
  );
  const missing = table.columns.map((column) => decodeMissing(column.type, column.missing));
  const layouts = { current, older, missing };
  layoutsByTable.set(table, layouts);
  return layouts;
}
