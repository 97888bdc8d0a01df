/**
 * `AlopexLevel`: the keys of an Alopex database behind the interface of abstract-level, so that programs written for LevelDB change
 * one import. It opens the store alone, without SQL; the keys are those of `db.kv`, and `Database.open` of the same directory sees
 * them beside its tables.
 *
 * As in LevelDB the last writer wins: a write waits for one of the same key that is under way and then goes over it. A write is
 * acknowledged once the system has it, or after a sync with `sync: true`.
 */
import { AbstractLevel, type AbstractDatabaseOptions, type AbstractSnapshot } from 'abstract-level';
import { AlopexError, assert, keyspaceId, PENDING } from '@alopex-db/core/base';
import type { Store, Transaction } from '@alopex-db/core';
import { KV_KEYSPACE } from '@alopex-db/sql';
import { databaseExists, openStore } from '../open-store.ts';
import type { DatabaseOptions } from '../options.ts';
import { gatherOptions, resolveOptions } from '../resolve-options.ts';
import { MEMORY_TARGET } from '../resolve-target.ts';
import { LevelIterator, type LevelIteratorOptions } from './level-iterator.ts';
import { keyRangeOf, type LevelRange } from './level-range.ts';
import { LevelSnapshot } from './level-snapshot.ts';

const KEYSPACE = keyspaceId(KV_KEYSPACE);

export interface AlopexLevelOptions<K = string, V = string> extends AbstractDatabaseOptions<K, V> {
  /** Options of the store. */
  readonly alopex?: DatabaseOptions | undefined;
}

export interface AlopexWriteOptions {
  /** Acknowledged once it is on the disk. */
  readonly sync?: boolean | undefined;
}

interface OpenOptions {
  readonly createIfMissing: boolean;
  readonly errorIfExists: boolean;
}

interface ReadOptions {
  readonly snapshot?: LevelSnapshot | undefined;
}

type Operation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array };

export class AlopexLevel<K = string, V = string> extends AbstractLevel<Uint8Array, K, V> {
  /** A directory, or `:memory:`. */
  readonly location: string;
  readonly #options: DatabaseOptions;
  #store: Store | undefined;

  constructor(location: string, options: AlopexLevelOptions<K, V> = {}) {
    super(manifestOf(location !== MEMORY_TARGET), options);
    this.location = location;
    this.#options = options.alopex ?? {};
  }

