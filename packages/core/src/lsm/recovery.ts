/**
 * Opens what is on the disk.
 *
 *   1. a folder without CURRENT is a new store if it is empty but for what a crash at birth may leave
 *   2. the manifest tells the version; each of its tables must be there with its size
 *   3. the log is replayed from the manifest's first segment on into memtables
 *   4. files that nobody knows any more are removed: tables of a flush that did not end, old manifests, flushed segments
 *
 * Step 4 belongs to whoever may write; a read-only open changes nothing, and minds that a writer may (`recovery-beside-writer`).
 */
import { version as asVersion, type Version as CommitVersion } from '../base/brand.ts';
import { AlopexError } from '../base/errors.ts';
import { Memtable } from '../memtable/memtable.ts';
import { joinPath } from '../vfs/path.ts';
import type { LogRecord } from '../wal/reader.ts';
import { RECORD_TYPE } from '../wal/record.ts';
import { replayLog, type CutTail } from '../wal/replay.ts';
import { parseSegmentName, segmentPath } from '../wal/segment.ts';
import {
  CURRENT_NAME,
  CURRENT_TEMPORARY_NAME,
  parseManifestName,
  parseTableName,
  tableName,
} from './file-names.ts';
import { checkVersion } from './invariants.ts';
import { loadManifest, type LoadedManifest } from './manifest.ts';
import { untilUndisturbed, whileHeld, type HeldSegment } from './recovery-beside-writer.ts';
import { Table, type TablePlace } from './table.ts';
import { applyEdit, EMPTY_VERSION, tablesOf, type Version } from './version.ts';
import { decodeBatch } from './write-batch.ts';

export interface RecoveryOptions {
  readonly place: TablePlace;
  /** Bytes after which the replay freezes a memtable and begins another. */
  readonly memtableSizeBytes: number;
  readonly readOnly: boolean;
}

export interface Recovered {
  /** Whether the folder was empty: nothing has been written to it yet. */
  readonly isNew: boolean;
  readonly version: Version<Table>;
  /** Id of the manifest in force, 0 for a new store. */
  readonly manifestId: number;
  /** Whether a seal follows its last edit. */
  readonly isSealed: boolean;
  /** Active first, then frozen from new to old. */
  readonly memtables: readonly Memtable[];
  readonly newestVersion: CommitVersion;
  readonly nextSegmentId: number;
  readonly replayedRecords: number;
  readonly cut: CutTail | undefined;
}

/** Names that belong to a folder and not to its store. */
const FOREIGN_NAMES: ReadonlySet<string> = new Set(['LOCK', 'alopex.toml']);

export function recover(options: RecoveryOptions): Recovered {
  return options.readOnly ? untilUndisturbed(() => attempt(options)) : attempt(options);
}

function attempt(options: RecoveryOptions): Recovered {
  const { place, readOnly } = options;
  const manifest = loadManifest(place);
  if (manifest === undefined) return recoverEmpty(options);
  const version = loadVersion(manifest, place);
  const replayed = readOnly
    ? whileHeld(place, version, (segments) => replay(options, version, segments))
    : replay(options, version);
  if (!readOnly) removeUnknownFiles(place, version, manifest.id);
  const { memtables } = replayed;
  const newest = memtables.reduce(
    (most, memtable) => Math.max(most, memtable.versionMax),
    version.lastVersion,
  );
  return {
    isNew: false,
    version,
    manifestId: manifest.id,
    isSealed: manifest.isSealed,
    newestVersion: asVersion(newest),
    ...replayed,
  };
}

function recoverEmpty(options: RecoveryOptions): Recovered {
  const { vfs, directory } = options.place;
  const names = vfs.list(directory).filter((name) => !isForeign(name));
  const where = directory === '' ? 'the folder' : `"${directory}"`;
  if (
    names.some((name) => parseTableName(name) !== undefined || parseSegmentName(name) !== undefined)
  ) {
    throw new AlopexError(
      'ALX_CORRUPT',
      `${where} holds tables or log segments, but the file CURRENT is missing`,
      {
        hint: 'Restore the file, or the database from a backup.',
      },
    );
  }
  const manifestIds = names.map((name) => parseManifestName(name) ?? 0);
  const unknown = names.find(
    (name) => name !== CURRENT_TEMPORARY_NAME && parseManifestName(name) === undefined,
  );
  if (unknown !== undefined || options.readOnly) {
    const why = unknown === undefined ? 'it is empty' : `it holds "${unknown}"`;
    throw new AlopexError('ALX_NOT_A_DATABASE', `${where} is not a database: ${why}`, {
      hint: 'Name the folder of a database, or an empty one to create a database in it.',
    });
  }
  return {
    isNew: true,
    // A manifest that never came into force keeps its id, so that no name is written twice.
    version: { ...EMPTY_VERSION, nextFileId: 1 + Math.max(0, ...manifestIds) },
    manifestId: 0,
    isSealed: true,
    memtables: [new Memtable(true)],
    newestVersion: asVersion(0),
    nextSegmentId: 1,
    replayedRecords: 0,
    cut: undefined,
  };
}

