/**
 * Distances of vectors that lie in ordinary arrays, a batch at a time: what expressions such as `embedding <=> $1` compute.
 *
 * Vectors are copied into a memory of its own, a cache-sized piece at a time, and computed there by the same kernels that an
 * index uses. The TypeScript twin on the arrays as they lie would win for single pairs below some 50 dimensions only (one
 * pair of 8: 52 ns against 117; of 384: 554 against 181), and a relaxed kernel beside another one would give a pair of
 * vectors two distances that differ in the last digit.
 */
import { assert } from '../base/assert.ts';
import type { KernelFunctions, Kernels } from '../kernels/kernels.ts';
import { PAGE_BYTES, type LinearMemory } from '../kernels/linear-memory.ts';
import { METRIC_CODE } from '../kernels/metric-code.ts';
import type { Metric } from '../types/data-type.ts';
import { SQUARES_MAX, SQUARES_MIN } from '../kernels/reduced-distance.ts';
import { measureOf, type VectorMeasure } from './metric.ts';

/** Fits four vectors of 65,535 dimensions, and a second-level cache. */
const MEMORY_BYTES = 16 * PAGE_BYTES;

export interface DistanceBatch {
  readonly metric: Metric;
  readonly measure: VectorMeasure;
  readonly dimension: number;
  /** How many values to compute. */
  readonly count: number;
  /** `count` vectors one after another, or a single one (`leftIsOne`) to compare with every right one. */
  readonly left: Float32Array;
  readonly leftIsOne: boolean;
  /** `count` vectors one after another. */
  readonly right: Float32Array;
}

export class VectorDistances {
  readonly #memory: LinearMemory;
  readonly #functions: KernelFunctions;

  constructor(kernels: Kernels) {
    const pages = MEMORY_BYTES / PAGE_BYTES;
    this.#memory = kernels.createMemory({ initialPages: pages, maximumPages: pages });
    this.#functions = kernels.bind(this.#memory);
  }

  /** out[i] = the measure of pair i. Slots of nulls are computed too (they hold zeros) and masked by the caller. */
  compute(batch: DistanceBatch, out: Float64Array): void {
    const { metric, measure, dimension, count, left, leftIsOne, right } = batch;
    assert(left.length >= (leftIsOne ? 1 : count) * dimension, 'every pair has a left vector');
    assert(
      right.length >= count * dimension && out.length >= count,
      'every pair has a right vector and a place',
    );
    const vectorBytes = dimension * 4;
    const perPair = (leftIsOne ? vectorBytes : 2 * vectorBytes) + 4;
    const pairsPerStep = Math.floor((MEMORY_BYTES - (leftIsOne ? vectorBytes : 0)) / perPair);
    const floats = new Float32Array(this.#memory.buffer);
    if (leftIsOne) floats.set(left.subarray(0, dimension));
    for (let first = 0; first < count; first += pairsPerStep) {
      const pairs = Math.min(pairsPerStep, count - first);
      const range = [first * dimension, (first + pairs) * dimension] as const;
      if (!leftIsOne) floats.set(left.subarray(...range));
      const rightAt = (leftIsOne ? 1 : pairs) * dimension;
      floats.set(right.subarray(...range), rightAt);
      const outAt = rightAt + pairs * dimension;
      const leftStride = leftIsOne ? 0 : vectorBytes;
      this.#functions.reducedDistances(
        METRIC_CODE[metric],
        0,
        leftStride,
        rightAt * 4,
        vectorBytes,
        dimension,
        pairs,
        0,
        outAt * 4,
      );
      for (let pair = 0; pair < pairs; pair += 1) {
        out[first + pair] = measureOf(metric, measure, floats[outAt + pair]!);
      }
    }
  }

  /** Euclidean norm of each vector, `vector_norm`. */
  norms(vectors: Float32Array, dimension: number, count: number, out: Float64Array): void {
    const floats = new Float32Array(this.#memory.buffer);
    const perStep = Math.floor(MEMORY_BYTES / (dimension * 4 + 4));
    for (let first = 0; first < count; first += perStep) {
      const step = Math.min(perStep, count - first);
      floats.set(vectors.subarray(first * dimension, (first + step) * dimension));
      const outAt = step * dimension;
      this.#functions.squaredNorms(0, dimension * 4, dimension, step, outAt * 4);
      for (let index = 0; index < step; index += 1) {
        const squares = floats[outAt + index]!;
        const isSafe = squares >= SQUARES_MIN && squares <= SQUARES_MAX;
        out[first + index] = Math.sqrt(
          isSafe ? squares : wideSquares(floats, index * dimension, dimension),
        );
      }
    }
  }
}

/** The sum of squares in float64, where float32 overflows or vanishes. */
function wideSquares(floats: Float32Array, start: number, dimension: number): number {
  let sum = 0;
  for (let index = start; index < start + dimension; index += 1)
    sum += floats[index]! * floats[index]!;
  return sum;
}
