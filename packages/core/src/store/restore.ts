/**
 * Copies a closed store, which a backup is, into an empty folder: after it was checked, byte by byte, log included. CURRENT comes
 * last, so that a copy that was not finished is no database and says so when it is opened.
 */
import { AlopexError } from '../base/errors.ts';
import { CURRENT_NAME } from '../lsm/file-names.ts';
import { joinPath } from '../vfs/path.ts';
import type { Vfs } from '../vfs/vfs.ts';
import type { BackupProgress } from './backup.ts';
import { copyFile } from './copy-file.ts';
import { isStoreFile } from './store-files.ts';
import type { VerifyReport } from './verify-report.ts';
import { verifyLocked, whileLocked, type VerifyOptions } from './verify.ts';

export interface RestoreOptions {
  /** The backup; nothing in it changes. */
  readonly from: Omit<VerifyOptions, 'onProgress'>;
  readonly to: { readonly vfs: Vfs; readonly directory: string };
  /** Counts each byte twice: when it is checked and when it is copied. */
  readonly onProgress?: ((progress: BackupProgress) => void) | undefined;
}

export interface RestoreReport {
  readonly files: number;
  readonly bytes: number;
  readonly verified: VerifyReport;
}

/** Errors besides those of `verifyStore`: ALX_CORRUPT when the backup is damaged, ALX_INVALID_ARGUMENT when the target is not empty. */
export async function restoreStore(options: RestoreOptions): Promise<RestoreReport> {
  refuseFilled(options.to);
  return whileLocked(options.from, (isLocked) => restoreLocked(options, isLocked));
}

async function restoreLocked(options: RestoreOptions, isLocked: boolean): Promise<RestoreReport> {
  const { from, to } = options;
  const names = from.vfs.list(from.directory).filter(isStoreFile);
  let bytes = 0;
  for (const name of names) bytes += from.vfs.size(joinPath(from.directory, name));
  const progress = (bytesDone: number): void =>
    options.onProgress?.({ bytesDone, bytesTotal: bytes * 2 });
  const onProgress: VerifyOptions['onProgress'] = ({ bytesChecked }) => progress(bytesChecked);
  const verified = await verifyLocked({ ...from, onProgress }, isLocked);
  requireSound(verified);
  to.vfs.makeDirectory(to.directory);
  const lock = to.vfs.lock(to.directory);
  try {
    await copyAll(options, names, (copied) => progress(bytes + copied));
  } finally {
    lock.release();
  }
  return { files: names.length, bytes, verified };
}

function requireSound({ problems }: VerifyReport): void {
  const problem = problems[0];
  if (problem === undefined) return;
  const more = problems.length - 1;
  const message = `the backup is damaged: "${problem.file}": ${problem.what}`;
  throw new AlopexError('ALX_CORRUPT', message, {
    detail: more > 0 ? `More problems: ${more}.` : undefined,
    hint: 'Look at all of them with verify, and restore from another backup.',
  });
}

async function copyAll(
  { from, to }: RestoreOptions,
  names: readonly string[],
  progress: (copied: number) => void,
): Promise<void> {
  let copied = 0;
  for (const name of [...names.filter((other) => other !== CURRENT_NAME), CURRENT_NAME]) {
    // The names of all others are durable before CURRENT's is there.
    if (name === CURRENT_NAME) to.vfs.syncDirectory(to.directory);
    const source = { vfs: from.vfs, path: joinPath(from.directory, name) };
    const target = { vfs: to.vfs, path: joinPath(to.directory, name) };
    for (const bytes of copyFile(source, target)) {
      copied += bytes;
      progress(copied);
      await from.pause();
    }
  }
  to.vfs.syncDirectory(to.directory);
}

function refuseFilled({ vfs, directory }: RestoreOptions['to']): void {
  const name = vfs.exists(directory) ? vfs.list(directory)[0] : undefined;
  if (name === undefined) return;
  const where = directory === '' ? 'the target' : `"${directory}"`;
  throw new AlopexError('ALX_INVALID_ARGUMENT', `${where} is not empty: it holds "${name}"`, {
    hint: 'Restore into a directory that is empty or does not exist.',
  });
}
