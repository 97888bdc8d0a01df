/**
 * What one transaction has written: its entries, encoded once in the form that log and memtable take over, and an ordered
 * index over them for its own reads and scans. It is also the list of the rows the transaction has locked.
 *
 * - One part per keyspace. A key is in the index of its part once, at version 0.
 * - An entry that is overwritten or rolled back is marked dead where it lies; a locked row is an entry of kind lock.
 * - While a savepoint is set, changes of the index are noted and can be undone; an undone first write leaves a lock.
 */
import { assert } from '../base/assert.ts';
import type { KeyspaceId } from '../base/brand.ts';
import { Arena, offsetOf, slabOf } from '../memory/arena.ts';
import { NONE } from './btree-node.ts';
import {
  entrySizeMax,
  FIRST_PENDING_KIND,
  lengthSize,
  PENDING_KIND,
  readLength,
  writeEntry,
} from './entry-codec.ts';
import { ENTRY_KIND } from './entry.ts';
import { EXPIRY_SIZE } from './expiry.ts';
import { decodePlace, isLarge, type LargeValue } from './large-value.ts';
import { MapCursor } from './map-cursor.ts';
import { OrderedMap } from './ordered-map.ts';

const FIRST_SLAB_SIZE = 4096;
const NO_BYTES = new Uint8Array(0);
const SPARE_PARTS_MAX = 4;
const SPARE_INDEX_BYTES_MAX = 64 * 1024;
/** Index entries of a write set have no version yet. */
const NO_VERSION = 0;

/** The writes to one keyspace. */
export class WriteSetPart {
  /** Shared, because a memtable takes over large slabs as they are. */
  readonly arena = new Arena({ shared: true, firstSlabSizeBytes: FIRST_SLAB_SIZE });
  readonly index = new OrderedMap(this.arena, false);
  keyspace: KeyspaceId;
  /** Entries that a commit has to apply. */
  liveCount = 0;

  constructor(keyspace: KeyspaceId) {
    this.keyspace = keyspace;
  }

  /** Bytes of all entries, dead ones included. */
  get encodedBytes(): number {
    const { arena } = this;
    let bytes = 0;
    for (let slab = 0; slab < arena.slabCount; slab += 1) bytes += arena.usedOf(slab);
    return bytes;
  }

  /** Forgets everything, at once: large slabs may have gone over to a memtable. */
  clear(): void {
    this.arena.clear();
    this.index.clear();
    this.liveCount = 0;
  }
}

interface Undo {
  readonly part: WriteSetPart;
  readonly reference: number;
  /** The entry of the same key before, or NONE, and what kind it had. */
  readonly previous: number;
  readonly previousKind: number;
}

export class WriteSet {
  readonly parts: WriteSetPart[] = [];
  /** Parts kept for the next transaction. */
  readonly #spare: WriteSetPart[] = [];
  #lastPart: WriteSetPart | undefined;
  readonly #undo: Undo[] = [];
  readonly #savepoints: number[] = [];
  #dataBytes = 0;
  #lastPartTaken = false;

  /** Entries that a commit has to apply. */
  get liveCount(): number {
    let count = 0;
    for (const part of this.parts) count += part.liveCount;
    return count;
  }

  /** Bytes of keys and values written so far, dead ones included. */
  get dataBytes(): number {
    return this.#dataBytes;
  }

  get isEmpty(): boolean {
    return this.parts.length === 0;
  }

  /** Visits the keys of a keyspace that a commit changes, in order; the range is valid during the visit. */
  forEachKey(
    keyspace: KeyspaceId,
    visit: (bytes: Uint8Array, start: number, end: number) => void,
  ): void {
    const part = this.partOf(keyspace);
    if (part === undefined || part.liveCount === 0) return;
    const cursor = new MapCursor(part.index);
    for (cursor.seekFirst(); cursor.valid; cursor.next()) {
      const isLive = cursor.kind < FIRST_PENDING_KIND;
      if (isLive) visit(cursor.keyBytes, cursor.keyStart, cursor.keyEnd);
    }
  }

  /** Visits the changes of a keyspace in key order, as copies; a delete has no value, of a large one the place is told. */
  forEachChange(
    keyspace: KeyspaceId,
    visit: (key: Uint8Array, value: Uint8Array | LargeValue | undefined) => void,
  ): void {
    const part = this.partOf(keyspace);
    if (part === undefined || part.liveCount === 0) return;
    const cursor = new MapCursor(part.index);
    for (cursor.seekFirst(); cursor.valid; cursor.next()) {
      const kind: number = cursor.kind;
      if (kind >= FIRST_PENDING_KIND) continue;
      const key = cursor.keyBytes.slice(cursor.keyStart, cursor.keyEnd);
      if (kind === ENTRY_KIND.delete) {
        visit(key, undefined);
        continue;
      }
      if (isLarge(kind)) {
        const place = decodePlace(kind, cursor.valueBytes, cursor.valueStart, cursor.valueEnd);
        assert(place !== undefined, 'what a transaction writes can be read');
        visit(key, place);
        continue;
      }
      const skipped = kind === ENTRY_KIND.putExpiring ? EXPIRY_SIZE : 0;
      visit(key, cursor.valueBytes.slice(cursor.valueStart + skipped, cursor.valueEnd));
    }
  }

