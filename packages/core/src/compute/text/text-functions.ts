/**
 * Functions of text with PostgreSQL's results. Positions and lengths count code points from 1. Integer arguments are
 * integer (int32); results are text unless said otherwise.
 */
import { encodeUtf8 } from '../../base/bytes.ts';
import { AlopexError } from '../../base/errors.ts';
import type { Scalar } from '../../types/scalar.ts';
import { nullableFunction, strictFunction } from '../define-function.ts';
import { codePointLength, sliceCodePoints } from './code-points.ts';
import { asciiCase, concatBytesColumns, textLength } from './byte-functions.ts';
import { likeFunction } from './like.ts';

/** The longest text a function may make: PostgreSQL's limit of one value. */
const TEXT_BYTES_MAX = 0x3fff_ffff;

function invalid(message: string): AlopexError {
  return new AlopexError('ALX_INVALID_ARGUMENT', message);
}

export const textFunctions = {
  /** (text) -> integer */
  length: textLength('length'),
  /** (text | bytea) -> integer */
  octetLength: strictFunction('octet_length', ([value]) => byteLength(value!)),
  bitLength: strictFunction('bit_length', ([value]) => byteLength(value!) * 8),
  lower: asciiCase('lower', 0x41, 0x5a, (text) => text.toLowerCase()),
  upper: asciiCase('upper', 0x61, 0x7a, (text) => text.toUpperCase()),
  initcap: strictFunction('initcap', ([text]) =>
    String(text)
      .toLowerCase()
      .replace(/[\p{L}\p{N}]+/gu, (word) => {
        const first = String.fromCodePoint(word.codePointAt(0)!);
        return first.toUpperCase() + word.slice(first.length);
      }),
  ),
  /** (text, text) and (bytea, bytea): the operator || */
  concatOperator: concatBytesColumns('||'),
  /** (text, …): skips nulls, never null */
  concat: nullableFunction('concat', (args) => args.filter((part) => part !== null).join('')),
  /** (separator, text, …) */
  concatWs: nullableFunction('concat_ws', ([separator, ...parts]) =>
    separator === null ? null : parts.filter((part) => part !== null).join(String(separator)),
  ),
  /** (text, integer) and (text, integer, integer) */
  substring: strictFunction('substring', ([text, start, length]) =>
    substring(String(text), Number(start), length === undefined ? undefined : Number(length)),
  ),
  /** (text, text, integer) and (text, text, integer, integer) */
  overlay: strictFunction('overlay', ([text, part, start, length]) =>
    overlay(
      String(text),
      String(part),
      Number(start),
      length === undefined ? undefined : Number(length),
    ),
  ),
  left: strictFunction('left', ([text, count]) => left(String(text), Number(count))),
  right: strictFunction('right', ([text, count]) => right(String(text), Number(count))),
  /** (text) and (text, characters) */
  btrim: strictFunction('btrim', ([text, set]) => trim(String(text), set, true, true)),
  ltrim: strictFunction('ltrim', ([text, set]) => trim(String(text), set, true, false)),
  rtrim: strictFunction('rtrim', ([text, set]) => trim(String(text), set, false, true)),
  replace: strictFunction('replace', ([text, from, to]) =>
    from === '' ? String(text) : String(text).replaceAll(String(from), () => String(to)),
  ),
  /** (text, text sought) -> integer; also position and instr */
  strpos: strictFunction('strpos', ([text, part]) => {
    const at = String(text).indexOf(String(part));
    return at < 0 ? 0 : codePointLength(String(text).slice(0, at)) + 1;
  }),
  repeat: strictFunction('repeat', ([text, count]) => {
    const times = Math.max(0, Number(count));
    if (String(text).length * times > TEXT_BYTES_MAX) throw tooLong();
    return String(text).repeat(times);
  }),
  reverse: strictFunction('reverse', ([text]) => Array.from(String(text)).toReversed().join('')),
  /** (text, integer) and (text, integer, fill) */
  lpad: strictFunction('lpad', ([text, length, fill]) =>
    pad(String(text), Number(length), fill, true),
  ),
  rpad: strictFunction('rpad', ([text, length, fill]) =>
    pad(String(text), Number(length), fill, false),
  ),
  /** (text, delimiter, integer) */
  splitPart: strictFunction('split_part', ([text, delimiter, field]) =>
    splitPart(String(text), String(delimiter), Number(field)),
  ),
  /** (text) -> integer */
  ascii: strictFunction('ascii', ([text]) => String(text).codePointAt(0) ?? 0),
  /** (integer) */
  chr: strictFunction('chr', ([code]) => chr(Number(code))),
  /** (text, text) -> boolean */
  startsWith: strictFunction('starts_with', ([text, part]) =>
    String(text).startsWith(String(part)),
  ),
  endsWith: strictFunction('ends_with', ([text, part]) => String(text).endsWith(String(part))),
  translate: strictFunction('translate', ([text, from, to]) =>
    translate(String(text), String(from), String(to)),
  ),
  quoteIdent: strictFunction('quote_ident', ([text]) => quoteIdent(String(text))),
  quoteLiteral: strictFunction('quote_literal', ([text]) => quoteLiteral(String(text))),
  /** (text, pattern) and (text, pattern, escape) -> boolean */
  like: likeFunction('like', false, false),
  notLike: likeFunction('not like', false, true),
  ilike: likeFunction('ilike', true, false),
  notIlike: likeFunction('not ilike', true, true),
  /** (integer) and (bigint) */
  toHex32: strictFunction('to_hex', ([value]) => (Number(value) >>> 0).toString(16)),
  toHex64: strictFunction('to_hex', ([value]) =>
    BigInt.asUintN(64, BigInt(value as number | bigint)).toString(16),
  ),
} as const;

