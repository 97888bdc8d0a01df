/**
 * The memory budget of decoded blocks, shared by all tables of all stores that are given the same cache. Blocks lie in their
 * tables' arrays; the cache only knows who is there and evicts by CLOCK: a hand goes round, spares a block that was used since its
 * last visit, and drops the first that was not. Compared with exact LRU a hit writes one flag instead of relinking a list.
 */
import { assert } from '../base/assert.ts';
import type { Block } from '../sstable/block.ts';
import type { Residency } from '../sstable/residency.ts';

export const BLOCK_CACHE_SIZE_DEFAULT = 512 * 1024 * 1024;

const READ_AHEAD_MAX = 256 * 1024;

export class BlockCache implements Residency {
  readonly budgetBytes: number;
  readonly readAheadBytes: number;
  readonly #ring: Block[] = [];
  #hand = 0;
  #sizeBytes = 0;
  #admitted = 0;
  #evicted = 0;

  constructor(budgetBytes: number = BLOCK_CACHE_SIZE_DEFAULT) {
    assert(budgetBytes >= 0, 'a budget is not negative');
    this.budgetBytes = budgetBytes;
    this.readAheadBytes = Math.min(READ_AHEAD_MAX, Math.floor(budgetBytes / 8));
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get blockCount(): number {
    return this.#ring.length;
  }

  /** Blocks read into the cache since it was made: its misses. */
  get admittedCount(): number {
    return this.#admitted;
  }

  get evictedCount(): number {
    return this.#evicted;
  }

  admit(block: Block): void {
    this.#admitted += 1;
    this.#sizeBytes += block.memoryBytes;
    block.place = this.#ring.length;
    this.#ring.push(block);
    while (this.#sizeBytes > this.budgetBytes && this.#ring.length > 0) this.#evictOne();
  }

  evictAll(home: readonly (Block | undefined)[]): void {
    for (const block of home) if (block !== undefined) this.#drop(block);
  }

  /** Terminates within two rounds: the first clears every flag. */
  #evictOne(): void {
    for (;;) {
      if (this.#hand >= this.#ring.length) this.#hand = 0;
      const block = this.#ring[this.#hand]!;
      if (!block.used) {
        this.#evicted += 1;
        this.#drop(block);
        return;
      }
      block.used = false;
      this.#hand += 1;
    }
  }

  #drop(block: Block): void {
    const last = this.#ring.pop()!;
    if (last !== block) {
      this.#ring[block.place] = last;
      last.place = block.place;
    }
    block.home[block.number] = undefined;
    this.#sizeBytes -= block.memoryBytes;
  }
}
