/**
 * A level below 0 as one sequence of blocks: its tables stand one behind the other, so one table cursor walks them all, and a search
 * asks the one table that may hold the key. Tables are opened when a block of theirs is needed.
 */
import { PENDING, type Pending } from '../base/pending.ts';
import type { Block } from '../sstable/block.ts';
import type { BlockProvider } from '../sstable/table-cursor.ts';
import { firstNotBefore } from './key-range.ts';
import type { TableDescription } from './version-edit.ts';

/** A table of a level as its readers see it. */
export interface LevelPart extends Pick<TableDescription, 'metadata'> {
  blocks(): BlockProvider | Pending;
}

export class LevelBlocks implements BlockProvider {
  readonly blockCount: number;
  readonly #parts: readonly LevelPart[];
  /** Number of the first block of each table. */
  readonly #firsts: Float64Array;

  /** Disjoint tables in key order. */
  constructor(parts: readonly LevelPart[]) {
    this.#parts = parts;
    this.#firsts = new Float64Array(parts.length);
    let count = 0;
    for (const [index, part] of parts.entries()) {
      this.#firsts[index] = count;
      count += part.metadata.blockCount;
    }
    this.blockCount = count;
  }

  find(key: Uint8Array, version: number): number | Pending {
    const at = firstNotBefore(this.#parts, key);
    if (at === this.#parts.length) return this.blockCount;
    const blocks = this.#parts[at]!.blocks();
    if (blocks === PENDING) return PENDING;
    const number = blocks.find(key, version);
    return number === PENDING ? PENDING : this.#firsts[at]! + number;
  }

  block(number: number, readAhead: number): Block | Pending {
    const at = this.#partOf(number);
    const blocks = this.#parts[at]!.blocks();
    return blocks === PENDING ? PENDING : blocks.block(number - this.#firsts[at]!, readAhead);
  }

  #partOf(number: number): number {
    const firsts = this.#firsts;
    let low = 0;
    let high = firsts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (firsts[middle]! <= number) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
