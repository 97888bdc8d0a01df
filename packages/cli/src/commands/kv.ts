/** `alopex kv get | put | delete | cas | list | search`: the key-value facet. */
import { Option, type Command } from 'commander';
import { AlopexError, toHex } from '@alopex-db/core/base';
import type { CommandContext } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { outputFormat } from '../global-options.ts';
import { createWriter } from '../output/create-writer.ts';
import { openTarget } from '../target.ts';
import { writeOut } from '../terminal.ts';
import { addTextOptions, bytesOf, hexBytes, textOf, type KvTextOptions } from './kv-text.ts';
import { getValue, putValue, type GetOptions, type PutOptions } from './kv-value.ts';

interface SearchOptions extends KvTextOptions {
  readonly mode: string;
  readonly cursorHex?: string | undefined;
  readonly scanBudget?: string | undefined;
}

interface ListOptions extends KvTextOptions {
  readonly prefix?: string | undefined;
  readonly reverse?: boolean | undefined;
}

const TEXT_COLUMN = { type: { kind: 'text' }, nullable: false } as const;
const PAIR_COLUMNS = [
  { ...TEXT_COLUMN, name: 'key' },
  { ...TEXT_COLUMN, name: 'value' },
];

export function addKvCommand(program: Command, context: CommandContext): void {
  const kv = program.command('kv').description('read and write keys');
  addTextOptions(kv.command('get'))
    .argument('<key>')
    .option('--file <path>', 'write the bytes of the value into a file')
    .description('print the value of a key; exit code 2 when there is none')
    .action((key: string, options: GetOptions) => getValue(context, key, options));
  addTextOptions(kv.command('put'))
    .argument('<key>')
    .argument('[value]')
    .option('--file <path>', 'the bytes of a file as the value; - is standard input')
    .option('--ttl-ms <number>', 'the key is absent after as many milliseconds')
    .description('write a key')
    .action((key: string, value: string | undefined, options: PutOptions) =>
      putValue(context, key, value, options),
    );
  addTextOptions(kv.command('cas'))
    .argument('<key>')
    .argument('<next>')
    .option('--expected <value>', 'what the key must hold; without it the key must not exist')
    .description('write a key when its value is as expected; exit code 2 when it is not')
    .action(
      async (
        key: string,
        next: string,
        options: KvTextOptions & { readonly expected?: string },
      ) => {
        await using database = await openTarget(context.globals, { createIfMissing: true });
        const { expected } = options;
        const before = expected === undefined ? undefined : bytesOf(expected, options);
        const swapped = await database.kv.compareAndSwap(
          bytesOf(key, options),
          before,
          bytesOf(next, options),
        );
        if (!swapped) context.exitCode = EXIT.warning;
      },
    );
  addTextOptions(kv.command('delete'))
    .argument('<key>')
    .description('delete a key; exit code 2 when there was none')
    .action(async (key: string, options: KvTextOptions) => {
      await using database = await openTarget(context.globals, { createIfMissing: false });
      if (!(await database.kv.delete(bytesOf(key, options)))) context.exitCode = EXIT.warning;
    });
  addTextOptions(kv.command('list'))
    .option('--prefix <text>', 'only keys that start so')
    .option('--reverse', 'from the last key down')
    .description('print keys and values in key order')
    .action((options: ListOptions) => listKeys(context, options));
  addTextOptions(kv.command('search'))
    .argument('<pattern>')
    .addOption(new Option('--mode <mode>').choices(['glob', 'regex']).default('glob'))
    .option('--scan-budget <number>', 'keys looked at for the page')
    .option('--cursor-hex <bytes>', 'go on behind the page that ended with this cursor')
    .description('print a page of the keys that match; the cursor of the next goes to stderr')
    .action((pattern: string, options: SearchOptions) => searchKeys(context, pattern, options));
  kv.command('watch')
    .description('print changes as they are committed (of a server; not built yet)')
    .action(() => {
      throw new AlopexError('ALX_UNSUPPORTED', 'kv watch needs a server, which is not built yet', {
        hint: 'A directory has one writer, which is then this program. Within a program use kv.watch.',
      });
    });
}

async function searchKeys(
  { globals, terminal }: CommandContext,
  pattern: string,
  options: SearchOptions,
): Promise<void> {
  await using database = await openTarget(globals, { createIfMissing: false });
  const cursor = options.cursorHex === undefined ? undefined : hexBytes(options.cursorHex);
  const page = await database.kv.search({
    mode: options.mode === 'regex' ? 'regex' : 'glob',
    pattern,
    cursor,
    limit: globals.limit,
    scanBudget: options.scanBudget === undefined ? undefined : Number(options.scanBudget),
  });
  const writer = createWriter(outputFormat(globals));
  let text = writer.begin(PAIR_COLUMNS);
  for (const [key, value] of page.entries)
    text += writer.row([textOf(key, options), textOf(value, options)]);
  await writeOut(terminal.stdout, text + writer.end());
  if (page.cursor === undefined) return;
  await writeOut(terminal.stderr, `more: --cursor-hex ${toHex(page.cursor)}\n`);
}

async function listKeys(
  { globals, terminal }: CommandContext,
  options: ListOptions,
): Promise<void> {
  await using database = await openTarget(globals, { createIfMissing: false });
  const writer = createWriter(outputFormat(globals));
  let text = writer.begin(PAIR_COLUMNS);
  const prefix = options.prefix === undefined ? undefined : bytesOf(options.prefix, options);
  for await (const [key, value] of database.kv.scan({
    prefix,
    reverse: options.reverse,
    limit: globals.limit,
  })) {
    text += writer.row([textOf(key, options), textOf(value, options)]);
    if (text.length > 65_536) {
      await writeOut(terminal.stdout, text);
      text = '';
    }
  }
  await writeOut(terminal.stdout, text + writer.end());
}
