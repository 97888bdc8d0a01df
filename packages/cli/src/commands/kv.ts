/** `alopex kv get | put | delete | cas | list | search`: the key-value facet. Keys and values are text; `--hex` shows and takes bytes. */
import { Option, type Command } from 'commander';
import { AlopexError, fromHex, toHex } from '@alopex-db/core/base';
import type { Bytes } from '@alopex-db/embedded';
import type { CommandContext } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { outputFormat } from '../global-options.ts';
import { createWriter } from '../output/create-writer.ts';
import { openTarget } from '../target.ts';
import { writeOut } from '../terminal.ts';

interface KvOptions {
  readonly hex?: boolean | undefined;
}

interface PutOptions extends KvOptions {
  readonly ttlMs?: string | undefined;
}

interface SearchOptions extends KvOptions {
  readonly mode: string;
  readonly cursorHex?: string | undefined;
}

interface ListOptions extends KvOptions {
  readonly prefix?: string | undefined;
  readonly reverse?: boolean | undefined;
}

const TEXT_COLUMN = { type: { kind: 'text' }, nullable: false } as const;
const PAIR_COLUMNS = [
  { ...TEXT_COLUMN, name: 'key' },
  { ...TEXT_COLUMN, name: 'value' },
];

export function addKvCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const kv = program.command('kv').description('read and write keys');
  kv.command('get')
    .argument('<key>')
    .option('--hex', 'key and value as hexadecimal bytes')
    .description('print the value of a key; exit code 2 when there is none')
    .action(async (key: string, options: KvOptions) => {
      await using database = await openTarget(context.globals, { createIfMissing: false });
      const value = await database.kv.get(bytesOf(key, options));
      if (value !== undefined) await writeOut(terminal.stdout, `${textOf(value, options)}\n`);
      else context.exitCode = EXIT.warning;
    });
  kv.command('put')
    .argument('<key>')
    .argument('<value>')
    .option('--hex', 'key and value as hexadecimal bytes')
    .option('--ttl-ms <number>', 'the key is absent after as many milliseconds')
    .description('write a key')
    .action(async (key: string, value: string, options: PutOptions) => {
      await using database = await openTarget(context.globals, { createIfMissing: true });
      const ttlMs = options.ttlMs === undefined ? undefined : Number(options.ttlMs);
      await database.kv.put(bytesOf(key, options), bytesOf(value, options), { ttlMs });
    });
  kv.command('cas')
    .argument('<key>')
    .argument('<next>')
    .option('--expected <value>', 'what the key must hold; without it the key must not exist')
    .option('--hex', 'key and values as hexadecimal bytes')
    .description('write a key when its value is as expected; exit code 2 when it is not')
    .action(
      async (key: string, next: string, options: KvOptions & { readonly expected?: string }) => {
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
  kv.command('delete')
    .argument('<key>')
    .option('--hex', 'key as hexadecimal bytes')
    .description('delete a key; exit code 2 when there was none')
    .action(async (key: string, options: KvOptions) => {
      await using database = await openTarget(context.globals, { createIfMissing: false });
      if (!(await database.kv.delete(bytesOf(key, options)))) context.exitCode = EXIT.warning;
    });
  kv.command('list')
    .option('--prefix <text>', 'only keys that start so')
    .option('--reverse', 'from the last key down')
    .option('--hex', 'keys and values as hexadecimal bytes')
    .description('print keys and values in key order')
    .action((options: ListOptions) => listKeys(context, options));
  kv.command('search')
    .argument('<pattern>')
    .addOption(new Option('--mode <mode>').choices(['glob', 'regex']).default('glob'))
    .option('--cursor-hex <bytes>', 'go on behind the page that ended with this cursor')
    .option('--hex', 'keys and values as hexadecimal bytes')
    .description('print a page of the keys that match; the cursor of the next goes to stderr')
    .action((pattern: string, options: SearchOptions) => searchKeys(context, pattern, options));
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

function bytesOf(text: string, options: KvOptions): Bytes {
  return options.hex === true ? hexBytes(text) : text;
}

function hexBytes(text: string): Uint8Array {
  const bytes = fromHex(text);
  if (bytes === undefined)
    throw new AlopexError(
      'ALX_INVALID_ARGUMENT',
      `expected pairs of hexadecimal digits, got "${text}"`,
    );
  return bytes;
}

function textOf(bytes: Uint8Array, options: KvOptions): string {
  return Buffer.from(bytes).toString(options.hex === true ? 'hex' : 'utf8');
}
