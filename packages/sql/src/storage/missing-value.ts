/**
 * The value of a column in rows that were written before the column was added, as the catalog keeps it: a row of that one
 * column under schema version 0, in hex. Part of the file format, do not change.
 */
import { AlopexError, fromHex, toHex } from '@alopex-db/core/base';
import type { DataType, Scalar } from '@alopex-db/core/types';
import { RowEncoder } from './row-encoder.ts';
import { createRowLayout } from './row-layout.ts';
import { readSlot } from './read-slot.ts';

const SCHEMA_VERSION = 0;

/** Undefined for null, which needs no record. */
export function encodeMissing(type: DataType, value: Scalar): string | undefined {
  if (value === null) return undefined;
  return toHex(new RowEncoder(createRowLayout(SCHEMA_VERSION, [type])).encodeScalars([value]));
}

export function decodeMissing(type: DataType, text: string | undefined): Scalar {
  if (text === undefined) return null;
  const bytes = fromHex(text);
  if (bytes === undefined)
    throw new AlopexError('ALX_CORRUPT', 'the value of an added column in the catalog is not hex');
  const layout = createRowLayout(SCHEMA_VERSION, [type]);
  return readSlot(layout, layout.columns[0]!, bytes, 0);
}
