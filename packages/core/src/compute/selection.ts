/** Which rows are present: validity across columns, and selections of rows. */
import type { ColumnVector } from '../types/column-vector.ts';
import { validityBytes } from '../types/column-vector.ts';
import { intersectValidity } from '../types/validity.ts';

/** The validity bitmap with the null type told truthfully: none of its values is present. */
export function presentBits(column: ColumnVector): Uint8Array | undefined {
  return column.type.kind === 'null'
    ? new Uint8Array(validityBytes(column.length))
    : column.validity;
}

/** Rows where every column has a value. */
export function presentInAll(
  columns: readonly ColumnVector[],
  rowCount: number,
): Uint8Array | undefined {
  let bits: Uint8Array | undefined;
  for (const column of columns) bits = intersectValidity(bits, presentBits(column), rowCount);
  return bits;
}
