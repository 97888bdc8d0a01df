/**
 * Row locks. A transaction holds the lock of every key in its write set until its commit is visible or it is rolled back; so
 * the write sets of the writing transactions are the lock table. A lone writer pays nothing for its locks; once a second one
 * comes, a filter of hashes in front of the write sets answers nearly all questions, however many write at once. A queue
 * exists only for a key that somebody waits for.
 *
 * - Fair: when a lock is released it is reserved for the first waiter, and nobody gets in before that one has come back.
 * - Waiting makes edges from the waiter to the holder and to the waiters before it. A wait that would close a circle is
 *   refused with ALX_DEADLOCK, so there never is one.
 */
import { AlopexError } from '../base/errors.ts';
import type { KeyspaceId } from '../base/brand.ts';
import { hashBytes } from '../base/hash.ts';
import { VERSION_MAX } from '../memtable/entry.ts';
import { MapCursor } from '../memtable/map-cursor.ts';
import type { WriteSet } from '../memtable/write-set.ts';
import { FILTERED_LOCKS_MAX, LockFilter } from './lock-filter.ts';

/** What holds and waits for locks. */
export interface LockOwner {
  readonly writes: WriteSet;
  readonly lockSeat: LockSeat;
}

/** An owner's place in the lock table. */
export class LockSeat {
  /** Whether the owner is among the writers. */
  writing = false;
  /** The queue the owner stands in. */
  queue: LockQueue | undefined;
  wait: LockWait | undefined;
  /** Whether the filter knows the owner's locks: not yet, as it is alone; yes; not, as it has too many. */
  filtering: 'alone' | 'filtered' | 'large' = 'alone';
  /** Hashes of the keys locked, while the filter knows them. */
  readonly hashes: number[] = [];
}

interface LockWait {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export interface LockQueue {
  readonly name: string;
  holder: LockOwner;
  /** Whether the holder has yet to come back for the lock. */
  reserved: boolean;
  readonly waiters: LockOwner[];
}

export class LockTable {
  /** Owners with locks. */
  readonly #writers: LockOwner[] = [];
  /** Those of them that have left the filter. */
  readonly #largeWriters: LockOwner[] = [];
  readonly #filter = new LockFilter();
  /** The only writer there is, if the filter does not know its locks. */
  #alone: LockOwner | undefined;
  readonly #queues = new Map<string, LockQueue>();

  /**
   * True when `owner` may take the lock of a key it does not hold; it does so by writing the key to its write set. False when
   * it has to wait: it then stands in the queue and `ready` resolves when it is its turn.
   */
  acquire(owner: LockOwner, keyspace: KeyspaceId, key: Uint8Array, mayWait: boolean): boolean {
    const seat = owner.lockSeat;
    if (!seat.writing) {
      seat.writing = true;
      this.#writers.push(owner);
    }
    const lone = this.#queues.size === 0 && this.#writers.length === 1;
    if (lone && seat.filtering === 'large') return true;
    if (lone && seat.filtering === 'alone') {
      this.#alone = owner;
      return true;
    }
    return this.#acquireAmongMany(owner, keyspace, key, mayWait);
  }

