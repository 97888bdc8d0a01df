import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../testing/seeded-random.ts';
import { columnFromScalars } from '../types/create-column-builder.ts';
import { FLOAT64, INT32, INT64, NULL_TYPE, TEXT, UUID, vectorType } from '../types/data-type.ts';
import type { DataType } from '../types/data-type.ts';
import { ascendingKey, encodeOrderKey } from '../types/order-key.ts';
import { scalarAt } from '../types/scalar-at.ts';
import type { Scalar } from '../types/scalar.ts';
import { createGroupTable } from './group-table.ts';

type Maker = (random: SeededRandom) => Scalar;

const nullable =
  (make: Maker): Maker =>
  (random) =>
    random.chance(0.1) ? null : make(random);

/** Key columns that take every path: dense, growing both ways, sparse, fractions, bigints, text, several columns. */
const KEYS: readonly (readonly [string, readonly DataType[], readonly Maker[]])[] = [
  ['small integers', [INT32], [(random) => random.below(50) - 25]],
  ['nullable small integers', [INT32], [nullable((random) => random.below(50) - 25)]],
  ['falling integers', [INT32], [(random) => -random.below(200_000)]],
  ['far integers', [INT32], [(random) => random.nextUint32() | 0]],
  [
    'doubles',
    [FLOAT64],
    [
      nullable((random) =>
        random.pick([Number.NaN, -0, 0, 0.5, 1e300, -Infinity, random.below(9)]),
      ),
    ],
  ],
  [
    'bigints that come late',
    [INT64],
    [nullable((random) => random.pick([1, 2, random.below(99), 2n ** 60n, -(2n ** 61n)]))],
  ],
  ['texts', [TEXT], [nullable((random) => `t${random.below(300)}`)]],
  ['uuids', [UUID], [nullable((random) => new Uint8Array(16).fill(random.below(9)))]],
  [
    'vectors',
    [vectorType()],
    [(random) => Float32Array.from({ length: 1 + random.below(2) }, () => random.below(3))],
  ],
  ['nulls only', [NULL_TYPE], [() => null]],
  [
    'three columns',
    [TEXT, INT32, FLOAT64],
    [
      nullable((random) => `t${random.below(9)}`),
      nullable((random) => random.below(9)),
      nullable((random) => random.below(4) / 2),
    ],
  ],
  ['no column', [], []],
];

describe('group tables', () => {
  for (const [name, types, makers] of KEYS) {
    it(`number ${name} by first sight and find them again`, () => {
      for (let seed = 1; seed <= 6; seed += 1) {
        const random = new SeededRandom(seed);
        const table = createGroupTable(types);
        const columns = types.map((type) => ascendingKey(type, true));
        const known = new Map<string, number>();
        const tuples: Scalar[][] = [];
        for (let batch = 0; batch < 6; batch += 1) {
          const rows = Array.from({ length: 1 + random.below(400) }, () =>
            makers.map((make) => make(random)),
          );
          const vectors = types.map((type, at) =>
            columnFromScalars(
              type,
              rows.map((row) => row[at]!),
            ),
          );
          const groups = new Int32Array(rows.length);
          const keys = rows.map((row) => String(encodeOrderKey(columns, row)));
          table.find(vectors, rows.length, groups);
          const before = Array.from(groups);
          expect(before, `seed ${seed}`).toEqual(keys.map((key) => known.get(key) ?? -1));
          table.assign(vectors, rows.length, groups);
          rows.forEach((row, at) => {
            if (known.has(keys[at]!)) return;
            known.set(keys[at]!, known.size);
            tuples.push(row);
          });
          expect(Array.from(groups), `seed ${seed}`).toEqual(keys.map((key) => known.get(key)));
        }
        expect(table.groupCount).toBe(known.size);
        const all = Int32Array.from({ length: table.groupCount }, (_, group) => group);
        const stored = table.keysOf(all, all.length);
        const read = tuples.map((_, group) => stored.map((column) => scalarAt(column, group)));
        const text = (rows: Scalar[][]): string[] =>
          rows.map((row) => String(encodeOrderKey(columns, row)));
        expect(text(read), `seed ${seed}`).toEqual(text(tuples));
      }
    });
  }

  it('find nothing where the probe holds what the table cannot', () => {
    const table = createGroupTable([INT64]);
    const groups = new Int32Array(3);
    table.assign([columnFromScalars(INT64, [1, 2, 3])], 3, groups);
    table.find([columnFromScalars(INT64, [2n ** 62n, 2, null])], 3, groups);
    expect(Array.from(groups)).toEqual([-1, 1, -1]);
  });
});
