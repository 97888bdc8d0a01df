/**
 * A column of values in Arrow's layout: values, validity bitmap (bit i = value i is present, least significant bit first;
 * absent = no nulls, which lets kernels skip the check), offsets and bytes for variable lengths.
 *
 *   boolean            values: Uint8Array, one byte 0 or 1 a value (a bitmap costs more than it saves at 2,048 rows)
 *   int16, int32       values: Int16Array, Int32Array
 *   int64              values: Float64Array while every value is a safe integer ("narrow": exact, and 5-20x faster in
 *                      JavaScript), else BigInt64Array. Producers choose; `isWide` tells; both are exact.
 *   float32, float64   values: Float32Array, Float64Array
 *   date               values: Int32Array, days since 1970
 *   time               values: Float64Array, whole microseconds since midnight
 *   timestamp(tz)      values: Float64Array, whole microseconds since 1970; see `timestamp.ts` for what is exact
 *   numeric            offsets and data as for bytea; the bytes of a value are `numeric.ts`'s
 *   interval           data: Uint8Array, 16 bytes a value, see `interval.ts`
 *   text, bytea        offsets: Int32Array of length + 1 entries into data: Uint8Array (text is UTF-8)
 *   array, map, struct offsets and data as for bytea; the bytes of a value are `nested-codec.ts`'s
 *   uuid               data: Uint8Array, 16 bytes a value
 *   vector             fixed dimension: values: Float32Array, dimension floats a value; any dimension: offsets (in floats) too
 *   null               nothing; every value is null
 *
 * Where a field does not apply, `values` is an empty array, `offsets` and `data` are undefined. Arrays may be longer than
 * `length` asks for, and `offsets[0]` may be more than 0: a column may be a window on a larger one.
 *
 * Storage writes zero (or an empty range) in a null's slot; a computed column may hold any value of the domain there, so
 * a kernel may compute on it but must not fail because of it. Vectors handed between operators are valid until the next
 * batch is asked for; whoever keeps one copies it.
 */
import type { DataType } from './data-type.ts';

export type Values =
  | Uint8Array
  | Int16Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigInt64Array;

export interface ColumnVector {
  readonly type: DataType;
  readonly length: number;
  readonly values: Values;
  readonly validity: Uint8Array | undefined;
  readonly offsets: Int32Array | undefined;
  readonly data: Uint8Array | undefined;
}

const NO_VALUES = new Uint8Array(0);

/** A column of fixed-width values (boolean, the numbers, timestamp; vector of a fixed dimension). */
export function fixedColumn(
  type: DataType,
  length: number,
  values: Values,
  validity?: Uint8Array | undefined,
): ColumnVector {
  return { type, length, values, validity, offsets: undefined, data: undefined };
}

/** A column of text or bytea; `offsets` has at least `length + 1` entries. */
export function bytesColumn(
  type: DataType,
  length: number,
  offsets: Int32Array,
  data: Uint8Array,
  validity?: Uint8Array | undefined,
): ColumnVector {
  return { type, length, values: NO_VALUES, validity, offsets, data };
}

export function uuidColumn(
  type: DataType,
  length: number,
  data: Uint8Array,
  validity?: Uint8Array | undefined,
): ColumnVector {
  return { type, length, values: NO_VALUES, validity, offsets: undefined, data };
}

/** Vectors of any dimension: `offsets` counts floats. */
export function raggedVectorColumn(
  type: DataType,
  length: number,
  offsets: Int32Array,
  values: Float32Array,
  validity?: Uint8Array | undefined,
): ColumnVector {
  return { type, length, values, validity, offsets, data: undefined };
}

/** True when int64 values lie in a BigInt64Array because at least one is outside the safe integers. */
export function isWide(column: ColumnVector): boolean {
  return column.values instanceof BigInt64Array;
}

export function isValid(column: ColumnVector, index: number): boolean {
  if (column.type.kind === 'null') return false;
  const validity = column.validity;
  return validity === undefined || (validity[index >>> 3]! & (1 << (index & 7))) !== 0;
}

/** The same values under another type that is laid out alike (int64 read as timestamp, vector(3) as vector(3, l2)). */
export function retype(column: ColumnVector, type: DataType): ColumnVector {
  const { length, values, validity, offsets, data } = column;
  return { type, length, values, validity, offsets, data };
}

/** The same values with another validity. */
export function withValidity(column: ColumnVector, validity: Uint8Array | undefined): ColumnVector {
  const { type, length, values, offsets, data } = column;
  return { type, length, values, validity, offsets, data };
}

export function validityBytes(length: number): number {
  return (length + 7) >>> 3;
}
