/**
 * Values kept out of line: a value beyond the store's threshold lies in chunks, and the entry of its key only says where. What
 * merges keys then never copies the value.
 *
 *   entry of the key, kind putLarge          value := place (24)
 *   entry of the key, kind putLargeExpiring  value := end (8, as in `expiry`) | place (24)
 *
 *   place := value id (8) | size (8) | size of a chunk (4) | CRC-32 of the whole value (4)        little endian
 *
 *   chunks of keyspace k: entries of keyspace k + 2^31, put or, with the end of their key, putExpiring
 *     key   := value id (8) | number of the chunk, from 0 (4)                                     big endian
 *     value := bytes [number * size of a chunk, …) of the whole; all but the last are of the same size
 *
 *   a value that is being written, chunk by chunk, in commits of their own
 *     key   := 255 | value id (8, big endian)       value := nothing
 *
 * Part of the file format, do not change.
 *
 * - A value id is a version that the oracle gave to nobody else. It is smaller than that of the commit which makes the value
 *   reachable, so no id is given out twice, whatever was lost in a crash; and chunks arrive in key order.
 * - Chunks are written once and before or with their key; the commit that overwrites or deletes the key deletes them. So a
 *   snapshot that sees the key sees all of its chunks, and what reclaims old versions reclaims them.
 * - Chunks of a key that expires expire with it, for whoever merges them: their key goes without anybody deleting it.
 */
import { keyspaceId, type KeyspaceId } from '../base/brand.ts';
import { readUint32, readUint64, writeUint32, writeUint64 } from '../base/little-endian.ts';
import { ENTRY_KIND } from './entry.ts';
import { EXPIRY_SIZE } from './expiry.ts';

/** Distance of a keyspace from that of its chunks. Keyspaces of users are numbered from below. */
const CHUNK_KEYSPACES_FROM = 0x8000_0000;

export const CHUNK_SIZE = 1024 * 1024;
const PLACE_SIZE = 24;
export const CHUNK_KEY_SIZE = 12;
/** First byte of the keys of unfinished values; those of chunks begin with 0, as ids are safe integers. */
const UNFINISHED = 255;

/** Where a large value lies and what it must be. */
export interface LargeValue {
  readonly id: number;
  readonly sizeBytes: number;
  readonly chunkSizeBytes: number;
  readonly checksum: number;
}

export function isLarge(kind: number): boolean {
  return kind === ENTRY_KIND.putLarge || kind === ENTRY_KIND.putLargeExpiring;
}

export function chunkKeyspace(keyspace: KeyspaceId): KeyspaceId {
  return keyspaceId(keyspace + CHUNK_KEYSPACES_FROM);
}

/** Whether a keyspace holds the chunks of another one. */
export function isChunkKeyspace(keyspace: KeyspaceId): boolean {
  return keyspace >= CHUNK_KEYSPACES_FROM;
}

/** The keyspace whose chunks a keyspace holds. */
export function ownerOfChunks(chunks: KeyspaceId): KeyspaceId {
  return keyspaceId(chunks - CHUNK_KEYSPACES_FROM);
}

export function chunkCount({ sizeBytes, chunkSizeBytes }: LargeValue): number {
  return Math.ceil(sizeBytes / chunkSizeBytes);
}

export function encodePlace({ id, sizeBytes, chunkSizeBytes, checksum }: LargeValue): Uint8Array {
  const bytes = new Uint8Array(PLACE_SIZE);
  writeUint64(bytes, 0, id);
  writeUint64(bytes, 8, sizeBytes);
  writeUint32(bytes, 16, chunkSizeBytes);
  writeUint32(bytes, 20, checksum);
  return bytes;
}

/** Of the value [start, end) of an entry of a large kind. Undefined when it is none. */
export function decodePlace(
  kind: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): LargeValue | undefined {
  const at = kind === ENTRY_KIND.putLargeExpiring ? start + EXPIRY_SIZE : start;
  if (end - at !== PLACE_SIZE) return undefined;
  const chunkSizeBytes = readUint32(bytes, at + 16);
  if (chunkSizeBytes === 0) return undefined;
  return {
    id: readUint64(bytes, at),
    sizeBytes: readUint64(bytes, at + 8),
    chunkSizeBytes,
    checksum: readUint32(bytes, at + 20),
  };
}

export function encodeChunkKey(id: number, number: number): Uint8Array {
  const key = new Uint8Array(CHUNK_KEY_SIZE);
  const view = new DataView(key.buffer);
  view.setBigUint64(0, BigInt(id));
  view.setUint32(8, number);
  return key;
}

export function decodeChunkKey(key: Uint8Array): { readonly id: number; readonly number: number } {
  const view = new DataView(key.buffer, key.byteOffset);
  return { id: Number(view.getBigUint64(0)), number: view.getUint32(8) };
}

/** Where the keys of unfinished values begin, and nothing else follows. */
export const UNFINISHED_FROM: Uint8Array = Uint8Array.of(UNFINISHED);

export function encodeUnfinishedKey(id: number): Uint8Array {
  const key = new Uint8Array(9);
  key[0] = UNFINISHED;
  new DataView(key.buffer).setBigUint64(1, BigInt(id));
  return key;
}

export function decodeUnfinishedKey(key: Uint8Array): number {
  return Number(new DataView(key.buffer, key.byteOffset).getBigUint64(1));
}
