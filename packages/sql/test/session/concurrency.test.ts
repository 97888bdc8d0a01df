import { describe, expect, it } from 'vitest';
import { nextBelow } from '@alopex-db/core/base';
import { SeededRandom } from '@alopex-db/core/testing';
import { openDatabase } from './open-session.ts';

describe('many callers at once', () => {
  it('lose no update and keep every sum, with statements alone and in transactions', async () => {
    const seed = Number(process.env['ALOPEX_TEST_SEED'] ?? 11);
    const random = new SeededRandom(seed);
    await using db = await openDatabase();
    await db.execute('CREATE TABLE a (id INTEGER PRIMARY KEY, v INTEGER NOT NULL)');
    const accounts = 5;
    for (let id = 0; id < accounts; id += 1)
      await db.execute('INSERT INTO a VALUES ($1, 100)', [id]);
    let added = 0;
    const caller = async (): Promise<void> => {
      for (let step = 0; step < 20; step += 1) {
        const [from, to] = [nextBelow(random, accounts), nextBelow(random, accounts)];
        switch (nextBelow(random, 4)) {
          case 0:
            added += 1;
            await db.execute('UPDATE a SET v = v + 1 WHERE id = $1', [from]);
            break;
          case 1:
            added += accounts;
            await db.execute('UPDATE a SET v = v + 1');
            break;
          case 2:
            expect(await db.query('SELECT sum(v) AS s FROM a').value(), `seed ${seed}`).toBeTypeOf(
              'number',
            );
            break;
          default:
            await db.transaction(
              async (tx) => {
                await tx.execute('UPDATE a SET v = v - 7 WHERE id = $1', [from]);
                await tx.execute('UPDATE a SET v = v + 7 WHERE id = $1', [to]);
              },
              { maxAttempts: 1_000 },
            );
        }
      }
    };
    await Promise.all(Array.from({ length: 16 }, caller));
    expect(await db.query('SELECT sum(v) AS s FROM a').value(), `seed ${seed}`).toBe(
      accounts * 100 + added,
    );
    expect([...db.store.snapshots.all()]).toHaveLength(0);
  });

  it('insert each key once', async () => {
    await using db = await openDatabase();
    await db.execute('CREATE TABLE k (id INTEGER PRIMARY KEY, u TEXT UNIQUE)');
    const insert = 'INSERT INTO k VALUES ($1, $2)';
    const attempts = Array.from({ length: 60 }, (_, i) =>
      db.execute(insert, [i % 20, `u${i % 30}`]),
    );
    const settled = await Promise.allSettled(attempts);
    const inserted = settled.filter(({ status }) => status === 'fulfilled').length;
    expect(await db.query('SELECT count(*) AS n FROM k').value()).toBe(inserted);
    for (const result of settled) {
      if (result.status === 'rejected') {
        expect(result.reason).toMatchObject({ code: 'ALX_UNIQUE_VIOLATION' });
      }
    }
    expect(inserted).toBe(20);
  });
});
