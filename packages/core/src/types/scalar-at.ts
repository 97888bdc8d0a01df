/** One value of a column as a `Scalar`. For loops take `scalarReader`, which chooses the form once. */
import { assert } from '../base/assert.ts';
import { decodeUtf8 } from '../base/bytes.ts';
import type { ColumnVector } from './column-vector.ts';
import { isValid } from './column-vector.ts';
import { readInterval } from './interval.ts';
import { readNested } from './nested-codec.ts';
import { numericTextAt } from './numeric.ts';
import type { Scalar } from './scalar.ts';

/** Value `index` of a column; bytes and vectors are copies. */
export function scalarAt(column: ColumnVector, index: number): Scalar {
  assert(index >= 0 && index < column.length, 'the row lies inside the column');
  if (!isValid(column, index)) return null;
  return presentScalarAt(column, index);
}

/** Value `index` of a column that is known not to be null there. */
export function presentScalarAt(column: ColumnVector, index: number): Scalar {
  switch (column.type.kind) {
    case 'null':
      return null;
    case 'boolean':
      return column.values[index] !== 0;
    case 'int16':
    case 'int32':
    case 'float32':
    case 'float64':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return column.values[index]!;
    case 'int64':
      return integerScalar(column.values[index]!);
    case 'text':
    case 'json':
    case 'jsonb':
      return decodeUtf8(column.data!, column.offsets![index]!, column.offsets![index + 1]!);
    case 'bytea':
      return column.data!.slice(column.offsets![index]!, column.offsets![index + 1]!);
    case 'numeric':
      return numericTextAt(column.data!, column.offsets![index]!, column.offsets![index + 1]!);
    case 'interval':
      return readInterval(column.data!, index * 16);
    case 'uuid':
      return column.data!.slice(index * 16, index * 16 + 16);
    case 'vector':
      return vectorAt(column, index).slice();
    case 'array':
    case 'map':
    case 'struct':
      return readNested(
        column.type,
        column.data!,
        column.offsets![index]!,
        column.offsets![index + 1]!,
      );
  }
}

/** The scalar law of int64: a number when safe, else a bigint. */
export function integerScalar(value: number | bigint): number | bigint {
  if (typeof value === 'number') return value;
  const narrow = Number(value);
  return Number.isSafeInteger(narrow) ? narrow : value;
}

/** The floats of vector `index`: a view into the column. */
export function vectorAt(column: ColumnVector, index: number): Float32Array {
  const values = column.values;
  assert(values instanceof Float32Array, 'a vector column holds float32');
  if (column.offsets !== undefined) {
    return values.subarray(column.offsets[index]!, column.offsets[index + 1]!);
  }
  const dimension = column.type.kind === 'vector' ? column.type.dimension! : 0;
  return values.subarray(index * dimension, (index + 1) * dimension);
}

/** The bytes of value `index` of a text, bytea or uuid column: a view into the column. */
export function bytesAt(column: ColumnVector, index: number): Uint8Array {
  if (column.offsets === undefined) return column.data!.subarray(index * 16, index * 16 + 16);
  return column.data!.subarray(column.offsets[index]!, column.offsets[index + 1]!);
}
