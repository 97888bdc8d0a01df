/** `alopex demo [QUESTION]`, which is also `npm start`: the demonstration, and then, on a terminal, the shell. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { Database } from '@alopex-db/embedded';
import type { CommandContext } from '../command-context.ts';
import { runDemo } from '../demo/run-demo.ts';
import { chooseEmbedder } from '../embedding/choose-embedder.ts';
import { EXIT } from '../exit-codes.ts';
import { outputFormat, wholeNumber } from '../global-options.ts';
import { runShell } from '../repl/shell.ts';

const DEFAULT_QUESTION = 'How does the write-ahead log survive a crash?';
const DEFAULT_DIRECTORY = './.alopex/demo';

interface DemoOptions {
  readonly docs?: string | undefined;
  readonly embedder?: string | undefined;
  readonly embeddingUrl?: string | undefined;
  readonly embeddingModel?: string | undefined;
  readonly dimension?: number | undefined;
}

export function addDemoCommand(program: Command, context: CommandContext): void {
  program
    .command('demo')
    .description('ingest documents, ask them a question, reopen, ask again; then the shell')
    .argument('[question]', 'what to ask', DEFAULT_QUESTION)
    .option(
      '--docs <path>',
      'folder or file of .md, .txt, .csv, .jsonl (default: the Markdown of this repository)',
    )
    .option(
      '--embedder <hashing|openai>',
      'hashing: offline, lexical; openai: any OpenAI-compatible service',
    )
    .option(
      '--embedding-url <url>',
      'base URL of the service (ALOPEX_EMBEDDING_URL, OPENAI_BASE_URL)',
    )
    .option('--embedding-model <name>', 'model of the service (ALOPEX_EMBEDDING_MODEL)')
    .option('--dimension <n>', 'length of the vectors (default: 384)', (text) =>
      wholeNumber('--dimension', text),
    )
    .action((question: string, options: DemoOptions) => demonstrate(question, options, context));
}

async function demonstrate(
  question: string,
  options: DemoOptions,
  context: CommandContext,
): Promise<void> {
  const { globals, terminal } = context;
  const output = outputFormat(globals);
  const directory = globals.dataDir ?? DEFAULT_DIRECTORY;
  const run = {
    question,
    docs: options.docs ?? repositoryRoot(),
    // The repository's other text files are tests and fixtures.
    kinds: options.docs === undefined ? new Set(['markdown'] as const) : undefined,
    directory,
    embedder: chooseEmbedder(options, terminal.environment),
    quiet: globals.quiet === true,
  };
  if (!(await runDemo(run, terminal))) context.exitCode = EXIT.error;
  if (globals.batch === true || !terminal.stdin.isTTY || !terminal.stdout.isTTY) return;
  await using database = await Database.open(directory);
  await runShell(database, terminal, { databaseName: directory, output });
}

/** The checkout this file belongs to, else the working directory. */
function repositoryRoot(): string {
  const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..');
  return existsSync(resolve(root, 'pnpm-workspace.yaml')) ? root : process.cwd();
}
