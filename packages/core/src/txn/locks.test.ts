import { describe, expect, it } from 'vitest';
import { keyspaceId } from '../base/brand.ts';
import { AlopexError } from '../base/errors.ts';
import { ENTRY_KIND } from '../memtable/entry.ts';
import { NONE } from '../memtable/btree-node.ts';
import { WriteSet } from '../memtable/write-set.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { LockSeat, LockTable, type LockOwner } from './locks.ts';

const T = keyspaceId(1);

class Owner implements LockOwner {
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
  if (!table.acquire(owner, T, key, mayWait)) return false;
  owner.writes.writeLocated(ENTRY_KIND.put, key);
  return true;
}

function end(table: LockTable, owner: Owner): void {
  table.release(owner);
  owner.writes.clear();
}

describe('LockTable', () => {
  it('finds the holder among many small ones and one with many locks', () => {
    const table = new LockTable();
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
      const table = new LockTable();
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
});
