/** `alopex import`: CSV and JSON lines into a table, made when missing, all or nothing, with a progress bar. */
import type { Command } from 'commander';
import type { RecordFormat } from '@alopex-db/embedded';
import type { CommandContext } from '../command-context.ts';
import { ProgressBar } from '../output/progress-bar.ts';
import { openTarget } from '../target.ts';
import { writeOut } from '../terminal.ts';

interface ImportOptions {
  readonly from: string;
  readonly table?: string | undefined;
  readonly format?: RecordFormat | undefined;
  readonly delimiter?: string | undefined;
  readonly header?: boolean | undefined;
  readonly null?: string | undefined;
}

export function addImportCommand(program: Command, context: CommandContext): void {
  program
    .command('import')
    .description('load a CSV or JSON lines file into a table')
    .requiredOption('--from <file>', 'file to read (.csv, .tsv, .jsonl, .ndjson)')
    .option(
      '--table <name>',
      'table to fill; made from the data when missing (default: the file name)',
    )
    .option('--format <csv|jsonl>', 'default: by the file name')
    .option('--delimiter <character>', 'between CSV fields (default: , or tab for .tsv)')
    .option('--no-header', 'the first CSV line is data')
    .option('--null <text>', 'unquoted CSV text that means NULL (default: empty)')
    .action(async (options: ImportOptions) => {
      const { globals, terminal } = context;
      await using database = await openTarget(globals, { createIfMissing: true });
      const bar = new ProgressBar({
        label: 'importing',
        unit: 'bytes',
        stream: terminal.stderr,
        quiet: globals.quiet,
      });
      const report = await database.importFrom(options.from, {
        table: options.table,
        format: options.format,
        delimiter: options.delimiter,
        header: options.header,
        nullText: options.null,
        onProgress: ({ bytesRead, bytesTotal }) => bar.update(bytesRead, bytesTotal),
      });
      bar.finish(report.bytes);
      const made = report.created ? ' (created)' : '';
      const seconds = (report.elapsedMs / 1000).toFixed(2);
      if (globals.json === true) await writeOut(terminal.stdout, `${JSON.stringify(report)}\n`);
      else context.say(`${report.rows} rows into ${report.table}${made} in ${seconds} s`);
    });
}
