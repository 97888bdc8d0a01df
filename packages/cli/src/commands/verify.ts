/** `alopex verify`: is every byte of a database what was written, and do its tables fit together? Exit code 1 when not. */
import type { Command } from 'commander';
import {
  tableProblemText,
  verifyDatabase,
  type StoreProblem,
  type VerifyDatabaseReport,
} from '@alopex-db/embedded';
import type { CommandContext } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { ProgressBar } from '../output/progress-bar.ts';
import { localPath } from '../target.ts';
import { writeOut } from '../terminal.ts';

export function addVerifyCommand(program: Command, context: CommandContext): void {
  program
    .command('verify')
    .argument('[path]', 'database directory or .alopex snapshot (default: that of --data-dir)')
    .description(
      'check every checksum, structure and index of a closed database or a snapshot; exit code 1 on damage',
    )
    .action(async (path: string | undefined) => {
      const { globals, terminal } = context;
      const bar = (unit: string): ProgressBar =>
        new ProgressBar({
          label: 'checking',
          unit,
          stream: terminal.stderr,
          quiet: globals.quiet,
        });
      const files = bar('bytes');
      const rows = bar('rows and entries');
      const report = await verifyDatabase(path ?? localPath(globals), {
        onProgress: ({ bytesChecked, bytesTotal }) => files.update(bytesChecked, bytesTotal),
        onRows: (rowsChecked) => rows.update(rowsChecked, undefined),
      });
      files.finish(report.bytes);
      if (report.relations !== undefined) rows.finish(report.relations.rows);
      const text = globals.json === true ? `${JSON.stringify(report)}\n` : reportText(report);
      await writeOut(terminal.stdout, text);
      if (problemsOf(report) > 0) context.exitCode = EXIT.error;
    });
}

function problemsOf({ problems, relations }: VerifyDatabaseReport): number {
  return problems.length + (relations?.problems.length ?? 0);
}

function reportText(report: VerifyDatabaseReport): string {
  const { tables, blocks, entries, segments, commits, problems, leftovers, relations } = report;
  const lines = [
    ...problems.map((problem) => `damaged   ${placeOf(problem)}: ${problem.what}`),
    ...(relations?.problems ?? []).map((problem) => `damaged   ${tableProblemText(problem)}`),
    ...leftovers.map((leftover) => `leftover  ${placeOf(leftover)}: ${leftover.what}`),
    `${tables} files of tables with ${entries} entries in ${blocks} blocks, ${segments} log segments with ${commits} commits`,
    relations === undefined
      ? 'rows and indexes were not held against each other, because files are damaged'
      : `${relations.relations} SQL table${relations.relations === 1 ? '' : 's'} with ${relations.rows} rows and index entries`,
  ];
  if (!report.isLocked)
    lines.push('the directory could not be locked; a writer may have been at work');
  lines.push(verdict(problemsOf(report), leftovers.length));
  return `${lines.join('\n')}\n`;
}

function placeOf({ file, offset }: StoreProblem): string {
  return offset === undefined ? file : `${file} at ${offset}`;
}

function verdict(problems: number, leftovers: number): string {
  if (problems > 0) return `${problems} problem${problems === 1 ? '' : 's'} found`;
  return leftovers > 0 ? 'sound; the next opening clears the leftovers away' : 'sound';
}
