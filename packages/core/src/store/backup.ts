/**
 * Copies an open store into a folder that is a store itself: all tables of one moment and a manifest that lists them, no log.
 * Reads and writes go on meanwhile.
 *
 *   1. the store is flushed, so that its tables tell everything, and its view is held: no table of it is removed
 *   2. tables are copied and synced; those that the target has with the same bytes stay. Nothing of what the target's manifest
 *      in force lists is touched but a table that has gone bad, which is replaced whole, by a rename
 *   3. a new manifest comes into force in the target, as always: written, synced, then named by CURRENT
 *   4. what the new manifest does not list is removed from the target
 *
 * Whatever ends a backup in its middle, the target holds the backup before it or the new one; the next one goes on with the
 * tables that are there. The target is locked meanwhile, and is refused when it is another database.
 */
import { assert } from '../base/assert.ts';
import { fileId } from '../base/brand.ts';
import type { Checksum } from '../base/checksum.ts';
import { AlopexError } from '../base/errors.ts';
import { CURRENT_NAME, manifestName, tableName } from '../lsm/file-names.ts';
import { loadManifest, ManifestWriter, type ManifestPlace } from '../lsm/manifest.ts';
import type { SuperVersion } from '../lsm/super-version.ts';
import { applyEdit, editOf, EMPTY_VERSION, tablesOf, type Version } from '../lsm/version.ts';
import { joinPath } from '../vfs/path.ts';
import type { Vfs } from '../vfs/vfs.ts';
import { listSegments } from '../wal/segment.ts';
import { copyFile, isSameFile, type FilePlace } from './copy-file.ts';
import { isStoreFile } from './store-files.ts';

export interface BackupTarget {
  readonly vfs: Vfs;
  /** Made when it is missing. Empty, or an earlier backup of the same store. */
  readonly directory: string;
  readonly onProgress?: ((progress: BackupProgress) => void) | undefined;
}

