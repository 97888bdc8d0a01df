/**
 * The index section of a table of vectors (kind 16). Part of the file format, do not change; `docs/formats/hnsw.md` is its manual.
 *
 *   section := header (64) | key ends (4 each) | keys, joined | image of the graph
 *   header  := magic "ALXVIDX\0" | version (4) | rows (4) | bytes of all keys (8) | bytes of the image (8) | 0 (32)
 *
 * All numbers little endian. Key i belongs to the row of ordinal i; it has no bytes where the row is deleted. The arrays of the
 * image lie as they do in memory, so opening copies and decodes nothing. The section is one stored block of the table, so the
 * checksum over all of it has been verified before anything here looks at it.
 */
import { readUint32, readUint64, writeUint32, writeUint64 } from '../../base/little-endian.ts';
import { corruptTable } from '../../sstable/stored-block.ts';
import type { HnswSegment } from '../hnsw/hnsw-segment.ts';

const MAGIC = Uint8Array.of(0x41, 0x4c, 0x58, 0x56, 0x49, 0x44, 0x58, 0x00);
const FORMAT_VERSION = 1;
const HEADER_SIZE = 64;

export interface VectorSection {
  /** Key i is bytes [ends[i - 1], ends[i]) of `keys`. */
  readonly ends: Uint32Array;
  readonly keys: Uint8Array;
  readonly image: Uint8Array;
}

export function encodeVectorSection(
  keyOf: (ordinal: number) => Uint8Array,
  graph: HnswSegment,
): Uint8Array {
  const { rowCount } = graph;
  const image = graph.bytes();
  const ends = new Uint32Array(rowCount);
  const keys: Uint8Array[] = [];
  let keyBytes = 0;
  for (let ordinal = 0; ordinal < rowCount; ordinal += 1) {
    if (!graph.isRemoved(ordinal)) {
      const key = keyOf(ordinal);
      keys.push(key);
      keyBytes += key.length;
    }
    ends[ordinal] = keyBytes;
  }
  const section = new Uint8Array(HEADER_SIZE + ends.byteLength + keyBytes + image.length);
  section.set(MAGIC);
  writeUint32(section, 8, FORMAT_VERSION);
  writeUint32(section, 12, rowCount);
  writeUint64(section, 16, keyBytes);
  writeUint64(section, 24, image.length);
  section.set(new Uint8Array(ends.buffer), HEADER_SIZE);
  let at = HEADER_SIZE + ends.byteLength;
  for (const key of keys) {
    section.set(key, at);
    at += key.length;
  }
  section.set(image, at);
  return section;
}

/** Throws ALX_CORRUPT where the section has not the shape of one. `path` names its table. */
export function decodeVectorSection(section: Uint8Array, path: string): VectorSection {
  const isOurs =
    section.length >= HEADER_SIZE && MAGIC.every((byte, index) => section[index] === byte);
  if (!isOurs || readUint32(section, 8) !== FORMAT_VERSION)
    throw corruptTable(path, 0, 'its vector index is not of a format that this release reads');
  const rowCount = readUint32(section, 12);
  const keyBytes = readUint64(section, 16);
  const imageBytes = readUint64(section, 24);
  const keysAt = HEADER_SIZE + rowCount * 4;
  const imageAt = keysAt + keyBytes;
  if (imageAt + imageBytes !== section.length)
    throw corruptTable(path, 0, 'the parts of its vector index do not fill it');
  // A copy, because the section may lie at any alignment.
  const ends = new Uint32Array(section.slice(HEADER_SIZE, keysAt).buffer);
  if ((ends.at(-1) ?? 0) !== keyBytes)
    throw corruptTable(path, 0, 'the keys of its vector index do not end where they should');
  return { ends, keys: section.slice(keysAt, imageAt), image: section.subarray(imageAt) };
}
