/** Makes the parts of a store from what is on its disk, or from nothing. */
import { version as asVersion, type Version } from '../base/brand.ts';
import { ManifestWriter } from '../lsm/manifest.ts';
import { OpenFiles } from '../lsm/open-files.ts';
import { recover, type Recovered } from '../lsm/recovery.ts';
import { Tree } from '../lsm/tree.ts';
import type { TablePlace } from '../lsm/table.ts';
import type { DirectoryLock, Vfs } from '../vfs/vfs.ts';
import { WalWriter } from '../wal/writer.ts';
import { BatchLog } from './batch-log.ts';
import type { ResolvedStoreOptions } from './options.ts';

export interface OpenedParts {
  readonly tree: Tree;
  /** Absent in memory and when opened read-only. */
  readonly log: BatchLog | undefined;
  readonly directoryLock: DirectoryLock | undefined;
  readonly newestVersion: Version;
  readonly oldestSegmentId: number;
}

export function openParts(options: ResolvedStoreOptions): OpenedParts {
  const { vfs, directory, readOnly } = options;
  if (vfs === undefined) return inMemory();
  if (readOnly) return openOnDisk(options, vfs, undefined);
  vfs.makeDirectory(directory);
  const directoryLock = vfs.lock(directory);
  try {
    return openOnDisk(options, vfs, directoryLock);
  } catch (error) {
    directoryLock.release();
    throw error;
  }
}

function inMemory(): OpenedParts {
  return {
    tree: Tree.inMemory(),
    log: undefined,
    directoryLock: undefined,
    newestVersion: asVersion(0),
    oldestSegmentId: 1,
  };
}

function openOnDisk(
  options: ResolvedStoreOptions,
  vfs: Vfs,
  directoryLock: DirectoryLock | undefined,
): OpenedParts {
  const { directory, checksum, compression, readOnly, logger } = options;
  const compressions = compression === undefined ? [] : [compression];
  const { blockCache: cache } = options;
  // A table whose file was closed could be gone when it is read next: only the writer knows what readers of its own still need.
  const files = readOnly ? new OpenFiles(Number.POSITIVE_INFINITY) : options.openFiles;
  const place: TablePlace = { vfs, directory, checksum, compressions, cache, files };
  const recovered = recover({ place, memtableSizeBytes: options.memtableSizeBytes, readOnly });
  if (recovered.cut !== undefined) {
    logger.warn('the log ended in the middle of a record, which was left out', {
      ...recovered.cut,
    });
  }
  const { manifestId, isSealed } = recovered;
  const manifest = readOnly ? undefined : new ManifestWriter(place, manifestId, isSealed);
  const tree = new Tree({ disk: { place, compression, manifest }, ...recovered });
  if (recovered.isNew) tree.begin(storeIdOf(options));
  const oldestSegmentId = recovered.version.firstSegmentId;
  const log = readOnly ? undefined : openLog(options, vfs, recovered, tree.view.version.storeId);
  return { tree, log, directoryLock, newestVersion: recovered.newestVersion, oldestSegmentId };
}

function openLog(
  options: ResolvedStoreOptions,
  vfs: Vfs,
  recovered: Recovered,
  storeId: number,
): BatchLog {
  const writer = new WalWriter({
    vfs,
    directory: options.directory,
    checksum: options.checksum,
    nextSegmentId: recovered.nextSegmentId,
    segmentSizeBytes: options.segmentSizeBytes,
  });
  return new BatchLog(writer, storeId);
}

/** Zero is no id. */
function storeIdOf(options: ResolvedStoreOptions): number {
  return options.random === undefined ? 1 : options.random.nextUint32() || 1;
}
