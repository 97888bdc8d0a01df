import { expect, test } from 'vitest';
import { ColumnInference } from './infer-columns.ts';
import type { FileValue } from './record-file.ts';

function inferred(format: 'csv' | 'jsonl', values: readonly FileValue[]): string | undefined {
  const inference = new ColumnInference();
  for (const value of values) inference.add({ names: ['c'], values: [value], line: 1 }, format);
  return inference.columns()[0]?.type;
}

test.each<[readonly FileValue[], string]>([
  [['1', '-2', '+3', '0'], 'integer'],
  [['1', '2147483648'], 'bigint'],
  [['9223372036854775807'], 'bigint'],
  [['9223372036854775808'], 'text'],
  [['1', '2.5', '.5', '1e3'], 'double precision'],
  [['01', '2'], 'text'],
  [['1', ''], 'text'],
  [['-'], 'text'],
  [['true', 'FALSE'], 'boolean'],
  [['true', '1'], 'text'],
  [['2026-01-02', '1999-12-31'], 'date'],
  [['2026-01-02', '2026-01-02 03:04', '2026-01-02T03:04:05.123456Z'], 'timestamp'],
  [['2026-01-02T03:04:05+02:00'], 'text'],
  [['550e8400-e29b-41d4-a716-446655440000'], 'uuid'],
  [['[1,2]', '[0.5,-1e3]'], 'vector(2)'],
  [['[1,2]', '[1]'], 'text'],
  [['[1,"a"]'], 'text'],
  [['[1,'], 'text'],
  [[null, '7', null], 'integer'],
  [[null, null], 'text'],
])('the CSV fields %j make a column of %s', (values, type) => {
  expect(inferred('csv', values)).toBe(type);
});

test.each<[string, readonly FileValue[], string]>([
  ['small whole numbers', [1, -2], 'integer'],
  ['larger ones', [1, 2 ** 40], 'bigint'],
  ['unsafe ones', [1, 9_007_199_254_740_993n], 'bigint'],
  ['fractions', [1, 2.5], 'double precision'],
  ['text of digits', ['1', '2'], 'text'],
  ['numbers and text', [1, '2'], 'text'],
  ['booleans', [true, false], 'boolean'],
  ['times', ['2026-01-02T03:04:05Z'], 'timestamp'],
  [
    'lists of numbers',
    [
      [1, 2],
      [3, 4],
    ],
    'vector(2)',
  ],
  ['lists of many lengths', [[1, 2], []], 'text'],
  ['objects', [{ a: 1 }], 'text'],
])('JSON %s make a column of their type', (_what, values, type) => {
  expect(inferred('jsonl', values)).toBe(type);
});

test("columns come in the order in which they are first named, a header's even without records", () => {
  const inference = new ColumnInference(['b', 'a']);
  inference.add({ names: ['c', 'a'], values: [1, 2], line: 1 }, 'jsonl');
  expect(inference.columns()).toEqual([
    { name: 'b', type: 'text' },
    { name: 'a', type: 'integer' },
    { name: 'c', type: 'integer' },
  ]);
});
