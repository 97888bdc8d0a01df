/**
 * The bytes of one entry: the same in a write set, in a batch record of the log and in a memtable, so that a commit copies
 * whole pieces instead of encoding rows again.
 *
 *   entry := kind (1) | key length (varint) | key | value length (varint) | value
 *
 * The version stands with the batch, or in the ordered map beside the reference. Two kinds exist only here: a dead entry was
 * overwritten or rolled back within its transaction and counts for nothing; a lock entry is a row that is locked, in one of four
 * modes, and not written. Part of the file format, do not change.
 */
import { writeVarint } from '../base/varint.ts';

/** Kinds of `ENTRY_KIND` and these. Locks come from the weakest mode to the strongest. */
export const PENDING_KIND = Object.freeze({
  dead: 255,
  lock: 254,
  lockNoKeyUpdate: 253,
  lockShare: 252,
  lockKeyShare: 251,
} as const);

/** Kinds from here on carry no data of a row. */
export const FIRST_PENDING_KIND = 251;

/** An upper bound for the bytes of an entry, cheap to compute. */
export function entrySizeMax(keyLength: number, valueLength: number): number {
  return 11 + keyLength + valueLength;
}

/** Writes an entry at `at` and returns the position behind it. */
export function writeEntry(
  target: Uint8Array,
  at: number,
  kind: number,
  key: Uint8Array,
  value: Uint8Array,
): number {
  target[at] = kind;
  let position = writeLength(target, at + 1, key.length);
  position = copyInto(key, target, position);
  position = writeLength(target, position, value.length);
  return copyInto(value, target, position);
}

/** Length of the varint-coded length at `at`; use with `lengthSize`. Bytes are trusted: they are ours and checksummed. */
export function readLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 128) return first;
  const second = bytes[at + 1]!;
  if (second < 128) return (first & 127) | (second << 7);
  return readLongLength(bytes, at);
}

export function lengthSize(length: number): number {
  if (length < 0x80) return 1;
  if (length < 0x4000) return 2;
  if (length < 0x20_0000) return 3;
  return length < 0x1000_0000 ? 4 : 5;
}

function readLongLength(bytes: Uint8Array, at: number): number {
  let value = 0;
  let scale = 1;
  for (let position = at; ; position += 1) {
    const byte = bytes[position]!;
    value += (byte & 127) * scale;
    if (byte < 128) return value;
    scale *= 128;
  }
}

function writeLength(target: Uint8Array, at: number, length: number): number {
  if (length >= 128) return writeVarint(target, at, length);
  target[at] = length;
  return at + 1;
}

// Making a view costs about as much as copying 64 bytes in a loop.
function copyInto(source: Uint8Array, target: Uint8Array, at: number): number {
  const length = source.length;
  if (length > 64) target.set(source, at);
  else for (let index = 0; index < length; index += 1) target[at + index] = source[index]!;
  return at + length;
}
