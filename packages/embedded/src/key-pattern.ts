/**
 * Patterns over keys: a test of a key's bytes, and the bytes every match begins with, so that only those keys are read.
 *
 * A glob works on bytes: `*` matches any run, `?` one character (a byte with the continuation bytes of UTF-8 behind it), `\` takes
 * the next byte as it is; the whole key has to match. A regular expression is RE2's, matched in linear time, and is found anywhere
 * in a key unless it is anchored; bytes that are no UTF-8 match as U+FFFD.
 */
import { AlopexError, decodeUtf8, encodeUtf8 } from '@alopex-db/core/base';
import { compileLinearRegex } from '@alopex-db/core/compute';

export interface KeyPattern {
  readonly prefix: Uint8Array;
  matches(key: Uint8Array): boolean;
}

const STAR = 0x2a;
const QUESTION = 0x3f;
const BACKSLASH = 0x5c;

/** Parts of a compiled glob: a byte, or one of these. */
const ANY_RUN = -1;
const ANY_CHARACTER = -2;

export function compileGlob(pattern: Uint8Array): KeyPattern {
  const parts: number[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const byte = pattern[at]!;
    if (byte === STAR) {
      if (parts.at(-1) !== ANY_RUN) parts.push(ANY_RUN);
    } else if (byte === QUESTION) parts.push(ANY_CHARACTER);
    else if (byte === BACKSLASH) {
      at += 1;
      const next = pattern[at];
      if (next === undefined) throw badPattern('a glob ends with a single "\\"');
      parts.push(next);
    } else parts.push(byte);
  }
  const firstWild = parts.findIndex((part) => part < 0);
  const prefix = Uint8Array.from(firstWild < 0 ? parts : parts.slice(0, firstWild));
  return { prefix, matches: (key) => globMatches(parts, key) };
}

/** Greedy: only the last run of `*` is ever widened, so the work is at most pattern times key. */
function globMatches(parts: readonly number[], key: Uint8Array): boolean {
  let part = 0;
  let at = 0;
  let runPart = -1;
  let runAt = 0;
  while (at < key.length) {
    const wanted = parts[part];
    if (wanted === ANY_RUN) {
      runPart = part;
      runAt = at;
      part += 1;
    } else if (wanted === ANY_CHARACTER) {
      part += 1;
      at = characterEnd(key, at);
    } else if (wanted === key[at]) {
      part += 1;
      at += 1;
    } else if (runPart >= 0) {
      runAt += 1;
      at = runAt;
      part = runPart + 1;
    } else return false;
  }
  while (parts[part] === ANY_RUN) part += 1;
  return part === parts.length;
}

function characterEnd(key: Uint8Array, at: number): number {
  let end = at + 1;
  if (key[at]! >= 0xc0) while (end < key.length && (key[end]! & 0xc0) === 0x80) end += 1;
  return end;
}

export function compileRegex(pattern: Uint8Array): KeyPattern {
  const source = decodeUtf8(pattern);
  const compiled = compileLinearRegex(source);
  return {
    prefix: encodeUtf8(anchoredLiteral(source)),
    matches: (key) => compiled.test(decodeUtf8(key)),
  };
}

/** The plain characters behind a leading `^`, without one that a quantifier makes optional; with alternatives none. */
function anchoredLiteral(source: string): string {
  if (source.includes('|')) return '';
  const literal = /^\^([\w:/@#, -]*)(.?)/su.exec(source);
  if (literal === null) return '';
  const [, text = '', next = ''] = literal;
  return '*?{+'.includes(next) && next !== '' ? text.slice(0, -1) : text;
}

function badPattern(message: string): AlopexError {
  return new AlopexError('ALX_INVALID_ARGUMENT', message);
}
