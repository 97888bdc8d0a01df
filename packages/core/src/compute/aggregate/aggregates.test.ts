import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { columnFromScalars, gatherColumn } from '../../types/create-column-builder.ts';
import {
  BOOLEAN,
  BYTEA,
  FLOAT32,
  FLOAT64,
  INT32,
  INT64,
  TEXT,
  TIMESTAMP,
  UUID,
  vectorType,
} from '../../types/data-type.ts';
import type { DataType } from '../../types/data-type.ts';
import { scalarAt } from '../../types/scalar-at.ts';
import type { Scalar } from '../../types/scalar.ts';
import type { Accumulator, AggregateFunction } from './aggregate-function.ts';
import { anyValueAggregate } from './any-value.ts';
import { boolAndAggregate, boolOrAggregate } from './boolean.ts';
import { countAggregate } from './count.ts';
import { maxAggregate, minAggregate } from './extreme.ts';
import { stringAggAggregate } from './string-agg.ts';
import { averageAggregate, sumAggregate } from './sum.ts';
import {
  stddevPopAggregate,
  stddevSampAggregate,
  varPopAggregate,
  varSampAggregate,
} from './variance.ts';

function results(accumulator: Accumulator, groupCount: number): Scalar[] {
  const column = accumulator.finish(0, groupCount);
  return Array.from({ length: groupCount }, (_, group) => scalarAt(column, group));
}

/** One group over the values. */
function run(
  fn: AggregateFunction,
  types: readonly DataType[],
  returns: DataType,
  ...args: readonly Scalar[][]
): Scalar {
  const accumulator = fn.createAccumulator(types, returns);
  accumulator.resize(1);
  const columns = args.map((values, at) => columnFromScalars(types[at]!, values));
  const rowCount = args[0]?.length ?? 0;
  accumulator.update(columns, new Int32Array(rowCount), rowCount);
  return results(accumulator, 1)[0]!;
}

const NAN = Number.NaN;

