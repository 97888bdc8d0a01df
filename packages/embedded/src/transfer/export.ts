/** A database in one file, or in a directory where none is yet. */
import { AlopexError } from '@alopex-db/core/base';
import { storeExists, type BackupProgress, type SnapshotReport, type Store } from '@alopex-db/core';
import { NodeVfs } from '@alopex-db/core/node';
import { resolveTarget } from '../resolve-target.ts';
import { backupStore } from './backup.ts';

export interface ExportOptions {
  /** Called every few megabytes. */
  readonly onProgress?: ((progress: BackupProgress) => void) | undefined;
  /** Aborting ends the export with ALX_CANCELLED; what was at the target stays. */
  readonly signal?: AbortSignal | undefined;
}

/** Writes a snapshot file, which `Database.open` opens read-only. One that is there is replaced once the new one is whole. */
export async function exportStore(
  store: Store,
  path: string,
  options: ExportOptions = {},
): Promise<SnapshotReport> {
  const target = resolveTarget(path);
  if (target.kind !== 'snapshot') {
    throw new AlopexError('ALX_UNSUPPORTED', `"${path}": only snapshots are written yet`, {
      hint: 'Name a file that ends in .alopex.',
    });
  }
  return store.writeSnapshot({ ...options, vfs: new NodeVfs(target.folder), path: target.name });
}

/** Copies a database into a directory in which there is none, and which is then one. */
export async function persistStore(store: Store, path: string): Promise<void> {
  const target = resolveTarget(path);
  if (target.kind === 'directory' && storeExists(new NodeVfs(target.path), '')) {
    throw new AlopexError('ALX_INVALID_ARGUMENT', `there is a database at "${path}" already`, {
      hint: 'Name an empty directory; backup brings an earlier copy up to date.',
    });
  }
  await backupStore(store, path);
}
