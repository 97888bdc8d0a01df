/** One column of one stored row as a scalar, for any schema version of the table. The plain form of the decoders. */
import { AlopexError, readVarint } from '@alopex-db/core/base';
import type { Scalar } from '@alopex-db/core/types';
import { readSlot } from './read-slot.ts';
import type { TableLayouts } from './table-layouts.ts';

/** The row begins at `start` of `bytes`. A column that was added after the row was written has the value it was added with. */
export function readColumn(
  layouts: TableLayouts,
  ordinal: number,
  bytes: Uint8Array,
  start: number,
): Scalar {
  const version = readVarint(bytes, { at: start }, bytes.length);
  if (version === layouts.current.schemaVersion) {
    return readSlot(layouts.current, layouts.current.columns[ordinal]!, bytes, start);
  }
  const older = layouts.older.get(version);
  if (older === undefined) {
    throw new AlopexError(
      'ALX_CORRUPT',
      `a row was written under schema version ${version}, which the catalog does not know`,
    );
  }
  const olderOrdinal = older.ordinals[ordinal]!;
  return olderOrdinal < 0
    ? layouts.missing[ordinal]!
    : readSlot(older.layout, older.layout.columns[olderOrdinal]!, bytes, start);
}

/** All columns of the row, in table order. */
export function readRow(layouts: TableLayouts, bytes: Uint8Array, start: number): Scalar[] {
  return layouts.current.columns.map((_, ordinal) => readColumn(layouts, ordinal, bytes, start));
}