describe('aggregates', () => {
  it('give what PostgreSQL gives for one group', () => {
    const vector = vectorType();
    const cases: readonly (readonly [
      AggregateFunction,
      DataType,
      DataType,
      readonly Scalar[],
      Scalar,
    ])[] = [
      [countAggregate, TEXT, INT64, ['a', null, 'b'], 2],
      [sumAggregate, INT32, INT64, [1, null, 2], 3],
      [sumAggregate, INT32, INT64, [null], null],
      [sumAggregate, INT64, INT64, [2n ** 62n, 2n ** 62n, -(2n ** 62n)], 2n ** 62n],
      [sumAggregate, FLOAT64, FLOAT64, [0.5, null, 0.25], 0.75],
      [
        sumAggregate,
        FLOAT32,
        FLOAT32,
        [Math.fround(0.1), Math.fround(0.2)],
        Math.fround(Math.fround(0.1) + Math.fround(0.2)),
      ],
      [
        sumAggregate,
        vector,
        vector,
        [Float32Array.of(1, 2), null, Float32Array.of(0.5, -2)],
        Float32Array.of(1.5, 0),
      ],
      [
        averageAggregate,
        vector,
        vector,
        [Float32Array.of(1, 2), Float32Array.of(2, 4)],
        Float32Array.of(1.5, 3),
      ],
      [averageAggregate, INT32, FLOAT64, [1, 2, null], 1.5],
      [averageAggregate, FLOAT64, FLOAT64, [], null],
      [minAggregate, FLOAT64, FLOAT64, [NAN, 2, -Infinity], -Infinity],
      [minAggregate, FLOAT64, FLOAT64, [NAN, 2], 2],
      [maxAggregate, FLOAT64, FLOAT64, [1, NAN, Infinity], NAN],
      [minAggregate, TEXT, TEXT, ['b', 'a', null, 'é'], 'a'],
      [maxAggregate, TEXT, TEXT, ['b', '￿', '😀'], '😀'],
      [maxAggregate, BOOLEAN, BOOLEAN, [false, true], true],
      [minAggregate, TIMESTAMP, TIMESTAMP, [5, -7], -7],
      [maxAggregate, INT64, INT64, [1, 2n ** 60n], 2n ** 60n],
      [
        maxAggregate,
        UUID,
        UUID,
        [new Uint8Array(16), new Uint8Array(16).fill(1)],
        new Uint8Array(16).fill(1),
      ],
      [boolAndAggregate, BOOLEAN, BOOLEAN, [true, null, false], false],
      [boolAndAggregate, BOOLEAN, BOOLEAN, [true, null], true],
      [boolOrAggregate, BOOLEAN, BOOLEAN, [null], null],
      [boolOrAggregate, BOOLEAN, BOOLEAN, [false, true], true],
      [anyValueAggregate, TEXT, TEXT, [null, 'x', 'y'], 'x'],
      [varPopAggregate, INT32, FLOAT64, [2, 4, 4, 4, 5, 5, 7, 9], 4],
      [stddevPopAggregate, INT32, FLOAT64, [2, 4, 4, 4, 5, 5, 7, 9], 2],
      [varSampAggregate, FLOAT64, FLOAT64, [1], null],
      [varSampAggregate, FLOAT64, FLOAT64, [1e15, 1e15 + 1, 1e15 + 2], 1],
      [stddevSampAggregate, FLOAT64, FLOAT64, [Infinity, 1], NAN],
    ];
    for (const [fn, type, returns, values, expected] of cases) {
      expect(run(fn, [type], returns, [...values]), `${fn.name}(${values.join(', ')})`).toEqual(
        expected,
      );
    }
    expect(
      run(stringAggAggregate, [TEXT, TEXT], TEXT, ['a', null, 'b', 'c'], ['-', '-', null, '+']),
    ).toBe('ab+c');
    const bytes = [Uint8Array.of(1), Uint8Array.of(2)];
    expect(run(stringAggAggregate, [BYTEA, BYTEA], BYTEA, bytes, [null, Uint8Array.of(0)])).toEqual(
      Uint8Array.of(1, 0, 2),
    );
    expect(() =>
      run(sumAggregate, [vector], vector, [Float32Array.of(1), Float32Array.of(1, 2)]),
    ).toThrow('expected 1 dimensions, not 2');
  });

  it('give the same when partial states are merged', () => {
    const functions: readonly (readonly [AggregateFunction, readonly DataType[], DataType])[] = [
      [countAggregate, [], INT64],
      [countAggregate, [INT32], INT64],
      [sumAggregate, [INT32], INT64],
      [sumAggregate, [INT64], INT64],
      [sumAggregate, [FLOAT64], FLOAT64],
      [averageAggregate, [INT32], FLOAT64],
      [averageAggregate, [FLOAT64], FLOAT64],
      [minAggregate, [INT32], INT32],
      [maxAggregate, [TEXT], TEXT],
      [boolAndAggregate, [BOOLEAN], BOOLEAN],
      [boolOrAggregate, [BOOLEAN], BOOLEAN],
      [stringAggAggregate, [TEXT, TEXT], TEXT],
      [anyValueAggregate, [INT32], INT32],
      [varSampAggregate, [FLOAT64], FLOAT64],
    ];
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = new SeededRandom(seed);
      const rowCount = 200;
      const groupOf = Int32Array.from({ length: rowCount }, () => random.below(7));
      for (const [fn, types, returns] of functions) {
        const columns = types.map((type) =>
          columnFromScalars(
            type,
            Array.from({ length: rowCount }, () => randomScalar(random, type)),
          ),
        );
        const whole = fn.createAccumulator(types, returns);
        whole.resize(8);
        whole.update(columns, groupOf, rowCount);
        // The halves number their groups differently: group g is 6 - g in the second.
        const halves = [0, 1].map((half) => {
          const rows = Int32Array.from({ length: 100 }, (_, row) => half * 100 + row);
          const part = fn.createAccumulator(types, returns);
          part.resize(7);
          const groups = Int32Array.from(rows, (row) =>
            half === 0 ? groupOf[row]! : 6 - groupOf[row]!,
          );
          part.update(
            columns.map((column) => gatherColumn(column, rows, 100)),
            groups,
            100,
          );
          return part;
        });
        const merged = fn.createAccumulator(types, returns);
        merged.resize(8);
        merged.merge(
          halves[0]!,
          Int32Array.from({ length: 7 }, (_, group) => group),
        );
        merged.merge(
          halves[1]!,
          Int32Array.from({ length: 7 }, (_, group) => 6 - group),
        );
        expect(merged.byteLength).toBeGreaterThan(0);
        const [left, right] = [results(merged, 8), results(whole, 8)];
        left.forEach((value, group) => {
          const name = `${fn.name}, seed ${seed}, group ${group}`;
          if (typeof value === 'number' && returns.kind === 'float64')
            expect(value, name).toBeCloseTo(Number(right[group]), 8);
          else expect(value, name).toEqual(right[group]);
        });
      }
    }
  });
});

function randomScalar(random: SeededRandom, type: DataType): Scalar {
  if (random.chance(0.3)) return null;
  switch (type.kind) {
    case 'boolean':
      return random.chance(0.7);
    case 'text':
      return random.pick(['a', 'b', '', 'é']);
    case 'int64':
      return random.pick([1, -1, 2n ** 55n]);
    case 'float64':
      return random.below(1_000) / 10;
    default:
      return random.below(100);
  }
}
