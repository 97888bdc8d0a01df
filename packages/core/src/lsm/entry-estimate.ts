/** About how many keys a keyspace holds, from what its memtables and tables count anyway: nothing is read. */
import type { KeyspaceId } from '../base/brand.ts';
import type { SuperVersion } from './super-version.ts';

/** Every entry counts, also one that hides an older one: an upper bound that is close once compaction has caught up. */
export function estimateEntries(view: SuperVersion, keyspace: KeyspaceId): number {
  let count = 0;
  for (const memtable of view.memtables) count += memtable.mapOf(keyspace)?.size ?? 0;
  for (const tables of view.version.trees.get(keyspace) ?? []) {
    for (const table of tables) count += table.metadata.entryCount;
  }
  return count;
}
