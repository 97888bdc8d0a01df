import { describe, expect, it } from 'vitest';
import { testRuntime } from '../../test/test-runtime.ts';
import { constantColumn } from '../types/create-column-builder.ts';
import {
  BOOLEAN,
  BYTEA,
  FLOAT32,
  FLOAT64,
  INT16,
  INT32,
  INT64,
  TEXT,
  TIMESTAMP,
} from '../types/data-type.ts';
import type { DataType } from '../types/data-type.ts';
import { scalarAt } from '../types/scalar-at.ts';
import type { Scalar } from '../types/scalar.ts';
import { formatTimestamp, parseTimestamp } from '../types/timestamp.ts';
import { formatUuid } from '../types/uuid.ts';
import { arithmeticFunction } from './arithmetic.ts';
import {
  absoluteFunction,
  bitFunction,
  bitNotFunction,
  factorialFunction,
  gcdFunction,
  greatestFunction,
  lcmFunction,
  leastFunction,
  negateFunction,
} from './math/integer-functions.ts';
import { mathFunctions } from './math/math-functions.ts';
import type { ScalarFunction } from './scalar-function.ts';
import { temporalFunctions } from './temporal/temporal-functions.ts';
import { byteaFunctions } from './text/bytea-functions.ts';
import { textFunctions } from './text/text-functions.ts';
import { uuidFunctions } from './uuid-functions.ts';

function typeOf(value: Scalar): DataType {
  if (typeof value === 'string') return TEXT;
  if (typeof value === 'boolean') return BOOLEAN;
  if (value instanceof Uint8Array) return BYTEA;
  return typeof value === 'number' && !Number.isInteger(value) ? FLOAT64 : INT64;
}

/** Calls a function with constants; the types of arguments follow their values unless `type` is given. */
function run(
  fn: ScalarFunction,
  args: readonly Scalar[],
  returns: DataType,
  type?: DataType,
): Scalar {
  const columns = args.map((value) => constantColumn(type ?? typeOf(value), value, 2));
  return scalarAt(fn.evaluate(columns, 2, returns, testRuntime()), 1);
}

const text = textFunctions;

