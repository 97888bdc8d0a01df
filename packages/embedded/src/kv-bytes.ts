/** Keys and values of the KV facet on their way in: text becomes UTF-8, ranges become [start, end). */
import { AlopexError, compareBytes, encodeUtf8, prefixEnd } from '@alopex-db/core/base';
import type { KeyRange } from '@alopex-db/core';
import type { Bytes, KvRange } from '@alopex-db/sql/session';

export function bytesOf(name: 'key' | 'value', input: Bytes): Uint8Array {
  if (typeof input === 'string') {
    if (input.isWellFormed()) return encodeUtf8(input);
    throw new AlopexError(
      'ALX_INVALID_TEXT_ENCODING',
      `a ${name} is no valid text: it holds half of a surrogate pair`,
      { hint: 'Pass bytes as a Uint8Array, or repair the text with toWellFormed().' },
    );
  }
  if (input instanceof Uint8Array) return input;
  throw new AlopexError(
    'ALX_INVALID_ARGUMENT',
    `a ${name} is text or a Uint8Array, got ${typeof input}`,
  );
}

/** The same in bytes that nobody else can change, for calls that may have to wait. */
export function ownBytesOf(name: 'key' | 'value', input: Bytes): Uint8Array {
  const bytes = bytesOf(name, input);
  return bytes === input ? bytes.slice() : bytes;
}

/** A key range with the number of pairs wanted; undefined when the range is empty. */
export interface ResolvedRange {
  readonly keys: KeyRange;
  readonly limit: number;
}

/** `prefix`, `start` and `end` all hold at once. */
export function resolveRange(range: KvRange): ResolvedRange | undefined {
  const limit = range.limit ?? Number.POSITIVE_INFINITY;
  if (limit !== Number.POSITIVE_INFINITY && (!Number.isSafeInteger(limit) || limit < 0)) {
    throw new AlopexError('ALX_INVALID_ARGUMENT', `limit is a whole number from 0, got ${limit}`);
  }
  const prefix = range.prefix === undefined ? undefined : bytesOf('key', range.prefix);
  const afterPrefix = prefix === undefined ? undefined : prefixEnd(prefix);
  const start = later(prefix, range.start === undefined ? undefined : bytesOf('key', range.start));
  const end = earlier(afterPrefix, range.end === undefined ? undefined : bytesOf('key', range.end));
  if (limit === 0) return undefined;
  if (start !== undefined && end !== undefined && compareBytes(start, end) >= 0) return undefined;
  return { keys: { start, end, reverse: range.reverse }, limit };
}

function later(
  left: Uint8Array | undefined,
  right: Uint8Array | undefined,
): Uint8Array | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return compareBytes(left, right) >= 0 ? left : right;
}

function earlier(
  left: Uint8Array | undefined,
  right: Uint8Array | undefined,
): Uint8Array | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return compareBytes(left, right) <= 0 ? left : right;
}
