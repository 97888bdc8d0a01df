/**
 * What a reader reads: the memtables and the tables of one moment. Immutable but for the active memtable, which only gains
 * newer versions; a change of the tree makes a new super-version, so that open cursors never see it happen.
 */
import type { KeyspaceId } from '../base/brand.ts';
import { compareBytes } from '../base/bytes.ts';
import { hashBytes } from '../base/hash.ts';
import { PENDING, type Pending } from '../base/pending.ts';
import type { EntryCursor, EntryKind, EntrySlot } from '../memtable/entry.ts';
import { lengthSize, readLength } from '../memtable/entry-codec.ts';
import { MapCursor } from '../memtable/map-cursor.ts';
import type { Memtable } from '../memtable/memtable.ts';
import { offsetOf, slabOf } from '../memory/arena.ts';
import { TableCursor } from '../sstable/table-cursor.ts';
import type { TableReader } from '../sstable/table-reader.ts';
import type { Epoch } from './epoch.ts';
import { firstNotBefore } from './key-range.ts';
import type { Table } from './table.ts';
import type { Levels, Version } from './version.ts';

export interface SuperVersion {
  /** The active memtable first, then the frozen ones from the newest to the oldest. */
  readonly memtables: readonly Memtable[];
  readonly version: Version<Table>;
  /** Who walks tables for longer than a call counts as its reader until it is done. */
  readonly epoch: Epoch;
}

const NO_BYTES = new Uint8Array(0);

export function makeEntrySlot(): EntrySlot {
  return { version: 0, kind: 0, valueBytes: NO_BYTES, valueStart: 0, valueEnd: 0 };
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
  found: EntrySlot,
): boolean | Pending {
  let best = -1;
  const memtables = view.memtables;
  for (let index = 0; index < memtables.length; index += 1) {
    const memtable = memtables[index]!;
    if (memtable.versionMax <= best || memtable.versionMin > version) continue;
    const map = memtable.mapOf(keyspace);
    if (map === undefined || !map.find(key, 0, key.length, version)) continue;
    if (map.foundVersion <= best) continue;
    best = map.foundVersion;
    showReference(map.slabs, map.foundReference, found);
  }
  found.version = best;
  if (view.version.trees.size > 0) {
    const levels = view.version.trees.get(keyspace);
    if (levels !== undefined) return findInTables(levels, key, version, best, found);
  }
  return best >= 0;
}

function findInTables(
  levels: Levels<Table>,
  key: Uint8Array,
  version: number,
  bestSoFar: number,
  found: EntrySlot,
): boolean | Pending {
  let best = bestSoFar;
  let hash = -1;
  for (let level = 0; level < levels.length; level += 1) {
    const tables = levels[level]!;
    const only = level === 0 ? 0 : firstNotBefore(tables, key);
    const end = level === 0 ? tables.length : Math.min(only + 1, tables.length);
    for (let index = only; index < end; index += 1) {
      const { metadata } = tables[index]!;
      if (metadata.maxVersion <= best || metadata.minVersion > version) continue;
      if (compareBytes(key, metadata.minKey) < 0 || compareBytes(key, metadata.maxKey) > 0)
        continue;
      const reader = tables[index]!.reader();
      if (reader === PENDING) return PENDING;
      if (hash < 0) hash = hashBytes(key, 0, key.length);
      const hit = getNewer(reader, key, hash, version, best, found);
      if (hit === PENDING) return PENDING;
      if (hit) best = found.version;
    }
  }
  found.version = best;
  return best >= 0;
}

/** True when the table has a newer entry than `best`: it is then in `found`. Otherwise `found` is as it was. */
function getNewer(
  reader: TableReader,
  key: Uint8Array,
  hash: number,
  version: number,
  best: number,
  found: EntrySlot,
): boolean | Pending {
  const { kind, valueBytes, valueStart, valueEnd } = found;
  const hit = reader.get(key, hash, version, found);
  if (hit === PENDING) return PENDING;
  if (!hit || found.version > best) return hit;
  found.kind = kind;
  found.valueBytes = valueBytes;
  found.valueStart = valueStart;
  found.valueEnd = valueEnd;
  return false;
}

/**
 * Cursors over every source of a keyspace that may hold an entry at or below `version`. The caller is a reader of the view's epoch
 * while it uses them.
 */
export function openCursors(
  view: SuperVersion,
  keyspace: KeyspaceId,
  version: number,
): EntryCursor[] | Pending {
  const cursors: EntryCursor[] = [];
  for (const memtable of view.memtables) {
    const map = memtable.mapOf(keyspace);
    if (map !== undefined && memtable.versionMin <= version) cursors.push(new MapCursor(map));
  }
  const levels = view.version.trees.get(keyspace) ?? [];
  for (const [level, tables] of levels.entries()) {
    if (level > 0 && tables.length > 1) {
      cursors.push(new TableCursor(view.epoch.blocksOf(tables)));
      continue;
    }
    for (const table of tables) {
      if (table.metadata.minVersion > version) continue;
      const reader = table.reader();
      if (reader === PENDING) return PENDING;
      cursors.push(reader.cursor());
    }
  }
  return cursors;
}

/** Shows the value of an entry in an arena. */
export function showReference(
  slabs: readonly Uint8Array[],
  reference: number,
  found: EntrySlot,
): void {
  const slab = slabs[slabOf(reference)]!;
  const offset = offsetOf(reference);
  const keyLength = readLength(slab, offset + 1);
  const keyEnd = offset + 1 + lengthSize(keyLength) + keyLength;
  const valueLength = readLength(slab, keyEnd);
  const valueStart = keyEnd + lengthSize(valueLength);
  found.kind = slab[offset]! as EntryKind; // or a kind of `PENDING_KIND`, when the arena is a write set's
  found.valueBytes = slab;
  found.valueStart = valueStart;
  found.valueEnd = valueStart + valueLength;
}
