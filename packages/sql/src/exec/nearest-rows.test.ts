import { describe, expect, it } from 'vitest';
import { nextBelow } from '@alopex-db/core/base';
import { SeededRandom } from '@alopex-db/core/testing';
import { NearestRows, rankOf } from './nearest-rows.ts';

describe('the nearest rows', () => {
  it('are those that sorting everything finds, in its order, ties by key and no score last', () => {
    const seed = Number(process.env['ALOPEX_TEST_SEED'] ?? 3);
    const random = new SeededRandom(seed);
    for (let round = 0; round < 200; round += 1) {
      const limit = nextBelow(random, 8);
      const closerIsHigher = nextBelow(random, 2) === 0;
      const nearest = new NearestRows(limit, closerIsHigher);
      const all = Array.from({ length: nextBelow(random, 30) }, (_, key) => {
        const draw = nextBelow(random, 8);
        return { key, score: draw === 0 ? null : draw === 1 ? Number.NaN : draw };
      });
      for (const { key, score } of all.toSorted(() => nextBelow(random, 3) - 1)) {
        nearest.offer(score, { bytes: Uint8Array.of(9, key), start: 1, end: 2 });
      }
      const expected = all
        .toSorted((left, right) => {
          const ranks = [left, right].map(({ score }) => rankOf(score, closerIsHigher));
          return ranks[0] === ranks[1] ? left.key - right.key : ranks[0]! - ranks[1]!;
        })
        .slice(0, limit);
      const found = nearest.sorted().map(({ key, score }) => ({ key: key[0], score }));
      expect(found, `seed ${seed}, round ${round}`).toEqual(expected);
    }
  });
});
