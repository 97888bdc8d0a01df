/**
 * Writes an open store into one snapshot file, as of one moment; reads and writes go on meanwhile.
 *
 *   1. the caller has flushed the store and holds its view: no table of it is removed
 *   2. a file `<path>.part` gets the header, a section for each table, the manifest that lists them, the index and the footer
 *   3. it is synced and renamed to its name, and the folder is synced
 *
 * Whatever ends it in its middle, the name holds what it held before; the part is removed where that can still be done, and
 * overwritten by the next one otherwise.
 */
import { fileId } from '../../base/brand.ts';
import { concatBytes } from '../../base/bytes.ts';
import type { Checksum } from '../../base/checksum.ts';
import { AlopexError } from '../../base/errors.ts';
import {
  encodeManifestHeader,
  encodeManifestRecord,
  encodeManifestSeal,
} from '../../lsm/manifest-format.ts';
import { encodeEdit } from '../../lsm/version-edit.ts';
import { editOf, tablesOf, type Version } from '../../lsm/version.ts';
import { directoryOf } from '../../vfs/path.ts';
import type { Vfs, WritableFile } from '../../vfs/vfs.ts';
import type { BackupProgress, BackupSource } from '../backup.ts';
import { readHere } from '../read-whole-file.ts';
import {
  encodeSnapshotFooter,
  encodeSnapshotHeader,
  encodeSnapshotIndex,
  SNAPSHOT_FOOTER_SIZE,
  SNAPSHOT_SECTION,
  type SnapshotSection,
} from './format.ts';

export interface SnapshotTarget {
  readonly vfs: Vfs;
  /** Replaced when it is there. Its folder must exist. */
  readonly path: string;
  readonly onProgress?: ((progress: BackupProgress) => void) | undefined;
  /** Aborting ends it with ALX_CANCELLED within a few megabytes. */
  readonly signal?: AbortSignal | undefined;
}

export interface SnapshotReport {
  /** The newest version in the snapshot. */
  readonly version: number;
  readonly tables: number;
  /** Size of the file. */
  readonly bytes: number;
}

const PIECE_BYTES = 4 * 1024 * 1024;
const PART_SUFFIX = '.part';

export async function writeSnapshot(
  source: BackupSource,
  target: SnapshotTarget,
): Promise<SnapshotReport> {
  const { vfs, path } = target;
  refuseAborted(target);
  const part = path + PART_SUFFIX;
  const file = vfs.create(part);
  try {
    await writeSections(source, target, file);
    // The data of a large file take long to sync, and others go on meanwhile.
    await file.sync();
    file.close();
    const bytes = vfs.size(part);
    vfs.rename(part, path);
    vfs.syncDirectory(directoryOf(path));
    const { version } = source.view;
    return { version: version.lastVersion, tables: tablesOf(version).length, bytes };
  } catch (error) {
    file.close();
    removeQuietly(vfs, part);
    throw error;
  }
}

/** Step 2. */
async function writeSections(
  source: BackupSource,
  target: SnapshotTarget,
  file: WritableFile,
): Promise<void> {
  const { checksum } = source;
  const { version } = source.view;
  const tables = tablesOf(version);
  const bytesTotal = tables.reduce((sum, table) => sum + table.fileSizeBytes, 0);
  let bytesDone = 0;
  const sections: SnapshotSection[] = [];
  file.append(encodeSnapshotHeader(checksum));
  for (const table of tables) {
    const offset = file.position;
    let sum = 0;
    for (const piece of piecesOf(source.vfs, table.path)) {
      file.append(piece);
      sum = checksum(piece, 0, piece.length, sum);
      bytesDone += piece.length;
      target.onProgress?.({ bytesDone, bytesTotal });
      await source.pause();
      refuseAborted(target);
    }
    const size = file.position - offset;
    const kind = SNAPSHOT_SECTION.table;
    sections.push({ kind, id: table.fileId, offset, size, checksum: sum });
  }
  sections.push(appendManifest(file, version, checksum));
  appendEnd(file, sections, version.lastVersion, checksum);
}

function* piecesOf(vfs: Vfs, path: string): Generator<Uint8Array, void> {
  const file = vfs.openRead(path);
  try {
    const size = file.size();
    for (let at = 0; at < size; at += PIECE_BYTES)
      yield readHere(file.read(at, Math.min(PIECE_BYTES, size - at)), path);
  } finally {
    file.close();
  }
}

function appendManifest(file: WritableFile, version: Version, checksum: Checksum): SnapshotSection {
  const id = fileId(version.nextFileId);
  const edit = encodeEdit(editOf({ ...version, nextFileId: id + 1 }));
  const bytes = concatBytes(
    encodeManifestHeader(id, checksum),
    encodeManifestRecord(edit, id, checksum),
    encodeManifestSeal(id, checksum),
  );
  const offset = file.position;
  const size = bytes.length;
  file.append(bytes);
  const sum = checksum(bytes, 0, size, 0);
  return { kind: SNAPSHOT_SECTION.metadata, id, offset, size, checksum: sum };
}

function appendEnd(
  file: WritableFile,
  sections: readonly SnapshotSection[],
  timestamp: number,
  checksum: Checksum,
): void {
  const index = encodeSnapshotIndex(sections);
  const indexOffset = file.position;
  const footer = {
    indexOffset,
    indexSize: index.length,
    fileSize: indexOffset + index.length + SNAPSHOT_FOOTER_SIZE,
    timestamp,
    sectionCount: sections.length,
    indexChecksum: checksum(index, 0, index.length, 0),
  };
  file.appendAll([index, encodeSnapshotFooter(footer, checksum)]);
}

function refuseAborted({ path, signal }: SnapshotTarget): void {
  if (signal?.aborted !== true) return;
  const cause: unknown = signal.reason;
  throw new AlopexError('ALX_CANCELLED', `writing snapshot "${path}" was cancelled`, { cause });
}

/** The failure that led here is the one to report. */
function removeQuietly(vfs: Vfs, path: string): void {
  try {
    if (vfs.exists(path)) vfs.remove(path);
  } catch (error) {
    if (!(error instanceof AlopexError) || error.kind === 'Internal') throw error;
  }
}
