/**
 * Strings and quoted names. Each scanner takes the offset of the token's first unit and answers its decoded value and the
 * offset behind it.
 *
 *   'it''s'            as written; two strings with a line break between them are one
 *   E'a\nb'            backslash escapes: b f n r t, octal, \xHH, \uXXXX, \UXXXXXXXX, else the character itself
 *   $tag$…$tag$        as written, no escapes
 *   U&'\00e4' U&"…"    \XXXX and \+XXXXXX
 *   X'00ff'            hex digits, bytes
 *   "Name"             a name, not folded; "" is one quote
 */
import { AlopexError } from '@alopex-db/core/base';
import { lineAndColumn } from '../errors.ts';
import { errorNear } from './syntax-error.ts';
import { truncateIdentifier } from './units.ts';

/** What a scanner answers: the decoded text and where it ended. */
export interface Scanned {
  readonly value: string;
  readonly end: number;
}

const QUOTE = 39;
const DOUBLE_QUOTE = 34;
const BACKSLASH = 92;

/** `'…'` behind a prefix of `prefixLength` units. */
export function scanString(text: string, start: number, prefixLength: number): Scanned {
  return continued(text, start, quotedRun(text, start, start + prefixLength, QUOTE));
}

export function scanQuotedIdentifier(text: string, start: number): Scanned {
  const scanned = quotedRun(text, start, start, DOUBLE_QUOTE);
  refuseEmptyName(text, start, scanned);
  return { value: truncateIdentifier(scanned.value), end: scanned.end };
}

/** Strings separated only by space with a line break in it are one string. */
function continued(text: string, start: number, first: Scanned): Scanned {
  let { value, end } = first;
  for (;;) {
    const space = matchAt(LINE_BREAK, text, end);
    if (space === undefined || text.charCodeAt(end + space.length) !== QUOTE) return { value, end };
    const next = quotedRun(text, start, end + space.length, QUOTE);
    value += next.value;
    end = next.end;
  }
}

const LINE_BREAK = /[ \t\f\v]*(?:--[^\r\n]*)?[\r\n]\s*/y;

function quotedRun(text: string, start: number, open: number, quote: number): Scanned {
  const mark = quote === QUOTE ? "'" : '"';
  let close = text.indexOf(mark, open + 1);
  let doubled = false;
  while (close >= 0 && text.charCodeAt(close + 1) === quote) {
    doubled = true;
    close = text.indexOf(mark, close + 2);
  }
  if (close < 0) throw unterminated(text, start, quote === QUOTE ? 'string' : 'identifier');
  let value = text.slice(open + 1, close);
  if (doubled) value = value.replaceAll(mark + mark, mark);
  refuseNul(text, open + 1, value);
  return { value, end: close + 1 };
}

/** `$tag$`: `bodyStart` is behind the opening tag. */
export function scanDollarQuoted(text: string, start: number, bodyStart: number): Scanned {
  const tag = text.slice(start, bodyStart);
  const close = text.indexOf(tag, bodyStart);
  if (close < 0) throw unterminated(text, start, 'dollar-quoted string');
  const value = text.slice(bodyStart, close);
  refuseNul(text, bodyStart, value);
  return { value, end: close + tag.length };
}

export function scanBytes(text: string, start: number): Scanned {
  const scanned = scanString(text, start, 1);
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(scanned.value)) {
    throw errorNear(
      'ALX_INVALID_NUMBER',
      'invalid hexadecimal byte string',
      text,
      start,
      scanned.end,
    );
  }
  return scanned;
}

export function scanEscapeString(text: string, start: number): Scanned {
  let value = '';
  let at = start + 2;
  for (;;) {
    if (at >= text.length) throw unterminated(text, start, 'string');
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      if (text.charCodeAt(at + 1) !== QUOTE) break;
      value += "'";
      at += 2;
    } else if (unit === BACKSLASH) {
      const escape = readEscape(text, at);
      value += escape.value;
      at = escape.end;
    } else {
      const stop = nextSpecial(text, at);
      value += text.slice(at, stop);
      at = stop;
    }
  }
  refuseNul(text, start, value);
  return { value, end: at + 1 };
}

function nextSpecial(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== QUOTE && text.charCodeAt(at) !== BACKSLASH)
    at += 1;
  return at;
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const NUMERIC_ESCAPE =
  /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3}))/y;

function readEscape(text: string, at: number): Scanned {
  NUMERIC_ESCAPE.lastIndex = at;
  const match = NUMERIC_ESCAPE.exec(text);
  if (match !== null) {
    const octal = match[4];
    const code =
      octal === undefined ? parseInt(match[1] ?? match[2] ?? match[3]!, 16) : parseInt(octal, 8);
    return { value: fromCodePoint(text, at, code), end: at + match[0].length };
  }
  const next = text.charAt(at + 1);
  if (next === 'u' || next === 'U') {
    const hint = 'Unicode escapes must be \\uXXXX or \\UXXXXXXXX.';
    throw errorNear('ALX_UNEXPECTED_TOKEN', 'invalid Unicode escape', text, at, at + 2, { hint });
  }
  return { value: SIMPLE_ESCAPES[next] ?? next, end: at + 1 + Math.max(1, next.length) };
}

/** `U&'…'` or `U&"…"`, with backslash as the escape character. */
export function scanUnicodeString(text: string, start: number, quote: number): Scanned {
  const scanned = quotedRun(text, start, start + 2, quote);
  const value = scanned.value.replace(
    /\\(?:\\|([0-9a-fA-F]{4})|\+([0-9a-fA-F]{6})|)/g,
    (escape: string, four: string | undefined, six: string | undefined) => {
      if (escape === '\\\\') return '\\';
      const digits = four ?? six;
      if (digits === undefined) {
        throw errorNear('ALX_UNEXPECTED_TOKEN', 'invalid Unicode escape', text, start, scanned.end);
      }
      return fromCodePoint(text, start, parseInt(digits, 16));
    },
  );
  if (quote === DOUBLE_QUOTE) {
    refuseEmptyName(text, start, scanned);
    return { value: truncateIdentifier(value), end: scanned.end };
  }
  refuseNul(text, start, value);
  return { value, end: scanned.end };
}

function fromCodePoint(text: string, at: number, code: number): string {
  if (code > 0x10ffff) {
    throw errorNear('ALX_UNEXPECTED_TOKEN', 'invalid Unicode escape value', text, at, at + 2);
  }
  return String.fromCodePoint(code);
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function unterminated(text: string, start: number, what: string): AlopexError {
  const message =
    what === 'dollar-quoted string' ? `unterminated ${what}` : `unterminated quoted ${what}`;
  return errorNear('ALX_UNTERMINATED_STRING', message, text, start, text.length);
}

function refuseEmptyName(text: string, start: number, scanned: Scanned): void {
  if (scanned.value !== '') return;
  throw errorNear(
    'ALX_UNEXPECTED_TOKEN',
    'zero-length delimited identifier',
    text,
    start,
    scanned.end,
  );
}

/** PostgreSQL's text holds every character but this one, and so do its wire and its drivers. */
function refuseNul(text: string, position: number, value: string): void {
  if (!value.includes('\0')) return;
  const where = { position, ...lineAndColumn(text, position) };
  throw new AlopexError(
    'ALX_INVALID_TEXT_ENCODING',
    'text cannot hold the character U+0000',
    where,
  );
}
