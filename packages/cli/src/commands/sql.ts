/** `alopex sql [QUERY]`: statements from the argument, a file or standard input, in order; the first error ends it. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { AlopexError } from '@alopex-db/core/base';
import { splitStatements, type Params, type Session } from '@alopex-db/embedded';
import type { CommandContext } from '../command-context.ts';
import { outputFormat, wholeNumber } from '../global-options.ts';
import { printQuery } from '../output/print-query.ts';
import { inStatement } from '../statement-error.ts';
import { openTarget } from '../target.ts';
import type { Terminal } from '../terminal.ts';

interface SqlOptions {
  readonly file?: string | undefined;
  readonly param?: string | undefined;
  readonly explain?: boolean | undefined;
  readonly maxRows?: number | undefined;
}

export function addSqlCommand(program: Command, context: CommandContext): void {
  program
    .command('sql')
    .description('run SQL statements')
    .argument('[query]', 'statements separated by ; (default: standard input)')
    .option('-f, --file <path>', 'read the statements from a file')
    .option('-p, --param <json>', 'parameters: a JSON array for $1, $2 or ?, an object for $name')
    .option('--explain', 'show the plan instead of running the statement')
    .option('--max-rows <n>', 'rows printed at most', (text) => wholeNumber('--max-rows', text))
    .action(async (query: string | undefined, options: SqlOptions) => {
      const { globals, terminal } = context;
      const script = await readScript(query, options.file, terminal);
      const params = options.param === undefined ? undefined : parseParams(options.param);
      await using database = await openTarget(globals, { createIfMissing: true });
      await using session = await database.session();
      await runScript(session, script, { context, options, params });
    });
}

interface ScriptRun {
  readonly context: CommandContext;
  readonly options: SqlOptions;
  readonly params: Params | undefined;
}

async function runScript(session: Session, script: string, run: ScriptRun): Promise<void> {
  const { options, params } = run;
  const { globals, terminal } = run.context;
  const format = outputFormat(globals);
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort();
  process.once('SIGINT', onInterrupt);
  try {
    const statements = await inStatement(script, { position: 0 }, () => splitStatements(script));
    for (const statement of statements) {
      const prefix = options.explain === true ? 'EXPLAIN ' : '';
      // What the prefix moves to the right is moved back.
      const place = { position: statement.position - prefix.length };
      await inStatement(script, place, () =>
        printQuery(session, prefix + statement.text, terminal, {
          format,
          params,
          limit: options.maxRows ?? globals.limit,
          timeoutMs: globals.timeout,
          signal: interrupt.signal,
          timing: globals.verbose,
          quiet: globals.quiet,
        }),
      );
    }
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
}

async function readScript(
  query: string | undefined,
  file: string | undefined,
  terminal: Terminal,
): Promise<string> {
  if (query !== undefined && file !== undefined) {
    throw new AlopexError('ALX_INVALID_ARGUMENT', 'give either a query or --file, not both');
  }
  if (query !== undefined) return query;
  if (file !== undefined) {
    return readFile(file, 'utf8').catch((cause: unknown) => {
      throw new AlopexError('ALX_FILE_NOT_FOUND', `cannot read statements from "${file}"`, {
        cause,
      });
    });
  }
  let text = '';
  for await (const chunk of terminal.stdin.setEncoding('utf8')) text += chunk;
  return text;
}

function parseParams(json: string): Params {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new AlopexError('ALX_INVALID_ARGUMENT', `--param is not JSON: ${json}`, {
      cause,
      hint: `Example: --param '[1, "text", null]'`,
    });
  }
  if (typeof value !== 'object' || value === null) {
    throw new AlopexError('ALX_INVALID_ARGUMENT', '--param takes a JSON array or object');
  }
  return value as Params;
}
