/** Opens what the global options name: a directory, `.alopex` file or memory. Remote targets come with the server. */
import { AlopexError } from '@alopex-db/core/base';
import { Database } from '@alopex-db/embedded';
import type { GlobalOptions } from './global-options.ts';

export const DEFAULT_DATA_DIRECTORY = './data';

export interface TargetOptions {
  /** Commands that only read must not create a directory by a typing error. */
  readonly createIfMissing: boolean;
}

export async function openTarget(options: GlobalOptions, target: TargetOptions): Promise<Database> {
  refuseRemote(options);
  if (options.inMemory === true) return Database.openInMemory();
  return Database.open(targetPath(options), { createIfMissing: target.createIfMissing });
}

/** For commands that work on files. */
export function localPath(options: GlobalOptions): string {
  refuseRemote(options);
  if (options.inMemory !== true) return targetPath(options);
  throw new AlopexError('ALX_INVALID_ARGUMENT', 'this command needs files, --in-memory has none', {
    hint: 'Name a directory with --data-dir.',
  });
}

export function targetPath(options: GlobalOptions): string {
  return options.dataDir ?? DEFAULT_DATA_DIRECTORY;
}

function refuseRemote({ url, profile }: GlobalOptions): void {
  if (url !== undefined) {
    throw new AlopexError('ALX_UNSUPPORTED', `--url ${url}: remote databases are not built yet`, {
      hint: 'Open a directory with --data-dir.',
    });
  }
  if (profile !== undefined) {
    throw new AlopexError('ALX_UNSUPPORTED', `--profile ${profile}: profiles are not built yet`);
  }
}
