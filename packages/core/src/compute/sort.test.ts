import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../testing/seeded-random.ts';
import { columnFromScalars } from '../types/create-column-builder.ts';
import { FLOAT32, FLOAT64, INT16, INT64, TEXT } from '../types/data-type.ts';
import type { DataType } from '../types/data-type.ts';
import type { Scalar } from '../types/scalar.ts';
import { rowComparator, sortRows } from './sort.ts';

const LONG = 'x'.repeat(100);

const MAKERS: readonly (readonly [DataType, (random: SeededRandom) => Scalar])[] = [
  [INT16, (random) => random.below(100) - 50],
  [INT64, (random) => random.below(2 ** 31) * 4_000 - 4e12],
  [INT64, (random) => random.pick([1, -1, 2n ** 60n, random.below(9)])],
  [
    FLOAT32,
    (random) => random.pick([Number.NaN, -0, 0, -Infinity, Math.fround(random.below(1000) / 7)]),
  ],
  [FLOAT64, (random) => random.pick([Number.NaN, -0, 0, Infinity, -random.below(1000) / 7])],
  [
    TEXT,
    (random) =>
      random.pick([
        '',
        'a',
        `shared prefix ${random.below(90)}`,
        `${LONG}${random.below(50)}`,
        LONG,
        '\0',
      ]),
  ],
];

describe('sorting rows', () => {
  it('agrees with comparing them, for every type, direction and place of nulls', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const random = new SeededRandom(seed);
      const rowCount = random.pick([2, 255, 257, 3_000]);
      const keys = Array.from({ length: 1 + random.below(3) }, () => {
        const [type, make] = random.pick(MAKERS);
        const nulls = random.pick([0, 0.2]);
        const values = Array.from({ length: rowCount }, () =>
          random.chance(nulls) ? null : make(random),
        );
        return {
          column: columnFromScalars(type, values),
          descending: random.chance(0.5),
          nullsFirst: random.chance(0.5),
        };
      });
      const compare = rowComparator(keys, keys);
      const expected = Array.from({ length: rowCount }, (_, row) => row).toSorted(
        (left, right) => compare(left, right) || left - right,
      );
      expect(Array.from(sortRows(keys, rowCount)), `seed ${seed}`).toEqual(expected);
    }
  });

  it('sorts thousands of equal long texts without descending into their depth', () => {
    const texts = Array.from(
      { length: 2_000 },
      (_, row) => 'y'.repeat(50_000 / 100) + String(row % 3),
    );
    const key = { column: columnFromScalars(TEXT, texts), descending: false, nullsFirst: false };
    const order = Array.from(sortRows([key], texts.length));
    const endings = order.map((row) => row % 3);
    expect(endings).toEqual(endings.toSorted((left, right) => left - right));
  });
});
