import { describe, expect, it } from 'vitest';
import { keyspaceId } from '../base/brand.ts';
import { AlopexError } from '../base/errors.ts';
import { ENTRY_KIND } from '../memtable/entry.ts';
import { NONE } from '../memtable/btree-node.ts';
import { WriteSet } from '../memtable/write-set.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { LockSession } from './lock-session.ts';
import {
  ROW_LOCK,
  ROW_LOCK_CONFLICTS,
  TABLE_LOCK_CONFLICTS,
  TABLE_LOCK_MODES,
  lockKindOf,
  rowLockOf,
} from './lock-modes.ts';
import { LockSeat } from './lock-queue.ts';
import { LockTable, type RowLockOwner } from './locks.ts';

const T = keyspaceId(1);

class Owner implements RowLockOwner {
  readonly writes = new WriteSet();
  readonly lockSeat = new LockSeat();
}

function keyOf(number: number): Uint8Array {
  return Uint8Array.of(number >>> 16, number >>> 8, number);
}

/** Takes a lock as a transaction does: by writing the key. */
function take(table: LockTable, owner: Owner, number: number, mayWait = true): boolean {
  const key = keyOf(number);
  if (owner.writes.locate(T, key) !== NONE) return true;
  const policy = mayWait ? 'queue' : 'never';
  const request = { mode: ROW_LOCK.noKeyUpdate, policy, writes: true } as const;
  if (table.acquire(owner, T, key, request) !== 'held') return false;
  owner.writes.writeLocated(ENTRY_KIND.put, key);
  return true;
}

function end(table: LockTable, owner: Owner): void {
  table.release(owner);
  owner.writes.clear();
}

