import { describe, expect, it } from 'vitest';
import { compareBytes } from '../../base/bytes.ts';
import { jsonKey } from '../../types/json/json-key.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { compareJson, containsJson } from './compare-json.ts';
import { changeAt, parsePath, walkPath } from './json-path.ts';
import { JsonNumber, plainNumber } from '../../types/json/json-value.ts';
import { parseJson } from '../../types/json/parse-json.ts';
import { canonicalJson, prettyJsonb, writeJsonb } from '../../types/json/write-json.ts';

const SEED = Number(process.env['ALOPEX_TEST_SEED'] ?? 20_261_125);

describe('JSON text', () => {
  it('becomes what PostgreSQL prints for JSONB', () => {
    expect(canonicalJson('{"bb":1,"a":[1,2, {}],"a":3,"c":null}')).toBe(
      '{"a": 3, "c": null, "bb": 1}',
    );
    expect(canonicalJson(' [1e2, 1.10, -0, 1E-3, 12345678901234567890.5] ')).toBe(
      '[100, 1.10, 0, 0.001, 12345678901234567890.5]',
    );
    expect(canonicalJson('"a\\u00e9\\n\\ud83d\\ude00"')).toBe('"aé\\n😀"');
  });

  it.each([
    ['', 'ended unexpectedly'],
    ['{"a":1,}', 'Expected string, but found "}"'],
    ['[1,]', 'Expected JSON value, but found "]"'],
    ['{a:1}', 'Token "a" is invalid'],
    ['01', 'Token "01" is invalid'],
    ['"abc', 'ended unexpectedly'],
    ['[1 2]', 'Expected "," or "]", but found "2"'],
    ['"\u0001"', 'must be escaped'],
    ['"\\x"', 'Escape sequence "\\x" is invalid'],
    ['nul', 'Token "nul" is invalid'],
    ['1 1', 'Expected end of input, but found "1"'],
    ['"\\ud83d"', 'Unicode low surrogate must follow a high surrogate'],
    ['{"\\ude00\\ud83d": 1}', 'Unicode low surrogate must follow a high surrogate'],
    ['["a\ud83d"]', 'Unicode low surrogate must follow a high surrogate'],
  ])('%s is refused with the reason', (text, detail) => {
    expect(() => parseJson(text)).toThrow(
      expect.objectContaining({ sqlState: '22P02', detail: expect.stringContaining(detail) }),
    );
  });

  it.each([
    '1e1000000000',
    '-1e131072',
    '12e131071',
    '1e-16384',
    '0e-1000000000',
    '1e9999999999999',
  ])('%s is beyond the digits of NUMERIC, and refused before it takes memory', (text) => {
    expect(() => canonicalJson(text)).toThrow(
      expect.objectContaining({ code: 'ALX_OUT_OF_RANGE' }),
    );
  });

  it('holds numbers to the last digit of NUMERIC', () => {
    expect(canonicalJson('1e131071')).toBe(`1${'0'.repeat(131_071)}`);
    expect(canonicalJson('0.01e131073')).toBe(`1${'0'.repeat(131_071)}`);
    expect(canonicalJson('-1e-16383')).toBe(`-0.${'0'.repeat(16_382)}1`);
    expect(canonicalJson('[0e1000000000, -0.00, 0e-2]')).toBe('[0, 0.00, 0.00]');
  });

  it('may not be nested without end', () => {
    expect(() => parseJson('['.repeat(100_000))).toThrow(
      expect.objectContaining({ code: 'ALX_RESOURCES' }),
    );
    expect(canonicalJson('['.repeat(1_000) + ']'.repeat(1_000))).toHaveLength(2_000);
  });

  it(`of random values reads as JSON.parse reads it, and its canonical form is a fixed point (seed ${SEED})`, () => {
    const random = new SeededRandom(SEED);
    for (let round = 0; round < 300; round += 1) {
      const value = randomValue(random, 4);
      const text = JSON.stringify(value);
      const canonical = canonicalJson(text);
      expect(JSON.parse(canonical)).toEqual(value);
      expect(canonicalJson(canonical)).toBe(canonical);
      expect(JSON.parse(prettyJsonb(parseJson(text)))).toEqual(value);
      expect(compareJson(parseJson(text), parseJson(canonical))).toBe(0);
    }
  });
});

