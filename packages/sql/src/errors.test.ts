import { AlopexError } from '@alopex-db/core/base';
import { describe, expect, it } from 'vitest';
import {
  closestName,
  didYouMean,
  editDistance,
  errorAt,
  formatCaret,
  lineAndColumn,
  locateError,
} from './errors.ts';

describe('places in text', () => {
  it('count lines by any line end and columns by characters', () => {
    const text = 'a\r\nb\rc\n😀d';
    expect(lineAndColumn(text, 0)).toEqual({ line: 1, column: 1 });
    expect(lineAndColumn(text, 3)).toEqual({ line: 2, column: 1 });
    expect(lineAndColumn(text, 5)).toEqual({ line: 3, column: 1 });
    expect(lineAndColumn(text, 9)).toEqual({ line: 4, column: 2 });
    expect(lineAndColumn(text, 99)).toEqual({ line: 4, column: 3 });
  });

  it('are added to an error once', () => {
    const error = errorAt('ALX_COLUMN_NOT_FOUND', 'column "x" does not exist', {
      start: 9,
      end: 10,
    });
    const located = locateError(error, 'SELECT 1\nx');
    expect(located.format()).toBe(
      'error[ALOPEX-C003]: column "x" does not exist at line 2, column 1',
    );
    expect(locateError(located, 'other')).toBe(located);
    const nowhere = new AlopexError('ALX_INTERNAL', 'x');
    expect(locateError(nowhere, 'text')).toBe(nowhere);
  });

  it('are shown by a caret under the line', () => {
    const sql = 'SELECT 1,\n\t😀nam FROM users';
    const error = errorAt('ALX_COLUMN_NOT_FOUND', 'x', { start: 13, end: 16 });
    expect(formatCaret(sql, error)).toBe('LINE 2:  😀nam FROM users\n          ^');
    expect(formatCaret(sql, new AlopexError('ALX_INTERNAL', 'x'))).toBeUndefined();
  });

  it('in long lines are shown with what surrounds them', () => {
    const sql = `SELECT ${'a'.repeat(200)} ! ${'b'.repeat(200)}`;
    const position = sql.indexOf('!');
    const [line, caret] = formatCaret(
      sql,
      errorAt('ALX_INTERNAL', 'x', { start: position, end: position }),
    )!.split('\n');
    expect(line?.length).toBeLessThan(150);
    expect(line?.[caret!.length - 1]).toBe('!');
  });
});

describe('names that are close', () => {
  it('are found by edits, swaps counting one', () => {
    expect(editDistance('from', 'form')).toBe(1);
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('', 'abc')).toBe(3);
    expect(closestName('emial', ['name', 'email', 'id'])).toBe('email');
    expect(didYouMean('nmae', ['id', 'name'])).toBe('Did you mean "name"?');
  });

  it('must be close enough', () => {
    expect(closestName('price', ['name', 'id'])).toBeUndefined();
    expect(closestName('a', ['b'])).toBeUndefined();
    expect(closestName('name', ['name'])).toBeUndefined();
  });
});
