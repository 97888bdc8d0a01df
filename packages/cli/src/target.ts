/** Opens what the global options name: a directory, `.alopex` file or memory. Remote targets come with the server. */
import { AlopexError } from '@alopex-db/core/base';
import { Database } from '@alopex-db/embedded';
import type { GlobalOptions } from './global-options.ts';

export const DEFAULT_DATA_DIRECTORY = './data';

export interface TargetOptions {
  /** Commands that only read must not create a directory by a typing error. */
  readonly createIfMissing: boolean;
}

export function openTarget(options: GlobalOptions, target: TargetOptions): Promise<Database> {
  if (options.url !== undefined) {
    throw new AlopexError(
      'ALX_UNSUPPORTED',
      `--url ${options.url}: remote databases are not built yet`,
      {
        hint: 'Open a directory with --data-dir.',
      },
    );
  }
  if (options.profile !== undefined) {
    throw new AlopexError(
      'ALX_UNSUPPORTED',
      `--profile ${options.profile}: profiles are not built yet`,
    );
  }
  if (options.inMemory === true) return Database.openInMemory();
  return Database.open(targetPath(options), { createIfMissing: target.createIfMissing });
}

export function targetPath(options: GlobalOptions): string {
  return options.dataDir ?? DEFAULT_DATA_DIRECTORY;
}
