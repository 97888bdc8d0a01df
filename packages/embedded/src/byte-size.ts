/** Sizes in bytes, given as a number or as text such as `64MB`. Units are binary: 1 MB = 1,048,576 bytes. */
import { AlopexError } from '@alopex-db/core/base';

export type ByteSize = number | string;

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 2 ** 10,
  MB: 2 ** 20,
  GB: 2 ** 30,
  TB: 2 ** 40,
};

/** Bytes; `name` is the option's, for the message. */
export function parseByteSize(name: string, size: ByteSize): number {
  const bytes = typeof size === 'number' ? size : parseText(size);
  if (bytes !== undefined && Number.isSafeInteger(bytes) && bytes >= 0) return bytes;
  throw new AlopexError('ALX_INVALID_ARGUMENT', `${name} is not a size: ${JSON.stringify(size)}`, {
    hint: 'Give bytes as a whole number, or text such as "512KB", "64MB", "1GB".',
  });
}

function parseText(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([KMGT]?I?B)?\s*$/i.exec(text);
  if (match === null) return undefined;
  const unit = (match[2] ?? 'B').toUpperCase().replace('I', '');
  return Math.floor(Number(match[1]) * UNITS[unit]!);
}