export interface BackupProgress {
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

export interface BackupReport {
  /** The newest version in the backup. */
  readonly version: number;
  readonly tables: number;
  /** Bytes of all tables, and of those that had to be copied. */
  readonly bytes: number;
  readonly copiedTables: number;
  readonly copiedBytes: number;
  /** Files of earlier backups that are gone. */
  readonly removedFiles: number;
}

/** What a backup needs of its store. */
export interface BackupSource {
  readonly vfs: Vfs;
  readonly checksum: Checksum;
  /** The view after a flush. The caller holds it until the backup has ended. */
  readonly view: SuperVersion;
  /** Gives others a turn; throws when the store was closed meanwhile. */
  readonly pause: () => Promise<void>;
}

export async function backupTo(source: BackupSource, target: BackupTarget): Promise<BackupReport> {
  assert(
    source.view.memtables.every(({ isEmpty }) => isEmpty),
    'tables tell all of a flushed store',
  );
  target.vfs.makeDirectory(target.directory);
  const lock = target.vfs.lock(target.directory);
  try {
    const previous = previousBackup(source, target);
    const copied = await copyTables(source, target);
    const { version } = source.view;
    const manifest = writeManifest(source, target, previous);
    return {
      version: version.lastVersion,
      tables: tablesOf(version).length,
      bytes: tablesOf(version).reduce((sum, table) => sum + table.fileSizeBytes, 0),
      ...copied,
      removedFiles: removeOthers(target, version, manifest),
    };
  } finally {
    lock.release();
  }
}

/** The id of the manifest in force in the target, 0 when there is none. */
function previousBackup(source: BackupSource, target: BackupTarget): number {
  const loaded = loadManifest(manifestPlace(source, target));
  if (loaded === undefined) {
    // Without CURRENT it may hold what a first backup has left that did not end.
    refuseForeign(target);
    return 0;
  }
  let previous: Version = EMPTY_VERSION;
  for (const edit of loaded.edits) previous = applyEdit(previous, edit, (table) => table);
  if (previous.storeId === source.view.version.storeId) return loaded.id;
  throw new AlopexError('ALX_INVALID_ARGUMENT', `${nameOfTarget(target)} is another database`, {
    hint: 'Back up into an empty directory, or into an earlier backup of the same database.',
  });
}

function refuseForeign(target: BackupTarget): void {
  const foreign = target.vfs
    .list(target.directory)
    .find((name) => !isStoreFile(name) && !name.startsWith('LOCK') && !name.endsWith(PART_SUFFIX));
  const log = listSegments(target.vfs, target.directory);
  if (foreign === undefined && log.length === 0) return;
  const what = foreign === undefined ? 'a log' : `"${foreign}"`;
  throw new AlopexError('ALX_INVALID_ARGUMENT', `${nameOfTarget(target)} holds ${what}`, {
    hint: 'Back up into an empty directory, or into an earlier backup of the same database.',
  });
}

/** Step 2. */
async function copyTables(
  source: BackupSource,
  target: BackupTarget,
): Promise<Pick<BackupReport, 'copiedTables' | 'copiedBytes'>> {
  const tables = tablesOf(source.view.version);
  const bytesTotal = tables.reduce((sum, table) => sum + table.fileSizeBytes, 0);
  let bytesBefore = 0;
  let copiedTables = 0;
  let copiedBytes = 0;
  for (const table of tables) {
    const from = { vfs: source.vfs, path: table.path };
    const to = { vfs: target.vfs, path: joinPath(target.directory, tableName(table.fileId)) };
    let bytesDone = bytesBefore;
    const turn = async (bytes: number): Promise<void> => {
      bytesDone += bytes;
      target.onProgress?.({ bytesDone, bytesTotal });
      await source.pause();
    };
    if (!(await inTurns(isSameFile(from, to), turn))) {
      bytesDone = bytesBefore;
      await copyWhole(from, to, turn);
      copiedTables += 1;
      copiedBytes += table.fileSizeBytes;
    }
    bytesBefore += table.fileSizeBytes;
  }
  if (copiedTables > 0) target.vfs.syncDirectory(target.directory);
  target.onProgress?.({ bytesDone: bytesTotal, bytesTotal });
  return { copiedTables, copiedBytes };
}

const PART_SUFFIX = '.part';

/** Under its name there is never half a table. */
async function copyWhole(
  from: FilePlace,
  to: FilePlace,
  turn: (bytes: number) => Promise<void>,
): Promise<void> {
  const part = { vfs: to.vfs, path: to.path + PART_SUFFIX };
  await inTurns(copyFile(from, part), turn);
  to.vfs.rename(part.path, to.path);
}

/** Runs a generator to its end, with a turn for others after each step. */
async function inTurns<Result>(
  steps: Generator<number, Result>,
  turn: (bytes: number) => Promise<void>,
): Promise<Result> {
  try {
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      await turn(step.value);
    }
  } finally {
    // A turn that throws ends the work: files are closed.
    steps.return(undefined as Result); // the value goes nowhere
  }
}

/** Step 3; answers the name of the manifest. */
function writeManifest(source: BackupSource, target: BackupTarget, previous: number): string {
  const { version } = source.view;
  const id = fileId(Math.max(version.nextFileId, previous + 1));
  // Whoever opened the earlier backup for writing has left a log, which is no part of this one.
  const lastSegment = listSegments(target.vfs, target.directory).at(-1) ?? 0;
  const firstSegmentId = Math.max(version.firstSegmentId, lastSegment + 1);
  const writer = new ManifestWriter(manifestPlace(source, target), previous);
  try {
    writer.append(
      () => ({ nextFileId: id + 1 }),
      () => editOf({ ...version, firstSegmentId }),
      () => id,
    );
  } finally {
    writer.close();
  }
  return manifestName(id);
}

/** Step 4. */
function removeOthers(target: BackupTarget, version: Version, manifest: string): number {
  const { vfs, directory } = target;
  const kept = new Set(tablesOf(version).map((table) => tableName(table.fileId)));
  kept.add(manifest).add(CURRENT_NAME);
  let removed = 0;
  for (const name of vfs.list(directory)) {
    const isLost = name.endsWith(`.sst${PART_SUFFIX}`);
    if (kept.has(name) || !(isLost || isStoreFile(name))) continue;
    vfs.remove(joinPath(directory, name));
    removed += 1;
  }
  if (removed > 0) vfs.syncDirectory(directory);
  return removed;
}

function manifestPlace({ checksum }: BackupSource, target: BackupTarget): ManifestPlace {
  return { vfs: target.vfs, directory: target.directory, checksum };
}

function nameOfTarget({ directory }: BackupTarget): string {
  return directory === '' ? 'the target' : `"${directory}"`;
}
