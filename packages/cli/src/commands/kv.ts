/** `alopex kv get | put | delete | list`: the key-value facet. Keys and values are text; `--hex` shows and takes bytes. */
import type { Command } from 'commander';
import { AlopexError, fromHex } from '@alopex-db/core/base';
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

interface ListOptions extends KvOptions {
  readonly prefix?: string | undefined;
  readonly reverse?: boolean | undefined;
}

const TEXT_COLUMN = { type: { kind: 'text' }, nullable: false } as const;

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
    .description('write a key')
    .action(async (key: string, value: string, options: KvOptions) => {
      await using database = await openTarget(context.globals, { createIfMissing: true });
      await database.kv.put(bytesOf(key, options), bytesOf(value, options));
    });
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
}

async function listKeys(
  { globals, terminal }: CommandContext,
  options: ListOptions,
): Promise<void> {
  await using database = await openTarget(globals, { createIfMissing: false });
  const writer = createWriter(outputFormat(globals));
  let text = writer.begin([
    { ...TEXT_COLUMN, name: 'key' },
    { ...TEXT_COLUMN, name: 'value' },
  ]);
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
  if (options.hex !== true) return text;
  const bytes = fromHex(text);
  if (bytes === undefined)
    throw new AlopexError(
      'ALX_INVALID_ARGUMENT',
      `--hex takes pairs of hexadecimal digits, got "${text}"`,
    );
  return bytes;
}

function textOf(bytes: Uint8Array, options: KvOptions): string {
  return Buffer.from(bytes).toString(options.hex === true ? 'hex' : 'utf8');
}
