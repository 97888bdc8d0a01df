/** `alopex verify`: is every byte of a database directory what was written? Exit code 1 when it is not. */
import type { Command } from 'commander';
import { verifyDatabase, type StoreProblem, type VerifyReport } from '@alopex-db/embedded';
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
      'check every checksum and structure of a closed database or a snapshot; exit code 1 on damage',
    )
    .action(async (path: string | undefined) => {
      const { globals, terminal } = context;
      const bar = new ProgressBar({
        label: 'checking',
        unit: 'bytes',
        stream: terminal.stderr,
        quiet: globals.quiet,
      });
      const report = await verifyDatabase(path ?? localPath(globals), {
        onProgress: ({ bytesChecked, bytesTotal }) => bar.update(bytesChecked, bytesTotal),
      });
      bar.finish(report.bytes);
      const text = globals.json === true ? `${JSON.stringify(report)}\n` : reportText(report);
      await writeOut(terminal.stdout, text);
      if (report.problems.length > 0) context.exitCode = EXIT.error;
    });
}

function reportText(report: VerifyReport): string {
  const { tables, blocks, entries, segments, commits, problems, leftovers } = report;
  const lines = [
    ...problems.map((problem) => `damaged   ${placeOf(problem)}: ${problem.what}`),
    ...leftovers.map((leftover) => `leftover  ${placeOf(leftover)}: ${leftover.what}`),
    `${tables} tables with ${entries} entries in ${blocks} blocks, ${segments} log segments with ${commits} commits`,
  ];
  if (!report.isLocked)
    lines.push('the directory could not be locked; a writer may have been at work');
  lines.push(verdict(problems.length, leftovers.length));
  return `${lines.join('\n')}\n`;
}

function placeOf({ file, offset }: StoreProblem): string {
  return offset === undefined ? file : `${file} at ${offset}`;
}

function verdict(problems: number, leftovers: number): string {
  if (problems > 0) return `${problems} problem${problems === 1 ? '' : 's'} found`;
  return leftovers > 0 ? 'sound; the next opening clears the leftovers away' : 'sound';
}