  async _open(options: OpenOptions): Promise<void> {
    const { createIfMissing } = options;
    const resolved = resolveOptions(
      gatherOptions(this.location, { ...this.#options, createIfMissing }),
    );
    checkExistence(this.location, options, databaseExists(resolved));
    this.#store = openStore(resolved).store;
  }

  async _close(): Promise<void> {
    const store = this.#store;
    this.#store = undefined;
    await store?.close();
  }

  async _get(key: Uint8Array, options: ReadOptions): Promise<Uint8Array | undefined> {
    return this._getSync(key, options);
  }

  _getSync(key: Uint8Array, { snapshot }: ReadOptions): Uint8Array | undefined {
    return this.#read(snapshot, (transaction) => valueOf(transaction, key));
  }

  async _getMany(
    keys: readonly Uint8Array[],
    { snapshot }: ReadOptions,
  ): Promise<(Uint8Array | undefined)[]> {
    return this.#read(snapshot, (transaction) => keys.map((key) => valueOf(transaction, key)));
  }

  async _has(key: Uint8Array, options: ReadOptions): Promise<boolean> {
    return this.#read(options.snapshot, (transaction) => isThere(transaction, key));
  }

  async _hasMany(keys: readonly Uint8Array[], options: ReadOptions): Promise<boolean[]> {
    return this.#read(options.snapshot, (transaction) =>
      keys.map((key) => isThere(transaction, key)),
    );
  }

  async _put(key: Uint8Array, value: Uint8Array, options: AlopexWriteOptions): Promise<void> {
    await this.#write([{ type: 'put', key, value }], options);
  }

  async _del(key: Uint8Array, options: AlopexWriteOptions): Promise<void> {
    await this.#write([{ type: 'del', key }], options);
  }

  async _batch(operations: readonly Operation[], options: AlopexWriteOptions): Promise<void> {
    await this.#write(operations, options);
  }

  async _clear(options: LevelRange & ReadOptions & { readonly limit: number }): Promise<void> {
    const limit = options.limit < 0 ? Number.POSITIVE_INFINITY : options.limit;
    const operations = this.#read(options.snapshot, (transaction) => {
      const found: Operation[] = [];
      const cursor = transaction.scan(KEYSPACE, { ...keyRangeOf(options), keysOnly: true });
      while (found.length < limit && cursor.advance() === true) {
        const { bytes, start, end } = cursor.key;
        found.push({ type: 'del', key: bytes.slice(start, end) });
      }
      cursor.close();
      return found;
    });
    await this.#write(operations, {});
  }

  _iterator(options: LevelIteratorOptions & ReadOptions): LevelIterator<K, V> {
    const { snapshot } = options;
    const transaction = snapshot?.transaction ?? this.#open.begin({ readOnly: true });
    return new LevelIterator(this, options, transaction, snapshot === undefined);
  }

  _snapshot(options: object): AbstractSnapshot {
    return new LevelSnapshot(options, this.#open.begin({ readOnly: true }));
  }

  get #open(): Store {
    assert(this.#store !== undefined, 'abstract-level calls an open database only');
    return this.#store;
  }

  #read<T>(snapshot: LevelSnapshot | undefined, body: (transaction: Transaction) => T): T {
    if (snapshot !== undefined) return body(snapshot.transaction);
    const transaction = this.#open.begin({ readOnly: true });
    try {
      return body(transaction);
    } finally {
      transaction.rollback();
    }
  }

  async #write(operations: readonly Operation[], options: AlopexWriteOptions): Promise<void> {
    const durability = options.sync === true ? 'fsync' : 'os';
    // READ COMMITTED: after a wait the newest version is what is written over, and nobody loses a conflict.
    const transaction = this.#open.begin({ isolation: 'read committed', durability });
    try {
      for (const operation of operations) {
        while (applied(transaction, operation) === PENDING) {
          await transaction.waiter.ready();
          transaction.refreshSnapshot();
        }
      }
    } catch (error) {
      transaction.rollback();
      throw error;
    }
    await transaction.commit();
  }
}

/** What the interface may count on. `getSync` is newer than the declarations of the manifest. */
function manifestOf(isOnDisk: boolean): ConstructorParameters<typeof AbstractLevel>[0] {
  const manifest = {
    encodings: { view: true },
    seek: true,
    has: true,
    getSync: true,
    implicitSnapshots: true,
    explicitSnapshots: true,
    permanence: isOnDisk,
    createIfMissing: isOnDisk,
    errorIfExists: isOnDisk,
  };
  return manifest;
}

/** Programs written for LevelDB know these two by "does not exist" and "exists" in their texts. */
function checkExistence(location: string, options: OpenOptions, exists: boolean): void {
  if (exists && options.errorIfExists) {
    throw new AlopexError('ALX_INVALID_ARGUMENT', `a database exists at "${location}" already`, {
      hint: 'Open it without errorIfExists.',
    });
  }
  if (exists || options.createIfMissing || location === MEMORY_TARGET) return;
  throw new AlopexError('ALX_FILE_NOT_FOUND', `the database "${location}" does not exist`, {
    hint: 'Check the path, or open it with createIfMissing to make one.',
  });
}

function applied(transaction: Transaction, operation: Operation): void | typeof PENDING {
  return operation.type === 'put'
    ? transaction.put(KEYSPACE, operation.key, operation.value)
    : transaction.delete(KEYSPACE, operation.key);
}

function isThere(transaction: Transaction, key: Uint8Array): boolean {
  return transaction.openValue(KEYSPACE, key) !== undefined;
}

function valueOf(transaction: Transaction, key: Uint8Array): Uint8Array | undefined {
  const value = transaction.get(KEYSPACE, key);
  assert(value !== PENDING, 'a local store answers reads at once');
  return value;
}
