/**
 * Which rows were changed after a version: what lies between a resident copy of a column and a newer snapshot. For a
 * snapshot S the rows that matter are those first changed at or before S; a row first changed after S is as it was.
 *
 * Of each row only the first and the last changing version are kept, so that a row written a million times takes no more
 * room than one written once. Where that forgets too much the log says "changed", which costs its reader one look-up and is
 * never wrong. Versions may arrive in any order.
 */
import { version as toVersion, type Version } from '../base/brand.ts';
import { RowKeyTable } from './row-key-table.ts';

export class ChangeLog {
  readonly #keys = new RowKeyTable();
  /** By ordinal of `#keys`. Invariant: first <= last. */
  readonly #first: Version[] = [];
  readonly #last: Version[] = [];

  /** How many rows are in the log. */
  get count(): number {
    return this.#keys.count;
  }

  get byteLength(): number {
    return this.#keys.byteLength + this.#keys.count * 16;
  }

  note(key: Uint8Array, version: Version): void {
    const ordinal = this.#keys.find(key);
    if (ordinal < 0) {
      this.#add(key, version, version);
      return;
    }
    if (version < this.#first[ordinal]!) this.#first[ordinal] = version;
    if (version > this.#last[ordinal]!) this.#last[ordinal] = version;
  }

  /** Copies of the keys of the rows that `snapshot` may see changed. */
  keysAt(snapshot: Version): Uint8Array[] {
    const keys: Uint8Array[] = [];
    for (let ordinal = 0; ordinal < this.count; ordinal += 1) {
      if (this.#first[ordinal]! <= snapshot) keys.push(this.#keys.keyAt(ordinal));
    }
    return keys;
  }

  /** The changes later than `version`, as a log of their own. */
  after(version: Version): ChangeLog {
    const rest = new ChangeLog();
    for (let ordinal = 0; ordinal < this.count; ordinal += 1) {
      const last = this.#last[ordinal]!;
      if (last <= version) continue;
      // A first change before `version` tells nothing about the first one after it: assume the earliest possible.
      const first = Math.max(this.#first[ordinal]!, version + 1);
      rest.#add(this.#keys.keyAt(ordinal), toVersion(first), last);
    }
    return rest;
  }

  #add(key: Uint8Array, first: Version, last: Version): void {
    this.#keys.add(key);
    this.#first.push(first);
    this.#last.push(last);
  }
}