describe('text functions', () => {
  it('give what PostgreSQL gives', () => {
    const results: readonly (readonly [ScalarFunction, readonly Scalar[], DataType, Scalar])[] = [
      [text.length, ['jösé😀'], INT32, 5],
      [text.octetLength, ['jösé'], INT32, 6],
      [text.bitLength, ['a'], INT32, 8],
      [text.lower, ['ABC ÄÖ'], TEXT, 'abc äö'],
      [text.upper, ['abc1'], TEXT, 'ABC1'],
      [text.initcap, ['hi THOMAS-o'], TEXT, 'Hi Thomas-O'],
      [text.concatOperator, ['a', 'é'], TEXT, 'aé'],
      [text.concat, ['a', null, 'b'], TEXT, 'ab'],
      [text.concatWs, [',', 'a', null, 'b'], TEXT, 'a,b'],
      [text.substring, ['alphabet', 3], TEXT, 'phabet'],
      [text.substring, ['alphabet', 3, 2], TEXT, 'ph'],
      [text.substring, ['alphabet', -1, 4], TEXT, 'al'],
      [text.substring, ['😀bc', 2, 1], TEXT, 'b'],
      [text.overlay, ['Txxxxas', 'hom', 2, 4], TEXT, 'Thomas'],
      [text.overlay, ['abcdef', 'ZZ', 3], TEXT, 'abZZef'],
      [text.left, ['abcde', 2], TEXT, 'ab'],
      [text.left, ['abcde', -2], TEXT, 'abc'],
      [text.right, ['abcde', 2], TEXT, 'de'],
      [text.right, ['abcde', -2], TEXT, 'cde'],
      [text.right, ['abcde', 0], TEXT, ''],
      [text.btrim, ['xyxtrimyyx', 'xyz'], TEXT, 'trim'],
      [text.ltrim, ['  a '], TEXT, 'a '],
      [text.rtrim, ['testxxzx', 'xyz'], TEXT, 'test'],
      [text.replace, ['abcdefabcdef', 'cd', '$&'], TEXT, 'ab$&efab$&ef'],
      [text.replace, ['abc', '', 'x'], TEXT, 'abc'],
      [text.strpos, ['high', 'ig'], INT32, 2],
      [text.strpos, ['high', 'x'], INT32, 0],
      [text.strpos, ['a', ''], INT32, 1],
      [text.repeat, ['Pg', 3], TEXT, 'PgPgPg'],
      [text.repeat, ['Pg', -1], TEXT, ''],
      [text.reverse, ['ab😀'], TEXT, '😀ba'],
      [text.lpad, ['hi', 5, 'xy'], TEXT, 'xyxhi'],
      [text.lpad, ['hello', 3], TEXT, 'hel'],
      [text.rpad, ['hi', 5, 'xy'], TEXT, 'hixyx'],
      [text.splitPart, ['abc~@~def~@~ghi', '~@~', 2], TEXT, 'def'],
      [text.splitPart, ['a,b,c', ',', -1], TEXT, 'c'],
      [text.splitPart, ['a,b', ',', 5], TEXT, ''],
      [text.ascii, ['é'], INT32, 233],
      [text.chr, [65], TEXT, 'A'],
      [text.startsWith, ['alphabet', 'alph'], BOOLEAN, true],
      [text.endsWith, ['alphabet', 'x'], BOOLEAN, false],
      [text.translate, ['12345', '143', 'ax'], TEXT, 'a2x5'],
      [text.quoteIdent, ['Foo bar'], TEXT, '"Foo bar"'],
      [text.quoteLiteral, ["O'Re\\illy"], TEXT, "E'O''Re\\\\illy'"],
      [text.toHex32, [-1], TEXT, 'ffffffff'],
      [text.toHex64, [-1], TEXT, 'ffffffffffffffff'],
      [text.ilike, ['ÄBC', 'ä_c'], BOOLEAN, true],
      [text.notLike, ['abc', 'a%'], BOOLEAN, false],
      [text.like, ['a_c', 'ax_c', 'x'], BOOLEAN, true],
      [byteaFunctions.md5, ['abc'], TEXT, '900150983cd24fb0d6963f7d28e17f72'],
      [byteaFunctions.md5, ['a'.repeat(119)], TEXT, '8a7bd0732ed6a28ce75f6dabc90e1613'],
      [byteaFunctions.encode, [Uint8Array.of(0, 255, 16), 'base64'], TEXT, 'AP8Q'],
      [byteaFunctions.decode, ['AP8=', 'base64'], BYTEA, Uint8Array.of(0, 255)],
      [byteaFunctions.encode, [Uint8Array.of(92, 0, 65), 'escape'], TEXT, '\\\\\\000A'],
    ];
    for (const [fn, args, returns, expected] of results) {
      expect(run(fn, args, returns), `${fn.name}(${args.join(', ')})`).toEqual(expected);
    }
  });

  it('refuse what PostgreSQL refuses', () => {
    expect(() => run(text.substring, ['a', 1, -1], TEXT)).toThrow(
      'negative substring length not allowed',
    );
    expect(() => run(text.splitPart, ['a', ',', 0], TEXT)).toThrow(
      'field position must not be zero',
    );
    expect(() => run(text.chr, [0], TEXT)).toThrow('null character not permitted');
    expect(() => run(text.like, ['a', 'a\\'], BOOLEAN)).toThrow(
      'LIKE pattern must not end with escape character',
    );
    expect(() => run(text.repeat, ['abc', 1e9], TEXT)).toThrow('requested length too large');
    expect(() => run(byteaFunctions.decode, ['***', 'base64'], BYTEA)).toThrow('invalid base64');
  });

  it('match a pattern of many wildcards against a long text without blowing up', () => {
    const long = 'a'.repeat(5_000);
    expect(run(text.like, [long, '%a%a%a%a%a%a%a%a%a%b'], BOOLEAN)).toBe(false);
  });
});

