/** Validity bitmaps: bit i = value i is present, least significant bit first; undefined = every value is present. */
import { validityBytes } from './column-vector.ts';

export function bitAt(bits: Uint8Array, index: number): boolean {
  return (bits[index >>> 3]! & (1 << (index & 7))) !== 0;
}

export function setBit(bits: Uint8Array, index: number): void {
  bits[index >>> 3]! |= 1 << (index & 7);
}

export function clearBit(bits: Uint8Array, index: number): void {
  bits[index >>> 3]! &= ~(1 << (index & 7));
}

/** A bitmap of `length` ones. Bits behind the end are one as well; nobody may read them. */
export function allValid(length: number): Uint8Array {
  return new Uint8Array(validityBytes(length)).fill(0xff);
}

/** Rows that are present in both. Returns one of the inputs where the other has no nulls. */
export function intersectValidity(
  left: Uint8Array | undefined,
  right: Uint8Array | undefined,
  length: number,
): Uint8Array | undefined {
  if (left === undefined || left === right) return right;
  if (right === undefined) return left;
  const bytes = validityBytes(length);
  const both = new Uint8Array(bytes);
  for (let index = 0; index < bytes; index += 1) both[index] = left[index]! & right[index]!;
  return both;
}

const BITS_OF_BYTE = /* @__PURE__ */ makeBitCounts();

function makeBitCounts(): Uint8Array {
  const counts = new Uint8Array(256);
  for (let byte = 1; byte < 256; byte += 1) counts[byte] = (byte & 1) + counts[byte >>> 1]!;
  return counts;
}

/** Number of present values among the first `length`. */
export function countValid(validity: Uint8Array | undefined, length: number): number {
  if (validity === undefined) return length;
  const whole = length >>> 3;
  let count = 0;
  for (let index = 0; index < whole; index += 1) count += BITS_OF_BYTE[validity[index]!]!;
  const rest = length & 7;
  if (rest !== 0) count += BITS_OF_BYTE[validity[whole]! & ((1 << rest) - 1)]!;
  return count;
}

/** Bits [start, end) as a bitmap of their own; a view where `start` lies on a byte. */
export function sliceValidity(
  validity: Uint8Array | undefined,
  start: number,
  end: number,
): Uint8Array | undefined {
  if (validity === undefined) return undefined;
  if ((start & 7) === 0)
    return validity.subarray(start >>> 3, (start >>> 3) + validityBytes(end - start));
  const bits = new Uint8Array(validityBytes(end - start));
  for (let index = start; index < end; index += 1) {
    if (bitAt(validity, index)) setBit(bits, index - start);
  }
  return bits;
}
