/**
 * A column of values in Arrow's layout: values, validity bitmap (bit i = value i is present, least significant bit first;
 * absent = no nulls, which lets kernels skip the check), offsets and bytes for variable lengths.
 *
 *   boolean            values: Uint8Array, one byte 0 or 1 a value (a bitmap costs more than it saves at 2,048 rows)
 *   int16, int32       values: Int16Array, Int32Array
 *   int64              values: Float64Array while every value is a safe integer ("narrow": exact, and 5-20x faster in
 *                      JavaScript), else BigInt64Array. Producers choose; `isWide` tells; both are exact.
 *   float32, float64   values: Float32Array, Float64Array
 *   timestamp          values: Float64Array, microseconds since 1970, safe integers
 *   text, bytea        offsets: Int32Array of length + 1 entries into data: Uint8Array (text is UTF-8)
 *   uuid               data: Uint8Array, 16 bytes a value
 *   vector             fixed dimension: values: Float32Array, dimension floats a value; any dimension: offsets (in floats) too
 *   null               nothing; every value is null
 *
 * A null's slot holds zero (or an empty range), so kernels may compute on it. Vectors handed between operators are valid
 * until the next batch is asked for; whoever keeps one copies it.
 */
import type { DataType } from './data-type.ts';

export type Values = Uint8Array | Int16Array | Int32Array | Float32Array | Float64Array | BigInt64Array;

export interface ColumnVector {
  readonly type: DataType;
  readonly length: number;
  readonly values: Values;
  readonly validity: Uint8Array | undefined;
  readonly offsets: Int32Array | undefined;
  readonly data: Uint8Array | undefined;
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

export function validityBytes(length: number): number {
  return (length + 7) >>> 3;
}
