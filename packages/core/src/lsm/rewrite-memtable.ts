/** What a flush is to a store with a disk, this is to one without: the same entries in a new memtable, less those nobody can see. */
import type { KeyspaceId } from '../base/brand.ts';
import { MapCursor } from '../memtable/map-cursor.ts';
import { Memtable } from '../memtable/memtable.ts';
import { VersionGc, type OlderEntries } from './version-gc.ts';

export function rewriteMemtable(
  source: Memtable,
  horizon: number,
  dropped: ReadonlySet<KeyspaceId>,
  elsewhere: OlderEntries,
): Memtable {
  const target = new Memtable(true);
  for (const keyspace of source.keyspaces()) {
    if (dropped.has(keyspace)) continue;
    const gc = new VersionGc([horizon], elsewhere);
    const cursor = new MapCursor(source.mapOf(keyspace)!);
    for (cursor.seekFirst(); cursor.valid; cursor.next()) {
      if (!gc.keepsEntry(cursor)) continue;
      const { keyBytes, version, valueEnd } = cursor;
      target.applyEncoded(keyspace, keyBytes, cursor.entryStart, valueEnd, version);
    }
  }
  return target;
}
