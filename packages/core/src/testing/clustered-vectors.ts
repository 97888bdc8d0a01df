/**
 * Vectors in clusters, by seed: what embeddings look like more than uniform noise does, and hard for a graph, because most
 * of a query's neighbours are as far from it as from one another.
 *
 * The law: `clusters` centres, uniform in [-1, 1] in each dimension; a vector is a centre drawn at random plus a normal
 * deviate of `spread` in each dimension. Queries follow the same law.
 */
import { nextFloat, type Random } from '../base/random.ts';

export interface ClusteredLaw {
  readonly dimension: number;
  readonly clusters: number;
  readonly spread: number;
}

export class ClusteredVectors {
  readonly #law: ClusteredLaw;
  readonly #random: Random;
  readonly #centres: Float32Array;

  constructor(law: ClusteredLaw, random: Random) {
    this.#law = law;
    this.#random = random;
    this.#centres = Float32Array.from(
      { length: law.clusters * law.dimension },
      () => nextFloat(random) * 2 - 1,
    );
  }

  /** The next `count` vectors, one after another. */
  take(count: number): Float32Array {
    const { dimension, clusters, spread } = this.#law;
    const vectors = new Float32Array(count * dimension);
    for (let row = 0; row < count; row += 1) {
      const centre = Math.floor(nextFloat(this.#random) * clusters) * dimension;
      for (let at = 0; at < dimension; at += 1) {
        vectors[row * dimension + at] = this.#centres[centre + at]! + spread * this.#deviate();
      }
    }
    return vectors;
  }

  /** A normal deviate, nearly: the sum of twelve uniform ones. */
  #deviate(): number {
    let sum = -6;
    for (let index = 0; index < 12; index += 1) sum += nextFloat(this.#random);
    return sum;
  }
}
