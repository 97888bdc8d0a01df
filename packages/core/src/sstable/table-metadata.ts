/**
 * What a table says about itself: the manifest keeps it, point reads skip tables by it, the optimizer counts with it.
 *
 *   meta := 10 numbers (8 each, in the order of NUMBERS) | size of the smallest key (4) | of the largest key (4) | both keys
 *
 * Part of the file format, do not change.
 */
import { readUint32, readUint64, writeUint32, writeUint64 } from '../base/little-endian.ts';

export interface TableMetadata {
  readonly entryCount: number;
  /** Distinct user keys. */
  readonly keyCount: number;
  readonly deleteCount: number;
  readonly rangeDeleteCount: number;
  readonly expiringCount: number;
  /** Sum of the sizes of all user keys and of all values, before compression. */
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly blockCount: number;
  /** Smallest and largest user key that begins an entry; a range delete may reach beyond the largest. */
  readonly minKey: Uint8Array;
  readonly maxKey: Uint8Array;
}

const NUMBERS = [
  'entryCount',
  'keyCount',
  'deleteCount',
  'rangeDeleteCount',
  'expiringCount',
  'keyBytes',
  'valueBytes',
  'minVersion',
  'maxVersion',
  'blockCount',
] as const satisfies readonly (keyof TableMetadata)[];

const KEY_SIZES_AT = NUMBERS.length * 8;
const KEYS_AT = KEY_SIZES_AT + 8;

export function encodeMetadata(metadata: TableMetadata): Uint8Array {
  const { minKey, maxKey } = metadata;
  const bytes = new Uint8Array(KEYS_AT + minKey.length + maxKey.length);
  for (const [index, name] of NUMBERS.entries()) writeUint64(bytes, index * 8, metadata[name]);
  writeUint32(bytes, KEY_SIZES_AT, minKey.length);
  writeUint32(bytes, KEY_SIZES_AT + 4, maxKey.length);
  bytes.set(minKey, KEYS_AT);
  bytes.set(maxKey, KEYS_AT + minKey.length);
  return bytes;
}

/** Undefined when the bytes have not the shape of metadata. */
export function decodeMetadata(bytes: Uint8Array): TableMetadata | undefined {
  if (bytes.length < KEYS_AT) return undefined;
  const minSize = readUint32(bytes, KEY_SIZES_AT);
  if (KEYS_AT + minSize + readUint32(bytes, KEY_SIZES_AT + 4) !== bytes.length) return undefined;
  const number = (name: (typeof NUMBERS)[number]): number =>
    readUint64(bytes, NUMBERS.indexOf(name) * 8);
  return {
    entryCount: number('entryCount'),
    keyCount: number('keyCount'),
    deleteCount: number('deleteCount'),
    rangeDeleteCount: number('rangeDeleteCount'),
    expiringCount: number('expiringCount'),
    keyBytes: number('keyBytes'),
    valueBytes: number('valueBytes'),
    minVersion: number('minVersion'),
    maxVersion: number('maxVersion'),
    blockCount: number('blockCount'),
    minKey: bytes.slice(KEYS_AT, KEYS_AT + minSize),
    maxKey: bytes.slice(KEYS_AT + minSize),
  };
}
