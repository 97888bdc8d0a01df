/** `alopex shell`: the SQL prompt on a database. */
import type { Command } from 'commander';
import { AlopexError } from '@alopex-db/core/base';
import type { CommandContext } from '../command-context.ts';
import { outputFormat } from '../global-options.ts';
import { runShell } from '../repl/shell.ts';
import { openTarget, targetPath } from '../target.ts';

export function addShellCommand(program: Command, context: CommandContext): void {
  program
    .command('shell', { isDefault: true })
    .description('SQL prompt (the default command)')
    // As the default command it is handed every first word that names no command.
    .argument('[unknown]')
    .action(async (unknown: string | undefined) => {
      const { globals, terminal } = context;
      if (unknown !== undefined) {
        throw new AlopexError('ALX_INVALID_ARGUMENT', `unknown command "${unknown}"`, {
          hint: 'alopex --help shows all commands; alopex sql runs a statement.',
        });
      }
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
