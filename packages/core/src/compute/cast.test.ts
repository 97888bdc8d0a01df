import { describe, expect, it } from 'vitest';
import { columnFromScalars } from '../types/create-column-builder.ts';
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
  UUID,
  vectorType,
} from '../types/data-type.ts';
import type { DataType } from '../types/data-type.ts';
import { scalarAt } from '../types/scalar-at.ts';
import type { Scalar } from '../types/scalar.ts';
import { castColumn } from './cast-column.ts';
import { castScalar, formatScalar, parseScalar } from './cast-scalar.ts';
import { canCast, castContext } from './cast-table.ts';
import { compareScalars } from './compare.ts';

/** What PostgreSQL 16 answers. */
const RESULTS: readonly (readonly [Scalar, DataType, DataType, Scalar])[] = [
  [0.5, FLOAT64, INT32, 0],
  [1.5, FLOAT64, INT32, 2],
  [2.5, FLOAT64, INT32, 2],
  [-0.5, FLOAT64, INT32, 0],
  [-1.5, FLOAT64, INT16, -2],
  [-2.5, FLOAT64, INT64, -2],
  [1e18, FLOAT64, INT64, 10n ** 18n],
  [9007199254740993n, INT64, FLOAT64, 9007199254740992],
  [16777217, INT32, FLOAT32, 16777216],
  [true, BOOLEAN, INT32, 1],
  [-3, INT32, BOOLEAN, true],
  [true, BOOLEAN, TEXT, 'true'],
  [1e15, FLOAT64, TEXT, '1e+15'],
  [123456789012345, FLOAT64, TEXT, '123456789012345'],
  [1e-5, FLOAT64, TEXT, '1e-05'],
  [0.0001, FLOAT64, TEXT, '0.0001'],
  [0.1, FLOAT64, TEXT, '0.1'],
  [-1e300, FLOAT64, TEXT, '-1e+300'],
  [Math.fround(0.1), FLOAT32, TEXT, '0.1'],
  [1000000, FLOAT32, TEXT, '1e+06'],
  [123456, FLOAT32, TEXT, '123456'],
  [Math.fround(3.4028235e38), FLOAT32, TEXT, '3.4028235e+38'],
  [Number.NaN, FLOAT64, TEXT, 'NaN'],
  [-Infinity, FLOAT64, TEXT, '-Infinity'],
  ['  42 ', TEXT, INT32, 42],
  ['+7', TEXT, INT16, 7],
  ['-0', TEXT, INT32, 0],
  ['0x1F', TEXT, INT32, 31],
  ['1_000', TEXT, INT64, 1000],
  ['9223372036854775807', TEXT, INT64, 2n ** 63n - 1n],
  ['-9223372036854775808', TEXT, INT64, -(2n ** 63n)],
  [' 1e3', TEXT, FLOAT64, 1000],
  ['.5', TEXT, FLOAT64, 0.5],
  ['5.', TEXT, FLOAT64, 5],
  ['nan', TEXT, FLOAT64, Number.NaN],
  ['-inf', TEXT, FLOAT64, -Infinity],
  ['Infinity', TEXT, FLOAT32, Infinity],
  [' TRUE ', TEXT, BOOLEAN, true],
  ['of', TEXT, BOOLEAN, false],
  ['n', TEXT, BOOLEAN, false],
  ['\\x00ff', TEXT, BYTEA, Uint8Array.of(0, 255)],
  ['a\\\\b\\001', TEXT, BYTEA, Uint8Array.of(97, 92, 98, 1)],
  [Uint8Array.of(1, 171), BYTEA, TEXT, '\\x01ab'],
  ['2024-02-29 12:34:56.789', TEXT, TIMESTAMP, 1709210096789000],
  ['2024-02-29T12:34:56Z', TEXT, TIMESTAMP, 1709210096000000],
  ['2024-02-29 12:34+05:30', TEXT, TIMESTAMP, 1709210040000000],
  ['20240229', TEXT, TIMESTAMP, 1709164800000000],
  ['epoch', TEXT, TIMESTAMP, 0],
  [0, TIMESTAMP, TEXT, '1970-01-01 00:00:00'],
  [-1, TIMESTAMP, TEXT, '1969-12-31 23:59:59.999999'],
  [1709210096780000, TIMESTAMP, TEXT, '2024-02-29 12:34:56.78'],
  ['0044-03-15 BC', TEXT, TIMESTAMP, -63517824000000000],
  [
    '{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}',
    TEXT,
    UUID,
    parseScalar('a0eebc999c0b4ef8bb6d6bb9bd380a11', UUID),
  ],
  ['[1, 2.5,-3e1]', TEXT, vectorType(3), Float32Array.of(1, 2.5, -30)],
  [Float32Array.of(1, 0.1, 1e-7), vectorType(), TEXT, '[1,0.1,1e-07]'],
];

