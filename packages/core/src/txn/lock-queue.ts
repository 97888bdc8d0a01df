/**
 * One lock that somebody waits for, or that is not written down elsewhere: who holds it in which modes, and who waits, in order.
 *
 * - Fair: a request waits when it excludes, or is excluded by, a holder or somebody who waits before it. Whoever holds the lock
 *   already and asks for more goes before all others, who wait for it anyway.
 * - When a holder leaves, those at the front are given the lock where they stand. They find it theirs when they come back.
 * - Waiting makes edges from the waiter to what it waits for, over queues of all kinds. A wait that would close a circle is refused
 *   with ALX_DEADLOCK, so there never is one.
 */
import { assert } from '../base/assert.ts';
import { AlopexError } from '../base/errors.ts';
import { covers, type LockAnswer, type LockConflicts, type LockWaitPolicy } from './lock-modes.ts';

/** What holds and waits for locks. */
export interface LockOwner {
  readonly lockSeat: LockSeat;
}

interface LockWait {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** An owner's place among the locks. It waits in one queue at most. */
export class LockSeat {
  /** Whether the owner is among the writers. */
  writing = false;
  /** The queue the owner stands in, and what it asks for there. */
  queue: LockQueue | undefined;
  mode = 0;
  wait: LockWait | undefined;
  /** Queues among whose holders the owner is. */
  held: Set<LockQueue> | undefined;
  /** Owners of one session, which does one thing at a time: who waits for one of them waits for all. */
  session: Set<LockOwner> | undefined;
  /** Whether the filter knows the owner's row locks: not yet, as it is alone; yes; not, as it has too many. */
  filtering: 'alone' | 'filtered' | 'large' = 'alone';
  /** Hashes of the keys locked, while the filter knows them. */
  readonly hashes: number[] = [];
}

/** What a queue has to know of the kind of thing that is locked. */
export interface LockSpace {
  /** For messages: what is locked. */
  readonly noun: string;
  readonly conflicts: LockConflicts;
  /** Whether owners of one session exclude each other. */
  readonly withinSession: boolean;
}

export class LockQueue {
  readonly space: LockSpace;
  /** Modes by holder. */
  readonly #holders = new Map<LockOwner, number>();
  readonly #waiters: LockOwner[] = [];
  /** Called when nobody holds the lock and nobody waits. */
  readonly #abandoned: (queue: LockQueue) => void;

  constructor(space: LockSpace, abandoned: (queue: LockQueue) => void) {
    this.space = space;
    this.#abandoned = abandoned;
  }

  get isEmpty(): boolean {
    return this.#holders.size === 0 && this.#waiters.length === 0;
  }

  modesOf(owner: LockOwner): number {
    return this.#holders.get(owner) ?? 0;
  }

  /** Takes in a holder: one that is known from elsewhere, or has been given the lock. */
  hold(owner: LockOwner, mode: number): void {
    this.#holders.set(owner, this.modesOf(owner) | (1 << mode));
    (owner.lockSeat.held ??= new Set()).add(this);
  }

