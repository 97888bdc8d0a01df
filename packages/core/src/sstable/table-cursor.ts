/**
 * Walks the entries of one table. Inside a block a step is arithmetic on typed arrays; the next block comes from the cache, or
 * from the disk together with some that follow: a scan that goes on reads ahead twice as far each time.
 */
import { PENDING, type Pending } from '../base/pending.ts';
import { ENTRY_KIND, VERSION_MAX, type EntryCursor, type EntryKind } from '../memtable/entry.ts';
import type { Block } from './block.ts';

/** What a cursor needs of its table, or of tables that stand one behind the other. */
export interface BlockProvider {
  readonly blockCount: number;
  /** The only data block that may hold the first entry not before (key, version); `blockCount` when all are before it. */
  find(key: Uint8Array, version: number): number | Pending;
  /** Data block `number`; a miss reads up to `readAhead` blocks in one go. */
  block(number: number, readAhead: number): Block | Pending;
}

const READ_AHEAD_MAX = 64;
const NO_BYTES = new Uint8Array(0);

export class TableCursor implements EntryCursor {
  valid = false;
  keyBytes: Uint8Array = NO_BYTES;
  keyStart = 0;
  keyEnd = 0;
  version = 0;
  kind: EntryKind = ENTRY_KIND.put;
  valueBytes: Uint8Array = NO_BYTES;
  valueStart = 0;
  valueEnd = 0;

  readonly #table: BlockProvider;
  #block: Block | undefined;
  #number = 0;
  #entry = 0;
  /** Blocks to read at the next miss; grows while the cursor goes forward through blocks. */
  #readAhead = 1;

  constructor(table: BlockProvider) {
    this.#table = table;
  }

  seekFirst(): void | Pending {
    this.#readAhead = 1;
    return this.#enter(0, 0);
  }

  seekLast(): void | Pending {
    this.#readAhead = 1;
    return this.#enter(this.#table.blockCount - 1, -1);
  }

  seek(key: Uint8Array, version: number): void | Pending {
    this.#readAhead = 1;
    const number = this.#table.find(key, version);
    if (number === PENDING) return PENDING;
    if (number === this.#table.blockCount) return this.#end();
    const block = this.#table.block(number, 1);
    if (block === PENDING) return PENDING;
    const entry = block.lowerBound(key, version);
    // A shortened separator may send a key behind the last entry of its block: the next block begins with what follows.
    if (entry === block.count) return this.#enter(number + 1, 0);
    this.#show(block, number, entry);
    return undefined;
  }

  seekBefore(key: Uint8Array): void | Pending {
    this.#readAhead = 1;
    const number = this.#table.find(key, VERSION_MAX);
    if (number === PENDING) return PENDING;
    if (number === this.#table.blockCount) return this.seekLast();
    const block = this.#table.block(number, 1);
    if (block === PENDING) return PENDING;
    const entry = block.lowerBound(key, VERSION_MAX);
    if (entry === 0) return this.#enter(number - 1, -1);
    this.#show(block, number, entry - 1);
    return undefined;
  }

  next(): void | Pending {
    const block = this.#block;
    if (block === undefined) return undefined;
    const entry = this.#entry + 1;
    if (entry === block.count) {
      const moved = this.#enter(this.#number + 1, 0);
      if (moved !== PENDING) this.#readAhead = Math.min(READ_AHEAD_MAX, this.#readAhead * 2);
      return moved;
    }
    this.#entry = entry;
    // Ranges are joined: the next one starts where this one ends.
    this.keyStart = this.keyEnd;
    this.keyEnd = block.keyEnd(entry);
    this.valueStart = this.valueEnd;
    this.valueEnd = block.valueEnd(entry);
    this.version = block.version(entry);
    this.kind = block.kind(entry);
    return undefined;
  }

  previous(): void | Pending {
    const block = this.#block;
    if (block === undefined) return undefined;
    if (this.#entry === 0) return this.#enter(this.#number - 1, -1);
    this.#show(block, this.#number, this.#entry - 1);
    return undefined;
  }

  close(): void {
    this.#end();
  }

  /** To an entry of another block, counted from its beginning, or -1 for its last. */
  #enter(number: number, entry: number): void | Pending {
    if (number < 0 || number >= this.#table.blockCount) return this.#end();
    const block = this.#table.block(number, this.#readAhead);
    if (block === PENDING) return PENDING;
    this.#show(block, number, entry < 0 ? block.count - 1 : entry);
    return undefined;
  }

  #show(block: Block, number: number, entry: number): void {
    this.#block = block;
    this.#number = number;
    this.#entry = entry;
    this.valid = true;
    this.keyBytes = block.bytes;
    this.keyStart = block.keyStart(entry);
    this.keyEnd = block.keyEnd(entry);
    this.version = block.version(entry);
    this.kind = block.kind(entry);
    this.valueBytes = block.bytes;
    this.valueStart = block.valueStart(entry);
    this.valueEnd = block.valueEnd(entry);
  }

  #end(): void {
    this.#block = undefined;
    this.valid = false;
    this.keyBytes = NO_BYTES;
    this.valueBytes = NO_BYTES;
  }
}