  /** Resolves when the owner's turn has come, or at once when it does not wait. */
  async ready(owner: LockOwner, signal?: AbortSignal): Promise<void> {
    const wait = owner.lockSeat.wait;
    if (wait === undefined) return;
    if (signal === undefined) return wait.promise;
    const leave = (): void => {
      wait.reject(
        new AlopexError('ALX_CANCELLED', 'the wait for a row lock was cancelled', {
          cause: signal.reason,
        }),
      );
      this.#leaveQueue(owner);
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    try {
      await wait.promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  /** Releases all locks of an owner, whose write set may be cleared afterwards, and its place in a queue. */
  release(owner: LockOwner): void {
    this.#leaveQueue(owner);
    if (!owner.lockSeat.writing) return;
    owner.lockSeat.writing = false;
    this.#writers.splice(this.#writers.indexOf(owner), 1);
    if (this.#alone === owner) this.#alone = undefined;
    else this.#leaveFilter(owner);
    if (this.#queues.size === 0) return;
    for (const queue of this.#queues.values()) if (queue.holder === owner) this.#passOn(queue);
  }

  #acquireAmongMany(
    owner: LockOwner,
    keyspace: KeyspaceId,
    key: Uint8Array,
    mayWait: boolean,
  ): boolean {
    if (this.#alone !== undefined) this.#enterFilter(this.#alone);
    this.#alone = undefined;
    owner.lockSeat.filtering = owner.lockSeat.filtering === 'large' ? 'large' : 'filtered';
    const hash = hashOf(keyspace, key, 0, key.length);
    if (!this.#isFree(owner, keyspace, key, hash, mayWait)) return false;
    this.#note(owner, hash);
    return true;
  }

  /** Tells the filter of the locks that a writer has taken while it was alone. */
  #enterFilter(owner: LockOwner): void {
    if (owner.lockSeat.filtering !== 'alone') return;
    owner.lockSeat.filtering = 'filtered';
    for (const { keyspace, index } of owner.writes.parts) {
      const cursor = new MapCursor(index);
      for (cursor.seekFirst(); cursor.valid; cursor.next()) {
        if (owner.lockSeat.filtering !== 'filtered') return;
        this.#note(owner, hashOf(keyspace, cursor.keyBytes, cursor.keyStart, cursor.keyEnd));
      }
    }
  }

  #note(owner: LockOwner, hash: number): void {
    const seat = owner.lockSeat;
    if (seat.filtering === 'large') return;
    if (seat.hashes.length < FILTERED_LOCKS_MAX) {
      this.#filter.add(seat.hashes, hash);
      return;
    }
    this.#filter.remove(seat.hashes);
    seat.filtering = 'large';
    this.#largeWriters.push(owner);
  }

  #leaveFilter(owner: LockOwner): void {
    const seat = owner.lockSeat;
    if (seat.filtering === 'large') this.#largeWriters.splice(this.#largeWriters.indexOf(owner), 1);
    else this.#filter.remove(seat.hashes);
  }

  /** True when nobody else holds the lock or is before the owner; otherwise the owner stands in the queue. */
  #isFree(
    owner: LockOwner,
    keyspace: KeyspaceId,
    key: Uint8Array,
    hash: number,
    mayWait: boolean,
  ): boolean {
    let queue: LockQueue | undefined;
    if (this.#queues.size > 0) {
      queue = this.#queues.get(lockName(keyspace, key));
      if (queue?.holder === owner) {
        queue.reserved = false;
        if (queue.waiters.length === 0) this.#queues.delete(queue.name);
        return true;
      }
    }
    if (queue === undefined) {
      const writers = this.#filter.mayHold(hash) ? this.#writers : this.#largeWriters;
      const holder = holderAmong(writers, owner, keyspace, key);
      if (holder === undefined) return true;
      queue = { name: lockName(keyspace, key), holder, reserved: false, waiters: [] };
    }
    if (!mayWait) {
      throw new AlopexError('ALX_LOCK_NOT_AVAILABLE', 'the row is locked by another transaction', {
        hint: 'Repeat the transaction, or let it wait for the lock.',
      });
    }
    this.#enqueue(owner, queue);
    return false;
  }

  #enqueue(owner: LockOwner, queue: LockQueue): void {
    if (owner.lockSeat.queue === queue) return;
    this.#leaveQueue(owner);
    if (reaches(queue.holder, owner) || queue.waiters.some((waiter) => reaches(waiter, owner))) {
      throw new AlopexError(
        'ALX_DEADLOCK',
        'deadlock: the transaction would wait for one that waits for it',
        {
          hint: 'Roll back and repeat the transaction; lock rows in the same order everywhere.',
        },
      );
    }
    this.#queues.set(queue.name, queue);
    queue.waiters.push(owner);
    owner.lockSeat.queue = queue;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Whoever rolls back without waiting has nobody listening; that is no unhandled failure.
    promise.catch(() => undefined);
    owner.lockSeat.wait = { promise, resolve, reject };
  }

  #leaveQueue(owner: LockOwner): void {
    const { queue, wait } = owner.lockSeat;
    if (queue === undefined) {
      // A lock that was reserved for the owner and never taken lies in a queue whose holder it is; `release` passes it on.
      owner.lockSeat.wait = undefined;
      return;
    }
    owner.lockSeat.queue = undefined;
    owner.lockSeat.wait = undefined;
    queue.waiters.splice(queue.waiters.indexOf(owner), 1);
    wait?.resolve();
    if (queue.waiters.length === 0 && !queue.reserved) this.#queues.delete(queue.name);
  }

  #passOn(queue: LockQueue): void {
    const next = queue.waiters.shift();
    if (next === undefined) {
      this.#queues.delete(queue.name);
      return;
    }
    queue.holder = next;
    queue.reserved = true;
    next.lockSeat.queue = undefined;
    next.lockSeat.wait?.resolve();
    next.lockSeat.wait = undefined;
  }
}

function holderAmong(
  writers: readonly LockOwner[],
  owner: LockOwner,
  keyspace: KeyspaceId,
  key: Uint8Array,
): LockOwner | undefined {
  for (const writer of writers) {
    if (writer === owner) continue;
    const index = writer.writes.partOf(keyspace)?.index;
    if (index !== undefined && index.size > 0 && index.find(key, 0, key.length, VERSION_MAX))
      return writer;
  }
  return undefined;
}

function hashOf(keyspace: KeyspaceId, key: Uint8Array, start: number, end: number): number {
  return hashBytes(key, start, end) ^ Math.imul(keyspace, 0x9e3779b1);
}

/** Whether waiting leads from one owner to another. */
function reaches(from: LockOwner, to: LockOwner): boolean {
  const seen = new Set<LockOwner>();
  const open = [from];
  for (let owner = open.pop(); owner !== undefined; owner = open.pop()) {
    if (owner === to) return true;
    if (seen.has(owner)) continue;
    seen.add(owner);
    const queue = owner.lockSeat.queue;
    if (queue === undefined) continue;
    open.push(queue.holder, ...queue.waiters.slice(0, queue.waiters.indexOf(owner)));
  }
  return false;
}

function lockName(keyspace: KeyspaceId, key: Uint8Array): string {
  let name = `${keyspace}:`;
  for (const byte of key) name += String.fromCharCode(byte);
  return name;
}
