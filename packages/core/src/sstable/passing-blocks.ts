/**
 * Blocks of a table for a reader that passes through once, such as a compaction: what is in the cache is taken from there, the rest
 * is read in long stretches past the cache, which so keeps what point reads have gathered. For one cursor going forward.
 */
import { PENDING, type Pending } from '../base/pending.ts';
import type { Block } from './block.ts';
import type { BlockProvider } from './table-cursor.ts';

/** The table as its passing reader sees it. */
export interface BlockFile {
  readonly blockCount: number;
  find(key: Uint8Array, version: number): number | Pending;
  /** The block if it is in memory. */
  cached(number: number): Block | undefined;
  offset(number: number): number;
  /** Position behind the stored block. */
  end(number: number): number;
  read(position: number, length: number): Uint8Array | Pending;
  /** Verifies and decodes a block out of bytes that were read from `position` on. */
  decode(number: number, bytes: Uint8Array, position: number): Block;
}

export const PASSING_READ_BYTES = 256 * 1024;

const NO_BYTES = new Uint8Array(0);

export class PassingBlocks implements BlockProvider {
  readonly #file: BlockFile;
  #stretch: Uint8Array = NO_BYTES;
  #stretchAt = 0;

  constructor(file: BlockFile) {
    this.#file = file;
  }

  get blockCount(): number {
    return this.#file.blockCount;
  }

  find(key: Uint8Array, version: number): number | Pending {
    return this.#file.find(key, version);
  }

  block(number: number): Block | Pending {
    const file = this.#file;
    const cached = file.cached(number);
    if (cached !== undefined) return cached;
    const start = file.offset(number);
    const isRead =
      start >= this.#stretchAt && file.end(number) <= this.#stretchAt + this.#stretch.length;
    if (!isRead) {
      const bytes = file.read(start, this.#stretchEnd(number) - start);
      if (bytes === PENDING) return PENDING;
      this.#stretch = bytes;
      this.#stretchAt = start;
    }
    return file.decode(number, this.#stretch, this.#stretchAt);
  }

  #stretchEnd(number: number): number {
    const file = this.#file;
    const limit = file.offset(number) + PASSING_READ_BYTES;
    let last = number;
    while (last + 1 < file.blockCount && file.end(last + 1) <= limit) last += 1;
    return file.end(last);
  }
}
