import { AlopexError } from '@alopex-db/core/base';
import { describe, expect, it } from 'vitest';
import { TEXT_BYTES_MAX } from './limits.ts';
import { loadParser } from './load-parser.ts';

const parser = await loadParser();

function codeOf(text: string): string {
  try {
    parser.parseScript(text);
  } catch (error) {
    if (error instanceof AlopexError) return error.code;
    throw error;
  }
  return 'ok';
}

/** `count` levels of `open`, an inside, and `count` times `close`. */
function nest(open: string, inside: string, close: string, count: number): string {
  return `SELECT ${open.repeat(count)}${inside}${close.repeat(count)}`;
}

describe('nesting', () => {
  it.each([
    ['parentheses', '(', '1', ')'],
    ['operators in parentheses', '1 + (', '1', ')'],
    ['CASE', 'CASE WHEN ', '1', ' THEN 1 END'],
    ['calls', 'f(', '1', ')'],
    ['arrays', '[', '1', ']'],
    ['NOT', 'NOT ', '1', ''],
    ['signs', '- ', '1', ''],
  ])(
    'of %s is fine at 990 levels and an error at 1,001, 10,000 and 100,000',
    (_, open, inside, close) => {
      expect(codeOf(nest(open, inside, close, 990))).toBe('ok');
      for (const count of [1001, 10_000, 100_000]) {
        expect(codeOf(nest(open, inside, close, count))).toBe('ALX_NESTING_TOO_DEEP');
      }
    },
  );

  it('of subqueries, of which each weighs eight levels, is fine at 100 and an error at 1,000', () => {
    expect(codeOf(nest('(SELECT ', '1', ')', 100))).toBe('ok');
    expect(codeOf(nest('(SELECT ', '1', ')', 1000))).toBe('ALX_NESTING_TOO_DEEP');
    const derived = (count: number): string =>
      'SELECT * FROM ('.repeat(count) + 'SELECT 1' + ')'.repeat(count);
    expect(codeOf(derived(100))).toBe('ok');
    expect(codeOf(derived(1000))).toBe('ALX_NESTING_TOO_DEEP');
  });

  it('does not grow with a chain of AND or OR', () => {
    expect(codeOf(`SELECT 1${' AND 1'.repeat(100_000)}`)).toBe('ok');
    expect(codeOf(`SELECT 1${' OR 1'.repeat(100_000)}`)).toBe('ok');
  });

  it('is limited also where a chain makes a deep tree', () => {
    expect(codeOf(`SELECT 1${' + 1'.repeat(1000)}`)).toBe('ok');
    expect(codeOf(`SELECT 1${' + 1'.repeat(100_000)}`)).toBe('ALX_NESTING_TOO_DEEP');
    expect(codeOf(`SELECT 1${' UNION SELECT 1'.repeat(100_000)}`)).toBe('ALX_NESTING_TOO_DEEP');
    expect(codeOf(`SELECT a${'::int'.repeat(100_000)}`)).toBe('ALX_NESTING_TOO_DEEP');
    expect(codeOf(`SELECT * FROM a${' JOIN b ON x'.repeat(100_000)}`)).toBe('ALX_NESTING_TOO_DEEP');
  });

  it('starts anew with each statement', () => {
    expect(codeOf(`${nest('(', '1', ')', 900)};`.repeat(3))).toBe('ok');
  });
});

describe('text', () => {
  it('longer than 16 MB is refused before anything reads it', () => {
    expect(codeOf(`SELECT '${'x'.repeat(TEXT_BYTES_MAX)}'`)).toBe('ALX_STATEMENT_TOO_LONG');
    expect(codeOf(`SELECT '${'x'.repeat(100 * 1024 * 1024)}'`)).toBe('ALX_STATEMENT_TOO_LONG');
    // Bytes count, not units.
    expect(codeOf(`SELECT '${'ä'.repeat(TEXT_BYTES_MAX / 2)}'`)).toBe('ALX_STATEMENT_TOO_LONG');
  });

  it('of nearly 16 MB is read', () => {
    expect(codeOf(`SELECT '${'x'.repeat(TEXT_BYTES_MAX - 20)}'`)).toBe('ok');
  });
});