function isForeign(name: string): boolean {
  return FOREIGN_NAMES.has(name) || name.startsWith('LOCK.') || name.startsWith('.');
}

function loadVersion(manifest: LoadedManifest, place: TablePlace): Version<Table> {
  let version: Version<Table> = EMPTY_VERSION;
  for (const edit of manifest.edits) {
    version = applyEdit(version, edit, (description) => new Table(place, description));
  }
  checkVersion(version);
  for (const table of tablesOf(version)) {
    if (!place.vfs.exists(table.path)) {
      throw new AlopexError('ALX_CORRUPT', `table "${table.path}" is missing`, {
        hint: 'Restore the file, or the database from a backup.',
      });
    }
    const size = place.vfs.size(table.path);
    if (size !== table.fileSizeBytes) {
      throw new AlopexError(
        'ALX_CORRUPT',
        `table "${table.path}" is damaged at offset ${Math.min(size, table.fileSizeBytes)}: it has ${size} bytes instead of ${table.fileSizeBytes}`,
        { hint: 'Restore the file, or the database from a backup.' },
      );
    }
  }
  return version;
}

function replay(
  options: RecoveryOptions,
  version: Version<Table>,
  held?: readonly HeldSegment[],
): Pick<Recovered, 'memtables' | 'nextSegmentId' | 'replayedRecords' | 'cut'> {
  const { vfs, directory, checksum } = options.place;
  const memtables = [new Memtable(true)];
  const result = replayLog(
    {
      vfs,
      directory,
      checksum,
      firstSegmentId: version.firstSegmentId,
      repair: !options.readOnly,
      held,
    },
    (record) => {
      if (memtables[0]!.allocatedBytes > options.memtableSizeBytes) {
        memtables[0]!.freeze();
        memtables.unshift(new Memtable(true));
      }
      applyRecord(record, version, memtables[0]!, directory);
    },
  );
  return {
    memtables,
    nextSegmentId: result.nextSegmentId,
    replayedRecords: result.recordCount,
    cut: result.cut,
  };
}

function applyRecord(
  record: LogRecord,
  version: Version,
  memtable: Memtable,
  directory: string,
): void {
  const path = segmentPath(directory, record.segmentId);
  if (record.type !== RECORD_TYPE.batch) {
    throw new AlopexError(
      'ALX_INCOMPATIBLE_VERSION',
      `log segment "${path}" holds a record of type ${record.type} at offset ${record.offset}, which this release does not know`,
      { hint: 'Open the database with a newer release.' },
    );
  }
  const parts: { keyspace: Parameters<Memtable['applyEncoded']>[0]; start: number; end: number }[] =
    [];
  const batch = decodeBatch(record.bytes, record.start, record.end, (keyspace, start, end) => {
    if (!version.dropped.has(keyspace)) parts.push({ keyspace, start, end });
  });
  if (batch === undefined) {
    throw new AlopexError(
      'ALX_CORRUPT',
      `log segment "${path}" is damaged at offset ${record.offset}: no batch`,
      {
        hint: 'Restore the database from a backup.',
      },
    );
  }
  // Stores of one node may share a log.
  if (batch.storeId !== version.storeId) return;
  for (const { keyspace, start, end } of parts) {
    memtable.applyEncoded(keyspace, record.bytes, start, end, batch.version);
  }
}

function removeUnknownFiles(place: TablePlace, version: Version, manifestId: number): void {
  const { vfs, directory } = place;
  const known = new Set(tablesOf(version).map((table) => tableName(table.fileId)));
  for (const name of vfs.list(directory)) {
    if (isUnknown(name, known, version.firstSegmentId, manifestId))
      vfs.remove(joinPath(directory, name));
  }
}

function isUnknown(
  name: string,
  known: ReadonlySet<string>,
  firstSegmentId: number,
  manifestId: number,
): boolean {
  if (name === CURRENT_NAME) return false;
  if (name === CURRENT_TEMPORARY_NAME) return true;
  const manifest = parseManifestName(name);
  if (manifest !== undefined) return manifest !== manifestId;
  const segment = parseSegmentName(name);
  if (segment !== undefined) return segment < firstSegmentId;
  return parseTableName(name) !== undefined && !known.has(name);
}
