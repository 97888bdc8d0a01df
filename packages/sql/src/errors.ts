/**
 * Errors that point into SQL text. Syntax and binder know spans only; `locateError` adds line and column once, where the
 * text is at hand. Positions count UTF-16 units from 0, lines and columns from 1.
 */
import { AlopexError } from '@alopex-db/core/base';
import type { ErrorCode, ErrorDetails } from '@alopex-db/core/base';
import type { Span } from './ast/span.ts';

/** An error at the start of `span`. */
export function errorAt(
  code: ErrorCode,
  message: string,
  span: Span,
  details: ErrorDetails = {},
): AlopexError {
  return new AlopexError(code, message, { position: span.start, ...details });
}

/** The same error with line and column, when it has a position in `text` and lacks them. */
export function locateError(error: AlopexError, text: string): AlopexError {
  if (error.position === undefined || error.line !== undefined) return error;
  return error.with(lineAndColumn(text, error.position));
}

/** The same error for a text that its own text is a piece of, from `offset` on. */
export function moveError(error: AlopexError, text: string, offset: number): AlopexError {
  if (error.position === undefined) return error;
  const position = error.position + offset;
  return error.with({ position, ...lineAndColumn(text, position) });
}

/** `\n`, `\r\n` and a lone `\r` end a line. A column counts code points, as editors and PostgreSQL do. */
export function lineAndColumn(text: string, position: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  const end = Math.min(position, text.length);
  for (let i = 0; i < end; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 10 || (unit === 13 && text.charCodeAt(i + 1) !== 10)) {
      line += 1;
      lineStart = i + 1;
    }
  }
  return { line, column: countCodePoints(text, lineStart, end) + 1 };
}

/**
 * The line of `error` with a caret under its position, for terminals:
 *
 *     LINE 1: SELECT nam FROM users
 *                    ^
 *
 * Undefined when the error has no position. Long lines are cut around the caret.
 */
export function formatCaret(sql: string, error: AlopexError): string | undefined {
  if (error.position === undefined) return undefined;
  const { line } = lineAndColumn(sql, error.position);
  const position = Math.min(error.position, sql.length);
  let start = position;
  while (start > 0 && !isLineEnd(sql.charCodeAt(start - 1))) start -= 1;
  let end = position;
  while (end < sql.length && !isLineEnd(sql.charCodeAt(end))) end += 1;

  const from = position - start > CARET_CONTEXT ? position - CARET_CONTEXT : start;
  const to = end - position > CARET_CONTEXT ? position + CARET_CONTEXT : end;
  const lead = `LINE ${line}: ${from > start ? '...' : ''}`;
  const before = sql.slice(from, position).replaceAll('\t', ' ');
  const after = sql.slice(position, to).replaceAll('\t', ' ') + (to < end ? '...' : '');
  return `${lead}${before}${after}\n${' '.repeat(lead.length + countCodePoints(before, 0, before.length))}^`;
}

const CARET_CONTEXT = 60;

/**
 * The candidate that a misspelt `name` most likely meant: the nearest by Damerau-Levenshtein distance, at most a third of
 * its length away (one edit for the shortest names), or undefined.
 */
export function closestName(name: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    if (candidate === name || Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = editDistance(name, candidate);
    if (distance < bestDistance && distance < candidate.length) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `Did you mean "x"?`, or undefined when nothing is close. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const closest = closestName(name, candidates);
  return closest === undefined ? undefined : `Did you mean "${closest}"?`;
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours each count one. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

function isLineEnd(unit: number): boolean {
  return unit === 10 || unit === 13;
}

function countCodePoints(text: string, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) {
    const unit = text.charCodeAt(i);
    const low = unit >= 0xdc00 && unit <= 0xdfff && i > start;
    const paired = low && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800;
    if (!paired) count += 1;
  }
  return count;
}
