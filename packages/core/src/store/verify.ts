/**
 * Checks a closed store: every checksum of manifest, tables and log, the order of all entries, every table against what the
 * manifest says of it, levels against each other, and the folder against both. Changes nothing; where it may, it holds the
 * folder's lock, so that no writer moves files meanwhile.
 *
 *   1. CURRENT and the manifest          `lsm/manifest-format`
 *   2. the version the edits make        I1 to I5 of `lsm/invariants`
 *   3. each table                        `verify-table`
 *   4. each segment of the log           `verify-log`
 *   5. files that belong to nothing
 *   6. if all of that is sound, large values against their keys   `verify-large-values`
 *
 * What it cannot tell: the last record of the log, when damaged, looks like one that a crash has torn, and so does the last seal of
 * the manifest. Both are reported as leftovers.
 */
import type { Checksum } from '../base/checksum.ts';
import { AlopexError } from '../base/errors.ts';
import { CURRENT_NAME, manifestName, tableName } from '../lsm/file-names.ts';
import { BlockCache } from '../lsm/block-cache.ts';
import { OpenFiles } from '../lsm/open-files.ts';
import { checkVersion } from '../lsm/invariants.ts';
import { currentManifest } from '../lsm/manifest.ts';
import { decodeManifest } from '../lsm/manifest-format.ts';
import { Table, type TablePlace } from '../lsm/table.ts';
import { decodeEdit } from '../lsm/version-edit.ts';
import { applyEdit, EMPTY_VERSION, tablesOf, type Version } from '../lsm/version.ts';
import type { Compression } from '../sstable/compression.ts';
import { joinPath } from '../vfs/path.ts';
import type { DirectoryLock, Vfs } from '../vfs/vfs.ts';
import { parseSegmentName } from '../wal/segment.ts';
import { readWholeFile } from './read-whole-file.ts';
import { isStoreFile } from './store-files.ts';
import { VerifyFindings } from './verify-findings.ts';
import { verifyLargeValues } from './verify-large-values.ts';
import { verifyLog } from './verify-log.ts';
import type { VerifyProgress, VerifyReport } from './verify-report.ts';
import { verifyTable } from './verify-table.ts';

export interface VerifyOptions {
  readonly vfs: Vfs;
  readonly directory: string;
  readonly checksum: Checksum;
  readonly compressions: readonly Compression[];
  /** Lets others have the thread for a turn, and the caller's abort happen; awaited every few megabytes. */
  readonly pause: () => Promise<void>;
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined;
}

const TURN_BYTES = 4 * 1024 * 1024;

/**
 * Errors: ALX_NOT_A_DATABASE, ALX_ALREADY_OPEN while a writer has the store open, ALX_UNSUPPORTED when a block needs a codec
 * that is not in `compressions`. Damage is no error but in the report.
 */
export async function verifyStore(options: VerifyOptions): Promise<VerifyReport> {
  return whileLocked(options, (isLocked) => verifyLocked(options, isLocked));
}

/** Keeps writers out of a closed store where that can be done; `isLocked` says whether. */
export async function whileLocked<Result>(
  options: Pick<VerifyOptions, 'vfs' | 'directory'>,
  action: (isLocked: boolean) => Promise<Result>,
): Promise<Result> {
  requireStore(options);
  const lock = lockIfWritable(options);
  try {
    return await action(lock !== undefined);
  } finally {
    lock?.release();
  }
}

function requireStore({ vfs, directory }: Pick<VerifyOptions, 'vfs' | 'directory'>): void {
  if (vfs.exists(directory) && vfs.list(directory).some(isStoreFile)) return;
  const where = directory === '' ? 'the folder' : `"${directory}"`;
  throw new AlopexError('ALX_NOT_A_DATABASE', `${where} holds no database`, {
    hint: 'Name the folder of a database.',
  });
}

/** Undefined where nothing can be written, and so no writer be kept out. */
function lockIfWritable({
  vfs,
  directory,
}: Pick<VerifyOptions, 'vfs' | 'directory'>): DirectoryLock | undefined {
  try {
    return vfs.lock(directory);
  } catch (error) {
    if (error instanceof AlopexError && error.code === 'ALX_FILE_ACCESS') return undefined;
    throw error;
  }
}

