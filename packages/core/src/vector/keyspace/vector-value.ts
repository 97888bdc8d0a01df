/** A vector as the value of an entry: its float32 elements, little endian, as they lie in memory. */
import { AlopexError } from '../../base/errors.ts';

export function encodeVectorValue(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength).slice();
}

/** Copies bytes [start, end) to `target` from element `at` on; throws ALX_CORRUPT where they are no vector of its dimension. */
export function readVectorValue(
  bytes: Uint8Array,
  start: number,
  end: number,
  dimension: number,
  target: Float32Array,
  at = 0,
): void {
  if (end - start !== dimension * 4) {
    throw new AlopexError(
      'ALX_CORRUPT',
      `an entry of a vector index has ${end - start} bytes instead of ${dimension * 4}`,
      { hint: 'Rebuild the index with REINDEX.' },
    );
  }
  new Uint8Array(target.buffer, target.byteOffset + at * 4, dimension * 4).set(
    bytes.subarray(start, end),
  );
}
