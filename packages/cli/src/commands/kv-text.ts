/** Keys and values of `alopex kv` as the command line has them: text, or bytes as hexadecimal digits or base64. */
import type { Command } from 'commander';
import { AlopexError, fromHex } from '@alopex-db/core/base';
import type { Bytes } from '@alopex-db/embedded';

export interface KvTextOptions {
  readonly hex?: boolean | undefined;
  readonly base64?: boolean | undefined;
}

export function addTextOptions(command: Command): Command {
  return command
    .option('--hex', 'keys and values as hexadecimal bytes')
    .option('--base64', 'keys and values as base64');
}

export function bytesOf(text: string, options: KvTextOptions): Bytes {
  if (options.hex === true) return hexBytes(text);
  return options.base64 === true ? base64Bytes(text) : text;
}

export function textOf(bytes: Uint8Array, options: KvTextOptions): string {
  if (options.hex === true) return Buffer.from(bytes).toString('hex');
  return Buffer.from(bytes).toString(options.base64 === true ? 'base64' : 'utf8');
}

export function hexBytes(text: string): Uint8Array {
  const bytes = fromHex(text);
  if (bytes !== undefined) return bytes;
  throw new AlopexError(
    'ALX_INVALID_ARGUMENT',
    `expected pairs of hexadecimal digits, got "${text}"`,
  );
}

function base64Bytes(text: string): Uint8Array {
  // Node reads past what is no base64.
  if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(text))
    return new Uint8Array(Buffer.from(text, 'base64'));
  throw new AlopexError('ALX_INVALID_ARGUMENT', `expected base64, got "${text}"`);
}