describe('JSON values', () => {
  it('are ordered as in PostgreSQL', () => {
    const ordered = [
      '[]',
      'null',
      '"a"',
      '"b"',
      '-1',
      '1',
      '1.5',
      'false',
      'true',
      '[1]',
      '[0, 0]',
      '{}',
      '{"a": 1}',
      '{"a": 2}',
      '{"b": 0}',
    ];
    for (const [index, left] of ordered.entries()) {
      for (const [other, right] of ordered.entries()) {
        const order = Math.sign(compareJson(parseJson(left), parseJson(right)));
        expect(order, `${left} against ${right}`).toBe(Math.sign(index - other));
      }
    }
    expect(compareJson(new JsonNumber('1.0'), new JsonNumber('1e0'))).toBe(0);
    expect(
      compareJson(new JsonNumber('9007199254740993'), new JsonNumber('9007199254740992')),
    ).toBe(1);
  });

  it('contain others at the same place', () => {
    const contains = (whole: string, part: string): boolean =>
      containsJson(parseJson(whole), parseJson(part));
    expect(contains('{"a": 1, "b": {"c": [1, 2]}}', '{"b": {"c": [2]}}')).toBe(true);
    expect(contains('[1, 2, [3]]', '[[3], 1]')).toBe(true);
    expect(contains('["a", "b"]', '"a"')).toBe(true);
    expect(contains('[["a"]]', '"a"')).toBe(false);
    expect(contains('{"a": 1}', '{"a": 1.0}')).toBe(true);
    expect(contains('{"a": [1]}', '{"a": 1}')).toBe(false);
  });

  it('are walked and changed by paths of both spellings', () => {
    const value = parseJson('{"a": {"b": [10, 20, {"c": 1}]}}');
    expect(writeJsonb(walkPath(value, parsePath('{a,b,-1,c}'))!)).toBe('1');
    expect(writeJsonb(walkPath(value, parsePath('$.a.b[1]'))!)).toBe('20');
    expect(walkPath(value, parsePath('{a,x,y}'))).toBeUndefined();
    expect(parsePath('{"x y", "q\\"r" ,z}')).toEqual(['x y', 'q"r', 'z']);
    const changed = changeAt(value, ['a', 'b', '0'], () => 'new');
    expect(writeJsonb(changed)).toBe('{"a": {"b": ["new", 20, {"c": 1}]}}');
    expect(writeJsonb(changeAt(value, ['a', 'b', '1'], () => undefined))).toBe(
      '{"a": {"b": [10, {"c": 1}]}}',
    );
    expect(writeJsonb(value)).toBe('{"a": {"b": [10, 20, {"c": 1}]}}');
  });
});

describe('numbers', () => {
  it.each([
    ['1e2', '100'],
    ['-1.5e-3', '-0.0015'],
    ['12.50e1', '125.0'],
    ['0e5', '0'],
    ['-0.0', '0.0'],
    ['1e0', '1'],
  ])('%s is %s', (text, plain) => {
    expect(plainNumber(text)).toBe(plain);
  });
});

function randomValue(random: SeededRandom, depth: number): unknown {
  switch (random.below(depth === 0 ? 4 : 6)) {
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
      return random.below(2_000) / 8 - 100;
    case 3:
      return ['', 'a', 'é"\\', '\n\u0007😀', 'key'][random.below(5)];
    case 4:
      return Array.from({ length: random.below(4) }, () => randomValue(random, depth - 1));
    default:
      return Object.fromEntries(
        Array.from({ length: random.below(4) }, (_, index) => [
          `k${index}`.repeat(1 + random.below(2)),
          randomValue(random, depth - 1),
        ]),
      );
  }
}

describe('keys of JSON values', () => {
  it(`sort as the values do, and are equal where they are (seed ${SEED})`, () => {
    const random = new SeededRandom(SEED + 1);
    const texts = Array.from({ length: 150 }, () => JSON.stringify(randomValue(random, 2)));
    texts.push(
      '[]',
      '1.0',
      '1.00',
      '"a\u0000b"'.replace('\u0000', '\\u0001'),
      '{"a": 1}',
      '{"a": 1.0}',
    );
    const keys = texts.map(jsonKey);
    for (const [index, left] of texts.entries()) {
      for (const [other, right] of texts.entries()) {
        const wanted = Math.sign(compareJson(parseJson(left), parseJson(right)));
        expect(Math.sign(compareBytes(keys[index]!, keys[other]!)), `${left} ${right}`).toBe(
          wanted,
        );
      }
    }
  });
});
