/**
 * Decoders from raw rows to column vectors, chosen once a scan: one for each column, each a loop over the rows of a
 * window. They write into arrays that the next batch uses again (the operator law), so a scan allocates almost nothing.
 *
 * Rows of older schema versions take the slow path: a scalar at a time.
 */
import { assert } from '@alopex-db/core/base';
import { columnFromScalars, type ColumnVector, type Scalar } from '@alopex-db/core/types';
import type { TableDef } from '../catalog/table-def.ts';
import { FixedColumnDecoder } from './fixed-column-decoder.ts';
import { layoutsOf } from './table-layouts.ts';
import { readColumn } from './read-column.ts';
import type { RowWindow } from './row-window.ts';
import { VariableColumnDecoder } from './variable-column-decoder.ts';

export interface ColumnDecoder {
  /**
   * Decodes one column for `count` rows of the window: row i is `selection[i]`, or i without a selection. The vector is
   * valid until the next call.
   */
  decode(window: RowWindow, selection: Int32Array | undefined, count: number): ColumnVector;
}

export function createColumnDecoder(table: TableDef, ordinal: number): ColumnDecoder {
  const layouts = layoutsOf(table);
  const slot = layouts.current.columns[ordinal];
  assert(slot !== undefined, 'a decoder reads a column of the table');
  const column =
    slot.variableIndex >= 0
      ? new VariableColumnDecoder(layouts.current, slot)
      : new FixedColumnDecoder(slot);
  return {
    decode(window, selection, count) {
      if (!window.hasOlderRows) return column.decode(window, selection, count);
      const scalars: Scalar[] = [];
      for (let index = 0; index < count; index += 1) {
        const row = selection === undefined ? index : selection[index]!;
        scalars.push(readColumn(layouts, ordinal, window.bytes[row]!, window.starts[row]!));
      }
      return columnFromScalars(slot.type, scalars);
    },
  };
}
