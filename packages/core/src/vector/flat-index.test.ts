import { describe, expect, it } from 'vitest';
import { nextBelow, nextFloat, type Random } from '../base/random.ts';
import { loadKernels } from '../kernels/load-kernels.ts';
import type { Metric } from '../types/data-type.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { FlatIndex } from './flat-index.ts';
import { RowBitmap } from './row-bitmap.ts';
import type { VectorHits } from './vector-index.ts';

const SEED = Number(process.env['ALOPEX_TEST_SEED'] ?? 20_261_125);
const METRICS: readonly Metric[] = ['cosine', 'l2', 'inner', 'l1'];
const kernels = loadKernels({ kind: 'exact' });

function randomVector(random: Random, dimension: number): Float32Array {
  return Float32Array.from({ length: dimension }, () => nextFloat(random) - 0.5);
}

function ordinalsOf(hits: VectorHits): number[] {
  return [...hits.ordinals];
}

/** Every row's distance by a one-row index, then a sort: no heap, no bitmap, no segments. */
function bruteForce(
  rows: readonly Float32Array[],
  isThere: (ordinal: number) => boolean,
  metric: Metric,
  vector: Float32Array,
  k: number,
): number[] {
  const candidates: { readonly ordinal: number; readonly reduced: number }[] = [];
  for (const [ordinal, row] of rows.entries()) {
    if (!isThere(ordinal)) continue;
    const single = new FlatIndex(kernels, vector.length);
    single.add(row);
    candidates.push({ ordinal, reduced: single.search({ vector, metric, k: 1 }).reduced[0]! });
  }
  candidates.sort((left, right) => left.reduced - right.reduced || left.ordinal - right.ordinal);
  return candidates.slice(0, k).map(({ ordinal }) => ordinal);
}

describe('A flat index', () => {
  it('answers nothing when it is empty', () => {
    const index = new FlatIndex(kernels, 3);
    expect(index.search({ vector: Float32Array.of(1, 2, 3), metric: 'l2', k: 5 }).count).toBe(0);
  });

  it(`finds what brute force finds, with rows removed and filtered (seed ${SEED})`, () => {
    const random = new SeededRandom(SEED);
    for (const dimension of [1, 5, 16, 30]) {
      const index = new FlatIndex(kernels, dimension);
      const rows = Array.from({ length: 150 }, () => randomVector(random, dimension));
      for (const [ordinal, row] of rows.entries()) expect(index.add(row)).toBe(ordinal);
      const removed = new Set(Array.from({ length: 40 }, () => nextBelow(random, 150)));
      for (const ordinal of removed) index.remove(ordinal);
      expect(index.rowCount).toBe(150 - removed.size);
      const only = new RowBitmap(140);
      for (let ordinal = 0; ordinal < 140; ordinal += 1)
        if (nextFloat(random) < 0.3) only.add(ordinal);
      const except = [3, 77, 149];
      for (const metric of METRICS) {
        const vector = randomVector(random, dimension);
        const k = 1 + nextBelow(random, 20);
        const all = index.search({ vector, metric, k });
        const present = (ordinal: number): boolean => !removed.has(ordinal);
        expect(ordinalsOf(all)).toEqual(bruteForce(rows, present, metric, vector, k));
        const some = index.search({ vector, metric, k, only, except });
        const chosen = (ordinal: number): boolean =>
          present(ordinal) && ordinal < 140 && only.has(ordinal) && !except.includes(ordinal);
        expect(ordinalsOf(some)).toEqual(bruteForce(rows, chosen, metric, vector, k));
      }
    }
  });

  it('carries the best from segment to segment, whatever the steps are', () => {
    const random = new SeededRandom(SEED + 1);
    const dimension = 1024;
    const index = new FlatIndex(kernels, dimension);
    const rows = Array.from({ length: 1500 }, () => randomVector(random, dimension)); // 6 MB: several segments
    for (const row of rows) index.add(row);
    const vector = randomVector(random, dimension);
    const expected = index.search({ vector, metric: 'cosine', k: 25 });
    expect(ordinalsOf(expected)).toEqual(bruteForce(rows, () => true, 'cosine', vector, 25));
    for (const bytes of [1, 200_000, 1_500_000]) {
      const search = index.beginSearch({ vector, metric: 'cosine', k: 25 });
      let steps = 1;
      while (!search.advance(bytes)) steps += 1;
      expect(steps).toBeGreaterThan(3);
      expect(search.hits()).toEqual(expected);
    }
  });

  it('does not let a search under way see what is added or removed', () => {
    const random = new SeededRandom(SEED + 2);
    const index = new FlatIndex(kernels, 8);
    for (let row = 0; row < 1000; row += 1) index.add(randomVector(random, 8));
    const vector = randomVector(random, 8);
    const before = index.search({ vector, metric: 'l2', k: 10 });
    const search = index.beginSearch({ vector, metric: 'l2', k: 10 });
    search.advance(100 * 32);
    for (const ordinal of before.ordinals) index.remove(ordinal);
    for (let row = 0; row < 10; row += 1) index.add(vector);
    const interloper = index.search({ vector: randomVector(random, 8), metric: 'l1', k: 900 });
    expect(interloper.count).toBe(900);
    expect(search.advance()).toBe(true);
    expect(search.hits()).toEqual(before);
    expect(ordinalsOf(index.search({ vector, metric: 'l2', k: 2 }))).toEqual([1000, 1001]);
  });

  it('answers more hits than its first heap holds, and no more than there are', () => {
    const random = new SeededRandom(SEED + 3);
    const index = new FlatIndex(kernels, 2);
    const rowCount = 70_000; // a heap of 560 kB beside a megabyte of rows
    for (let row = 0; row < rowCount; row += 1) index.add(randomVector(random, 2));
    const { count, reduced, ordinals } = index.search({
      vector: Float32Array.of(0, 0),
      metric: 'l2',
      k: 1_000_000,
    });
    expect(count).toBe(rowCount);
    expect(reduced).toEqual(reduced.slice().sort());
    expect(new Set(ordinals).size).toBe(rowCount);
  });

  it('puts rows without a cosine last, by ordinal', () => {
    const index = new FlatIndex(kernels, 2);
    for (const row of [
      [0, 0],
      [1, 0],
      [0, 0],
      [0, 1],
      [-1, 0],
    ])
      index.add(Float32Array.from(row));
    const query = { vector: Float32Array.of(1, 0), metric: 'cosine' } as const;
    const { ordinals, reduced } = index.search({ ...query, k: 5 });
    expect([...ordinals]).toEqual([1, 3, 4, 0, 2]);
    expect([...reduced]).toEqual([-1, -0, 1, Number.NaN, Number.NaN].map((value) => value + 0));
    expect(ordinalsOf(index.search({ ...query, k: 4 }))).toEqual([1, 3, 4, 0]);
  });

  it('counts the memory it holds', () => {
    const index = new FlatIndex(kernels, 384, 10_000);
    expect(index.byteLength).toBeGreaterThanOrEqual(10_000 * 384 * 4);
    expect(index.byteLength).toBeLessThan(10_000 * 384 * 4 * 1.1);
  });
});
