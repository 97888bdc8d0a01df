/**
 * Advisory locks that outlive transactions: a session holds them until it gives them back or closes. As in PostgreSQL they are
 * counted, so that each lock needs its unlock, and those of the session and of its own transactions do not exclude each other.
 */
import { PENDING, type Pending, type Waiter } from '../base/pending.ts';
import { ADVISORY_LOCK_MODES, type AdvisoryLockMode, type LockWaitPolicy } from './lock-modes.ts';
import { LockSeat, type LockOwner } from './lock-queue.ts';
import type { LockTable } from './locks.ts';

interface Held {
  readonly name: string;
  readonly mode: number;
  count: number;
}

export class LockSession implements LockOwner, Waiter {
  readonly lockSeat = new LockSeat();
  /** Longest wait for a lock in milliseconds; 0 = no limit. */
  lockTimeoutMs = 0;
  readonly #locks: LockTable;
  readonly #held = new Map<string, Held>();
  /** What was waited for and not taken yet. */
  #asked: Held | undefined;

  constructor(locks: LockTable) {
    this.#locks = locks;
    this.lockSeat.session = new Set();
  }

  /** Names held, each in one mode, ascending. */
  get held(): readonly { readonly name: string; readonly mode: AdvisoryLockMode }[] {
    return [...this.#held.values()].map(({ name, mode }) => ({
      name,
      mode: ADVISORY_LOCK_MODES[mode]!,
    }));
  }

  /** True when the lock is held, false when it was skipped. */
  lock(
    name: string,
    mode: AdvisoryLockMode = 'exclusive',
    wait: LockWaitPolicy = 'queue',
  ): boolean | Pending {
    const place = ADVISORY_LOCK_MODES.indexOf(mode);
    const key = `${place} ${name}`;
    this.#forgetAsked(key);
    let held = this.#held.get(key);
    if (held === undefined) {
      held = { name, mode: place, count: 0 };
      const answer = this.#locks.acquireAdvisory(this, name, { mode: place, policy: wait });
      if (answer === 'waits') this.#asked = held;
      if (answer !== 'held') return answer === 'waits' ? PENDING : false;
      this.#held.set(key, held);
    }
    held.count += 1;
    return true;
  }

  /** False when the session does not hold the lock. */
  unlock(name: string, mode: AdvisoryLockMode = 'exclusive'): boolean {
    this.#forgetAsked(undefined);
    const place = ADVISORY_LOCK_MODES.indexOf(mode);
    const key = `${place} ${name}`;
    const held = this.#held.get(key);
    if (held === undefined) return false;
    held.count -= 1;
    if (held.count > 0) return true;
    this.#held.delete(key);
    return this.#locks.releaseAdvisory(this, name, place);
  }

  unlockAll(): void {
    this.#held.clear();
    this.#asked = undefined;
    this.#locks.releaseHeld(this);
  }

  async ready(signal?: AbortSignal): Promise<void> {
    return this.#locks.ready(this, signal, this.lockTimeoutMs);
  }

  /** A call that has given up waiting may have been given its lock meanwhile. */
  #forgetAsked(repeated: string | undefined): void {
    const asked = this.#asked;
    this.#asked = undefined;
    if (asked === undefined || `${asked.mode} ${asked.name}` === repeated) return;
    this.#locks.releaseAdvisory(this, asked.name, asked.mode);
  }
}
