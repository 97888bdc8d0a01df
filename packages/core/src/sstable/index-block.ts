/**
 * Finds the data block of a key. On disk the index is a block like any other: one entry per data block, its key a separator
 * with last key <= separator < first key of the next block, its value a handle. Where one user key spans two blocks the
 * separator is that key with the version of the last entry; otherwise the version is 0, behind all versions of the separator.
 *
 * A table keeps its index in memory whole: about 1/400 of the table's size.
 */
import { readUint32, readUint64, writeUint32, writeUint64 } from '../base/little-endian.ts';
import { ENTRY_KIND } from '../memtable/entry.ts';
import type { BlockWriter } from './block-writer.ts';
import type { Block } from './block.ts';
import { BLOCK_HANDLE_SIZE } from './format.ts';

export class BlockIndex {
  /** Number of data blocks. */
  readonly count: number;
  readonly #block: Block | undefined;
  readonly #offsets: Float64Array;
  readonly #sizes: Uint32Array;
  /** Entries before each data block, and in all at the end. */
  readonly #entriesBefore: Float64Array;

  /** `block` is undefined in a table without entries. */
  constructor(block: Block | undefined) {
    this.#block = block;
    this.count = block === undefined ? 0 : block.count;
    this.#offsets = new Float64Array(this.count);
    this.#sizes = new Uint32Array(this.count);
    this.#entriesBefore = new Float64Array(this.count + 1);
    if (block === undefined) return;
    for (let index = 0; index < this.count; index += 1) {
      const at = block.valueStart(index);
      this.#offsets[index] = readUint64(block.bytes, at);
      this.#sizes[index] = readUint32(block.bytes, at + 8);
      this.#entriesBefore[index + 1] =
        this.#entriesBefore[index]! + readUint32(block.bytes, at + 12);
    }
  }

  get memoryBytes(): number {
    return (this.#block?.memoryBytes ?? 0) + this.count * 20;
  }

  /** The only data block that may hold the first entry not before (key, version); `count` when all entries are before it. */
  find(key: Uint8Array, version: number): number {
    return this.#block === undefined ? 0 : this.#block.lowerBound(key, version);
  }

  offset(index: number): number {
    return this.#offsets[index]!;
  }

  /** Size of the stored payload. */
  size(index: number): number {
    return this.#sizes[index]!;
  }

  entriesBefore(index: number): number {
    return this.#entriesBefore[index]!;
  }
}

export interface DataBlockHandle {
  readonly offset: number;
  readonly size: number;
  readonly entryCount: number;
}

/** Adds the entry of one finished data block. */
export function addIndexEntry(
  writer: BlockWriter,
  separator: Uint8Array,
  version: number,
  block: DataBlockHandle,
): void {
  const handle = new Uint8Array(BLOCK_HANDLE_SIZE);
  writeUint64(handle, 0, block.offset);
  writeUint32(handle, 8, block.size);
  writeUint32(handle, 12, block.entryCount);
  writer.add(separator, 0, separator.length, version, ENTRY_KIND.put, handle, 0, BLOCK_HANDLE_SIZE);
}

/** A short key with last < separator < next, or `last` itself where there is none. Expects last < next. */
export function separatorBetween(last: Uint8Array, next: Uint8Array): Uint8Array {
  let common = 0;
  while (common < last.length && last[common] === next[common]) common += 1;
  // As far as the first difference `next` is greater than `last`; cut there it is less than itself.
  return common + 1 < next.length ? next.slice(0, common + 1) : last;
}
