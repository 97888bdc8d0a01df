import { Interval } from './interval.ts';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../testing/seeded-random.ts';
import type { ColumnVector } from './column-vector.ts';
import {
  columnFromScalars,
  concatColumns,
  constantColumn,
  copyColumn,
  createColumnBuilder,
  gatherColumn,
  sliceColumn,
  wideValues,
} from './create-column-builder.ts';
import {
  BOOLEAN,
  BYTEA,
  FLOAT32,
  FLOAT64,
  INT16,
  INT32,
  INT64,
  NULL_TYPE,
  TEXT,
  DATE,
  INTERVAL,
  JSONB,
  JSON_TYPE,
  NUMERIC,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  UUID,
  arrayType,
  mapType,
  structType,
  vectorType,
} from './data-type.ts';
import type { DataType } from './data-type.ts';
import { ArrayValue, StructValue, listValue, mapValue } from './nested-value.ts';
import { scalarAt } from './scalar-at.ts';
import type { Scalar } from './scalar.ts';

const TYPES: readonly DataType[] = [
  BOOLEAN,
  INT16,
  INT32,
  INT64,
  FLOAT32,
  FLOAT64,
  TEXT,
  BYTEA,
  NUMERIC,
  DATE,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  INTERVAL,
  UUID,
  JSON_TYPE,
  JSONB,
  vectorType(2),
  vectorType(),
  arrayType(INT32),
  arrayType(TEXT),
  mapType(TEXT, INT64),
  structType([
    { name: 'a', type: INT16 },
    { name: 'b', type: arrayType(NUMERIC) },
  ]),
  NULL_TYPE,
];

function randomScalar(random: SeededRandom, type: DataType): Scalar {
  if (type.kind === 'null' || random.chance(0.2)) return null;
  switch (type.kind) {
    case 'boolean':
      return random.chance(0.5);
    case 'int16':
      return random.below(65_536) - 32_768;
    case 'int32':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return random.nextUint32() | 0;
    case 'int64':
      return random.pick([0, -1, Number.MAX_SAFE_INTEGER, 2n ** 53n, -(2n ** 63n)]);
    case 'numeric':
      return random.pick(['0', '-1.50', '99999999999999999999.001', 'NaN', '-Infinity', '0.000']);
    case 'interval':
      return new Interval(
        random.below(24) - 12,
        random.below(60) - 30,
        (random.nextUint32() | 0) * 1_000,
      );
    case 'float32':
      return Math.fround(random.nextUint32() / 7);
    case 'float64':
      return random.pick([0, -0, Number.NaN, Infinity, 1.5]);
    case 'json':
    case 'jsonb':
      return random.pick(['null', '{"a": [1, 2]}', '"é"']);
    case 'text':
      return random.pick([
        '',
        'a',
        'ascii text longer than the short path',
        'ä€😀',
        'é'.repeat(30),
      ]);
    case 'bytea':
      return random.bytes(random.below(40));
    case 'uuid':
      return random.bytes(16);
    case 'vector':
      return Float32Array.from({ length: type.dimension ?? 1 + random.below(4) }, () =>
        random.below(9),
      );
    case 'array': {
      const { element } = type;
      if (random.chance(0.3)) return listValue([]);
      return new ArrayValue(
        [2, 2],
        [1, -1],
        Array.from({ length: 4 }, () => randomScalar(random, element)),
      );
    }
    case 'map':
      return mapValue(['k'], [randomScalar(random, type.value)]);
    case 'struct':
      return new StructValue(type.fields.map((field) => randomScalar(random, field.type)));
  }
}

function scalars(column: ColumnVector): Scalar[] {
  return Array.from({ length: column.length }, (_, index) => scalarAt(column, index));
}

describe('column builders', () => {
  for (const type of TYPES) {
    const name = type.kind === 'vector' ? `vector(${type.dimension ?? ''})` : type.kind;
    it(`keep ${name} values through every way of appending`, () => {
      for (let seed = 1; seed <= 30; seed += 1) {
        const random = new SeededRandom(seed);
        const builder = createColumnBuilder(type, random.below(4));
        const expected: Scalar[] = [];
        for (let step = 0; step < 8; step += 1) {
          const source = Array.from({ length: random.below(20) }, () => randomScalar(random, type));
          const padding = Array.from({ length: random.below(12) }, () =>
            randomScalar(random, type),
          );
          const whole = columnFromScalars(type, [...padding, ...source]);
          const column = sliceColumn(whole, padding.length, whole.length);
          expect(scalars(column), `seed ${seed}`).toEqual(source);
          switch (random.below(4)) {
            case 0:
              for (const value of source) builder.append(value);
              expected.push(...source);
              break;
            case 1:
              builder.appendColumn(column);
              expected.push(...source);
              break;
            case 2: {
              const rows = Int32Array.from(
                { length: random.below(30) },
                () => random.below(source.length + 1) - 1,
              );
              builder.appendSelected(column, rows, rows.length);
              expected.push(...Array.from(rows, (row) => (row < 0 ? null : source[row]!)));
              break;
            }
            default:
              source.forEach((_, index) => builder.appendFrom(column, index));
              expected.push(...source);
          }
          expect(scalars(builder.view()), `seed ${seed}`).toEqual(expected);
        }
        const finished = builder.finish();
        expect(builder.length).toBe(0);
        expect(scalars(finished), `seed ${seed}`).toEqual(expected);
        expect(
          scalars(concatColumns(type, [finished, copyColumn(finished)])),
          `seed ${seed}`,
        ).toEqual([...expected, ...expected]);
      }
    });

    it(`forget ${name} values when cleared and start anew`, () => {
      const random = new SeededRandom(99);
      const builder = createColumnBuilder(type);
      for (let round = 0; round < 3; round += 1) {
        const values = Array.from({ length: 20 }, () => randomScalar(random, type));
        builder.clear();
        for (const value of values) builder.append(value);
        expect(scalars(builder.view())).toEqual(values);
      }
    });

    it(`repeat one ${name} value`, () => {
      const random = new SeededRandom(7);
      for (const value of [randomScalar(random, type), randomScalar(random, type), null]) {
        expect(scalars(constantColumn(type, value, 37))).toEqual(
          Array.from({ length: 37 }, () => value),
        );
      }
    });
  }

  it('stay narrow until a bigint comes, and read exactly after it', () => {
    const narrow = columnFromScalars(INT64, [1, null, -5]);
    expect(narrow.values).toBeInstanceOf(Float64Array);
    const wide = columnFromScalars(INT64, [1, null, 2n ** 62n, 7]);
    expect(wide.values).toBeInstanceOf(BigInt64Array);
    expect(scalars(wide)).toEqual([1, null, 2n ** 62n, 7]);
    expect([...wideValues(narrow).subarray(0, 3)]).toEqual([1n, 0n, -5n]);
    expect(scalars(gatherColumn(wide, Int32Array.of(3, -1, 2), 3))).toEqual([7, null, 2n ** 62n]);
  });
});
