/**
 * Numbers: `42`, `1_000`, `1.5`, `.5`, `5.`, `1e-3`, `0x1F`, `0o17`, `0b101`. Separators are dropped and other bases become
 * base ten, so the rest of the system knows one form. `1..2` is 1, then two dots.
 */
import { errorNear } from './syntax-error.ts';
import { isIdentifierPart, isIdentifierStart } from './units.ts';

export interface ScannedNumber {
  readonly integer: boolean;
  readonly value: string;
  readonly end: number;
}

const DECIMAL =
  /(?:\d+(?:_\d+)*(?:\.(?!\.)(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?/y;
const OTHER_BASE = /0(?:[xX](?:_?[0-9a-fA-F])+|[oO](?:_?[0-7])+|[bB](?:_?[01])+)/y;

/** The number that starts at `start`, where a digit, or a dot before a digit, stands. */
export function scanNumber(text: string, start: number): ScannedNumber {
  let end = start;
  while (isDigit(text.charCodeAt(end))) end += 1;
  const next = text.charCodeAt(end);
  // The common case, a plain run of digits, needs no pattern.
  if (end > start && next !== DOT && !isIdentifierPart(next)) {
    return { integer: true, value: text.slice(start, end), end };
  }
  const other = matchAt(OTHER_BASE, text, start);
  if (other !== undefined) {
    end = start + other.length;
    refuseJunk(text, start, end);
    return { integer: true, value: BigInt(other.replaceAll('_', '')).toString(), end };
  }
  const image = matchAt(DECIMAL, text, start) ?? text.slice(start, start + 1);
  end = start + image.length;
  refuseJunk(text, start, end);
  const value = image.replaceAll('_', '');
  return { integer: /^\d+$/.test(value), value, end };
}

const DOT = 46;

function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function refuseJunk(text: string, start: number, end: number): void {
  if (!isIdentifierStart(text.charCodeAt(end))) return;
  let junkEnd = end;
  while (junkEnd < text.length && isIdentifierPart(text.charCodeAt(junkEnd))) junkEnd += 1;
  throw errorNear(
    'ALX_INVALID_NUMBER',
    'trailing junk after numeric literal',
    text,
    start,
    junkEnd,
  );
}
