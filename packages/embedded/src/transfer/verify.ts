/** Checks a database directory or a snapshot file without opening it as a database. */
import { AlopexError } from '@alopex-db/core/base';
import {
  verifyStore,
  type SnapshotVfs,
  type VerifyProgress,
  type VerifyReport,
} from '@alopex-db/core';
import { NodeVfs, systemChecksum, systemPause, zstdCompression } from '@alopex-db/core/node';
import { openSnapshot } from '../open-store.ts';
import { resolveTarget } from '../resolve-target.ts';

export interface VerifyDatabaseOptions {
  /** Called every few megabytes. */
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined;
}

/**
 * Reads every byte of a closed database or of a snapshot and checks every checksum, the order of all entries, each table against the manifest and
 * the directory against both. Damage is in the report; errors are a database that is open elsewhere or not there.
 */
export async function verifyDatabase(
  path: string,
  options: VerifyDatabaseOptions = {},
): Promise<VerifyReport> {
  const target = resolveTarget(path);
  if (target.kind === 'memory') {
    throw new AlopexError('ALX_INVALID_ARGUMENT', `"${path}" has no files to check`, {
      hint: 'Give the directory of a database, or a snapshot file.',
    });
  }
  let snapshot: SnapshotVfs | undefined;
  try {
    if (target.kind === 'snapshot') snapshot = openSnapshot(target);
    return await verifyStore({
      vfs: snapshot ?? new NodeVfs(target.path),
      directory: '',
      checksum: systemChecksum,
      compressions: [zstdCompression()],
      pause: () => systemPause(0),
      onProgress: options.onProgress,
    });
  } catch (error) {
    throw error instanceof AlopexError
      ? error.with({ detail: `While checking "${path}".` })
      : error;
  } finally {
    snapshot?.close();
  }
}
