/**
 * What a reader reads: the memtables and the tables of one moment. Immutable but for the active memtable, which only gains
 * newer versions; a change of the tree makes a new super-version, so that open cursors never see it happen.
 */
import type { KeyspaceId } from '../base/brand.ts';
import type { EntryCursor } from '../memtable/entry.ts';
import { MapCursor } from '../memtable/map-cursor.ts';
import type { Memtable } from '../memtable/memtable.ts';
import { offsetOf, slabOf } from '../memory/arena.ts';
import { lengthSize, readLength } from '../memtable/entry-codec.ts';

export interface SuperVersion {
  /** The active memtable first, then the frozen ones from the newest to the oldest. */
  readonly memtables: readonly Memtable[];
}

/** The entry a point read found. One object, filled anew. */
export interface FoundEntry {
  version: number;
  kind: number;
  bytes: Uint8Array;
  valueStart: number;
  valueEnd: number;
}

/**
 * Finds the newest entry of a key at or below `version`, deletes included. Sources whose newest version cannot beat what was
 * found are not asked; no order of arrival is assumed.
 */
export function findNewest(
  view: SuperVersion,
  keyspace: KeyspaceId,
  key: Uint8Array,
  version: number,
  found: FoundEntry,
): boolean {
  let best = -1;
  const memtables = view.memtables;
  for (let index = 0; index < memtables.length; index += 1) {
    const memtable = memtables[index]!;
    if (memtable.versionMax <= best || memtable.versionMin > version) continue;
    const map = memtable.mapOf(keyspace);
    if (map === undefined || !map.find(key, 0, key.length, version) || map.foundVersion <= best)
      continue;
    best = map.foundVersion;
    showReference(map.slabs, map.foundReference, found);
  }
  found.version = best;
  return best >= 0;
}

/** Cursors over every source of a keyspace that may hold an entry at or below `version`. */
export function openCursors(
  view: SuperVersion,
  keyspace: KeyspaceId,
  version: number,
): EntryCursor[] {
  const cursors: EntryCursor[] = [];
  for (const memtable of view.memtables) {
    const map = memtable.mapOf(keyspace);
    if (map !== undefined && memtable.versionMin <= version) cursors.push(new MapCursor(map));
  }
  return cursors;
}

/** Shows the value of an entry in an arena. */
export function showReference(
  slabs: readonly Uint8Array[],
  reference: number,
  found: FoundEntry,
): void {
  const slab = slabs[slabOf(reference)]!;
  const offset = offsetOf(reference);
  const keyLength = readLength(slab, offset + 1);
  const keyEnd = offset + 1 + lengthSize(keyLength) + keyLength;
  const valueLength = readLength(slab, keyEnd);
  const valueStart = keyEnd + lengthSize(valueLength);
  found.kind = slab[offset]!;
  found.bytes = slab;
  found.valueStart = valueStart;
  found.valueEnd = valueStart + valueLength;
}