function byteLength(value: NonNullable<Scalar>): number {
  return value instanceof Uint8Array ? value.length : encodeUtf8(String(value)).length;
}

function tooLong(): AlopexError {
  return new AlopexError('ALX_OUT_OF_RANGE', 'requested length too large');
}

function substring(text: string, start: number, length: number | undefined): string {
  if (length === undefined) return sliceCodePoints(text, start - 1, Infinity);
  if (length < 0)
    throw new AlopexError('ALX_SUBSTRING_LENGTH', 'negative substring length not allowed');
  return sliceCodePoints(text, start - 1, start - 1 + length);
}

/** Puts `part` in place of so many characters (default: as many as it has) from `start` on. */
function overlay(text: string, part: string, start: number, length: number | undefined): string {
  if (start <= 0)
    throw new AlopexError('ALX_SUBSTRING_LENGTH', 'negative substring length not allowed');
  const replaced = length ?? codePointLength(part);
  const before = sliceCodePoints(text, 0, start - 1);
  return before + part + sliceCodePoints(text, start - 1 + replaced, Infinity);
}

/** A negative count keeps all but so many of the other end. */
function left(text: string, count: number): string {
  return sliceCodePoints(text, 0, count >= 0 ? count : codePointLength(text) + count);
}

function right(text: string, count: number): string {
  return sliceCodePoints(text, count >= 0 ? codePointLength(text) - count : -count, Infinity);
}

function trim(text: string, set: Scalar | undefined, atStart: boolean, atEnd: boolean): string {
  const characters = Array.from(text);
  const unwanted = new Set(set === undefined ? ' ' : String(set));
  let start = 0;
  let end = characters.length;
  if (atStart) while (start < end && unwanted.has(characters[start]!)) start += 1;
  if (atEnd) while (end > start && unwanted.has(characters[end - 1]!)) end -= 1;
  return characters.slice(start, end).join('');
}

function pad(text: string, length: number, fill: Scalar | undefined, atStart: boolean): string {
  if (length > TEXT_BYTES_MAX) throw tooLong();
  const missing = length - codePointLength(text);
  const filling = Array.from(fill === undefined ? ' ' : String(fill));
  if (missing <= 0) return sliceCodePoints(text, 0, length);
  if (filling.length === 0) return text;
  const padding = Array.from(
    { length: missing },
    (_, index) => filling[index % filling.length],
  ).join('');
  return atStart ? padding + text : text + padding;
}

function splitPart(text: string, delimiter: string, field: number): string {
  if (field === 0) throw invalid('field position must not be zero');
  const parts = delimiter === '' ? [text] : text.split(delimiter);
  return parts.at(field > 0 ? field - 1 : field) ?? '';
}

function chr(code: number): string {
  if (code === 0) throw invalid('null character not permitted');
  const surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < 0 || code > 0x10_ffff || surrogate) {
    throw new AlopexError(
      'ALX_OUT_OF_RANGE',
      `requested character not valid for encoding: ${code}`,
    );
  }
  return String.fromCodePoint(code);
}

/** Characters of `from` without a partner in `to` are dropped. */
function translate(text: string, from: string, to: string): string {
  const targets = Array.from(to);
  const map = new Map<string, string>();
  Array.from(from).forEach((character, index) => {
    if (!map.has(character)) map.set(character, targets[index] ?? '');
  });
  return Array.from(text, (character) => map.get(character) ?? character).join('');
}

function quoteIdent(text: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`;
}

function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
}
