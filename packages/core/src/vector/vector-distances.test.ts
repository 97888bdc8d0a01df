import { describe, expect, it } from 'vitest';
import { loadKernels } from '../kernels/load-kernels.ts';
import type { Metric } from '../types/data-type.ts';
import { VectorDistances } from './vector-distances.ts';

const METRICS: readonly Metric[] = ['cosine', 'l2', 'inner', 'l1'];

/** In float64, straight from the definitions. */
function plainDistance(metric: Metric, a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let squares = 0;
  let absolute = 0;
  let aSquares = 0;
  let bSquares = 0;
  for (let index = 0; index < a.length; index += 1) {
    const [x, y] = [a[index]!, b[index]!];
    dot += x * y;
    squares += (x - y) ** 2;
    absolute += Math.abs(x - y);
    aSquares += x * x;
    bSquares += y * y;
  }
  if (metric === 'cosine') return 1 - dot / Math.sqrt(aSquares * bSquares);
  if (metric === 'l2') return Math.sqrt(squares);
  return metric === 'inner' ? -dot : absolute;
}

describe.each(['relaxed', 'simd', 'typescript'] as const)(
  'Distances of batches by %s kernels',
  (kind) => {
    const distances = new VectorDistances(loadKernels({ kind }));

    it.each([
      [3, 1],
      [7, 2048],
      [384, 2048],
      [65_535, 5],
    ])(
      'come out for dimension %i, %i at a time, however many pieces that takes',
      (dimension, count) => {
        const left = Float32Array.from({ length: dimension * count }, (_, index) =>
          Math.sin(index),
        );
        const right = Float32Array.from({ length: dimension * count }, (_, index) =>
          Math.cos(index * 1.1),
        );
        const out = new Float64Array(count);
        for (const metric of METRICS) {
          for (const leftIsOne of [true, false]) {
            distances.compute(
              { metric, measure: 'distance', dimension, count, left, leftIsOne, right },
              out,
            );
            for (const pair of [0, count >> 1, count - 1]) {
              const leftStart = leftIsOne ? 0 : pair * dimension;
              const expected = plainDistance(
                metric,
                left.subarray(leftStart, leftStart + dimension),
                right.subarray(pair * dimension, (pair + 1) * dimension),
              );
              expect(Math.abs(out[pair]! - expected)).toBeLessThan(
                1e-5 * Math.max(1, Math.abs(expected)),
              );
            }
          }
        }
      },
    );

    it('are similarities when asked', () => {
      const out = new Float64Array(1);
      const [left, right] = [Float32Array.of(1, 2), Float32Array.of(4, 6)];
      const batch = {
        measure: 'similarity',
        dimension: 2,
        count: 1,
        left,
        leftIsOne: true,
        right,
      } as const;
      distances.compute({ ...batch, metric: 'l2' }, out);
      expect(out[0]).toBe(-5);
      distances.compute({ ...batch, metric: 'inner' }, out);
      expect(out[0]).toBe(16);
    });

    it('have norms, also where the squares leave float32', () => {
      const out = new Float64Array(3);
      distances.norms(Float32Array.of(3, 4, 3e30, 4e30, 3e-30, 4e-30), 2, 3, out);
      expect(out[0]).toBe(5);
      expect(out[1]! / 5e30).toBeCloseTo(1, 6);
      expect(out[2]! / 5e-30).toBeCloseTo(1, 6);
    });
  },
);
