/** Opens the store of a database on its disk, or in memory, with what Node offers: files, CRC-32, zstd, randomness. */
import { AlopexError } from '@alopex-db/core/base';
import {
  BlockCache,
  OpenFiles,
  SnapshotVfs,
  Store,
  storeExists,
  type StoreOptions,
} from '@alopex-db/core';
import {
  NodeVfs,
  systemChecksum,
  systemPause,
  systemRandom,
  zstdCompression,
} from '@alopex-db/core/node';
import type { Vfs } from '@alopex-db/core/vfs';
import type { ResolvedOptions } from './resolve-options.ts';
import type { Target } from './resolve-target.ts';

export interface OpenedStore {
  readonly store: Store;
  readonly blockCache: BlockCache;
  /** Closes the store and what it lies on. */
  readonly close: () => Promise<void>;
}

export function openStore(options: ResolvedOptions): OpenedStore {
  const { clock, logger, durability, memtableSizeBytes, historyRetentionMs, target } = options;
  const blockCache = new BlockCache(options.blockCacheSizeBytes);
  const parts = {
    clock,
    logger,
    durability,
    memtableSizeBytes,
    historyRetentionMs,
    blockCache,
    openFiles: new OpenFiles(options.maxOpenFiles),
    random: systemRandom,
    checksum: systemChecksum,
    compression: options.compression === 'zstd' ? zstdCompression() : undefined,
    pause: () => systemPause(0),
  };
  if (target.kind === 'memory') {
    const memoryLimitBytes = options.memoryLimitBytes;
    const store = Store.open({ ...parts, memoryLimitBytes });
    return { blockCache, store, close: () => store.close() };
  }
  try {
    if (target.kind === 'snapshot') {
      const snapshot = openSnapshot(target, options.vfs);
      return { blockCache, ...openOnSnapshot({ ...parts, vfs: snapshot }, snapshot) };
    }
    const store = Store.open({ ...parts, ...diskOptions(options, target.path) });
    return { blockCache, store, close: () => store.close() };
  } catch (error) {
    throw error instanceof AlopexError ? openingError(error, target.path) : error;
  }
}

function diskOptions(options: ResolvedOptions, path: string): Omit<StoreOptions, 'clock'> {
  const { readOnly } = options;
  const { vfs, directory } = placeOf(path, options.vfs);
  if (readOnly || !options.createIfMissing) requireStore(vfs, directory, path);
  return { vfs, directory, readOnly };
}

/** Blocks of a snapshot may be compressed, whatever the options say of new ones. */
function openOnSnapshot(
  options: StoreOptions,
  snapshot: SnapshotVfs,
): Pick<OpenedStore, 'store' | 'close'> {
  try {
    const store = Store.open({ ...options, compression: zstdCompression(), readOnly: true });
    const close = async (): Promise<void> => {
      try {
        await store.close();
      } finally {
        snapshot.close();
      }
    };
    return { store, close };
  } catch (error) {
    snapshot.close();
    throw error;
  }
}

/** Opens a snapshot file of the machine, or one on a disk that was passed in. */
export function openSnapshot(
  { path, folder, name }: Extract<Target, { kind: 'snapshot' }>,
  vfs?: Vfs,
): SnapshotVfs {
  const place =
    vfs === undefined
      ? { vfs: new NodeVfs(folder), path: name }
      : { vfs, path: path.replace(/^(\.?\/)+/, '') };
  const snapshot = SnapshotVfs.open({ ...place, checksum: systemChecksum });
  if (snapshot instanceof SnapshotVfs) return snapshot;
  throw new AlopexError('ALX_UNSUPPORTED', `"${path}" lies on a disk that answers later`, {
    hint: 'Copy the file to this machine.',
  });
}

/** Whether a database is there already; never one in memory. */
export function databaseExists(options: ResolvedOptions): boolean {
  if (options.target.kind !== 'directory') return options.target.kind === 'snapshot';
  const { vfs, directory } = placeOf(options.target.path, options.vfs);
  return storeExists(vfs, directory);
}

/** The disk knows paths below the database only; here it is known which database that was. */
function openingError(error: AlopexError, path: string): AlopexError {
  return error.detail === undefined ? error.with({ detail: `While opening "${path}".` }) : error;
}

/** A directory of the machine is the root of a disk of its own; a disk that was passed in holds it as a folder. */
function placeOf(path: string, vfs: Vfs | undefined): { vfs: Vfs; directory: string } {
  return vfs === undefined
    ? { vfs: new NodeVfs(path), directory: '' }
    : { vfs, directory: path.replace(/^(\.?\/)+/, '') };
}

function requireStore(vfs: Vfs, directory: string, path: string): void {
  if (storeExists(vfs, directory)) return;
  throw new AlopexError('ALX_FILE_NOT_FOUND', `there is no database at "${path}"`, {
    hint: 'Check the path, or open it with createIfMissing to make one.',
  });
}
