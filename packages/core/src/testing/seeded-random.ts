/**
 * Randomness that can be replayed: the same seed gives the same numbers (sfc32, whose three words of state and a counter pass
 * PractRand). Tests print the seed they drew and take one from the environment to replay a failure.
 */
import type { Random } from '../base/random.ts';

const WARM_UP_ROUNDS = 12;

export class SeededRandom implements Random {
  readonly seed: number;
  #a: number;
  #b = 0x9e3779b9 | 0;
  #c = 0x243f6a88 | 0;
  #counter = 1;

  constructor(seed: number) {
    this.seed = seed >>> 0;
    this.#a = seed | 0;
    // Neighbouring seeds share most of the state at first.
    for (let round = 0; round < WARM_UP_ROUNDS; round += 1) this.nextUint32();
  }

  nextUint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** A uniform integer in [0, bound). */
  below(bound: number): number {
    return Math.floor((this.nextUint32() / 0x1_0000_0000) * bound);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.nextUint32() < probability * 0x1_0000_0000;
  }

  /** One of the items, each as likely as any other. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let index = 0; index < length; index += 1) bytes[index] = this.nextUint32() & 0xff;
    return bytes;
  }
}
