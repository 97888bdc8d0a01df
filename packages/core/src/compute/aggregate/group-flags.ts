/** One flag per group: "has this group seen a value", which decides between a result and null. */
import { validityBytes } from '../../types/column-vector.ts';
import { growBytes } from '../../types/growable.ts';
import { setBit } from '../../types/validity.ts';

export class GroupFlags {
  /** 1 where the flag is set. Replaced by `resize`. */
  flags: Uint8Array = new Uint8Array(0);

  resize(groupCount: number): void {
    this.flags = growBytes(this.flags, groupCount);
  }

  /** Marks the groups of rows that are present; `present` undefined = all rows. */
  mark(groups: Int32Array, rowCount: number, present: Uint8Array | undefined): void {
    const { flags } = this;
    if (present === undefined) {
      for (let row = 0; row < rowCount; row += 1) flags[groups[row]!] = 1;
      return;
    }
    for (let row = 0; row < rowCount; row += 1) {
      if ((present[row >>> 3]! & (1 << (row & 7))) !== 0) flags[groups[row]!] = 1;
    }
  }

  /** Group i of `other` is `groups[i]` here. */
  merge(other: GroupFlags, groups: Int32Array): void {
    for (let group = 0; group < groups.length; group += 1) {
      if (other.flags[group] !== 0) this.flags[groups[group]!] = 1;
    }
  }

  /** The flags of groups [start, end) as a validity bitmap; undefined when all are set. */
  validity(start: number, end: number): Uint8Array | undefined {
    let missing = 0;
    const bits = new Uint8Array(validityBytes(end - start));
    for (let group = start; group < end; group += 1) {
      if (this.flags[group] !== 0) setBit(bits, group - start);
      else missing += 1;
    }
    return missing === 0 ? undefined : bits;
  }

  get byteLength(): number {
    return this.flags.length;
  }
}
