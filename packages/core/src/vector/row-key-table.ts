/**
 * Row keys by ordinal, and the ordinal of a key: all keys in one buffer, offsets beside it, and an open-addressing hash
 * table (linear probing, at most half full) of ordinals. Nothing is allocated for a key.
 *
 * A key may be added again: it then has two ordinals and `find` gives the later one. Nothing is ever removed.
 */
import { compareRanges } from '../base/bytes.ts';
import { hashBytes } from '../base/hash.ts';

const FREE = -1;
const SLOTS_MIN = 16;
const KEY_BYTES_MIN = 256;

export class RowKeyTable {
  #count = 0;
  #bytes = new Uint8Array(KEY_BYTES_MIN);
  /** Key i is bytes [ends[i - 1], ends[i]); floats, because keys may take more than 4 GiB. */
  #ends = new Float64Array(SLOTS_MIN);
  #slots = new Int32Array(SLOTS_MIN).fill(FREE);

  get count(): number {
    return this.#count;
  }

  get byteLength(): number {
    return this.#bytes.byteLength + this.#ends.byteLength + this.#slots.byteLength;
  }

  /** Copies the key and returns its new ordinal. */
  add(key: Uint8Array, start = 0, end = key.length): number {
    const ordinal = this.#count;
    this.#reserve(end - start);
    const at = this.#startOf(ordinal);
    this.#bytes.set(key.subarray(start, end), at);
    this.#ends[ordinal] = at + (end - start);
    this.#count = ordinal + 1;
    this.#slots[this.#slotOf(key, start, end)] = ordinal;
    return ordinal;
  }

  /**
   * The latest ordinal of a key, or -1. `guess` is tried before the table: whoever asks for keys in the order in which they
   * were added passes the ordinal of the answer before plus one, and no hash is computed.
   */
  find(key: Uint8Array, start = 0, end = key.length, guess = -1): number {
    if (guess >= 0 && guess < this.#count && this.#equals(guess, key, start, end)) return guess;
    return this.#slots[this.#slotOf(key, start, end)]!;
  }

  /** A copy of the key of an ordinal. */
  keyAt(ordinal: number): Uint8Array {
    return this.#bytes.slice(this.#startOf(ordinal), this.#ends[ordinal]);
  }

  /** The slot that holds the key, else the free one where it belongs. */
  #slotOf(key: Uint8Array, start: number, end: number): number {
    const mask = this.#slots.length - 1;
    let slot = hashBytes(key, start, end) & mask;
    for (;;) {
      const ordinal = this.#slots[slot]!;
      if (ordinal === FREE || this.#equals(ordinal, key, start, end)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #equals(ordinal: number, key: Uint8Array, start: number, end: number): boolean {
    const ownStart = this.#startOf(ordinal);
    const ownEnd = this.#ends[ordinal]!;
    return (
      ownEnd - ownStart === end - start &&
      compareRanges(this.#bytes, ownStart, ownEnd, key, start, end) === 0
    );
  }

  #startOf(ordinal: number): number {
    return ordinal === 0 ? 0 : this.#ends[ordinal - 1]!;
  }

  #reserve(keyBytes: number): void {
    const bytesNeeded = this.#startOf(this.#count) + keyBytes;
    if (bytesNeeded > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(bytesNeeded, Math.ceil(this.#bytes.length * 1.5)));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    if (this.#count === this.#ends.length) {
      const larger = new Float64Array(Math.ceil(this.#ends.length * 1.5));
      larger.set(this.#ends);
      this.#ends = larger;
    }
    if ((this.#count + 1) * 2 > this.#slots.length) this.#rehash(this.#slots.length * 2);
  }

  #rehash(slotCount: number): void {
    const old = this.#slots;
    this.#slots = new Int32Array(slotCount).fill(FREE);
    for (const ordinal of old) {
      if (ordinal === FREE) continue;
      this.#slots[this.#slotOf(this.#bytes, this.#startOf(ordinal), this.#ends[ordinal]!)] =
        ordinal;
    }
  }
}
