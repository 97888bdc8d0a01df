/**
 * Which versions of a key are worth keeping. Fed with entries in their order (a key's newest version first), it drops those that
 * no snapshot can see.
 *
 * Snapshots cut the line of versions into stripes; one snapshot sees one version of a stripe, its newest:
 *
 *   versions   9   8 | 7   6   5 | 3   2          snapshots 3 and 7, the newest one being what is visible now
 *   kept       9   8   7           3              newer than all snapshots: kept, somebody may yet read there
 *
 * A delete that is kept for the oldest snapshot hides nothing once no older entry of the key exists elsewhere; then it goes as
 * well. An entry that has expired for the oldest snapshot is such a delete. The same entry twice, as replaying a log that a flush had covered makes it, is kept once.
 */
import { assert } from '../base/assert.ts';
import { ENTRY_KIND, type EntryCursor } from '../memtable/entry.ts';
import { hasExpired } from '../memtable/expiry.ts';

/** Says whether an entry of the key older than `version` may exist outside of what is being written. Keys come ascending. */
export interface OlderEntries {
  mayExist(bytes: Uint8Array, start: number, end: number, version: number): boolean;
}

export const OLDER_EVERYWHERE: OlderEntries = Object.freeze({ mayExist: () => true });
export const OLDER_NOWHERE: OlderEntries = Object.freeze({ mayExist: () => false });

export class VersionGc {
  /** Number of the current key among all seen, from 1. */
  keyNumber = 0;
  readonly #snapshots: readonly number[];
  readonly #oldest: number;
  readonly #newest: number;
  readonly #elsewhere: OlderEntries;
  #key = new Uint8Array(64);
  #keyLength = -1;
  /** The version before the current one of the same key, which is newer. */
  #newer = 0;

  /** `snapshots` ascend; no other one reads, now or later, at or below the last. */
  constructor(snapshots: readonly number[], elsewhere: OlderEntries) {
    assert(snapshots.length > 0, 'there is a newest snapshot');
    this.#snapshots = snapshots;
    this.#oldest = snapshots[0]!;
    this.#newest = snapshots.at(-1)!;
    this.#elsewhere = elsewhere;
  }

  /** `keeps` of the entry under a cursor, whose value says whether it has expired. */
  keepsEntry(cursor: EntryCursor): boolean {
    const { keyBytes, keyStart, keyEnd, version, kind, valueBytes, valueStart } = cursor;
    const isGone = hasExpired(kind, valueBytes, valueStart, this.#oldest);
    return this.keeps(keyBytes, keyStart, keyEnd, version, isGone ? ENTRY_KIND.delete : kind);
  }

  keeps(bytes: Uint8Array, start: number, end: number, version: number, kind: number): boolean {
    let newer = this.#newer;
    if (!this.#isSameKey(bytes, start, end)) {
      this.#setKey(bytes, start, end);
      newer = Number.MAX_SAFE_INTEGER;
    }
    this.#newer = version;
    if (version === newer) return false;
    if (version > this.#newest) return true;
    if (this.#snapshotAt(version) >= newer) return false;
    if (kind !== ENTRY_KIND.delete || version > this.#oldest) return true;
    return this.#elsewhere.mayExist(bytes, start, end, version);
  }

  /** The oldest snapshot that is not older than `version`. */
  #snapshotAt(version: number): number {
    if (version <= this.#oldest) return this.#oldest;
    let low = 0;
    let high = this.#snapshots.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#snapshots[middle]! < version) low = middle + 1;
      else high = middle;
    }
    return this.#snapshots[low]!;
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
    this.keyNumber += 1;
  }
}
