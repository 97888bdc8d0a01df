/**
 * The content of a store in memory as tables on a disk of its own in memory: what backups and snapshots copy. It is made in one go,
 * without a turn for others, so it is of one moment; it takes about as much memory again, for as long as it is copied.
 */
import { assert } from '../base/assert.ts';
import { fileId, type FileId } from '../base/brand.ts';
import type { Checksum } from '../base/checksum.ts';
import { EpochList } from '../lsm/epoch.ts';
import { FlushJob } from '../lsm/flush/job.ts';
import { OpenFiles } from '../lsm/open-files.ts';
import { BlockCache } from '../lsm/block-cache.ts';
import type { SuperVersion } from '../lsm/super-version.ts';
import { Table, type TablePlace } from '../lsm/table.ts';
import { applyEdit, tablesOf, type Version } from '../lsm/version.ts';
import type { Compression } from '../sstable/compression.ts';
import { MemoryVfs } from '../vfs/memory-vfs.ts';

export interface MemoryContent {
  readonly view: SuperVersion;
  /** No snapshot reads below it. */
  readonly horizon: number;
  readonly checksum: Checksum;
  readonly compression: Compression | undefined;
  /** Names the copy: no two copies are told to be the same store, as their tables have the same names. */
  readonly storeId: number;
}

export interface MemoryTables {
  readonly vfs: MemoryVfs;
  /** Tables alone. */
  readonly view: SuperVersion;
}

export function tablesOfMemory(content: MemoryContent): MemoryTables {
  const { view, checksum, compression, horizon, storeId } = content;
  assert(tablesOf(view.version).length === 0, 'a store in memory has no tables');
  const vfs = new MemoryVfs();
  const compressions = compression === undefined ? [] : [compression];
  const cache = new BlockCache(0);
  const files = new OpenFiles();
  const place: TablePlace = { vfs, directory: '', checksum, compressions, cache, files };
  let version: Version<Table> = { ...view.version, storeId };
  let nextFileId = version.nextFileId;
  const newFileId = (): FileId => fileId(nextFileId++);
  for (const memtable of view.memtables.toReversed()) {
    const job = new FlushJob({
      place,
      compression,
      memtable,
      horizon,
      isDropped: (keyspace) => version.dropped.has(keyspace),
      hasTables: (keyspace) => version.trees.has(keyspace),
      newFileId,
    });
    while (job.advance(Number.MAX_SAFE_INTEGER));
    job.output.close();
    const added = job.output.tables;
    const edit = { addedTables: added, lastVersion: memtable.versionMax, nextFileId };
    version = applyEdit(version, edit, (description) => new Table(place, description));
  }
  return { vfs, view: { memtables: [], version, epoch: new EpochList().current } };
}
