/** A set of row ordinals below a fixed length, as 32-bit words: bit i of word i >> 5. Kernels read the words as they are. */
import { assert } from '../base/assert.ts';

export class RowBitmap {
  readonly length: number;
  readonly words: Uint32Array;

  constructor(length: number, words: Uint32Array = new Uint32Array((length + 31) >>> 5)) {
    assert(words.length >= (length + 31) >>> 5, 'a bitmap has a word for every 32 rows');
    this.length = length;
    this.words = words;
  }

  add(ordinal: number): void {
    this.words[ordinal >>> 5]! |= 1 << (ordinal & 31);
  }

  delete(ordinal: number): void {
    this.words[ordinal >>> 5]! &= ~(1 << (ordinal & 31));
  }

  has(ordinal: number): boolean {
    return (this.words[ordinal >>> 5]! & (1 << (ordinal & 31))) !== 0;
  }

  /** A copy for `length` rows; rows it has not got here are not in it. */
  resized(length: number): RowBitmap {
    const words = new Uint32Array((length + 31) >>> 5);
    words.set(this.words.subarray(0, words.length));
    return new RowBitmap(length, words);
  }

  /** Adds every row that is not in `other`, those beyond its length included. */
  addComplement(other: RowBitmap): void {
    for (let index = 0; index < this.words.length; index += 1) {
      this.words[index]! |= ~(other.words[index] ?? 0);
    }
  }

  /** How many rows are in the set; counts, so do not call it per row. */
  count(): number {
    let total = 0;
    for (const word of this.words) total += countOnes(word);
    return total;
  }
}

/** Hamming weight by adding neighbours in parallel (Warren, Hacker's Delight, 5-1). */
function countOnes(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
