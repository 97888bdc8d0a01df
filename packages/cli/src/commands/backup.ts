/** `alopex backup`: a copy of the database in a directory; run again, it copies what is new. */
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { ProgressBar } from '../output/progress-bar.ts';
import { localPath, openTarget } from '../target.ts';
import { writeOut } from '../terminal.ts';

export function addBackupCommand(program: Command, context: CommandContext): void {
  program
    .command('backup')
    .requiredOption('--to <directory>', 'where the backup goes: empty, or an earlier backup')
    .description('copy the database into a directory, which is then a database itself')
    .action(async (options: { readonly to: string }) => {
      const { globals, terminal } = context;
      localPath(globals);
      await using database = await openTarget(globals, { createIfMissing: false });
      const bar = new ProgressBar({
        label: 'copying',
        unit: 'bytes',
        stream: terminal.stderr,
        quiet: globals.quiet,
      });
      const report = await database.backup(options.to, {
        onProgress: ({ bytesDone, bytesTotal }) => bar.update(bytesDone, bytesTotal),
      });
      bar.finish(report.bytes);
      if (globals.json === true) await writeOut(terminal.stdout, `${JSON.stringify(report)}\n`);
      else {
        const { copiedTables, tables, copiedBytes } = report;
        context.say(`${copiedTables} of ${tables} tables copied (${copiedBytes} bytes)`);
      }
    });
}
