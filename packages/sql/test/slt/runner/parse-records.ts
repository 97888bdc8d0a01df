/**
 * Reads sqllogictest files. Records are separated by blank lines; lines that start with `#` are comments.
 *
 *     statement ok | error [SQLSTATE, code or part of the message]
 *     query TIR [nosort | rowsort | valuesort] [label]
 *     SELECT …
 *     ----
 *     expected values, one a line (or one row a line, columns separated by one space), or `N values hashing to MD5`
 *
 *     hash-threshold N      halt      skipif ENGINE / onlyif ENGINE in front of a record
 *
 * Only T, I and R are column types. Line numbers count from 1.
 */
import { AlopexError } from '@alopex-db/core/base';

export type SortMode = 'nosort' | 'rowsort' | 'valuesort';

interface RecordHead {
  readonly line: number;
  /** Engines of `skipif` and `onlyif` in front of it. */
  readonly skipIf: readonly string[];
  readonly onlyIf: readonly string[];
}

export interface StatementRecord extends RecordHead {
  readonly kind: 'statement';
  readonly sql: string;
  readonly expect: 'ok' | 'error';
  /** What the error must show; absent = any error. */
  readonly error: string | undefined;
}

export interface QueryRecord extends RecordHead {
  readonly kind: 'query';
  readonly sql: string;
  /** One letter a column. */
  readonly types: string;
  readonly sortMode: SortMode;
  readonly label: string | undefined;
  readonly expected: readonly string[];
  /** Instead of `expected`. */
  readonly hash: { readonly count: number; readonly md5: string } | undefined;
}

export interface HaltRecord extends RecordHead {
  readonly kind: 'halt';
}

export type SltRecord = StatementRecord | QueryRecord | HaltRecord;

export function parseRecords(text: string): SltRecord[] {
  const lines = text.split(/\r\n|\r|\n/);
  const records: SltRecord[] = [];
  let at = 0;
  let skipIf: string[] = [];
  let onlyIf: string[] = [];
  while (at < lines.length) {
    const line = lines[at]!;
    const [word = '', ...rest] = line
      .replace(/\s+#.*$/, '')
      .trim()
      .split(/\s+/);
    const number = at + 1;
    at += 1;
    if (word === '' || word.startsWith('#') || word === 'hash-threshold') continue;
    if (word === 'skipif') skipIf.push(rest[0] ?? '');
    else if (word === 'onlyif') onlyIf.push(rest[0] ?? '');
    else {
      const end = blockEnd(lines, at);
      const head = { line: number, skipIf, onlyIf };
      records.push(parseRecord(word, rest, line, lines.slice(at, end), head));
      at = word === 'halt' ? at : end;
      skipIf = [];
      onlyIf = [];
    }
  }
  return records;
}

function blockEnd(lines: readonly string[], from: number): number {
  let end = from;
  while (end < lines.length && lines[end]!.trim() !== '') end += 1;
  return end;
}

function parseRecord(
  word: string,
  rest: readonly string[],
  line: string,
  body: readonly string[],
  head: RecordHead,
): SltRecord {
  if (word === 'halt') return { kind: 'halt', ...head };
  if (word === 'statement') {
    const expect = rest[0];
    if (expect !== 'ok' && expect !== 'error') throw badRecord(line, head.line);
    const error = rest.slice(1).join(' ');
    const sql = body.join('\n');
    return { kind: 'statement', sql, expect, error: error === '' ? undefined : error, ...head };
  }
  if (word === 'query') return parseQuery(rest, line, body, head);
  throw badRecord(line, head.line);
}

function parseQuery(
  rest: readonly string[],
  line: string,
  body: readonly string[],
  head: RecordHead,
): QueryRecord {
  const [types = '', sortMode = 'nosort', label] = rest;
  if (!/^[TIR]+$/.test(types) || !isSortMode(sortMode)) throw badRecord(line, head.line);
  const separator = body.indexOf('----');
  const sql = (separator < 0 ? body : body.slice(0, separator)).join('\n');
  const expected = separator < 0 ? [] : body.slice(separator + 1);
  const match = /^(\d+) values hashing to ([0-9a-f]{32})$/.exec(expected[0] ?? '');
  const hash = match === null ? undefined : { count: Number(match[1]), md5: match[2]! };
  return { kind: 'query', sql, types, sortMode, label, expected, hash, ...head };
}

function isSortMode(word: string): word is SortMode {
  return word === 'nosort' || word === 'rowsort' || word === 'valuesort';
}

function badRecord(line: string, number: number): AlopexError {
  return new AlopexError(
    'ALX_INVALID_ARGUMENT',
    `line ${number} is no sqllogictest record: ${line}`,
  );
}