describe('mathematical functions', () => {
  it('give what PostgreSQL gives', () => {
    const math = mathFunctions;
    const results: readonly (readonly [ScalarFunction, readonly Scalar[], Scalar])[] = [
      [math.round, [2.5], 2],
      [math.round, [-1.5], -2],
      [math.roundTo, [1.005, 2], 1.01],
      [math.roundTo, [-2.345, 2], -2.35],
      [math.roundTo, [1234.5, -2], 1200],
      [math.truncTo, [42.4382, 2], 42.43],
      [math.trunc, [-1.7], -1],
      [math.sign, [-8.4], -1],
      [math.cbrt, [27], 3],
      [math.log, [2, 64], 6],
      [math.power, [9, 3], 729],
      [math.power, [-2, 3], -8],
      [math.power, [0, 0], 1],
      [math.degrees, [Math.PI], 180],
      [math.widthBucket, [5.35, 0.024, 10.06, 5], 3],
      [math.widthBucket, [10, 10, 1, 5], 1],
    ];
    for (const [fn, args, expected] of results) {
      expect(run(fn, args, FLOAT64, FLOAT64), `${fn.name}(${args.join(', ')})`).toBeCloseTo(
        Number(expected),
        10,
      );
    }
    expect(() => run(math.sqrt, [-1], FLOAT64)).toThrow(
      'cannot take square root of a negative number',
    );
    expect(() => run(math.ln, [0], FLOAT64)).toThrow('cannot take logarithm of zero');
    expect(() => run(math.power, [0, -1], FLOAT64)).toThrow(
      'zero raised to a negative power is undefined',
    );
    expect(() => run(math.power, [-8, 0.5], FLOAT64)).toThrow('complex result');
    expect(() => run(math.exp, [1000], FLOAT64, FLOAT64)).toThrow('value out of range: overflow');
    expect(() => run(math.acos, [2], FLOAT64)).toThrow('input is out of range');
  });

  it('keep integers exact or fail', () => {
    expect(run(negateFunction(INT64), [-(2n ** 53n)], INT64)).toBe(2n ** 53n);
    expect(() => run(negateFunction(INT16), [-32768], INT16, INT16)).toThrow(
      'smallint out of range',
    );
    expect(run(absoluteFunction(INT32), [-5], INT32, INT32)).toBe(5);
    expect(() => run(absoluteFunction(INT32), [-(2 ** 31)], INT32, INT32)).toThrow(
      'integer out of range',
    );
    expect(run(gcdFunction(INT64), [1071, 462], INT64)).toBe(21);
    expect(run(lcmFunction(INT64), [1071, 462], INT64)).toBe(23562);
    expect(run(factorialFunction, [20], INT64)).toBe(2432902008176640000n);
    expect(run(bitFunction('#', INT32), [17, 5], INT32, INT32)).toBe(20);
    expect(run(bitFunction('<<', INT32), [1, 31], INT32, INT32)).toBe(-(2 ** 31));
    expect(run(bitFunction('>>', INT64), [-8, 1], INT64)).toBe(-4);
    expect(run(bitNotFunction(), [1], INT64)).toBe(-2);
    expect(run(greatestFunction(INT64), [1, null, 3], INT64)).toBe(3);
    expect(run(leastFunction(TEXT), [null, null], TEXT)).toBe(null);
  });

  it('calculate as PostgreSQL does, per number type', () => {
    const results: readonly (readonly [
      string,
      Parameters<typeof arithmeticFunction>[0],
      Scalar,
      DataType,
      Scalar,
      Scalar | Error,
    ])[] = [
      ['-7 / 2', '/', -7, INT32, 2, -3],
      ['-7 % 2', '%', -7, INT32, 2, -1],
      ['0 % -1', '%', 0, INT32, -1, 0],
      ['min % -1', '%', -(2 ** 31), INT32, -1, 0],
      ['2^53 - 1 + 1', '+', Number.MAX_SAFE_INTEGER, INT64, 1, 2n ** 53n],
      ['2^53 + -1', '+', 2n ** 53n, INT64, -1, Number.MAX_SAFE_INTEGER],
      ['3037000500^2', '*', 3037000499, INT64, 3037000499, 3037000499n ** 2n],
      ['big / 3', '/', 9007199254740991, INT64, 3, 3002399751580330],
      ['big / 2', '/', 9007199254740991, INT64, 2, 4503599627370495],
      ['0.1 + 0.2', '+', 0.1, FLOAT64, 0.2, 0.30000000000000004],
      ['real', '+', Math.fround(0.1), FLOAT32, Math.fround(0.2), Math.fround(0.3)],
      ['inf - inf', '-', Infinity, FLOAT64, Infinity, Number.NaN],
      ['smallint', '*', 200, INT16, 200, new Error('smallint out of range')],
      ['int', '+', 2147483647, INT32, 1, new Error('integer out of range')],
      ['int mul', '*', 2147483647, INT32, 2147483647, new Error('integer out of range')],
      ['bigint', '+', 2n ** 63n - 1n, INT64, 1, new Error('bigint out of range')],
      ['min / -1', '/', -(2 ** 31), INT32, -1, new Error('integer out of range')],
      ['zero', '/', 1, INT64, 0, new Error('division by zero')],
      ['float zero', '/', 1, FLOAT64, 0, new Error('division by zero')],
      ['NaN / 0', '/', Number.NaN, FLOAT64, 0, Number.NaN],
      ['underflow', '*', 1e-300, FLOAT64, 1e-300, new Error('value out of range: underflow')],
      ['true zero', '*', 0, FLOAT64, 1e-300, 0],
      ['overflow', '*', 1e300, FLOAT64, 1e300, new Error('value out of range: overflow')],
    ];
    for (const [name, operator, left, type, right, expected] of results) {
      const attempt = (): Scalar =>
        run(arithmeticFunction(operator, type), [left, right], type, type);
      if (expected instanceof Error) expect(attempt, name).toThrow(expected.message);
      else expect(attempt(), name).toBe(expected);
    }
  });
});

