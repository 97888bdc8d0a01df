/**
 * Numbers that are given out once: hidden row ids of tables without a primary key, and values of sequences. A counter for
 * each table or sequence (they share one range of ids) in a keyspace of its own says below which number everything may have
 * been given out. Numbers are taken from it in blocks, in a small transaction of the allocator's own, so that writers never
 * wait for each other; what is left of a block when the store is closed is lost.
 *
 * The block's commit only has to stand before the rows' commits in the log, which order alone ensures, so it never waits
 * for the disk.
 */
import { AlopexError, PENDING, assert, keyspaceId } from '@alopex-db/core/base';
import type { Store } from '@alopex-db/core';
import type { SequenceSource } from '../functions/next-value.ts';

/** Keyspace of the counters: object id (u32 big-endian) -> next free number (u64 big-endian). Part of the file format. */
export const NUMBER_KEYSPACE = keyspaceId(1);

/** As many as PostgreSQL's sequences lose with a cache of 32; doubled for whoever takes many. */
const BLOCK_MIN = 32;
const BLOCK_MAX = 1_048_576;
const TWO_32 = 0x1_0000_0000;

interface Block {
  next: number;
  limit: number;
  size: number;
}

export class NumberAllocator implements SequenceSource {
  readonly #store: Store;
  readonly #blocks = new Map<number, Block>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The next number of a table or sequence; the first is 1. */
  next(objectId: number): number {
    let block = this.#blocks.get(objectId);
    if (block === undefined) {
      block = { next: 0, limit: 0, size: BLOCK_MIN };
      this.#blocks.set(objectId, block);
    }
    if (block.next === block.limit) this.#refill(objectId, block);
    return block.next++;
  }

  // Blocks double, so that a bulk load writes a handful of counters.
  #refill(objectId: number, block: Block): void {
    const key = new Uint8Array(4);
    new DataView(key.buffer).setUint32(0, objectId);
    const transaction = this.#store.begin({ durability: 'os', wait: 'never' });
    try {
      const stored = transaction.get(NUMBER_KEYSPACE, key);
      assert(stored !== PENDING, 'a transaction that never waits answers at once');
      const first = stored === undefined ? 1 : readNumber(stored);
      const value = new Uint8Array(8);
      writeNumber(value, first + block.size);
      transaction.put(NUMBER_KEYSPACE, key, value);
      transaction.commitNow();
      block.next = first;
      block.limit = first + block.size;
      block.size = Math.min(block.size * 2, BLOCK_MAX);
    } catch (error) {
      transaction.rollback();
      throw error;
    }
  }
}

/** u64 big-endian: as a row key, rows lie in the order they were inserted. */
export function writeNumber(target: Uint8Array, value: number): void {
  const view = new DataView(target.buffer, target.byteOffset);
  view.setUint32(0, Math.floor(value / TWO_32));
  view.setUint32(4, value >>> 0);
}

function readNumber(stored: Uint8Array): number {
  if (stored.length !== 8) {
    throw new AlopexError('ALX_CORRUPT', 'a counter of row ids or sequence values is damaged');
  }
  const view = new DataView(stored.buffer, stored.byteOffset);
  return view.getUint32(0) * TWO_32 + view.getUint32(4);
}
