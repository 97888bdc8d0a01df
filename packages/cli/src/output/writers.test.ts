import { expect, test } from 'vitest';
import type { Column, SqlValue } from '@alopex-db/embedded';
import { createWriter } from './create-writer.ts';
import type { OutputFormat } from './format.ts';

const COLUMNS: readonly Column[] = [
  { name: 'id', type: { kind: 'int32' }, nullable: false },
  { name: 'note', type: { kind: 'text' }, nullable: true },
];
const ROWS: readonly (readonly SqlValue[])[] = [
  [1, 'plain'],
  [20, null],
  [3, 'say "hi",\nbye'],
];

function print(format: OutputFormat, columns = COLUMNS, rows = ROWS): string {
  const writer = createWriter(format);
  return writer.begin(columns) + rows.map((row) => writer.row(row)).join('') + writer.end();
}

test('table aligns numbers right and shows line breaks', () => {
  expect(print('table')).toBe(
    [
      ' id | note',
      '----+---------------',
      '  1 | plain',
      ' 20 |',
      '  3 | say "hi",↵bye',
      '(3 rows)',
      '',
    ].join('\n'),
  );
});

test('box draws lines', () => {
  expect(print('box', COLUMNS, [[1, 'a']])).toBe(
    [
      '┌────┬──────┐',
      '│ id │ note │',
      '├────┼──────┤',
      '│  1 │ a    │',
      '└────┴──────┘',
      '(1 row)',
      '',
    ].join('\n'),
  );
});

test('csv quotes by doubling and tells NULL from the empty string', () => {
  expect(print('csv', COLUMNS, [...ROWS, [4, '']])).toBe(
    'id,note\n1,plain\n20,\n3,"say ""hi"",\nbye"\n4,""\n',
  );
});

test('json is one array, jsonl one object a line; unsafe integers, NaN, bytes and vectors survive', () => {
  const columns = ['big', 'nan', 'bytes', 'vector'].map((name) => ({
    name,
    type: { kind: 'text' as const },
    nullable: true,
  }));
  const row = [2n ** 63n - 1n, Number.NaN, new Uint8Array([1, 255]), Float32Array.of(0.1, 2)];
  const expected = {
    big: '9223372036854775807',
    nan: 'NaN',
    bytes: '\\x01ff',
    vector: [0.100000001, 2],
  };
  expect(JSON.parse(print('json', columns, [row]))).toEqual([expected]);
  expect(JSON.parse(print('jsonl', columns, [row]))).toEqual(expected);
  expect(print('json', columns, [])).toBe('[]\n');
});

test('vertical prints one line a value, markdown escapes its bars, tsv its tabs', () => {
  expect(print('vertical', COLUMNS, [[1, 'a']])).toBe(
    '-[ RECORD 1 ]----\nid   | 1\nnote | a\n(1 row)\n',
  );
  expect(print('markdown', COLUMNS, [[1, 'a|b']])).toContain('| a\\|b |');
  expect(print('tsv', COLUMNS, [[1, 'a\tb']])).toBe('id\tnote\n1\ta\\tb\n');
});

test('wide characters take two places', () => {
  expect(print('box', COLUMNS, [[1, '数据']])).toContain('│  1 │ 数据 │');
});
