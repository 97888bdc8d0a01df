/** Typed arrays that grow by doubling: what builders, collectors and hash tables keep their values in. */
import { AlopexError } from '../base/errors.ts';

/** Elements a column can hold at most: its offsets are int32. */
const ELEMENTS_MAX = 0x7fff_ffff;

function grownLength(current: number, needed: number): number {
  if (needed > ELEMENTS_MAX) {
    throw new AlopexError(
      'ALX_MEMORY_LIMIT',
      `a column may hold 2 GiB at most, ${needed} elements were asked for`,
      {
        hint: 'Aggregate or filter earlier, or read the result in batches.',
      },
    );
  }
  return Math.min(ELEMENTS_MAX, Math.max(needed, current * 2, 16));
}

export function growBytes(array: Uint8Array, needed: number): Uint8Array {
  if (needed <= array.length) return array;
  const grown = new Uint8Array(grownLength(array.length, needed));
  grown.set(array);
  return grown;
}

export function growInt16(array: Int16Array, needed: number): Int16Array {
  if (needed <= array.length) return array;
  const grown = new Int16Array(grownLength(array.length, needed));
  grown.set(array);
  return grown;
}

export function growInt32(array: Int32Array, needed: number): Int32Array {
  if (needed <= array.length) return array;
  const grown = new Int32Array(grownLength(array.length, needed));
  grown.set(array);
  return grown;
}

export function growFloat32(array: Float32Array, needed: number): Float32Array {
  if (needed <= array.length) return array;
  const grown = new Float32Array(grownLength(array.length, needed));
  grown.set(array);
  return grown;
}

export function growFloat64(array: Float64Array, needed: number): Float64Array {
  if (needed <= array.length) return array;
  const grown = new Float64Array(grownLength(array.length, needed));
  grown.set(array);
  return grown;
}

export function growBigInt64(array: BigInt64Array, needed: number): BigInt64Array {
  if (needed <= array.length) return array;
  const grown = new BigInt64Array(grownLength(array.length, needed));
  grown.set(array);
  return grown;
}
