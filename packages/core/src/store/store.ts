/**
 * A store: keyspaces of versioned keys with transactions over all of them. Owns every part and knows none of their insides.
 *
 * One thread. Everything is synchronous but waiting for a disk to sync and for a lock; a store is closed by its owner, who
 * has ended or lets `close` roll back every transaction.
 */
import { AlopexError } from '../base/errors.ts';
import {
  transactionId,
  version as asVersion,
  type KeyspaceId,
  type Version,
} from '../base/brand.ts';
import { findNewest, type FoundEntry, type SuperVersion } from '../lsm/super-version.ts';
import { ENTRY_KIND } from '../memtable/entry.ts';
import { Memtable } from '../memtable/memtable.ts';
import type { WriteSet } from '../memtable/write-set.ts';
import { Committer, type CommitListener, type CommitTarget } from '../txn/committer.ts';
import { LockTable } from '../txn/locks.ts';
import { MvccTransaction, type TransactionHost } from '../txn/mvcc-transaction.ts';
import { Oracle } from '../txn/oracle.ts';
import { SnapshotRegistry } from '../txn/snapshots.ts';
import type { KeyTransactionOptions, Transaction, ValueSlot } from '../txn/transaction.ts';
import { resolveStoreOptions, type ResolvedStoreOptions, type StoreOptions } from './options.ts';

const NO_BYTES = new Uint8Array(0);

export class Store implements TransactionHost, CommitTarget {
  readonly locks = new LockTable();
  readonly snapshots = new SnapshotRegistry<MvccTransaction>();
  readonly committer: Committer;
  readonly spareWriteSets: WriteSet[] = [];

  readonly #options: ResolvedStoreOptions;
  #view: SuperVersion;
  #nextTransactionId = 1;
  #closed = false;
  readonly #found: FoundEntry = {
    version: 0,
    kind: 0,
    bytes: NO_BYTES,
    valueStart: 0,
    valueEnd: 0,
  };

  private constructor(options: ResolvedStoreOptions) {
    this.#options = options;
    this.#view = { memtables: [new Memtable(true)] };
    this.committer = new Committer({
      log: undefined,
      target: this,
      oracle: new Oracle(options.clock, 0),
      locks: this.locks,
      visible: asVersion(0),
    });
  }

  static open(options: StoreOptions): Store {
    return new Store(resolveStoreOptions(options));
  }

  get view(): SuperVersion {
    return this.#view;
  }

  begin(options: KeyTransactionOptions = {}): Transaction {
    this.#check();
    const id = transactionId(this.#nextTransactionId);
    this.#nextTransactionId += 1;
    const durability = options.durability ?? this.#options.durability;
    return new MvccTransaction(this, { ...options, id, durability });
  }

  /** Reads the newest committed value of a key: what a transaction of one read would see, without one. */
  readLatest(keyspace: KeyspaceId, key: Uint8Array, slot: ValueSlot): boolean {
    this.#check();
    const found = this.#found;
    if (!findNewest(this.#view, keyspace, key, this.committer.visible, found)) return false;
    if (found.kind === ENTRY_KIND.delete) return false;
    slot.bytes = found.bytes;
    slot.start = found.valueStart;
    slot.end = found.valueEnd;
    return true;
  }

  /** Version of the newest commit that wrote to a keyspace since the store was opened, else 0. */
  lastCommit(keyspace: KeyspaceId): Version {
    return this.committer.lastCommit(keyspace);
  }

  /** Tells about every commit as it becomes visible; the returned function ends that. */
  onCommit(listener: CommitListener): () => void {
    return this.committer.onCommit(listener);
  }

  /** Rolls back what is open and releases everything. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const transaction of this.snapshots.all()) transaction.rollback();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  reserve(writes: WriteSet): void {
    const held = this.#view.memtables.reduce(
      (bytes, memtable) => bytes + memtable.allocatedBytes,
      0,
    );
    const needed = held + writes.dataBytes;
    if (needed <= this.#options.memoryLimitBytes) return;
    throw new AlopexError(
      'ALX_MEMORY_LIMIT',
      `the commit needs ${needed} bytes of memory, the limit is ${this.#options.memoryLimitBytes}`,
      { hint: 'Raise the memory limit, or open the database on a disk.' },
    );
  }

  apply(writes: WriteSet, version: number): void {
    this.#view.memtables[0]!.apply(writes, version);
  }

  afterPublish(): void {
    // A store that lives in memory alone keeps everything in its memtable.
  }

  #check(): void {
    if (this.#closed)
      throw new AlopexError('ALX_CLOSED', 'the store is closed', { hint: 'Open it again.' });
  }
}
