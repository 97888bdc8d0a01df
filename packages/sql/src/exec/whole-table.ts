/** The scan of every row of a table, all columns, with their keys: for statements that look at a whole table. */
import type { TableDef } from '../catalog/table-def.ts';
import type { TableScan } from '../plan/physical.ts';

export function wholeTable(table: TableDef): TableScan {
  return {
    kind: 'table-scan',
    table,
    alias: table.name,
    ordinals: [...table.columns.keys()],
    access: { kind: 'full' },
    filter: undefined,
    withRowKey: true,
    reverse: false,
    columns: [],
    rows: 0,
    cost: 0,
  };
}
