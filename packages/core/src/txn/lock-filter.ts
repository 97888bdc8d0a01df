/**
 * Says quickly that nobody holds the lock of a key: a table of counters by hash. Owners with few locks are in it; an owner with
 * many leaves it, because the table would have to be as large as its write set, and is asked by itself.
 *
 * Invariant: the sum of the counters is the number of hashes that the owners in it hold.
 */
import { assert } from '../base/assert.ts';

const SIZE_FIRST = 1024;
/** An owner with more locks than this leaves the filter. */
export const FILTERED_LOCKS_MAX = 1024;

export class LockFilter {
  #counters = new Uint16Array(SIZE_FIRST);
  #total = 0;
  /** Hash lists of the owners in it. */
  readonly #lists = new Set<number[]>();

  /** False: no owner in the filter has a lock with this hash. */
  mayHold(hash: number): boolean {
    return this.#counters[hash & (this.#counters.length - 1)] !== 0;
  }

  /** Adds a hash to the list of an owner, and the list itself with its first one. */
  add(list: number[], hash: number): void {
    if (list.length === 0) this.#lists.add(list);
    list.push(hash);
    this.#total += 1;
    if (this.#total > this.#counters.length / 4) this.#grow();
    else this.#count(hash);
  }

  /** Takes an owner's hashes out and empties its list. */
  remove(list: number[]): void {
    const mask = this.#counters.length - 1;
    for (const hash of list) {
      assert(this.#counters[hash & mask]! > 0, 'every hash in the filter was counted');
      this.#counters[hash & mask]! -= 1;
    }
    this.#total -= list.length;
    this.#lists.delete(list);
    list.length = 0;
  }

  #count(hash: number): void {
    const slot = hash & (this.#counters.length - 1);
    assert(this.#counters[slot]! < 0xffff, 'a counter has room for all locks of one hash');
    this.#counters[slot]! += 1;
  }

  #grow(): void {
    this.#counters = new Uint16Array(this.#counters.length * 4);
    for (const list of this.#lists) for (const hash of list) this.#count(hash);
  }
}
