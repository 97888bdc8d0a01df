/**
 * Hidden row ids for tables without a primary key. Never reused: a counter of each table in a keyspace of its own says
 * below which id everything may have been given out. Ids are taken from it in blocks, in a small transaction of the
 * allocator's own; a block that was not used up is lost, which is what makes one write serve thousands of rows.
 *
 * The block's commit only has to stand before the rows' commits in the log, which order alone ensures, so it never waits
 * for the disk.
 */
import { AlopexError, PENDING, assert, keyspaceId } from '@alopex-db/core/base';
import type { Store, ValueSlot } from '@alopex-db/core';

/** Keyspace of the counters: table id (u32 big-endian) -> next free id (u64 big-endian). Part of the file format. */
export const ROW_ID_KEYSPACE = keyspaceId(1);

const BLOCK_MIN = 1_024;
const BLOCK_MAX = 1_048_576;
const TWO_32 = 0x1_0000_0000;

interface Block {
  next: number;
  limit: number;
  size: number;
}

export class RowIdAllocator {
  readonly #store: Store;
  readonly #blocks = new Map<number, Block>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The next id of a table. */
  next(tableId: number): number {
    let block = this.#blocks.get(tableId);
    if (block === undefined) {
      block = { next: 0, limit: 0, size: BLOCK_MIN };
      this.#blocks.set(tableId, block);
    }
    if (block.next === block.limit) this.#refill(tableId, block);
    return block.next++;
  }

  // Blocks double, so that a bulk load writes a handful of counters.
  #refill(tableId: number, block: Block): void {
    const key = new Uint8Array(4);
    new DataView(key.buffer).setUint32(0, tableId);
    const transaction = this.#store.begin({ durability: 'os', wait: 'never' });
    try {
      const first = storedCounter(transaction.get(ROW_ID_KEYSPACE, key));
      const value = new Uint8Array(8);
      writeRowId(value, first + block.size);
      const written = transaction.put(ROW_ID_KEYSPACE, key, value);
      assert(written !== PENDING, 'a transaction that never waits answers at once');
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

function storedCounter(stored: Uint8Array | undefined | typeof PENDING): number {
  if (stored === undefined) return 1;
  if (stored === PENDING || stored.length !== 8) {
    throw new AlopexError('ALX_CORRUPT', 'the counter of hidden row ids is damaged');
  }
  return readRowId({ bytes: stored, start: 0, end: 8 });
}

/** A row key made of a hidden id: u64 big-endian, so that rows lie in the order they were inserted. */
export function writeRowId(target: Uint8Array, rowId: number): void {
  const view = new DataView(target.buffer, target.byteOffset);
  view.setUint32(0, Math.floor(rowId / TWO_32));
  view.setUint32(4, rowId >>> 0);
}

function readRowId(slot: ValueSlot): number {
  const view = new DataView(slot.bytes.buffer, slot.bytes.byteOffset + slot.start);
  return view.getUint32(0) * TWO_32 + view.getUint32(4);
}
