/**
 * The data of a batch record of the log: one commit, over any number of keyspaces. Part of the file format, do not change;
 * `docs/formats/wal.md` shows it in its place.
 *
 *   batch := store id (4) | version (8) | part*
 *   part  := keyspace (4) | size of the entries (4) | entries, as `memtable/entry-codec` lays them out
 *
 * Numbers are little endian. Within a part entries stand in the order they were written; of two live ones with the same key
 * the later counts. Dead and lock entries may be among them and count for nothing.
 */
import { keyspaceId, type KeyspaceId } from '../base/brand.ts';
import { readUint32, readUint64, writeUint32, writeUint64 } from '../base/little-endian.ts';
import { ENTRY_KIND } from '../memtable/entry.ts';
import { FIRST_PENDING_KIND, lengthSize, readLength } from '../memtable/entry-codec.ts';
import type { WriteSet, WriteSetPart } from '../memtable/write-set.ts';

const HEADER_SIZE = 12;
const PART_HEADER_SIZE = 8;

/** Bytes that `encodeBatch` writes. */
export function batchSize(writes: WriteSet): number {
  let size = HEADER_SIZE;
  for (const part of writes.parts)
    if (part.liveCount > 0) size += PART_HEADER_SIZE + part.encodedBytes;
  return size;
}

/** Writes a batch at `at` and returns the position behind it. The caller has made room for `batchSize`. */
export function encodeBatch(
  target: Uint8Array,
  at: number,
  storeId: number,
  version: number,
  writes: WriteSet,
): number {
  writeUint32(target, at, storeId);
  writeUint64(target, at + 4, version);
  let position = at + HEADER_SIZE;
  for (const part of writes.parts) {
    if (part.liveCount > 0) position = encodePart(target, position, part);
  }
  return position;
}

function encodePart(target: Uint8Array, at: number, part: WriteSetPart): number {
  writeUint32(target, at, part.keyspace);
  writeUint32(target, at + 4, part.encodedBytes);
  let position = at + PART_HEADER_SIZE;
  const arena = part.arena;
  for (let slab = 0; slab < arena.slabCount; slab += 1) {
    const used = arena.usedOf(slab);
    const bytes = arena.slabs[slab]!;
    if (used > 128) target.set(bytes.subarray(0, used), position);
    else for (let index = 0; index < used; index += 1) target[position + index] = bytes[index]!;
    position += used;
  }
  return position;
}

/** What the replay of a batch visits: the entries [start, end) of one keyspace. */
export type BatchPartVisitor = (keyspace: KeyspaceId, start: number, end: number) => void;

export interface BatchHeader {
  readonly storeId: number;
  readonly version: number;
}

/**
 * Reads a batch and visits its parts. Undefined when the bytes are no batch, before any part was visited: the checksum has
 * held, so whoever wrote them was not us.
 */
export function decodeBatch(
  bytes: Uint8Array,
  start: number,
  end: number,
  visit: BatchPartVisitor,
): BatchHeader | undefined {
  if (end - start < HEADER_SIZE || !isBatch(bytes, start + HEADER_SIZE, end)) return undefined;
  for (let at = start + HEADER_SIZE; at < end;) {
    const entriesAt = at + PART_HEADER_SIZE;
    const size = readUint32(bytes, at + 4);
    visit(keyspaceId(readUint32(bytes, at)), entriesAt, entriesAt + size);
    at = entriesAt + size;
  }
  return { storeId: readUint32(bytes, start), version: readUint64(bytes, start + 4) };
}

function isBatch(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    if (at + PART_HEADER_SIZE > end) return false;
    const partEnd = at + PART_HEADER_SIZE + readUint32(bytes, at + 4);
    if (partEnd > end) return false;
    at += PART_HEADER_SIZE;
    while (at < partEnd) {
      at = checkedEntryEnd(bytes, at, partEnd);
      if (at < 0) return false;
    }
  }
  return true;
}

/** Position behind an entry of a known kind that ends before `end`, else -1. */
function checkedEntryEnd(bytes: Uint8Array, at: number, end: number): number {
  const kind = bytes[at]!;
  if (kind > ENTRY_KIND.putLargeExpiring && kind < FIRST_PENDING_KIND) return -1;
  if (at + 2 >= end) return -1;
  const keyLength = readLength(bytes, at + 1);
  const keyEnd = at + 1 + lengthSize(keyLength) + keyLength;
  if (keyEnd >= end) return -1;
  const valueLength = readLength(bytes, keyEnd);
  const valueEnd = keyEnd + lengthSize(valueLength) + valueLength;
  return valueEnd <= end ? valueEnd : -1;
}
