/** `alopex restore`: a backup becomes a database again, once every byte of it was checked. */
import type { Command } from 'commander';
import { restoreDatabase } from '@alopex-db/embedded';
import type { CommandContext } from '../command-context.ts';
import { ProgressBar } from '../output/progress-bar.ts';
import { localPath } from '../target.ts';
import { writeOut } from '../terminal.ts';

interface RestoreOptions {
  readonly from: string;
  readonly to?: string | undefined;
}

export function addRestoreCommand(program: Command, context: CommandContext): void {
  program
    .command('restore')
    .requiredOption('--from <path>', 'the backup: a directory, or an .alopex snapshot')
    .option('--to <directory>', 'empty or missing (default: that of --data-dir)')
    .description('check a backup and copy it into an empty directory')
    .action(async (options: RestoreOptions) => {
      const { globals, terminal } = context;
      const bar = new ProgressBar({
        label: 'checking and copying',
        unit: 'bytes',
        stream: terminal.stderr,
        quiet: globals.quiet,
      });
      const report = await restoreDatabase(options.from, options.to ?? localPath(globals), {
        onProgress: ({ bytesDone, bytesTotal }) => bar.update(bytesDone, bytesTotal),
      });
      bar.finish(report.bytes * 2);
      if (globals.json === true) await writeOut(terminal.stdout, `${JSON.stringify(report)}\n`);
      else context.say(`${report.files} files restored (${report.bytes} bytes)`);
    });
}
