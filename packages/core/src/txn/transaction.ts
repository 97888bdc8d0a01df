/**
 * The waist `Transaction`: keys and values under one snapshot. Implemented by local MVCC and, later, by distributed
 * transactions; one contract suite in `testing/`.
 *
 * Laws
 * - Reads see the snapshot taken at begin plus the transaction's own writes, and nothing else, at level SNAPSHOT.
 * - A write locks its row: a delete in mode `update`, all others in mode `no key update`, so that who has locked a row `key share`
 *   because it refers to it is not in their way. If another transaction holds an excluding lock the call answers `PENDING` (having
 *   changed nothing), and `waiter.ready()` resolves once the call is worth repeating; with `wait: 'never'` it throws
 *   ALX_LOCK_NOT_AVAILABLE, as `ready` does when the lock timeout has passed.
 *   If a version newer than the snapshot is committed it throws ALX_SERIALIZATION_CONFLICT: the first updater wins.
 * - Locks of rows, tables and names are held until the transaction ends, whatever savepoints it goes back to.
 * - At level SERIALIZABLE the commit of a transaction that writes throws ALX_SERIALIZATION_CONFLICT, and the transaction is
 *   aborted, when a key it has looked at, found or absent, or a range as far as its cursor went, was committed to after its
 *   snapshot. One that writes nothing never fails for what it has read.
 * - Writes stay in the transaction until commit, which hands them to memtable and log in one step: nobody ever sees half.
 * - Keys are ordered as unsigned bytes. Keys and values handed in are copied. The fields of slots and cursors are
 *   valid until the next call on the same transaction or cursor. The bytes behind a value of `read` or of a forward cursor
 *   stay as they are until the transaction ends or the cursor is closed, so that a scan may collect the values of a whole
 *   batch before it decodes them; keys, and values of a backward cursor, do not.
 * - After commit or rollback every call throws ALX_TRANSACTION_CLOSED. An open transaction must be ended by its owner.
 * - One thread; the calls of one transaction do not overlap.
 */
import type { KeyspaceId, TransactionId, Version } from '../base/brand.ts';
import type { LargeValue } from '../memtable/large-value.ts';
import type { Pending, Waiter } from '../base/pending.ts';
import type { AdvisoryLockMode, LockWaitPolicy, RowLockMode, TableLockMode } from './lock-modes.ts';
import type { LockSession } from './lock-session.ts';

export type IsolationLevel =
  | 'read uncommitted'
  | 'read committed'
  | 'repeatable read'
  | 'snapshot'
  | 'serializable';

/** When a commit is acknowledged: after fdatasync, after the write reached the system, or after the memtable has it. */
export type Durability = 'fsync' | 'os' | 'memory';

export type TransactionState = 'Active' | 'Committed' | 'Aborted' | 'Prepared';

/** Where a value lies: a range of somebody else's bytes, to be decoded or copied before the next call. */
export interface ValueSlot {
  bytes: Uint8Array;
  start: number;
  end: number;
}

export interface KeyRange {
  /** Inclusive; absent = from the first key of the keyspace. */
  readonly start?: Uint8Array | undefined;
  /** Exclusive; absent = to the last key of the keyspace. */
  readonly end?: Uint8Array | undefined;
  readonly reverse?: boolean | undefined;
  /** The caller looks at keys first: values are undefined until `loadValue`, and large ones are not read. */
  readonly keysOnly?: boolean | undefined;
}

/**
 * Walks the visible keys of a range. `advance` moves to the next pair and fills the fields; they are valid until the next
 * `advance`. The transaction's own later writes may or may not be seen by an open cursor.
 */
export interface Cursor {
  readonly key: ValueSlot;
  readonly value: ValueSlot;
  /** True with the fields filled, false at the end (then and for ever). */
  advance(): boolean | Pending;
  /** Shows the value under a cursor of a range with `keysOnly`; else it is shown already, and nothing happens. */
  loadValue(): void | Pending;
  /** Idempotent; frees what the cursor holds. */
  close(): void;
}

/** Reads a value in pieces. Valid while its transaction is open; what it shows is so until the next call on either. */
export interface ValuePieces {
  readonly sizeBytes: number;
  /** Shows bytes from position `at` on, as many as lie together: true with the slot filled, false at the end of the value. */
  read(at: number, slot: ValueSlot): boolean | Pending;
}

/** A value whose bytes were written ahead of the transaction that gives it to a key, for one `putWritten`. */
export interface WrittenValue {
  readonly keyspace: KeyspaceId;
  /** When it expires, in microseconds since 1970. */
  readonly endMicros: number | undefined;
  /** Where its chunks lie; undefined while all of it is in `rest`. */
  readonly place: LargeValue | undefined;
  /** The bytes behind those written, up to a chunk. */
  readonly rest: Uint8Array;
}

