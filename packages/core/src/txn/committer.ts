/**
 * Takes transactions from written to visible.
 *
 *   1. a serializable transaction checks what it has read; a version from the oracle; the write set goes to the log as one record
 *   2. flushed to the system, unless the commit asks for `memory`; if the log cannot take it, nothing has happened
 *   3. applied to the memtable at its version: there, and invisible to every snapshot so far
 *   4. under `fsync`, synced; commits that wait at the same time share one sync
 *   5. published, in version order: new snapshots see it, its locks are released, its owner is told
 *
 * A commit that asks for less waits in step 5 behind earlier ones that ask for more. A failed sync loses the order of things
 * on the disk: the store is poisoned, every commit from then on fails with the first cause, and reads go on without what was
 * never published.
 */
import { assert } from '../base/assert.ts';
import { AlopexError } from '../base/errors.ts';
import { version as asVersion, type KeyspaceId, type Version } from '../base/brand.ts';
import type { WriteSet } from '../memtable/write-set.ts';
import type { LockTable, RowLockOwner } from './locks.ts';
import type { Oracle } from './oracle.ts';
import { RecentCommits } from './recent-commits.ts';
import type { Durability } from './transaction.ts';

/** The log as commits see it. Absent in a store that lives in memory alone. */
export interface CommitLog {
  /** Bytes appended and not yet flushed. */
  readonly bufferedBytes: number;
  /** Buffers one batch record. */
  append(writes: WriteSet, version: number): void;
  /** Writes what is buffered to the system; on failure the log is as it was before the buffered records. */
  flush(): void;
  /** Flushes and resolves once all is durable; a failure is for ever. */
  sync(): Promise<void>;
  syncNow(): void;
  /** Ends the current segment, durably, and returns the id of the next. */
  rotate(): number;
}

/** Where commits land. */
export interface CommitTarget {
  /** Throws, having changed nothing, when there is no room for the write set. */
  reserve(writes: WriteSet): void;
  apply(writes: WriteSet, version: number): void;
  /** Called after a commit was published: time for a flush if one is due. */
  afterPublish(): void;
}

/** A transaction as the committer sees it. */
export interface Committing extends RowLockOwner {
  /** Throws when the transaction must not commit for what it has read. Nothing else happens between this and its version. */
  checkReads(): void;
  /** The commit is visible. The write set is cleared after this. */
  published(version: Version): void;
  /** The commit failed. */
  failed(): void;
}

/** Told about every published commit before its write set is forgotten; walks it, keeps nothing, throws nothing. */
export type CommitListener = (writes: WriteSet, version: Version) => void;

/** Bytes that commits under `memory` gather before they are written. */
const BUFFERED_MAX = 1024 * 1024;

interface Waiting {
  readonly version: Version;
  readonly transaction: Committing;
}

export interface CommitterOptions {
  readonly log: CommitLog | undefined;
  readonly target: CommitTarget;
  readonly oracle: Oracle;
  readonly locks: LockTable;
  /** The newest version that is visible at the beginning. */
  readonly visible: Version;
  /** Called after a commit that did not ask for a sync. */
  readonly unsynced: () => void;
}

export class Committer {
  readonly #log: CommitLog | undefined;
  readonly #target: CommitTarget;
  readonly #oracle: Oracle;
  readonly #locks: LockTable;
  readonly #unsynced: () => void;
  #visible: Version;
  /** Applied and not published, in version order. */
  #waiting: Waiting[] = [];
  /** The newest version in the log. */
  #written = 0;
  /** Every version up to here is durable, as far as we know. */
  #durable = 0;
  /** The newest version that was acknowledged without a sync. */
  #owed = 0;
  readonly #lastCommits = new Map<KeyspaceId, Version>();
  readonly #listeners = new Set<CommitListener>();
  #failure: AlopexError | undefined;
  readonly #recent = new RecentCommits();

  constructor(options: CommitterOptions) {
    this.#log = options.log;
    this.#target = options.target;
    this.#oracle = options.oracle;
    this.#locks = options.locks;
    this.#visible = options.visible;
    this.#unsynced = options.unsynced;
  }

  /** What a new snapshot reads at. */
  get visible(): Version {
    return this.#visible;
  }

  /** The first failure of the log, after which nothing is committed any more. */
  get failure(): AlopexError | undefined {
    return this.#failure;
  }

  /** Version of the newest visible commit that wrote to a keyspace since the store was opened, else 0. */
  lastCommit(keyspace: KeyspaceId): Version {
    return this.#lastCommits.get(keyspace) ?? asVersion(0);
  }

