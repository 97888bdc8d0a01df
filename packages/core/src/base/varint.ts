/** Unsigned safe integers in 1 to 8 bytes: seven bits a byte, low bits first, the high bit says that more follow. */
import { assert } from './assert.ts';

export const VARINT_SIZE_MAX = 8;

/** Bytes that `writeVarint` takes for `value`. */
export function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size += 1;
  return size;
}

/** Writes `value` at `at` and returns the position behind it. The caller has made room. */
export function writeVarint(target: Uint8Array, at: number, value: number): number {
  assert(Number.isSafeInteger(value) && value >= 0, 'a varint is an unsigned safe integer');
  let rest = value;
  let position = at;
  while (rest >= 128) {
    target[position] = (rest % 128) | 128;
    position += 1;
    rest = rest < 0x8000_0000 ? rest >>> 7 : Math.floor(rest / 128);
  }
  target[position] = rest;
  return position + 1;
}

/** Where a decoder stands; moved by `readVarint`. */
export interface ByteCursor {
  at: number;
}

/** Reads a varint and moves the cursor behind it; -1 when it is cut off at `end` or no safe integer, the cursor then stays. */
export function readVarint(bytes: Uint8Array, cursor: ByteCursor, end: number): number {
  let value = 0;
  let scale = 1;
  for (let position = cursor.at; position < end; position += 1) {
    const byte = bytes[position]!;
    value += (byte & 127) * scale;
    if (!Number.isSafeInteger(value)) return -1;
    if (byte < 128) {
      cursor.at = position + 1;
      return value;
    }
    scale *= 128;
  }
  return -1;
}
