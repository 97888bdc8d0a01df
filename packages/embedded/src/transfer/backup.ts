/** Backups are directories: each is a database that opens like any other. */
import { AlopexError } from '@alopex-db/core/base';
import {
  restoreStore,
  type BackupProgress,
  type BackupReport,
  type RestoreReport,
  type Store,
} from '@alopex-db/core';
import { NodeVfs, systemChecksum, systemPause, zstdCompression } from '@alopex-db/core/node';
import { openSnapshot } from '../open-store.ts';
import { resolveTarget } from '../resolve-target.ts';

export interface BackupOptions {
  /** Called every few megabytes. */
  readonly onProgress?: ((progress: BackupProgress) => void) | undefined;
}

/** Copies an open database into a directory, or brings an earlier backup there up to date. */
export async function backupStore(
  store: Store,
  path: string,
  { onProgress }: BackupOptions = {},
): Promise<BackupReport> {
  const vfs = new NodeVfs(directoryOf(path, 'back up into'));
  return named(path, store.backup({ vfs, directory: '', onProgress }));
}

/**
 * Copies a backup, a snapshot, or any database that is closed, into a directory that is empty or does not exist, after checking every byte
 * of it.
 */
export async function restoreDatabase(
  from: string,
  to: string,
  { onProgress }: BackupOptions = {},
): Promise<RestoreReport> {
  const fromTarget = resolveTarget(from);
  const snapshot = fromTarget.kind === 'snapshot' ? openSnapshot(fromTarget) : undefined;
  const source = snapshot ?? new NodeVfs(directoryOf(from, 'restore from'));
  const target = new NodeVfs(directoryOf(to, 'restore into'));
  const restoring = restoreStore({
    from: {
      vfs: source,
      directory: '',
      checksum: systemChecksum,
      compressions: [zstdCompression()],
      pause: () => systemPause(0),
    },
    to: { vfs: target, directory: '' },
    onProgress,
  });
  try {
    return await named(`${from}" to "${to}`, restoring);
  } finally {
    snapshot?.close();
  }
}

function directoryOf(path: string, purpose: string): string {
  const target = resolveTarget(path);
  if (target.kind === 'directory') return target.path;
  throw new AlopexError('ALX_INVALID_ARGUMENT', `cannot ${purpose} "${path}"`, {
    hint: 'Give a directory.',
  });
}

/** The disks know paths below the directories only; here it is known which directories these were. */
async function named<Report>(paths: string, work: Promise<Report>): Promise<Report> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof AlopexError) || error.detail !== undefined) throw error;
    throw error.with({ detail: `While copying "${paths}".` });
  }
}
