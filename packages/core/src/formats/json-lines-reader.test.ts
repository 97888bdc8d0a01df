import { expect, test } from 'vitest';
import { JsonLinesReader, type JsonRecord } from './json-lines-reader.ts';

function readAll(text: string, pieceSize = text.length || 1): JsonRecord[] {
  const reader = new JsonLinesReader();
  const records: JsonRecord[] = [];
  for (let at = 0; at < text.length; at += pieceSize) {
    records.push(...reader.read(text.slice(at, at + pieceSize)));
  }
  return [...records, ...reader.end()];
}

test('one object a line, with lines counted and empty ones skipped, however the text is cut', () => {
  const text = '{"a":1}\r\n\n  \n{"b":[1,{"c":null}]}';
  const expected = [
    { value: { a: 1 }, line: 1 },
    { value: { b: [1, { c: null }] }, line: 4 },
  ];
  for (let size = 1; size <= text.length; size += 1) expect(readAll(text, size)).toEqual(expected);
});

test('whole numbers beyond 2^53 stay exact', () => {
  const [record] = readAll('{"id": 9223372036854775807, "half": 0.5, "list": [-9007199254740993]}');
  expect(record?.value).toEqual({
    id: 9_223_372_036_854_775_807n,
    half: 0.5,
    list: [-9_007_199_254_740_993n],
  });
});

test.each([
  ['{"a":1}\n{"a":', 2],
  ['[1]', 1],
  ['{}\n\n7', 3],
  ['null', 1],
])('%j is refused with its line', (text, line) => {
  expect(() => readAll(text)).toThrow(expect.objectContaining({ code: 'ALX_FILE_FORMAT', line }));
});