  /** Asks for the lock. With the policy `queue` the owner stands in the queue afterwards, or holds it. */
  ask(owner: LockOwner, mode: number, policy: LockWaitPolicy): LockAnswer {
    const held = this.modesOf(owner);
    if (held === 0 || !covers(held, mode, this.space.conflicts)) {
      const before = held === 0 ? this.#waiters.length : 0;
      if (this.#isExcluded(owner, mode, before)) return this.#refuse(owner, mode, policy);
    }
    if (owner.lockSeat.queue !== undefined) leaveQueue(owner);
    this.hold(owner, mode);
    return 'held';
  }

  /** The owner holds nothing here any more, or less. */
  release(owner: LockOwner, mode?: number): void {
    const left = mode === undefined ? 0 : this.modesOf(owner) & ~(1 << mode);
    if (left > 0) this.#holders.set(owner, left);
    else {
      this.#holders.delete(owner);
      owner.lockSeat.held?.delete(this);
    }
    this.#serve();
  }

  /** Takes a waiter out. */
  leave(owner: LockOwner): void {
    this.#waiters.splice(this.#waiters.indexOf(owner), 1);
    this.#serve();
  }

  /** Visits whom a waiter waits for. */
  *blockers(owner: LockOwner): Generator<LockOwner, void, void> {
    const excluded = this.space.conflicts[owner.lockSeat.mode]!;
    for (const [holder, modes] of this.#holders)
      if ((modes & excluded) !== 0 && this.#areApart(holder, owner)) yield holder;
    for (const waiter of this.#waiters) {
      if (waiter === owner) return;
      if ((excluded & (1 << waiter.lockSeat.mode)) !== 0 && this.#areApart(waiter, owner))
        yield waiter;
    }
  }

  /** Whether a holder, or one of the first `before` waiters, excludes the request. */
  #isExcluded(owner: LockOwner, mode: number, before: number): boolean {
    const excluded = this.space.conflicts[mode]!;
    for (const [holder, modes] of this.#holders)
      if ((modes & excluded) !== 0 && this.#areApart(holder, owner)) return true;
    for (let index = 0; index < before; index += 1) {
      const waiter = this.#waiters[index]!;
      // It stands here already: those behind it are no matter.
      if (waiter === owner) return false;
      if ((excluded & (1 << waiter.lockSeat.mode)) !== 0 && this.#areApart(waiter, owner))
        return true;
    }
    return false;
  }

  #areApart(one: LockOwner, other: LockOwner): boolean {
    if (one === other) return false;
    const { session } = one.lockSeat;
    return this.space.withinSession || session === undefined || session !== other.lockSeat.session;
  }

  #refuse(owner: LockOwner, mode: number, policy: LockWaitPolicy): LockAnswer {
    if (policy === 'skip') return 'skipped';
    if (policy === 'never') throw lockNotAvailable(this.space);
    this.#enqueue(owner, mode);
    return 'waits';
  }

  #enqueue(owner: LockOwner, mode: number): void {
    const seat = owner.lockSeat;
    if (seat.queue === this && seat.mode === mode) return;
    leaveQueue(owner);
    seat.mode = mode;
    const isUpgrade = this.#holders.has(owner);
    if (isUpgrade) this.#waiters.unshift(owner);
    else this.#waiters.push(owner);
    seat.queue = this;
    seat.session?.add(owner);
    if (closesCircle(owner)) {
      leaveQueue(owner);
      throw new AlopexError(
        'ALX_DEADLOCK',
        'deadlock: the transaction would wait for one that waits for it',
        {
          hint: 'Roll back and repeat the transaction; lock rows in the same order everywhere.',
        },
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Whoever rolls back without waiting has nobody listening; that is no unhandled failure.
    promise.catch(() => undefined);
    seat.wait = { promise, resolve, reject };
  }

  /** Gives the lock to those at the front who can have it now. */
  #serve(): void {
    for (let index = 0; index < this.#waiters.length;) {
      const waiter = this.#waiters[index]!;
      const seat = waiter.lockSeat;
      if (this.#isExcluded(waiter, seat.mode, index)) {
        index += 1;
        continue;
      }
      this.#waiters.splice(index, 1);
      this.hold(waiter, seat.mode);
      endWait(waiter);
    }
    if (this.isEmpty) this.#abandoned(this);
  }
}

/** Takes an owner out of the queue it stands in, if there is one. */
export function leaveQueue(owner: LockOwner): void {
  const { queue } = owner.lockSeat;
  if (queue === undefined) return;
  endWait(owner);
  queue.leave(owner);
}

function endWait(owner: LockOwner): void {
  const seat = owner.lockSeat;
  assert(seat.queue !== undefined, 'whoever waits stands in a queue');
  seat.queue = undefined;
  seat.session?.delete(owner);
  seat.wait?.resolve();
  seat.wait = undefined;
}

/** Whether waiting leads from an owner back to it. */
function closesCircle(owner: LockOwner): boolean {
  const seen = new Set<LockOwner>();
  const open = [owner];
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    for (const waiting of from.lockSeat.session ?? [from]) {
      const { queue } = waiting.lockSeat;
      if (queue === undefined || seen.has(waiting)) continue;
      seen.add(waiting);
      for (const blocker of queue.blockers(waiting)) {
        if (isSame(blocker, owner)) return true;
        open.push(blocker);
      }
    }
  }
  return false;
}

function isSame(one: LockOwner, other: LockOwner): boolean {
  const { session } = one.lockSeat;
  return one === other || (session !== undefined && session === other.lockSeat.session);
}

export function lockNotAvailable({ noun }: LockSpace): AlopexError {
  return new AlopexError('ALX_LOCK_NOT_AVAILABLE', `the ${noun} is locked by another transaction`, {
    hint: 'Repeat the transaction, or let it wait for the lock.',
  });
}
