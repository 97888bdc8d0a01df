/**
 * Writes, frees and reads values that are kept out of line (`memtable/large-value` has the layout and the laws). One for a store;
 * what is written goes to the write set of a transaction, and so commits, rolls back and is undone with it.
 *
 * A store without large values pays one comparison a write: only keyspaces that have had chunks are asked what a key had before.
 */
import type { KeyspaceId, Version } from '../base/brand.ts';
import type { Checksum } from '../base/checksum.ts';
import { AlopexError } from '../base/errors.ts';
import { PENDING, type Pending } from '../base/pending.ts';
import { makeEntrySlot } from '../lsm/super-version.ts';
import { ENTRY_KIND, type EntrySlot } from '../memtable/entry.ts';
import { EXPIRY_SIZE, encodeExpiring } from '../memtable/expiry.ts';
import {
  chunkCount,
  chunkKeyspace,
  decodePlace,
  encodeChunkKey,
  encodePlace,
  encodeUnfinishedKey,
  isChunkKeyspace,
  ownerOfChunks,
  type LargeValue,
} from '../memtable/large-value.ts';
import type { WriteSet } from '../memtable/write-set.ts';
import type { ValueSlot, WrittenValue } from './transaction.ts';

/** Longest value. */
export const LARGE_VALUE_SIZE_MAX = 1024 * 1024 * 1024;

/** Looks up chunks as of the moment its owner reads at. */
export interface ChunkReader {
  /** `valueId` names the value that the chunk is of, as the key does. */
  readChunk(
    chunks: KeyspaceId,
    key: Uint8Array,
    valueId: number,
    found: EntrySlot,
  ): boolean | Pending;
}

export interface LargeValuesOptions {
  /** Values with more bytes go out of line. */
  readonly thresholdBytes: number;
  readonly chunkSizeBytes: number;
  readonly checksum: Checksum;
  /** Gives out what no commit and no other value has. */
  readonly nextId: () => Version;
  /** Keyspaces with anything in them. */
  readonly keyspaces: readonly KeyspaceId[];
}

export class LargeValues {
  readonly chunkSizeBytes: number;
  readonly checksum: Checksum;
  readonly #thresholdBytes: number;
  /** Keyspaces whose values something beside their readers looks at, in tables. */
  readonly #inline = new Set<KeyspaceId>();
  readonly #nextId: () => Version;
  /** Keyspaces that have, or had since the store was opened, values out of line. */
  readonly #keyspaces = new Set<KeyspaceId>();

  constructor(options: LargeValuesOptions) {
    this.chunkSizeBytes = options.chunkSizeBytes;
    this.checksum = options.checksum;
    this.#thresholdBytes = options.thresholdBytes;
    this.#nextId = options.nextId;
    for (const keyspace of options.keyspaces)
      if (isChunkKeyspace(keyspace)) this.#keyspaces.add(ownerOfChunks(keyspace));
  }

  /** Whether there are none, in any keyspace. */
  get isEmpty(): boolean {
    return this.#keyspaces.size === 0;
  }

  /** Whether a value of so many bytes goes out of line. */
  takes(keyspace: KeyspaceId, sizeBytes: number): boolean {
    return sizeBytes > this.#thresholdBytes && !this.#inline.has(keyspace);
  }

  /** New values of a keyspace stay in line from now on, whatever their size. */
  keepInline(keyspace: KeyspaceId): void {
    this.#inline.add(keyspace);
  }

  mayBeIn(keyspace: KeyspaceId): boolean {
    return this.#keyspaces.has(keyspace);
  }

