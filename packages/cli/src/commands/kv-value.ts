/** `alopex kv get` and `put`: one value, as text on the command line, or streamed from and to a file whatever its size. */
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AlopexError } from '@alopex-db/core/base';
import type { CommandContext } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { openTarget } from '../target.ts';
import { writeOut } from '../terminal.ts';
import { bytesOf, textOf, type KvTextOptions } from './kv-text.ts';

/** Stands for standard input. */
const STDIN = '-';

export interface GetOptions extends KvTextOptions {
  readonly file?: string | undefined;
}

export interface PutOptions extends KvTextOptions {
  readonly file?: string | undefined;
  readonly ttlMs?: string | undefined;
}

export async function getValue(
  context: CommandContext,
  key: string,
  options: GetOptions,
): Promise<void> {
  await using database = await openTarget(context.globals, { createIfMissing: false });
  if (options.file === undefined) {
    const value = await database.kv.get(bytesOf(key, options));
    if (value === undefined) context.exitCode = EXIT.warning;
    else await writeOut(context.terminal.stdout, `${textOf(value, options)}\n`);
    return;
  }
  await using stream = await database.kv.getStream(bytesOf(key, options));
  if (stream === undefined) context.exitCode = EXIT.warning;
  else
    await pipeline(Readable.from(stream, { objectMode: false }), createWriteStream(options.file));
}

export async function putValue(
  context: CommandContext,
  key: string,
  value: string | undefined,
  options: PutOptions,
): Promise<void> {
  const { file } = options;
  if ((value === undefined) === (file === undefined)) {
    throw new AlopexError('ALX_INVALID_ARGUMENT', 'kv put takes a value or --file, one of the two');
  }
  await using database = await openTarget(context.globals, { createIfMissing: true });
  const ttlMs = options.ttlMs === undefined ? undefined : Number(options.ttlMs);
  const keyBytes = bytesOf(key, options);
  if (value !== undefined) {
    await database.kv.put(keyBytes, bytesOf(value, options), { ttlMs });
    return;
  }
  const source = file === STDIN ? context.terminal.stdin : createReadStream(file ?? STDIN);
  await database.kv.putStream(keyBytes, source, { ttlMs });
}
