/** Checks a database directory or a snapshot file without opening it as a database: its files, then its tables. */
import { AlopexError } from '@alopex-db/core/base';
import {
  Store,
  verifyStore,
  type SnapshotVfs,
  type VerifyProgress,
  type VerifyReport,
} from '@alopex-db/core';
import {
  NodeVfs,
  systemChecksum,
  systemClock,
  systemPause,
  zstdCompression,
} from '@alopex-db/core/node';
import type { Vfs } from '@alopex-db/core/vfs';
import { verifyTables, type VerifyTablesReport } from '@alopex-db/sql';
import { openSnapshot } from '../open-store.ts';
import { resolveTarget } from '../resolve-target.ts';

export interface VerifyDatabaseOptions {
  /** Called every few megabytes. */
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined;
  /** Called every few thousand rows and index entries, once the files have been found sound. */
  readonly onRows?: ((rowsChecked: number) => void) | undefined;
}

export interface VerifyDatabaseReport extends VerifyReport {
  /** What holding tables, indexes and foreign keys against each other has found; undefined when the files are damaged. */
  readonly relations: VerifyTablesReport | undefined;
}

const pause = (): Promise<void> => systemPause(0);

/**
 * Reads every byte of a closed database or of a snapshot and checks every checksum, the order of all entries, each table against
 * the manifest and the directory against both. Where all that is sound, rows, indexes and foreign keys are held against each other.
 * Damage is in the report; errors are a database that is open elsewhere or not there.
 */
export async function verifyDatabase(
  path: string,
  options: VerifyDatabaseOptions = {},
): Promise<VerifyDatabaseReport> {
  const target = resolveTarget(path);
  if (target.kind === 'memory') {
    throw new AlopexError('ALX_INVALID_ARGUMENT', `"${path}" has no files to check`, {
      hint: 'Give the directory of a database, or a snapshot file.',
    });
  }
  let snapshot: SnapshotVfs | undefined;
  try {
    if (target.kind === 'snapshot') snapshot = openSnapshot(target);
    const vfs = snapshot ?? new NodeVfs(target.path);
    const files = await verifyStore({
      vfs,
      directory: '',
      checksum: systemChecksum,
      compressions: [zstdCompression()],
      pause,
      onProgress: options.onProgress,
    });
    const relations = files.problems.length > 0 ? undefined : await verifyRelations(vfs, options);
    return { ...files, relations };
  } catch (error) {
    throw error instanceof AlopexError
      ? error.with({ detail: `While checking "${path}".` })
      : error;
  } finally {
    snapshot?.close();
  }
}

/** A reader changes nothing and needs no lock: it sees the database as of its opening. */
async function verifyRelations(
  vfs: Vfs,
  { onRows }: VerifyDatabaseOptions,
): Promise<VerifyTablesReport> {
  await using store = Store.open({
    vfs,
    directory: '',
    readOnly: true,
    clock: systemClock,
    checksum: systemChecksum,
    compression: zstdCompression(),
  });
  return await verifyTables(store, { pause, onProgress: onRows });
}
