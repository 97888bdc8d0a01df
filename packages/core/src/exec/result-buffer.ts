/**
 * Memory that an operator or a node of an expression reuses from batch to batch, as large as its largest batch so far: a
 * query over three rows must not pay for clearing room for two thousand.
 */
import { growBytes, growInt32 } from '../types/growable.ts';

/** Boolean values for `rowCount` rows: the same memory each time, so a result lives until the next call. */
export function booleanBuffer(): (rowCount: number) => Uint8Array {
  let buffer: Uint8Array = new Uint8Array(0);
  return (rowCount) => (buffer = growBytes(buffer, rowCount));
}

/** Room for `rowCount` row or group numbers. */
export function numberBuffer(): (rowCount: number) => Int32Array {
  let buffer: Int32Array = new Int32Array(0);
  return (rowCount) => (buffer = growInt32(buffer, rowCount));
}
