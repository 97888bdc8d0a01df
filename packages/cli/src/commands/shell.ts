/** `alopex shell`: the SQL prompt on a database. */
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { outputFormat } from '../global-options.ts';
import { runShell } from '../repl/shell.ts';
import { openTarget, targetPath } from '../target.ts';

export function addShellCommand(program: Command, context: CommandContext): void {
  program
    .command('shell', { isDefault: true })
    .description('SQL prompt (the default command)')
    .action(async () => {
      const { globals, terminal } = context;
      const output = outputFormat(globals);
      await using database = await openTarget(globals, { createIfMissing: true });
      const databaseName = globals.inMemory === true ? ':memory:' : targetPath(globals);
      await runShell(database, terminal, {
        databaseName,
        output,
        timeoutMs: globals.timeout,
        limit: globals.limit,
      });
    });
}
