/** A float column with NaN read as null: how scores of vectors sort (SPEC 3). */
import type { ColumnVector } from '../types/column-vector.ts';
import { withValidity } from '../types/column-vector.ts';
import { allValid, clearBit } from '../types/validity.ts';

export function nanToNull(column: ColumnVector, rowCount: number): ColumnVector {
  const { values } = column;
  let validity: Uint8Array | undefined;
  for (let row = 0; row < rowCount; row += 1) {
    const value = values[row];
    if (value === value) continue;
    validity ??= column.validity?.slice() ?? allValid(rowCount);
    clearBit(validity, row);
  }
  return validity === undefined ? column : withValidity(column, validity);
}
