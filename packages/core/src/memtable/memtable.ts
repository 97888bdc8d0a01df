/**
 * The newest writes of a store in memory: one ordered map per keyspace, all entries in one arena with one budget. Frozen, it
 * takes no more writes and is read on until its tables exist.
 */
import { assert } from '../base/assert.ts';
import { keyspaceId, type KeyspaceId } from '../base/brand.ts';
import { Arena, offsetOf, referenceOf, slabOf } from '../memory/arena.ts';
import { COUNT, ENTRIES, ENTRY_SIZE, NEXT, NONE } from './btree-node.ts';
import { ENTRY_KIND } from './entry.ts';
import { FIRST_PENDING_KIND, lengthSize, readLength } from './entry-codec.ts';
import { OrderedMap } from './ordered-map.ts';
import type { WriteSet, WriteSetPart } from './write-set.ts';

const FIRST_SLAB_SIZE = 64 * 1024;
/** Up to this many entries a commit copies them one by one: most of their slab would be unused. */
const COPY_WHOLE_FROM = 8;
/** Slabs of a write set from this size on go over to the memtable; a write set never uses them again. */
const ADOPT_FROM_BYTES = 32 * 1024;

export class Memtable {
  readonly #shared: boolean;
  readonly #arena: Arena;
  readonly #maps = new Map<KeyspaceId, OrderedMap>();
  #versionMin = Number.MAX_SAFE_INTEGER;
  #versionMax = 0;
  #entryCount = 0;
  /** About how many entries hide an older one or nothing. */
  #shadowCount = 0;
  #frozen = false;

  constructor(shared: boolean) {
    this.#shared = shared;
    this.#arena = new Arena({ shared, firstSlabSizeBytes: FIRST_SLAB_SIZE });
  }

  get versionMin(): number {
    return this.#versionMin;
  }

  get versionMax(): number {
    return this.#versionMax;
  }

  /** Entries applied, including those of the same key and version. */
  get entryCount(): number {
    return this.#entryCount;
  }

  /** About the share of entries that a rewrite would drop, if no snapshot needed them. */
  get garbageShare(): number {
    return this.#entryCount === 0 ? 0 : this.#shadowCount / this.#entryCount;
  }

  get isEmpty(): boolean {
    return this.#entryCount === 0;
  }

  get frozen(): boolean {
    return this.#frozen;
  }