  /** Forgets everything and keeps a little memory for the next transaction. */
  clear(): void {
    for (const part of this.parts) {
      const small = part.index.allocatedBytes <= SPARE_INDEX_BYTES_MAX;
      if (!small || this.#spare.length === SPARE_PARTS_MAX) continue;
      part.clear();
      this.#spare.push(part);
    }
    this.parts.length = 0;
    this.#lastPart = undefined;
    this.#undo.length = 0;
    this.#savepoints.length = 0;
    this.#dataBytes = 0;
  }

  partOf(keyspace: KeyspaceId): WriteSetPart | undefined {
    if (this.#lastPart?.keyspace === keyspace) return this.#lastPart;
    for (const part of this.parts) {
      if (part.keyspace === keyspace) {
        this.#lastPart = part;
        return part;
      }
    }
    return undefined;
  }

  /**
   * Finds the place of a key for `writeLocated`. Answers the kind of the entry there, or NONE when the key is not in the
   * write set: then its row is not locked yet.
   */
  locate(keyspace: KeyspaceId, key: Uint8Array): number {
    const part = this.partOf(keyspace) ?? this.#addPart(keyspace);
    this.#lastPartTaken = part.index.locate(key, 0, key.length, NO_VERSION);
    if (!this.#lastPartTaken) return NONE;
    const reference = part.index.foundReference;
    return part.arena.slabs[slabOf(reference)]![offsetOf(reference)]!;
  }

  /** Writes the key located last. */
  writeLocated(kind: number, key: Uint8Array, value: Uint8Array = NO_BYTES): void {
    const part = this.#lastPart!; // set by `locate`
    const sizeMax = entrySizeMax(key.length, value.length);
    const reference = part.arena.allocate(sizeMax);
    const slab = part.arena.slabs[slabOf(reference)]!;
    const offset = offsetOf(reference);
    const size = writeEntry(slab, offset, kind, key, value) - offset;
    part.arena.shrinkLast(reference, size);
    this.#dataBytes += size;
    if (kind < FIRST_PENDING_KIND) part.liveCount += 1;
    let previous = NONE;
    let previousKind: number = PENDING_KIND.dead;
    if (this.#lastPartTaken) {
      previous = part.index.foundReference;
      const previousSlab = part.arena.slabs[slabOf(previous)]!;
      previousKind = previousSlab[offsetOf(previous)]!;
      if (previousKind < FIRST_PENDING_KIND) part.liveCount -= 1;
      previousSlab[offsetOf(previous)] = PENDING_KIND.dead;
      part.index.replaceLocated(reference);
    } else part.index.insertLocated(reference);
    if (this.#savepoints.length > 0) this.#undo.push({ part, reference, previous, previousKind });
  }

  /** Marks the state; marks count from 0. */
  savepoint(): number {
    this.#savepoints.push(this.#undo.length);
    return this.#savepoints.length - 1;
  }

  /** Returns to a mark, which stays; later marks are forgotten. False when there is no such mark. */
  rollbackTo(savepoint: number): boolean {
    const undoLength = this.#savepoints[savepoint];
    if (undoLength === undefined) return false;
    this.#savepoints.length = savepoint + 1;
    for (let index = this.#undo.length - 1; index >= undoLength; index -= 1)
      this.#undoWrite(this.#undo[index]!);
    this.#undo.length = undoLength;
    return true;
  }

  #undoWrite(undo: Undo): void {
    const { part, reference, previous, previousKind } = undo;
    const slab = part.arena.slabs[slabOf(reference)]!;
    const offset = offsetOf(reference);
    const kind = slab[offset]!;
    if (kind < FIRST_PENDING_KIND) part.liveCount -= 1;
    if (previous === NONE) {
      if (kind === ENTRY_KIND.delete) slab[offset] = PENDING_KIND.lock;
      else if (kind < FIRST_PENDING_KIND) slab[offset] = PENDING_KIND.lockNoKeyUpdate;
      return;
    }
    slab[offset] = PENDING_KIND.dead;
    part.arena.slabs[slabOf(previous)]![offsetOf(previous)] = previousKind;
    if (previousKind < FIRST_PENDING_KIND) part.liveCount += 1;
    const keyLength = readLength(slab, offset + 1);
    const keyStart = offset + 1 + lengthSize(keyLength);
    part.index.locate(slab, keyStart, keyStart + keyLength, NO_VERSION);
    part.index.replaceLocated(previous);
  }

  #addPart(keyspace: KeyspaceId): WriteSetPart {
    let part = this.#spare.pop();
    if (part === undefined) part = new WriteSetPart(keyspace);
    else part.keyspace = keyspace;
    this.parts.push(part);
    this.#lastPart = part;
    return part;
  }
}
