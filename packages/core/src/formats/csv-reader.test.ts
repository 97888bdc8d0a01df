import { expect, test } from 'vitest';
import { nextBelow } from '../base/random.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { CsvReader, type CsvOptions, type CsvRecord } from './csv-reader.ts';

function readAll(text: string, options?: CsvOptions, pieceSize = text.length || 1): CsvRecord[] {
  const reader = new CsvReader(options);
  const records: CsvRecord[] = [];
  for (let at = 0; at < text.length; at += pieceSize) {
    records.push(...reader.read(text.slice(at, at + pieceSize)));
  }
  return [...records, ...reader.end()];
}

function fieldsOf(text: string, options?: CsvOptions): unknown[] {
  return readAll(text, options).map(({ fields }) => fields);
}

test.each<[string, string, unknown[]]>([
  [
    'plain fields',
    'a,b\n1,2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  ['a last line without a break', 'a,b', [['a', 'b']]],
  ['every kind of line break', 'a\nb\r\nc\rd', [['a'], ['b'], ['c'], ['d']]],
  ['empty fields as NULL', 'a,,\n', [['a', null, null]]],
  ['quoted empty text as text', 'a,""\n', [['a', '']]],
  ['a trailing delimiter at the end', 'a,', [['a', null]]],
  ['delimiters and breaks in quotes', '"a,b","c\r\nd"\n', [['a,b', 'c\r\nd']]],
  ['doubled quotes', '"say ""hi"""\n', [['say "hi"']]],
  ['quotes inside plain text', 'a "b" c\n', [['a "b" c']]],
  ['an empty line as one NULL', 'a\n\nb\n', [['a'], [null], ['b']]],
  ['no text', '', []],
])('reads %s', (_what, text, expected) => {
  expect(fieldsOf(text)).toEqual(expected);
  expect(readAll(text, undefined, 1)).toEqual(readAll(text));
});

test('other delimiters and another NULL', () => {
  expect(fieldsOf('a\tb,c\t\\N\n', { delimiter: '\t', nullText: '\\N' })).toEqual([
    ['a', 'b,c', null],
  ]);
  expect(fieldsOf('a]b^c', { delimiter: ']' })).toEqual([['a', 'b^c']]);
  expect(fieldsOf('a^b', { delimiter: '^' })).toEqual([['a', 'b']]);
  expect(fieldsOf('a-b', { delimiter: '-' })).toEqual([['a', 'b']]);
});

test('records know the line they begin on', () => {
  expect(readAll('a\n"b\nb"\r\nc').map(({ line }) => line)).toEqual([1, 2, 4]);
});

test.each([
  ['text behind a closing quote', 'a\n"b"c\n', 2],
  ['a quote that is never closed', 'a\n\n"b\nc', 3],
])('%s is refused with its line', (_what, text, line) => {
  expect(() => readAll(text)).toThrow(expect.objectContaining({ code: 'ALX_FILE_FORMAT', line }));
});

test.each(['', '""', ',,', '\n'])('the delimiter %j is refused', (delimiter) => {
  expect(() => new CsvReader({ delimiter })).toThrow(
    expect.objectContaining({ code: 'ALX_INVALID_ARGUMENT' }),
  );
});

test('what was quoted by rule is read back, however the text is cut', () => {
  const seed = Number(process.env['ALOPEX_TEST_SEED'] ?? 20_261_125);
  const random = new SeededRandom(seed);
  const alphabet = ['a', 'é', '数', '"', ',', '\n', '\r', ' '];
  for (let round = 0; round < 300; round += 1) {
    const rows = Array.from({ length: 1 + nextBelow(random, 4) }, () =>
      Array.from({ length: 1 + nextBelow(random, 4) }, () =>
        Array.from({ length: nextBelow(random, 6) }, () => alphabet[nextBelow(random, 8)]).join(''),
      ),
    );
    const text = rows
      .map((row) => row.map((field) => `"${field.replaceAll('"', '""')}"`).join(','))
      .join('\r\n');
    const records = readAll(text, undefined, 1 + nextBelow(random, 5));
    expect(
      records.map(({ fields }) => fields),
      `seed ${seed}, round ${round}`,
    ).toEqual(rows);
  }
});
