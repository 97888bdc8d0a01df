/** Picks the builder for a type, and the small things built with one: columns from scalars, gathered and joined columns. */
import { BytesColumnBuilder, SixteenByteColumnBuilder } from './bytes-column-builder.ts';
import type { ColumnBuilder } from './column-builder.ts';
import { fixedColumn } from './column-vector.ts';
import type { ColumnVector } from './column-vector.ts';
import type { DataType } from './data-type.ts';
import {
  FixedColumnBuilder,
  Int64ColumnBuilder,
  NullColumnBuilder,
} from './fixed-column-builder.ts';
import type { Scalar } from './scalar.ts';
import { sliceValidity } from './validity.ts';
import { NestedColumnBuilder } from './nested-column-builder.ts';
import { VectorColumnBuilder } from './vector-column-builder.ts';

/** A builder with room for `capacity` rows; it grows. */
export function createColumnBuilder(type: DataType, capacity = 0): ColumnBuilder {
  switch (type.kind) {
    case 'null':
      return new NullColumnBuilder(type);
    case 'int64':
      return new Int64ColumnBuilder(type, capacity);
    case 'text':
    case 'bytea':
    case 'numeric':
    case 'json':
    case 'jsonb':
      return new BytesColumnBuilder(type, capacity);
    case 'uuid':
    case 'interval':
      return new SixteenByteColumnBuilder(type, capacity);
    case 'vector':
      return new VectorColumnBuilder(type, capacity);
    case 'array':
    case 'map':
    case 'struct':
      return new NestedColumnBuilder(type, capacity);
    case 'boolean':
    case 'int16':
    case 'int32':
    case 'float32':
    case 'float64':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return new FixedColumnBuilder(type, capacity);
  }
}

export function columnFromScalars(type: DataType, scalars: readonly Scalar[]): ColumnVector {
  const builder = createColumnBuilder(type, scalars.length);
  for (const scalar of scalars) builder.append(scalar);
  return builder.finish();
}

/** `length` times the same value. */
export function constantColumn(type: DataType, value: Scalar, length: number): ColumnVector {
  const builder = createColumnBuilder(type, length);
  if (length > 0) builder.append(value);
  // Doubling what is there: a dozen copies of memory instead of two thousand appends.
  while (builder.length < length) {
    builder.appendColumn(builder.view(), 0, Math.min(builder.length, length - builder.length));
  }
  return builder.finish();
}

/** A copy of rows `selection[0 .. count)`; -1 gives a null. */
export function gatherColumn(
  column: ColumnVector,
  selection: Int32Array,
  count: number,
): ColumnVector {
  const builder = createColumnBuilder(column.type, count);
  builder.appendSelected(column, selection, count);
  return builder.finish();
}

/** A copy that owns its memory. */
export function copyColumn(column: ColumnVector): ColumnVector {
  const builder = createColumnBuilder(column.type, column.length);
  builder.appendColumn(column);
  return builder.finish();
}

/** All values of columns of one kind, one after another. */
export function concatColumns(type: DataType, columns: readonly ColumnVector[]): ColumnVector {
  let length = 0;
  for (const column of columns) length += column.length;
  const builder = createColumnBuilder(type, length);
  for (const column of columns) builder.appendColumn(column);
  return builder.finish();
}

/** Rows [start, end): a window on the same memory wherever the layout allows. */
export function sliceColumn(column: ColumnVector, start: number, end: number): ColumnVector {
  if (start === 0 && end === column.length) return column;
  const { type, values, offsets, data } = column;
  const length = end - start;
  const validity = sliceValidity(column.validity, start, end);
  if (offsets !== undefined) {
    return { type, length, values, validity, offsets: offsets.subarray(start, end + 1), data };
  }
  if (type.kind === 'uuid' || type.kind === 'interval') {
    return { type, length, values, validity, offsets, data: data!.subarray(start * 16, end * 16) };
  }
  const width = type.kind === 'vector' ? type.dimension! : 1;
  return {
    type,
    length,
    values: values.subarray(start * width, end * width),
    validity,
    offsets,
    data,
  };
}

/** The first `length` rows, without copying. */
export function truncateColumn(column: ColumnVector, length: number): ColumnVector {
  if (length === column.length) return column;
  const { type, values, validity, offsets, data } = column;
  return { type, length, values, validity, offsets, data };
}

/** int64 values as BigInt64Array, whatever form the column has. */
export function wideValues(column: ColumnVector): BigInt64Array {
  const values = column.values;
  if (values instanceof BigInt64Array) return values;
  const wide = new BigInt64Array(column.length);
  for (let index = 0; index < column.length; index += 1)
    wide[index] = BigInt(Math.trunc(values[index]!));
  return wide;
}

/** An int64 column from wide values: narrow again when every value is a safe integer. */
export function int64Column(
  type: DataType,
  length: number,
  values: BigInt64Array,
  validity: Uint8Array | undefined,
): ColumnVector {
  const narrow = new Float64Array(length);
  for (let index = 0; index < length; index += 1) {
    const value = Number(values[index]!);
    if (!Number.isSafeInteger(value)) return fixedColumn(type, length, values, validity);
    narrow[index] = value;
  }
  return fixedColumn(type, length, narrow, validity);
}

/** Nulls of a type. */
export function nullColumn(type: DataType, length: number): ColumnVector {
  return constantColumn(type, null, length);
}
