/** What a transaction asks of the lock table: one place for the policy of its waits, and for what its write set holds already. */
import type { KeyspaceId } from '../base/brand.ts';
import { PENDING, type Pending, type Waiter } from '../base/pending.ts';
import { NONE } from '../memtable/btree-node.ts';
import { FIRST_PENDING_KIND } from '../memtable/entry-codec.ts';
import type { WriteSet } from '../memtable/write-set.ts';
import {
  ADVISORY_LOCK_MODES,
  ROW_LOCK,
  TABLE_LOCK_MODES,
  rowLockOf,
  type AdvisoryLockMode,
  type LockAnswer,
  type LockWaitPolicy,
  type TableLockMode,
} from './lock-modes.ts';
import { LockSeat } from './lock-queue.ts';
import type { LockTable, RowLockOwner, RowLockRequest } from './locks.ts';
import type { KeyTransactionOptions } from './transaction.ts';

/** What writes ask for, by what they do when they cannot have it: made once, because every write asks. */
const WRITE_REQUESTS = Object.freeze({
  queue: writeRequests('queue'),
  never: writeRequests('never'),
});

interface WriteRequests {
  readonly write: RowLockRequest;
  readonly remove: RowLockRequest;
}

function writeRequests(policy: LockWaitPolicy): WriteRequests {
  return {
    write: { mode: ROW_LOCK.noKeyUpdate, policy, writes: true },
    remove: { mode: ROW_LOCK.update, policy, writes: true },
  };
}

export abstract class LockClaims implements RowLockOwner, Waiter {
  abstract readonly writes: WriteSet;
  readonly lockSeat = new LockSeat();
  lockTimeoutMs: number;
  protected readonly requests: WriteRequests;
  readonly #locks: LockTable;

  constructor(locks: LockTable, options: KeyTransactionOptions) {
    this.#locks = locks;
    this.requests = WRITE_REQUESTS[options.wait ?? 'queue'];
    this.lockTimeoutMs = options.lockTimeoutMs ?? 0;
    if (options.session !== undefined) this.lockSeat.session = options.session.lockSeat.session;
  }

  /** Throws once the transaction has ended. */
  abstract check(): void;

  get waiter(): Waiter {
    return this;
  }

  async ready(signal?: AbortSignal): Promise<void> {
    return this.#locks.ready(this, signal, this.lockTimeoutMs);
  }

  lockTable(
    keyspace: KeyspaceId,
    mode: TableLockMode,
    wait: LockWaitPolicy = this.requests.write.policy,
  ): boolean | Pending {
    this.check();
    const request = { mode: TABLE_LOCK_MODES.indexOf(mode), policy: wait };
    return grantOf(this.#locks.acquireTable(this, keyspace, request));
  }

  lockAdvisory(
    name: string,
    mode: AdvisoryLockMode = 'exclusive',
    wait: LockWaitPolicy = this.requests.write.policy,
  ): boolean | Pending {
    this.check();
    const request = { mode: ADVISORY_LOCK_MODES.indexOf(mode), policy: wait };
    return grantOf(this.#locks.acquireAdvisory(this, name, request));
  }

  /** Asks for the lock of a row that is not going to be written. */
  protected claim(
    keyspace: KeyspaceId,
    key: Uint8Array,
    mode: number,
    wait: LockWaitPolicy | undefined,
  ): boolean | Pending {
    const policy = wait ?? this.requests.write.policy;
    return grantOf(this.#locks.acquire(this, keyspace, key, { mode, policy, writes: false }));
  }

  /** Takes the lock of a row in order to write it, unless its entry, of that kind, holds it already. */
  protected claimToWrite(
    kind: number,
    keyspace: KeyspaceId,
    key: Uint8Array,
    request: RowLockRequest,
  ): void | Pending {
    if (kind !== NONE && rowLockOf(kind) >= request.mode) {
      // A row that was only locked is going to be written now, which a lock of the table may forbid.
      if (kind < FIRST_PENDING_KIND || !this.#locks.hasTableLocks) return;
    }
    if (this.#locks.acquire(this, keyspace, key, request) !== 'held') return PENDING;
  }

  protected releaseLocks(): void {
    this.#locks.release(this);
  }
}

function grantOf(answer: LockAnswer): boolean | Pending {
  return answer === 'waits' ? PENDING : answer === 'held';
}
