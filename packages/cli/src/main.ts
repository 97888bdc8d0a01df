/** The program `alopex`: commands, global options, one place where errors become text and exit codes. */
import { Command, CommanderError, Option } from 'commander';
import { CommandContext } from './command-context.ts';
import { addBackupCommand } from './commands/backup.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addExportCommand } from './commands/export.ts';
import { addImportCommand } from './commands/import.ts';
import { addKvCommand } from './commands/kv.ts';
import { addRestoreCommand } from './commands/restore.ts';
import { addShellCommand } from './commands/shell.ts';
import { addSqlCommand } from './commands/sql.ts';
import { addVerifyCommand } from './commands/verify.ts';
import { addVersionCommand, PROGRAM_VERSION } from './commands/version.ts';
import { exitCodeOf } from './exit-codes.ts';
import { wholeNumber } from './global-options.ts';
import { OUTPUT_FORMATS } from './output/format.ts';
import { errorJson, errorText } from './output/print-error.ts';
import { StatementError } from './statement-error.ts';
import type { Terminal } from './terminal.ts';

/** Runs one command line; answers the exit code. Never throws. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = createProgram(terminal);
  const context = new CommandContext(program, terminal);
  addCommands(program, context);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return context.exitCode;
  } catch (error) {
    // Commander has printed its own text already, help and version included.
    if (error instanceof CommanderError) return error.exitCode;
    const cause = error instanceof StatementError ? error.cause : error;
    const script = error instanceof StatementError ? error.script : undefined;
    const json = context.globals.json === true;
    terminal.stderr.write(json ? errorJson(cause) : errorText(cause, script));
    return exitCodeOf(cause);
  }
}

function createProgram(terminal: Terminal): Command {
  return new Command('alopex')
    .description('Alopex DB: SQL, vectors and keys in one transactional database')
    .version(PROGRAM_VERSION, '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
    })
    .showHelpAfterError('(alopex --help shows all commands)')
    .option('--data-dir <path>', 'database directory or .alopex snapshot (default: ./data)')
    .option('--in-memory', 'a database that ends with the command')
    .addOption(new Option('--url <url>', 'remote database (planned)'))
    .addOption(new Option('--profile <name>', 'saved connection (planned)'))
    .option('--output <format>', `${OUTPUT_FORMATS.join(', ')} (default: table)`)
    .option('--json', 'the same as --output json; errors as JSON too')
    .option('--limit <n>', 'rows printed at most', (text) => wholeNumber('--limit', text))
    .option('--timeout <ms>', 'milliseconds a statement may take', (text) =>
      wholeNumber('--timeout', text),
    )
    .option('-q, --quiet', 'no command tags, no progress')
    .option('--verbose', 'more about what happens, to standard error')
    .option('-b, --batch', 'never ask, never open the shell')
    .option('-y, --yes', 'answer yes to questions')
    .option('--no-color', 'no colours');
}

function addCommands(program: Command, context: CommandContext): void {
  addSqlCommand(program, context);
  addShellCommand(program, context);
  addImportCommand(program, context);
  addKvCommand(program, context);
  addDemoCommand(program, context);
  addBackupCommand(program, context);
  addExportCommand(program, context);
  addRestoreCommand(program, context);
  addVerifyCommand(program, context);
  addVersionCommand(program, context);
}
