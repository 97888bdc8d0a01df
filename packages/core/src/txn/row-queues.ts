/** Queues of rows, found by the hash of their key without making a string of it. */
import { compareRanges } from '../base/bytes.ts';
import type { KeyspaceId } from '../base/brand.ts';
import { ROW_LOCK_CONFLICTS } from './lock-modes.ts';
import { LockQueue, type LockSpace } from './lock-queue.ts';

export const ROWS: LockSpace = Object.freeze({
  noun: 'row',
  conflicts: ROW_LOCK_CONFLICTS,
  withinSession: true,
});

interface RowQueue {
  readonly keyspace: KeyspaceId;
  readonly key: Uint8Array;
  readonly queue: LockQueue;
}

export class RowQueues {
  readonly #byHash = new Map<number, RowQueue[]>();

  get isEmpty(): boolean {
    return this.#byHash.size === 0;
  }

  find(hash: number, keyspace: KeyspaceId, key: Uint8Array): LockQueue | undefined {
    const rows = this.#byHash.get(hash);
    return rows?.find((row) => row.keyspace === keyspace && isSameKey(row.key, key))?.queue;
  }

  /** A queue for a row that has none; it goes when nobody needs it any more. The key is copied. */
  add(hash: number, keyspace: KeyspaceId, key: Uint8Array): LockQueue {
    const queue = new LockQueue(ROWS, (left) => this.#remove(hash, left));
    const row = { keyspace, key: key.slice(), queue };
    const rows = this.#byHash.get(hash);
    if (rows === undefined) this.#byHash.set(hash, [row]);
    else rows.push(row);
    return queue;
  }

  #remove(hash: number, queue: LockQueue): void {
    const left = (this.#byHash.get(hash) ?? []).filter((row) => row.queue !== queue);
    if (left.length === 0) this.#byHash.delete(hash);
    else this.#byHash.set(hash, left);
  }
}

function isSameKey(left: Uint8Array, right: Uint8Array): boolean {
  return compareRanges(left, 0, left.length, right, 0, right.length) === 0;
}
