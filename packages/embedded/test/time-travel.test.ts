import { describe, expect, it } from 'vitest';
import { ManualClock } from '@alopex-db/core/testing';
import { Database } from '@alopex-db/embedded';

describe('reading the past', () => {
  it('shows tables as they were at a moment, also those that were dropped since', async () => {
    const clock = new ManualClock();
    await using db = await Database.open({ clock, historyRetention: '1h' });
    await db.executeScript('CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);');
    const moment = new Date(clock.nowMicros() / 1000 + 1000).toISOString();
    clock.advance(60_000);
    await db.execute('INSERT INTO t VALUES (2)');
    await using session = await db.session();
    await session.execute("SET alopex.read_as_of = '-30s'");
    expect(await session.query('SELECT id FROM t')).toEqual([{ id: 1 }]);
    expect(await session.query('SELECT id FROM t WHERE id = 2')).toEqual([]);
    await expect(session.execute('INSERT INTO t VALUES (3)')).rejects.toMatchObject({
      sqlState: '25006',
    });
    await db.execute('DROP TABLE t');
    await session.execute(`SET alopex.read_as_of = '${moment}'`);
    expect(await session.query('SELECT id FROM t')).toEqual([{ id: 1 }]);
    await session.execute('RESET alopex.read_as_of');
    await expect(session.query('SELECT id FROM t').result()).rejects.toMatchObject({
      sqlState: '42P01',
    });
    clock.advance(3_600_000);
    await session.execute(`SET alopex.read_as_of = '${moment}'`);
    await expect(session.query('SELECT 1').result()).rejects.toMatchObject({
      code: 'ALX_OUT_OF_RANGE',
    });
  });

  it('needs a retention', async () => {
    const clock = new ManualClock();
    await using db = await Database.open({ clock });
    await db.executeScript('CREATE TABLE t (id INTEGER PRIMARY KEY)');
    clock.advance(1000);
    await db.execute('INSERT INTO t VALUES (1)');
    await using session = await db.session();
    await session.execute("SET alopex.read_as_of = '-1s'");
    await expect(session.query('SELECT 1').result()).rejects.toThrow(/retention|history/);
  });
});