describe('LockTable', () => {
  it('finds the holder among many small ones and one with many locks', () => {
    const table = new LockTable(new ManualClock());
    const large = new Owner();
    for (let key = 0; key < 5000; key += 1) take(table, large, key);
    const owners = Array.from({ length: 300 }, () => new Owner());
    for (const [index, owner] of owners.entries()) take(table, owner, 10_000 + index);
    const late = new Owner();
    for (const key of [0, 1023, 1024, 4999, 10_000, 10_299]) {
      expect(() => take(table, late, key, false), `key ${key}`).toThrow(/locked/);
    }
    expect(take(table, late, 10_300)).toBe(true);
    for (const owner of owners) end(table, owner);
    end(table, late);
    // Alone again, it goes on, and all of its locks are known to the next one and released with it.
    take(table, large, 20_000);
    expect(() => take(table, late, 20_000, false)).toThrow(/locked/);
    end(table, large);
    large.writes.locate(T, keyOf(20_000));
    large.writes.writeLocated(ENTRY_KIND.put, keyOf(20_000));
    expect(take(table, late, 20_000)).toBe(true);
    for (const key of [0, 1023, 4999, 10_000]) expect(take(table, late, key)).toBe(true);
  });

  it.each([1, 2, 3, 4, 5, 6])(
    'never gives a lock to two, and lets everybody finish (seed %i)',
    async (seed) => {
      const random = new SeededRandom(seed);
      const table = new LockTable(new ManualClock());
      const holders = new Map<number, Owner>();
      let finished = 0;
      let deadlocks = 0;
      const life = async (): Promise<void> => {
        const owner = new Owner();
        try {
          for (let count = 1 + random.below(6); count > 0; count -= 1) {
            const key = random.below(8);
            while (!take(table, owner, key)) await table.ready(owner);
            expect(holders.get(key) ?? owner, `seed ${seed}`).toBe(owner);
            holders.set(key, owner);
            if (random.chance(0.5)) await Promise.resolve();
          }
          finished += 1;
        } catch (error) {
          if (!(error instanceof AlopexError) || error.code !== 'ALX_DEADLOCK') throw error;
          deadlocks += 1;
        }
        for (const [key, holder] of holders) if (holder === owner) holders.delete(key);
        end(table, owner);
      };
      const lives = Array.from({ length: 20 }, async () => {
        for (let round = 0; round < 20; round += 1) await life();
      });
      await Promise.all(lives);
      expect(finished + deadlocks).toBe(400);
      expect(finished).toBeGreaterThan(50);
      expect(holders.size).toBe(0);
    },
  );

  it.each([11, 12, 13, 14])(
    'never lets two hold a row in modes that exclude each other, and serves everybody (seed %i)',
    async (seed) => {
      const random = new SeededRandom(seed);
      const table = new LockTable(new ManualClock());
      const holders = new Map<Owner, Map<number, number>>();
      let finished = 0;
      let deadlocks = 0;
      const life = async (): Promise<void> => {
        const owner = new Owner();
        const own = new Map<number, number>();
        holders.set(owner, own);
        try {
          for (let count = 1 + random.below(5); count > 0; count -= 1) {
            const key = random.below(5);
            const mode = random.below(4);
            while (!lock(table, owner, key, mode)) await table.ready(owner);
            own.set(key, Math.max(mode, own.get(key) ?? 0));
            expectNobodyExcluded(holders, owner, key, mode, seed);
            if (random.chance(0.5)) await Promise.resolve();
          }
          finished += 1;
        } catch (error) {
          if (!(error instanceof AlopexError) || error.code !== 'ALX_DEADLOCK') throw error;
          deadlocks += 1;
        }
        holders.delete(owner);
        end(table, owner);
      };
      const lives = Array.from({ length: 16 }, async () => {
        for (let round = 0; round < 25; round += 1) await life();
      });
      await Promise.all(lives);
      expect(finished + deadlocks).toBe(400);
      expect(finished).toBeGreaterThan(100);
      const last = new Owner();
      for (let key = 0; key < 5; key += 1)
        expect(lock(table, last, key, ROW_LOCK.update)).toBe(true);
    },
  );

  it('lets many share a row, and makes who wants it alone wait for all of them and no longer', async () => {
    const table = new LockTable(new ManualClock());
    const [one, two, writer, late] = [new Owner(), new Owner(), new Owner(), new Owner()];
    expect(lock(table, one, 1, ROW_LOCK.share)).toBe(true);
    expect(lock(table, two, 1, ROW_LOCK.share)).toBe(true);
    expect(lock(table, writer, 1, ROW_LOCK.update)).toBe(false);
    // Nobody gets in before the one who waits, and who holds the lock already is not kept out.
    expect(lock(table, late, 1, ROW_LOCK.share)).toBe(false);
    expect(lock(table, one, 1, ROW_LOCK.keyShare)).toBe(true);
    end(table, one);
    expect(writer.lockSeat.queue).toBeDefined();
    end(table, two);
    await table.ready(writer);
    expect(lock(table, writer, 1, ROW_LOCK.update)).toBe(true);
    end(table, writer);
    await table.ready(late);
    expect(lock(table, late, 1, ROW_LOCK.share)).toBe(true);
  });

  it('refuses the second of two holders of a shared lock who want it alone', () => {
    const table = new LockTable(new ManualClock());
    const [one, two] = [new Owner(), new Owner()];
    lock(table, one, 1, ROW_LOCK.share);
    lock(table, two, 1, ROW_LOCK.share);
    expect(lock(table, one, 1, ROW_LOCK.update)).toBe(false);
    expect(() => lock(table, two, 1, ROW_LOCK.update)).toThrow(/deadlock/);
  });

  it('knows who has written to a table before and after it is locked', async () => {
    const table = new LockTable(new ManualClock());
    const [writer, definition, late] = [new Owner(), new Owner(), new Owner()];
    take(table, writer, 1);
    const share = { mode: TABLE_LOCK_MODES.indexOf('share'), policy: 'queue' } as const;
    expect(table.acquireTable(definition, T, { ...share, policy: 'skip' })).toBe('skipped');
    expect(table.acquireTable(definition, T, share)).toBe('waits');
    expect(take(table, late, 2)).toBe(false);
    expect(take(table, writer, 3)).toBe(true);
    end(table, writer);
    await table.ready(definition);
    expect(table.acquireTable(definition, T, share)).toBe('held');
    expect(late.lockSeat.queue).toBeDefined();
    end(table, definition);
    await table.ready(late);
    expect(take(table, late, 2)).toBe(true);
    expect(table.hasTableLocks).toBe(true);
    end(table, late);
    expect(table.hasTableLocks).toBe(false);
  });

  it('sees circles that go through rows, tables and advisory locks', () => {
    const table = new LockTable(new ManualClock());
    const [one, two, three] = [new Owner(), new Owner(), new Owner()];
    const exclusive = { mode: 1, policy: 'queue' } as const;
    take(table, one, 1);
    table.acquireTable(two, T, { mode: TABLE_LOCK_MODES.indexOf('share'), policy: 'queue' });
    table.acquireAdvisory(three, 'n', exclusive);
    expect(table.acquireAdvisory(one, 'n', exclusive)).toBe('waits');
    expect(() => take(table, three, 7)).toThrow(/deadlock/);
  });

  it('counts the advisory locks of a session, which go round with its transactions', async () => {
    const table = new LockTable(new ManualClock());
    const session = new LockSession(table);
    const other = new LockSession(table);
    const owner = new Owner();
    owner.lockSeat.session = session.lockSeat.session;
    const exclusive = { mode: 1, policy: 'queue' } as const;
    expect(session.lock('n')).toBe(true);
    expect(session.lock('n')).toBe(true);
    expect(table.acquireAdvisory(owner, 'n', exclusive)).toBe('held');
    expect(other.lock('n', 'share', 'skip')).toBe(false);
    expect(session.unlock('n')).toBe(true);
    expect(session.unlock('n')).toBe(true);
    expect(session.unlock('n')).toBe(false);
    expect(other.lock('n', 'share', 'skip')).toBe(false);
    end(table, owner);
    expect(other.lock('n', 'share', 'skip')).toBe(true);
    // The session waits for the other one, which waits for a row of the session's transaction.
    const next = new Owner();
    next.lockSeat.session = session.lockSeat.session;
    take(table, next, 1);
    expect(session.lock('n')).not.toBe(true);
    const rival = new Owner();
    rival.lockSeat.session = other.lockSeat.session;
    expect(() => take(table, rival, 1)).toThrow(/deadlock/);
    other.unlockAll();
    await session.ready();
    expect(session.lock('n')).toBe(true);
    expect(session.held).toEqual([{ name: 'n', mode: 'exclusive' }]);
  });

  it('ends a wait when the lock timeout has passed', async () => {
    const clock = new ManualClock();
    const table = new LockTable(clock);
    const [one, two] = [new Owner(), new Owner()];
    take(table, one, 1);
    take(table, two, 1);
    const wait = table.ready(two, undefined, 50);
    clock.advance(49);
    expect(two.lockSeat.queue).toBeDefined();
    clock.advance(1);
    await expect(wait).rejects.toThrow(/lock timeout of 50 ms/);
    expect(two.lockSeat.queue).toBeUndefined();
  });

  it('has conflicts that go both ways', () => {
    for (const conflicts of [ROW_LOCK_CONFLICTS, TABLE_LOCK_CONFLICTS])
      for (let left = 0; left < conflicts.length; left += 1)
        for (let right = 0; right < conflicts.length; right += 1)
          expect((conflicts[left]! >> right) & 1).toBe((conflicts[right]! >> left) & 1);
  });
});

/** Locks a row as a transaction does, in one of the modes. */
function lock(table: LockTable, owner: Owner, number: number, mode: number): boolean {
  const key = keyOf(number);
  const kind = owner.writes.locate(T, key);
  if (kind !== NONE && rowLockOf(kind) >= mode) return true;
  const request = { mode, policy: 'queue', writes: false } as const;
  if (table.acquire(owner, T, key, request) !== 'held') return false;
  owner.writes.writeLocated(lockKindOf(mode), key);
  return true;
}

function expectNobodyExcluded(
  holders: ReadonlyMap<Owner, ReadonlyMap<number, number>>,
  owner: Owner,
  key: number,
  mode: number,
  seed: number,
): void {
  for (const [other, locks] of holders) {
    const held = locks.get(key);
    if (other === owner || held === undefined) continue;
    expect((ROW_LOCK_CONFLICTS[mode]! >> held) & 1, `seed ${seed}`).toBe(0);
  }
}
