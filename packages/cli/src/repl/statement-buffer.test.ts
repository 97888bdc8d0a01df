import { expect, test } from 'vitest';
import { StatementBuffer } from './statement-buffer.ts';

function feed(...lines: readonly string[]): (string | undefined)[] {
  const buffer = new StatementBuffer();
  return lines.map((line) => buffer.add(line));
}

test('a statement ends at the semicolon, over several lines', () => {
  expect(feed('SELECT 1', '+ 1;')).toEqual([undefined, 'SELECT 1\n+ 1;']);
});

test('several statements on one line come together and the rest waits', () => {
  const buffer = new StatementBuffer();
  expect(buffer.add('SELECT 1; SELECT 2; SELECT')).toBe('SELECT 1; SELECT 2;');
  expect(buffer.takeRest()).toBe('SELECT');
  expect(buffer.isEmpty).toBe(true);
});

test.each([
  ['a string', "SELECT 'a;b"],
  ['a string with a doubled quote', "SELECT 'it''s;"],
  ['an escape string', "SELECT E'\\';"],
  ['a quoted name', 'SELECT "a;'],
  ['a nested comment', 'SELECT /* a /* ; */ ;'],
  ['a line comment', 'SELECT 1 -- done;'],
  ['a dollar quote', 'SELECT $tag$ ; $$ ;'],
])('a semicolon inside %s does not end the statement', (_what, line) => {
  expect(feed(line)).toEqual([undefined]);
});

test('a dollar parameter is not a quote', () => {
  expect(feed('SELECT $1, $2;')).toEqual(['SELECT $1, $2;']);
});