/** Expects the store to be locked, as far as it can be. */
export async function verifyLocked(
  options: VerifyOptions,
  isLocked: boolean,
): Promise<VerifyReport> {
  const { vfs, directory, checksum, compressions } = options;
  const cache = new BlockCache(0);
  const place: TablePlace = {
    vfs,
    directory,
    checksum,
    compressions,
    cache,
    files: new OpenFiles(),
  };
  const findings = new VerifyFindings();
  const loaded = loadVersion(place, findings);
  if (loaded !== undefined) {
    const { version, manifest } = loaded;
    const bytesTotal = findings.bytes + sizeOf(place, version);
    let turnBytes = 0;
    for (const bytes of verifyFiles(place, version, findings)) {
      findings.bytes += bytes;
      turnBytes += bytes;
      if (turnBytes < TURN_BYTES) continue;
      turnBytes = 0;
      options.onProgress?.({ bytesChecked: findings.bytes, bytesTotal });
      await options.pause();
    }
    verifyNames(place, version, manifest, findings);
    // Nothing that is damaged can be read as a whole.
    if (findings.problems.length === 0) verifyLargeValues(place, findings);
    options.onProgress?.({ bytesChecked: findings.bytes, bytesTotal });
  }
  const { tables, blocks, entries, segments, commits, bytes, problems, leftovers } = findings;
  return { tables, blocks, entries, segments, commits, bytes, problems, leftovers, isLocked };
}

interface Loaded {
  readonly version: Version<Table>;
  /** File name of the manifest in force. */
  readonly manifest: string;
}

/** Steps 1 and 2. Undefined when nothing can be said about what the store consists of. */
function loadVersion(place: TablePlace, findings: VerifyFindings): Loaded | undefined {
  const { vfs, directory, checksum } = place;
  let path = joinPath(directory, CURRENT_NAME);
  try {
    const id = currentManifest(place);
    if (id === undefined) {
      findings.problem(path, undefined, 'the file is missing');
      return undefined;
    }
    const manifest = manifestName(id);
    path = joinPath(directory, manifest);
    const bytes = readWholeFile(vfs, path);
    findings.bytes += bytes.length;
    const { edits, offsets, end } = decodeManifest(bytes, path, id, checksum);
    if (end < bytes.length) findings.leftover(path, end, 'an edit that never came into force');
    let version: Version<Table> = EMPTY_VERSION;
    for (const [index, encoded] of edits.entries()) {
      const edit = decodeEdit(encoded);
      if (edit === undefined) {
        findings.problem(path, offsets[index], 'a sound record that holds no edit');
        return undefined;
      }
      version = applyEdit(version, edit, (description) => new Table(place, description));
    }
    checkVersion(version);
    return { version, manifest };
  } catch (error) {
    findings.failure(path, undefined, error);
    return undefined;
  }
}

/** Steps 3 and 4. */
function* verifyFiles(
  place: TablePlace,
  version: Version<Table>,
  findings: VerifyFindings,
): Generator<number, void> {
  for (const table of tablesOf(version)) yield* verifyTable(place, table, findings);
  yield* verifyLog(place, version, findings);
}

/** Step 5. */
function verifyNames(
  place: TablePlace,
  version: Version<Table>,
  manifest: string,
  findings: VerifyFindings,
): void {
  const known = new Set(tablesOf(version).map((table) => tableName(table.fileId)));
  known.add(manifest).add(CURRENT_NAME);
  for (const name of place.vfs.list(place.directory)) {
    // `verify-log` has been through the segments; what has another name is none of ours.
    if (known.has(name) || parseSegmentName(name) !== undefined || !isStoreFile(name)) continue;
    findings.leftover(joinPath(place.directory, name), undefined, 'belongs to nothing');
  }
}

function sizeOf(place: TablePlace, version: Version<Table>): number {
  let size = 0;
  for (const table of tablesOf(version)) size += table.fileSizeBytes;
  for (const name of place.vfs.list(place.directory)) {
    const id = parseSegmentName(name);
    if (id !== undefined && id >= version.firstSegmentId)
      size += place.vfs.size(joinPath(place.directory, name));
  }
  return size;
}