const FAILURES: readonly (readonly [Scalar, DataType, DataType, string, string])[] = [
  ['abc', TEXT, INT32, 'ALX_CAST_FAILURE', 'invalid input syntax for type integer: "abc"'],
  ['', TEXT, INT64, 'ALX_CAST_FAILURE', 'invalid input syntax for type bigint: ""'],
  ['1.5', TEXT, INT32, 'ALX_CAST_FAILURE', 'invalid input syntax for type integer: "1.5"'],
  ['32768', TEXT, INT16, 'ALX_OUT_OF_RANGE', 'value "32768" is out of range for type smallint'],
  [
    '9223372036854775808',
    TEXT,
    INT64,
    'ALX_OUT_OF_RANGE',
    'value "9223372036854775808" is out of range for type bigint',
  ],
  ['x', TEXT, FLOAT64, 'ALX_CAST_FAILURE', 'invalid input syntax for type double precision: "x"'],
  ['1e400', TEXT, FLOAT64, 'ALX_OUT_OF_RANGE', '"1e400" is out of range for type double precision'],
  ['o', TEXT, BOOLEAN, 'ALX_CAST_FAILURE', 'invalid input syntax for type boolean: "o"'],
  ['\\xabc', TEXT, BYTEA, 'ALX_INVALID_ARGUMENT', 'invalid hexadecimal data: odd number of digits'],
  ['\\x0g', TEXT, BYTEA, 'ALX_INVALID_ARGUMENT', 'invalid hexadecimal digit: "g"'],
  [
    '1_0',
    TEXT,
    FLOAT64,
    'ALX_CAST_FAILURE',
    'invalid input syntax for type double precision: "1_0"',
  ],
  [
    '2023-02-29',
    TEXT,
    TIMESTAMP,
    'ALX_DATETIME_OVERFLOW',
    'date/time field value out of range: "2023-02-29"',
  ],
  [
    'soon',
    TEXT,
    TIMESTAMP,
    'ALX_DATETIME_FORMAT',
    'invalid input syntax for type timestamp: "soon"',
  ],
  ['zz', TEXT, UUID, 'ALX_CAST_FAILURE', 'invalid input syntax for type uuid: "zz"'],
  ['[1,2]', TEXT, vectorType(3), 'ALX_VECTOR_DIMENSION', 'expected 3 dimensions, not 2'],
  ['[1,nan]', TEXT, vectorType(), 'ALX_VECTOR_ELEMENT', 'NaN not allowed in vector'],
  ['1,2', TEXT, vectorType(), 'ALX_VECTOR_LITERAL', 'invalid input syntax for type vector: "1,2"'],
  [32768, INT32, INT16, 'ALX_OUT_OF_RANGE', 'smallint out of range'],
  [2 ** 31, INT64, INT32, 'ALX_OUT_OF_RANGE', 'integer out of range'],
  [2147483647.5, FLOAT64, INT32, 'ALX_OUT_OF_RANGE', 'integer out of range'],
  [Number.NaN, FLOAT64, INT64, 'ALX_OUT_OF_RANGE', 'bigint out of range'],
  [2 ** 63, FLOAT64, INT64, 'ALX_OUT_OF_RANGE', 'bigint out of range'],
  [1e300, FLOAT64, FLOAT32, 'ALX_OUT_OF_RANGE', 'value out of range: overflow'],
  [1e-300, FLOAT64, FLOAT32, 'ALX_OUT_OF_RANGE', 'value out of range: underflow'],
  [1, INT32, UUID, 'ALX_IMPOSSIBLE_CAST', 'cannot cast type integer to uuid'],
];

describe('casts', () => {
  it('give what PostgreSQL gives, for single values and for columns', () => {
    for (const [value, from, to, expected] of RESULTS) {
      const name = `${String(value)}: ${from.kind} to ${to.kind}`;
      expect(castScalar(value, from, to), name).toEqual(expected);
      const column = castColumn(columnFromScalars(from, [null, value, null]), to, 3);
      expect(
        [0, 1, 2].map((row) => scalarAt(column, row)),
        name,
      ).toEqual([null, expected, null]);
    }
  });

  it('fail as PostgreSQL fails, and give null under TRY_CAST', () => {
    for (const [value, from, to, code, message] of FAILURES) {
      expect(() => castScalar(value, from, to), message).toThrow(
        expect.objectContaining({ code, message }),
      );
      const column = columnFromScalars(from, [value, null]);
      expect(() => castColumn(column, to, 2), message).toThrow(expect.objectContaining({ code }));
      expect(scalarAt(castColumn(column, to, 2, 'null'), 0), message).toBe(null);
    }
  });

  it('read back every text they write', () => {
    const samples: readonly (readonly [DataType, readonly NonNullable<Scalar>[]])[] = [
      [
        FLOAT64,
        [
          0,
          -0,
          5e-324,
          1.7976931348623157e308,
          0.1 + 0.2,
          1e21,
          123456.789,
          1e15,
          999999999999999.9,
        ],
      ],
      [FLOAT32, [0.1, 1e-45, 3.4e38, 16777216, 1.17549435e-38, 8388609.5].map(Math.fround)],
      [INT64, [-(2n ** 63n), 2n ** 63n - 1n, 0, -1]],
      [
        TIMESTAMP,
        [0, -1, 4294967296123456, -62135596800000000, -62135596801000000, 253402300799000000],
      ],
      [BYTEA, [new Uint8Array(0), Uint8Array.of(0, 92, 255)]],
      [UUID, [new Uint8Array(16).fill(171)]],
      [vectorType(2), [Float32Array.of(-1.5, 3e-20)]],
      [BOOLEAN, [true, false]],
    ];
    for (const [type, values] of samples) {
      for (const value of values) {
        const whole = type.kind === 'timestamp' ? Math.round(Number(value)) : value;
        const text = formatScalar(whole, type);
        expect(compareScalars(type, parseScalar(text, type), whole), text).toBe(0);
      }
    }
  });

  it('happen unasked only where PostgreSQL lets them', () => {
    expect(castContext(INT32, INT64)).toBe('implicit');
    expect(castContext(INT64, INT32)).toBe('assignment');
    expect(castContext(INT32, BOOLEAN)).toBe('explicit');
    expect(castContext(TEXT, INT32)).toBe('explicit');
    expect(castContext(INT32, TEXT)).toBe('assignment');
    expect(castContext(BOOLEAN, INT64)).toBe(undefined);
    expect(canCast(INT64, INT32, 'implicit')).toBe(false);
    expect(canCast(INT64, INT32, 'assignment')).toBe(true);
    expect(canCast(TEXT, UUID, 'assignment')).toBe(false);
  });
});