  /** Notes commits from now on, those that no snapshot sees yet included, until `unwatch` of what is returned. */
  watchCommits(): RecentCommits {
    const recent = this.#recent;
    const isFirst = !recent.isWatched;
    recent.watch();
    if (isFirst) {
      for (const { transaction, version } of this.#waiting)
        recent.note(transaction.writes, version);
    }
    return recent;
  }

  /** The returned function ends the subscription. */
  onCommit(listener: CommitListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async commit(transaction: Committing, durability: Durability): Promise<Version> {
    const version = this.#write(transaction, durability);
    const log = this.#log;
    if (log === undefined || (durability !== 'fsync' && this.#waiting.length === 1)) {
      this.#publishThrough(version);
      return version;
    }
    try {
      await this.#sync(log);
    } catch (error) {
      // A sync that began later and has ended published it: what everybody can see has not failed.
      if (version > this.#visible) throw error;
    }
    // Somebody else's sync may have published it meanwhile, or poisoned the store.
    if (version > this.#visible && this.#failure !== undefined) throw this.#failure;
    this.#publishThrough(version);
    return version;
  }

  commitNow(transaction: Committing, durability: Durability): Version {
    const version = this.#write(transaction, durability);
    if (this.#log !== undefined && (durability === 'fsync' || this.#waiting.length > 1))
      this.syncNow();
    else this.#publishThrough(version);
    return version;
  }

  /** Makes everything committed so far durable and visible. */
  syncNow(): void {
    if (this.#log === undefined) return;
    if (this.#failure !== undefined) throw this.#failure;
    try {
      this.#log.syncNow();
    } catch (error) {
      throw this.#poison(error);
    }
    this.#durable = this.#written;
    const last = this.#waiting.at(-1);
    if (last !== undefined) this.#publishThrough(last.version);
  }

  /** Makes everything committed so far durable, behind the back of those who did not ask for it. Never rejects. */
  async syncBehind(): Promise<void> {
    if (this.#log === undefined || this.#failure !== undefined) return;
    try {
      await this.#sync(this.#log);
    } catch (error) {
      // The store is poisoned now, and the next commit says so.
      assert(this.#failure === error, 'a failed sync poisons the store');
    }
  }

  /** The last sync. Throws when something acknowledged did not become durable, now or by an earlier failure. */
  finish(): void {
    if (this.#failure === undefined) this.syncNow();
    else if (this.#owed > this.#durable) throw this.#failure;
  }

  /** Ends the log's segment; what was committed so far is in older ones than the one returned. */
  rotateLog(): number {
    assert(this.#log !== undefined, 'a store with a disk has a log');
    if (this.#failure !== undefined) throw this.#failure;
    try {
      const next = this.#log.rotate();
      this.#durable = this.#written;
      return next;
    } catch (error) {
      throw this.#poison(error);
    }
  }

  /** Steps 1 to 3. */
  #write(transaction: Committing, durability: Durability): Version {
    try {
      if (this.#failure !== undefined) throw this.#failure;
      const { writes } = transaction;
      transaction.checkReads();
      this.#target.reserve(writes);
      const version = this.#oracle.next();
      if (this.#log !== undefined) this.#logWrites(this.#log, writes, version, durability);
      this.#target.apply(writes, version);
      if (this.#recent.isWatched) this.#recent.note(writes, version);
      this.#written = version;
      this.#waiting.push({ version, transaction });
      if (this.#log !== undefined && durability !== 'fsync') {
        this.#owed = version;
        this.#unsynced();
      }
      return version;
    } catch (error) {
      this.#locks.release(transaction);
      transaction.failed();
      throw error;
    }
  }

  async #sync(log: CommitLog): Promise<void> {
    const covered = this.#written;
    try {
      // Not behind a promise: commits acknowledged from memory that it loses must not be followed by a later one in the log.
      log.flush();
      await log.sync();
    } catch (error) {
      throw this.#poison(error);
    }
    this.#durable = Math.max(this.#durable, covered);
  }

  #logWrites(log: CommitLog, writes: WriteSet, version: Version, durability: Durability): void {
    const buffered = log.bufferedBytes;
    try {
      log.append(writes, version);
      if (durability !== 'memory' || log.bufferedBytes > BUFFERED_MAX) log.flush();
    } catch (error) {
      // Commits acknowledged from memory were lost with this one: no later one may be logged behind the gap.
      if (log.bufferedBytes < buffered) throw this.#poison(error);
      throw error;
    }
  }

  #publishThrough(version: Version): void {
    let count = 0;
    while (count < this.#waiting.length && this.#waiting[count]!.version <= version) {
      this.#publish(this.#waiting[count]!);
      count += 1;
    }
    if (count === 0) return;
    if (count === this.#waiting.length) this.#waiting.length = 0;
    else this.#waiting.splice(0, count);
    this.#target.afterPublish();
  }

  #publish(waiting: Waiting): void {
    const { version, transaction } = waiting;
    this.#visible = version;
    for (const part of transaction.writes.parts) {
      if (part.liveCount > 0) this.#lastCommits.set(part.keyspace, version);
    }
    for (const listener of this.#listeners) listener(transaction.writes, version);
    this.#locks.release(transaction);
    transaction.published(version);
  }

  #poison(error: unknown): AlopexError {
    if (this.#failure === undefined) {
      this.#failure =
        error instanceof AlopexError
          ? error
          : new AlopexError('ALX_IO', `the write-ahead log has failed: ${String(error)}`, {
              cause: error,
            });
      for (const { transaction } of this.#waiting) {
        this.#locks.release(transaction);
        transaction.failed();
      }
      this.#waiting = [];
    }
    return this.#failure;
  }
}