export interface Transaction {
  readonly id: TransactionId;
  readonly state: TransactionState;
  readonly isolation: IsolationLevel;
  readonly readOnly: boolean;
  /** The version the transaction reads at. */
  readonly snapshot: Version;
  /** Tells when a call that answered `PENDING` is worth repeating. */
  readonly waiter: Waiter;

  /** True with `slot` filled, false when the key has no visible value. */
  read(keyspace: KeyspaceId, key: Uint8Array, slot: ValueSlot): boolean | Pending;
  /** A copy of the value, or undefined. The comfortable form of `read`. */
  get(keyspace: KeyspaceId, key: Uint8Array): Uint8Array | undefined | Pending;
  /** The value of a key, to be read in pieces; undefined when the key has none. */
  openValue(keyspace: KeyspaceId, key: Uint8Array): ValuePieces | undefined | Pending;
  /** Opens a cursor over a range of a keyspace. */
  scan(keyspace: KeyspaceId, range?: KeyRange): Cursor;

  put(keyspace: KeyspaceId, key: Uint8Array, value: Uint8Array): void | Pending;
  /**
   * The same for a value that is absent once `ttlMs` milliseconds have passed, by the store's clock. A transaction takes one
   * moment for all values that expire: the first at which it meets one.
   */
  putExpiring(
    keyspace: KeyspaceId,
    key: Uint8Array,
    value: Uint8Array,
    ttlMs: number,
  ): void | Pending;
  /** A put of a value that was written before, which must be of this keyspace. */
  putWritten(key: Uint8Array, value: WrittenValue): void | Pending;
  /**
   * Writes a key that must have no visible value: false (nothing written) when it has one, as for a primary key. Checks
   * and writes with one search.
   */
  insert(keyspace: KeyspaceId, key: Uint8Array, value: Uint8Array): boolean | Pending;
  delete(keyspace: KeyspaceId, key: Uint8Array): void | Pending;
  /**
   * Locks a row without changing it (SELECT … FOR UPDATE), with the rules of a write; but `key share` minds only that the row was
   * deleted after the snapshot. False: it is locked by another and was skipped. A row that the transaction has written is locked
   * as the write has locked it.
   */
  lock(keyspace: KeyspaceId, key: Uint8Array, options?: RowLockOptions): boolean | Pending;
  /**
   * Locks a table against modes that exclude this one; writers hold `row exclusive`, who locks rows holds `row share`, and readers
   * hold nothing, since nobody can change what they see. False: it was skipped.
   */
  lockTable(keyspace: KeyspaceId, mode: TableLockMode, wait?: LockWaitPolicy): boolean | Pending;
  /** Locks a name that means something to the application. False: it was skipped. */
  lockAdvisory(name: string, mode?: AdvisoryLockMode, wait?: LockWaitPolicy): boolean | Pending;
  /** Longest wait for one lock in milliseconds; 0 = no limit. For waits that begin from now on. */
  lockTimeoutMs: number;

  /**
   * READ COMMITTED and below: moves the snapshot to now, as each statement and each repetition after a wait begins. Stronger
   * levels keep theirs, and the call does nothing.
   */
  refreshSnapshot(): void;

  /** Marks the state of the write set. Marks are ordered; rolling back to one forgets later ones. */
  savepoint(): number;
  rollbackTo(savepoint: number): void;

  /** Resolves with the commit version once the commit is as durable as asked. An empty commit is fine. */
  commit(): Promise<Version>;
  /** The same, blocking: one sync of its own under `fsync`. */
  commitNow(): Version;
  /** Idempotent after the first. */
  rollback(): void;
}

export interface RowLockOptions {
  /** Default `update`. */
  readonly mode?: RowLockMode | undefined;
  /** Default: as the transaction waits. */
  readonly wait?: LockWaitPolicy | undefined;
}

export interface KeyTransactionOptions {
  /** Default SNAPSHOT. */
  readonly isolation?: IsolationLevel | undefined;
  readonly readOnly?: boolean | undefined;
  /**
   * Reads the store as it was at this version, and only reads: ALX_OUT_OF_RANGE when it is older than the history that the store
   * keeps (`historyRetentionMs`), or newer than its newest commit. Default: as it is now.
   */
  readonly asOf?: Version | undefined;
  /** Default: the store's. */
  readonly durability?: Durability | undefined;
  /** What a write does when the row is locked by another: wait in the queue (default) or fail with ALX_LOCK_NOT_AVAILABLE. */
  readonly wait?: 'queue' | 'never' | undefined;
  /** Longest wait for one lock in milliseconds. Default 0: no limit. */
  readonly lockTimeoutMs?: number | undefined;
  /** The session whose advisory locks are not in the way of this transaction. Default: none. */
  readonly session?: LockSession | undefined;
}