describe('functions of time and identity', () => {
  const moment = parseTimestamp('2001-02-16 20:38:40.12');

  it('cut and read timestamps as PostgreSQL does', () => {
    const cuts: readonly (readonly [string, string])[] = [
      ['hour', '2001-02-16 20:00:00'],
      ['milliseconds', '2001-02-16 20:38:40.12'],
      ['day', '2001-02-16 00:00:00'],
      ['week', '2001-02-12 00:00:00'],
      ['month', '2001-02-01 00:00:00'],
      ['quarter', '2001-01-01 00:00:00'],
      ['YEAR', '2001-01-01 00:00:00'],
      ['decade', '2000-01-01 00:00:00'],
      ['century', '2001-01-01 00:00:00'],
      ['millennium', '2001-01-01 00:00:00'],
    ];
    for (const [unit, expected] of cuts) {
      const columns = [constantColumn(TEXT, unit, 1), constantColumn(TIMESTAMP, moment, 1)];
      const cut = temporalFunctions.truncateTimestamp.evaluate(
        columns,
        1,
        TIMESTAMP,
        testRuntime(),
      );
      expect(formatTimestamp(Number(scalarAt(cut, 0))), unit).toBe(expected);
    }
    const parts: readonly (readonly [string, number])[] = [
      ['century', 21],
      ['day', 16],
      ['decade', 200],
      ['dow', 5],
      ['doy', 47],
      ['epoch', 982355920.12],
      ['hour', 20],
      ['isodow', 5],
      ['isoyear', 2001],
      ['microseconds', 40120000],
      ['millennium', 3],
      ['milliseconds', 40120],
      ['minute', 38],
      ['month', 2],
      ['quarter', 1],
      ['second', 40.12],
      ['week', 7],
      ['year', 2001],
    ];
    for (const [unit, expected] of parts) {
      const columns = [constantColumn(TEXT, unit, 1), constantColumn(TIMESTAMP, moment, 1)];
      const part = temporalFunctions.timestampFields.datePart.evaluate(
        columns,
        1,
        FLOAT64,
        testRuntime(),
      );
      expect(scalarAt(part, 0), unit).toBe(expected);
    }
    expect(() => run(temporalFunctions.truncateTimestamp, ['lunch', 0], TIMESTAMP)).toThrow(
      'unit "lunch" not recognized',
    );
    const made = run(
      temporalFunctions.makeTimestamp,
      [2013, 7, 15, 8, 15, 23.5],
      TIMESTAMP,
      FLOAT64,
    );
    expect(formatTimestamp(Number(made))).toBe('2013-07-15 08:15:23.5');
  });

  it('make identifiers of the right version', () => {
    const of = (fn: ScalarFunction): string =>
      formatUuid(scalarAt(fn.evaluate([], 1, { kind: 'uuid' }, testRuntime()), 0) as Uint8Array);
    expect(of(uuidFunctions.genRandomUuid)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/);
    expect(of(uuidFunctions.uuidV7)).toMatch(/^018bcfe5-6800-7[0-9a-f]{3}-[89ab]/);
  });
});