  /** Bytes of memory held. */
  get allocatedBytes(): number {
    let bytes = this.#arena.allocatedBytes;
    for (const map of this.#maps.values()) bytes += map.allocatedBytes;
    return bytes;
  }

  /** Whether the arena can take the write set. Beyond that the memtable has to be flushed first. */
  hasRoomFor(writes: WriteSet): boolean {
    let slabs = 1;
    for (const part of writes.parts) slabs += part.arena.slabCount + 1;
    return this.#arena.hasRoomForSlabs(slabs);
  }

  freeze(): void {
    this.#frozen = true;
  }

  mapOf(keyspace: KeyspaceId): OrderedMap | undefined {
    return this.#maps.get(keyspace);
  }

  /** Keyspaces with entries, ascending. */
  keyspaces(): KeyspaceId[] {
    return [...this.#maps.keys()].toSorted((left, right) => left - right);
  }

  /** Takes over all live entries of a write set at one version. */
  apply(writes: WriteSet, version: number): void {
    assert(!this.#frozen, 'a frozen memtable takes no writes');
    this.#noteVersion(version);
    for (const part of writes.parts) {
      if (part.liveCount === 0) continue;
      const map = this.#mapFor(part.keyspace);
      if (part.index.size < COPY_WHOLE_FROM) this.#applySingly(part, map, version);
      else this.#applyWhole(part, map, version);
      this.#entryCount += part.liveCount;
    }
  }

  /** Takes over encoded entries [start, end), as they stand in a batch of the log. */
  applyEncoded(
    keyspace: KeyspaceId,
    bytes: Uint8Array,
    start: number,
    end: number,
    version: number,
  ): void {
    assert(!this.#frozen, 'a frozen memtable takes no writes');
    this.#noteVersion(version);
    const map = this.#mapFor(keyspace);
    for (let at = start; at < end;) {
      const behind = entryEnd(bytes, at);
      if (bytes[at]! < FIRST_PENDING_KIND) {
        this.#insertCopy(map, bytes, at, behind, version);
        this.#entryCount += 1;
      }
      at = behind;
    }
  }

  #noteVersion(version: number): void {
    if (version < this.#versionMin) this.#versionMin = version;
    if (version > this.#versionMax) this.#versionMax = version;
  }

  #mapFor(keyspace: KeyspaceId): OrderedMap {
    let map = this.#maps.get(keyspace);
    if (map === undefined) {
      map = new OrderedMap(this.#arena, this.#shared);
      this.#maps.set(keyspaceId(keyspace), map);
    }
    return map;
  }

  #applySingly(part: WriteSetPart, map: OrderedMap, version: number): void {
    const slabs = part.arena.slabs;
    const nodes = part.index.nodes;
    for (let leaf = part.index.firstLeaf; leaf !== NONE; leaf = nodes[leaf + NEXT]!) {
      const count = nodes[leaf + COUNT]!;
      for (let index = 0; index < count; index += 1) {
        const reference = nodes[leaf + ENTRIES + index * ENTRY_SIZE]!;
        const slab = slabs[slabOf(reference)]!;
        const offset = offsetOf(reference);
        if (slab[offset]! >= FIRST_PENDING_KIND) continue;
        this.#insertCopy(map, slab, offset, entryEnd(slab, offset), version);
      }
    }
  }

  /** Takes the slabs of a part as they are, then enters their entries in key order. */
  #applyWhole(part: WriteSetPart, map: OrderedMap, version: number): void {
    const bases = this.#takeSlabs(part.arena);
    const slabs = part.arena.slabs;
    const nodes = part.index.nodes;
    for (let leaf = part.index.firstLeaf; leaf !== NONE; leaf = nodes[leaf + NEXT]!) {
      const count = nodes[leaf + COUNT]!;
      for (let index = 0; index < count; index += 1) {
        const reference = nodes[leaf + ENTRIES + index * ENTRY_SIZE]!;
        const slabNumber = slabOf(reference);
        const slab = slabs[slabNumber]!;
        const offset = offsetOf(reference);
        if (slab[offset]! >= FIRST_PENDING_KIND) continue;
        const keyLength = readLength(slab, offset + 1);
        const keyStart = offset + 1 + lengthSize(keyLength);
        const base = bases[slabNumber]!;
        const copied = referenceOf(slabOf(base), offsetOf(base) + offset);
        const older = map.insert(copied, slab, keyStart, keyStart + keyLength, version);
        if (older || slab[offset] === ENTRY_KIND.delete) this.#shadowCount += 1;
      }
    }
  }

  /** Takes the slabs of a write set into the arena: large full ones as they are, copies of the others. */
  #takeSlabs(source: Arena): number[] {
    const bases: number[] = [];
    for (let number = 0; number < source.slabCount; number += 1) {
      const slab = source.slabs[number]!;
      const used = source.usedOf(number);
      if (used >= ADOPT_FROM_BYTES && used >= slab.length / 2) {
        bases.push(this.#arena.adopt(slab, used));
        continue;
      }
      const base = this.#arena.allocate(used);
      this.#arena.slabs[slabOf(base)]!.set(slab.subarray(0, used), offsetOf(base));
      bases.push(base);
    }
    return bases;
  }

  #insertCopy(
    map: OrderedMap,
    bytes: Uint8Array,
    start: number,
    end: number,
    version: number,
  ): void {
    const reference = this.#arena.allocate(end - start);
    const slab = this.#arena.slabs[slabOf(reference)]!;
    const offset = offsetOf(reference);
    if (end - start > 64) slab.set(bytes.subarray(start, end), offset);
    else for (let at = start; at < end; at += 1) slab[offset + at - start] = bytes[at]!;
    const keyLength = readLength(bytes, start + 1);
    const keyStart = start + 1 + lengthSize(keyLength);
    const older = map.insert(reference, bytes, keyStart, keyStart + keyLength, version);
    if (older || bytes[start] === ENTRY_KIND.delete) this.#shadowCount += 1;
  }
}

/** Position behind the entry at `at`. */
export function entryEnd(bytes: Uint8Array, at: number): number {
  const keyLength = readLength(bytes, at + 1);
  const keyEnd = at + 1 + lengthSize(keyLength) + keyLength;
  const valueLength = readLength(bytes, keyEnd);
  return keyEnd + lengthSize(valueLength) + valueLength;
}
