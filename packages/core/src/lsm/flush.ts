/**
 * Writes a frozen memtable into tables of level 0, one per keyspace, and makes them durable. What no snapshot can see any more
 * stays behind. Nothing counts until the manifest says so; a flush that fails removes what it has written.
 *
 * Runs inline. It reads only the frozen memtable and writes only new files, so a worker may do the same.
 */
import type { FileId, KeyspaceId } from '../base/brand.ts';
import { MapCursor } from '../memtable/map-cursor.ts';
import type { Memtable } from '../memtable/memtable.ts';
import type { OrderedMap } from '../memtable/ordered-map.ts';
import type { Compression } from '../sstable/compression.ts';
import { TableWriter, type TableSummary } from '../sstable/table-writer.ts';
import { joinPath } from '../vfs/path.ts';
import type { WritableFile } from '../vfs/vfs.ts';
import { tableName } from './file-names.ts';
import type { TablePlace } from './table.ts';
import type { TableDescription } from './version-edit.ts';
import { OLDER_EVERYWHERE, OLDER_NOWHERE, VersionGc } from './version-gc.ts';

export interface FlushJob {
  readonly place: TablePlace;
  readonly compression: Compression | undefined;
  readonly memtable: Memtable;
  /** No snapshot reads below it. */
  readonly horizon: number;
  /** Keyspaces that are gone. */
  readonly dropped: ReadonlySet<KeyspaceId>;
  /** Whether a keyspace has tables already. */
  readonly hasTables: (keyspace: KeyspaceId) => boolean;
  readonly newFileId: () => FileId;
}

export function flushMemtable(job: FlushJob): TableDescription[] {
  const written: TableDescription[] = [];
  const { vfs, directory } = job.place;
  try {
    for (const keyspace of job.memtable.keyspaces()) {
      if (job.dropped.has(keyspace)) continue;
      const table = writeTable(job, keyspace, job.memtable.mapOf(keyspace)!);
      if (table !== undefined) written.push(table);
    }
    if (written.length > 0) vfs.syncDirectory(directory);
    return written;
  } catch (error) {
    for (const table of written) removeQuietly(job.place, table.fileId);
    throw error;
  }
}

/** Undefined when nothing of the keyspace is worth keeping. */
function writeTable(
  job: FlushJob,
  keyspace: KeyspaceId,
  map: OrderedMap,
): TableDescription | undefined {
  const elsewhere = job.hasTables(keyspace) ? OLDER_EVERYWHERE : OLDER_NOWHERE;
  const gc = new VersionGc([job.horizon], elsewhere);
  const cursor = new MapCursor(map);
  cursor.seekFirst();
  skipDropped(cursor, gc);
  if (!cursor.valid) return undefined;
  const id = job.newFileId();
  let file: WritableFile | undefined;
  try {
    file = job.place.vfs.create(joinPath(job.place.directory, tableName(id)));
    const summary = fillTable(job, file, cursor, gc);
    file.syncNow();
    file.close();
    const { fileSizeBytes, ...metadata } = summary;
    return { fileId: id, keyspace, level: 0, fileSizeBytes, metadata };
  } catch (error) {
    file?.close();
    removeQuietly(job.place, id);
    throw error;
  }
}

/** Writes the entry the cursor stands on and all that follow and are kept. */
function fillTable(
  job: FlushJob,
  file: WritableFile,
  cursor: MapCursor,
  gc: VersionGc,
): TableSummary {
  const { checksum } = job.place;
  const writer = new TableWriter({ file, checksum, compression: job.compression });
  while (cursor.valid) {
    writer.add(
      cursor.keyBytes,
      cursor.keyStart,
      cursor.keyEnd,
      cursor.version,
      cursor.kind,
      cursor.valueBytes,
      cursor.valueStart,
      cursor.valueEnd,
    );
    cursor.next();
    skipDropped(cursor, gc);
  }
  return writer.finish();
}

function skipDropped(cursor: MapCursor, gc: VersionGc): void {
  while (cursor.valid && !gc.keepsEntry(cursor)) cursor.next();
}

function removeQuietly(place: TablePlace, id: FileId): void {
  const path = joinPath(place.directory, tableName(id));
  try {
    if (place.vfs.exists(path)) place.vfs.remove(path);
  } catch {
    // The failure that led here is the one to report; recovery removes files that no manifest knows.
  }
}
