/**
 * Which versions of a key are worth keeping. Fed with entries in their order, it drops those that no snapshot can see: of a key
 * every version newer than the horizon stays, of the others the newest. A delete that is the newest of those hides
 * nothing once no older entry of the keyspace exists anywhere; then it goes as well.
 */
import { ENTRY_KIND } from '../memtable/entry.ts';

export class VersionGc {
  readonly #horizon: number;
  readonly #dropsDeletes: boolean;
  #key = new Uint8Array(64);
  #keyLength = -1;
  /** Whether the current key has got its newest version at or below the horizon. */
  #settled = false;

  /** No snapshot, now or later, reads below `horizon`. `isBottom`: nothing older lies elsewhere. */
  constructor(horizon: number, isBottom: boolean) {
    this.#horizon = horizon;
    this.#dropsDeletes = isBottom;
  }

  keeps(bytes: Uint8Array, start: number, end: number, version: number, kind: number): boolean {
    if (!this.#isSameKey(bytes, start, end)) {
      this.#setKey(bytes, start, end);
      this.#settled = false;
    }
    if (version > this.#horizon) return true;
    if (this.#settled) return false;
    this.#settled = true;
    return kind !== ENTRY_KIND.delete || !this.#dropsDeletes;
  }

  #isSameKey(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start !== this.#keyLength) return false;
    // From the end: neighbours differ there.
    for (let index = this.#keyLength - 1; index >= 0; index -= 1) {
      if (bytes[start + index] !== this.#key[index]) return false;
    }
    return true;
  }

  #setKey(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (length > this.#key.length) this.#key = new Uint8Array(length * 2);
    for (let index = 0; index < length; index += 1) this.#key[index] = bytes[start + index]!;
    this.#keyLength = length;
  }
}
