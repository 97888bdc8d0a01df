/** `alopex export`: the database as of now in one snapshot file, which every command reads like a directory. */
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { ProgressBar } from '../output/progress-bar.ts';
import { localPath, openTarget } from '../target.ts';
import { writeOut } from '../terminal.ts';

export function addExportCommand(program: Command, context: CommandContext): void {
  program
    .command('export')
    .requiredOption('--to <file>', 'snapshot to write (.alopex); replaced when it is there')
    .description('write the whole database into one snapshot file, to be read, sent or restored')
    .action(async (options: { readonly to: string }) => {
      const { globals, terminal } = context;
      localPath(globals);
      await using database = await openTarget(globals, { createIfMissing: false });
      const bar = new ProgressBar({
        label: 'writing',
        unit: 'bytes',
        stream: terminal.stderr,
        quiet: globals.quiet,
      });
      const report = await database.exportTo(options.to, {
        onProgress: ({ bytesDone, bytesTotal }) => bar.update(bytesDone, bytesTotal),
      });
      bar.finish(report.bytes);
      if (globals.json === true) await writeOut(terminal.stdout, `${JSON.stringify(report)}\n`);
      else context.say(`${report.tables} tables in ${options.to} (${report.bytes} bytes)`);
    });
}