  /** Keyspaces that may have some. */
  keyspaces(): KeyspaceId[] {
    return [...this.#keyspaces];
  }

  /** A place for a value to come, whose chunks are written from now on. */
  newId(keyspace: KeyspaceId): number {
    this.#keyspaces.add(keyspace);
    return this.#nextId();
  }

  /** Writes the chunks of a value and answers the place that its key has to name. */
  writeChunks(
    writes: WriteSet,
    keyspace: KeyspaceId,
    value: Uint8Array,
    endMicros: number | undefined,
  ): LargeValue {
    const { chunkSizeBytes, checksum } = this;
    const id = this.newId(keyspace);
    for (let number = 0; number * chunkSizeBytes < value.length; number += 1) {
      const at = number * chunkSizeBytes;
      const bytes = value.subarray(at, at + chunkSizeBytes);
      writeChunk(writes, keyspace, encodeChunkKey(id, number), bytes, endMicros);
    }
    const sum = checksum(value, 0, value.length, 0);
    return { id, sizeBytes: value.length, chunkSizeBytes, checksum: sum };
  }

  /** Writes the last chunk of a value whose other ones are there, and takes its mark away. */
  finish(writes: WriteSet, place: LargeValue, { keyspace, rest, endMicros }: WrittenValue): void {
    const number = chunkCount(place) - 1;
    writeChunk(writes, keyspace, encodeChunkKey(place.id, number), rest, endMicros);
    const mark = encodeUnfinishedKey(place.id);
    writes.locate(chunkKeyspace(keyspace), mark);
    writes.writeLocated(ENTRY_KIND.delete, mark);
  }

  /** Deletes the chunks that an entry of a large kind names. */
  free(writes: WriteSet, keyspace: KeyspaceId, entry: EntrySlot): void {
    const place = this.placeOf(entry.kind, entry.valueBytes, entry.valueStart, entry.valueEnd);
    const chunks = chunkKeyspace(keyspace);
    const count = chunkCount(place);
    for (let number = 0; number < count; number += 1) {
      const key = encodeChunkKey(place.id, number);
      writes.locate(chunks, key);
      writes.writeLocated(ENTRY_KIND.delete, key);
    }
  }

  placeOf(kind: number, bytes: Uint8Array, start: number, end: number): LargeValue {
    const place = decodePlace(kind, bytes, start, end);
    if (place === undefined || place.sizeBytes > LARGE_VALUE_SIZE_MAX)
      throw corrupt('the entry of a key that has a large value names no place of one');
    return place;
  }

  /** Puts the whole value into the slot that shows what the entry of its key holds. After `PENDING` the slot is as it was. */
  load(keyspace: KeyspaceId, kind: number, slot: ValueSlot, reader: ChunkReader): true | Pending {
    const place = this.placeOf(kind, slot.bytes, slot.start, slot.end);
    const value = new Uint8Array(place.sizeBytes);
    const found: ValueSlot = { bytes: value, start: 0, end: 0 };
    const count = chunkCount(place);
    for (let number = 0; number < count; number += 1) {
      if (readChunk(keyspace, place, number, reader, found) === PENDING) return PENDING;
      value.set(found.bytes.subarray(found.start, found.end), number * place.chunkSizeBytes);
    }
    if (this.checksum(value, 0, value.length, 0) !== place.checksum)
      throw corrupt(`the checksum of large value ${place.id} does not match`);
    slot.bytes = value;
    slot.start = 0;
    slot.end = value.length;
    return true;
  }
}

export function writeChunk(
  writes: WriteSet,
  keyspace: KeyspaceId,
  key: Uint8Array,
  bytes: Uint8Array,
  endMicros: number | undefined,
): void {
  writes.locate(chunkKeyspace(keyspace), key);
  if (endMicros === undefined) writes.writeLocated(ENTRY_KIND.put, key, bytes);
  else writes.writeLocated(ENTRY_KIND.putExpiring, key, encodeExpiring(endMicros, bytes));
}

/** Writes the entry of a key that was located last. */
export function writePlace(
  writes: WriteSet,
  key: Uint8Array,
  place: LargeValue,
  endMicros: number | undefined,
): void {
  const bytes = encodePlace(place);
  if (endMicros === undefined) writes.writeLocated(ENTRY_KIND.putLarge, key, bytes);
  else writes.writeLocated(ENTRY_KIND.putLargeExpiring, key, encodeExpiring(endMicros, bytes));
}

/** Shows the bytes of one chunk. */
export function readChunk(
  keyspace: KeyspaceId,
  place: LargeValue,
  number: number,
  reader: ChunkReader,
  slot: ValueSlot,
): true | Pending {
  const found = makeEntrySlot();
  const key = encodeChunkKey(place.id, number);
  const hit = reader.readChunk(chunkKeyspace(keyspace), key, place.id, found);
  if (hit === PENDING) return PENDING;
  if (!hit || found.kind === ENTRY_KIND.delete)
    throw corrupt(`chunk ${number} of large value ${place.id} is missing`);
  const start = found.valueStart + (found.kind === ENTRY_KIND.putExpiring ? EXPIRY_SIZE : 0);
  const size = found.valueEnd - start;
  const expected = Math.min(place.chunkSizeBytes, place.sizeBytes - number * place.chunkSizeBytes);
  if (size !== expected) {
    throw corrupt(
      `chunk ${number} of large value ${place.id} has ${size} bytes instead of ${expected}`,
    );
  }
  slot.bytes = found.valueBytes;
  slot.start = start;
  slot.end = found.valueEnd;
  return true;
}

function corrupt(what: string): AlopexError {
  return new AlopexError('ALX_CORRUPT', what, { hint: 'Restore the database from a backup.' });
}
