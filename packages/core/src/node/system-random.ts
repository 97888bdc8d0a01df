/** The operating system's randomness, fetched by the kilobyte because one call costs more than a thousand numbers. */
import { randomFillSync } from 'node:crypto';
import type { Random } from '../base/random.ts';

const WORDS = 256;

class SystemRandom implements Random {
  readonly #words = new Uint32Array(WORDS);
  #next = WORDS;

  nextUint32(): number {
    if (this.#next === WORDS) {
      randomFillSync(this.#words);
      this.#next = 0;
    }
    const word = this.#words[this.#next]!;
    this.#next += 1;
    return word;
  }
}

export const systemRandom: Random = new SystemRandom();
