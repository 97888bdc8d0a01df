import { describe, expect, it } from 'vitest';
import { codeOf, codeOfNow, openDatabase, type TestDatabase } from './open-session.ts';

async function openAccounts(): Promise<TestDatabase> {
  const db = await openDatabase();
  await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER)');
  await db.execute('INSERT INTO t VALUES (1, 0), (2, 0)');
  return db;
}

const sum = (db: Pick<TestDatabase, 'query'>): Promise<number | undefined> =>
  db.query('SELECT sum(v) AS s FROM t').value<number>();

describe('transactions', () => {
  it('are seen by others only once they are committed, and read their own writes', async () => {
    await using db = await openAccounts();
    const tx = await db.begin();
    await tx.execute('UPDATE t SET v = 5 WHERE id = 1');
    await tx.execute('INSERT INTO t VALUES (3, 1)');
    expect(await sum(tx)).toBe(6);
    expect(await tx.query('SELECT v FROM t WHERE id = $1', [1]).value()).toBe(5);
    expect(await sum(db)).toBe(0);
    await tx.commit();
    expect(tx.state).toBe('Committed');
    expect(await sum(db)).toBe(6);
    expect(await codeOf(tx.query('SELECT 1'))).toBe('ALX_TRANSACTION_CLOSED');
  });

  it('read one snapshot from begin to end', async () => {
    await using db = await openAccounts();
    const tx = await db.begin();
    await db.execute('UPDATE t SET v = 7');
    expect(await sum(tx)).toBe(0);
    expect(await codeOf(tx.execute('UPDATE t SET v = v + 1 WHERE id = 1'))).toBe(
      'ALX_SERIALIZATION_CONFLICT',
    );
    await tx.rollback();
    expect(tx.state).toBe('Aborted');
  });

  it('fail as a whole: after an error only a rollback is possible', async () => {
    await using db = await openAccounts();
    const tx = await db.begin();
    await tx.execute('UPDATE t SET v = 5');
    await tx.savepoint('before');
    expect(await codeOf(tx.execute('INSERT INTO t VALUES (1, 1)'))).toBe('ALX_UNIQUE_VIOLATION');
    expect(await codeOf(tx.query('SELECT 1'))).toBe('ALX_TRANSACTION_FAILED');
    await tx.rollbackTo('before');
    expect(await sum(tx)).toBe(10);
    expect(await codeOf(tx.query('SELEC 1'))).toBe('ALX_UNEXPECTED_TOKEN');
    expect(await codeOf(tx.commit())).toBe('ALX_TRANSACTION_FAILED');
    expect(await sum(db)).toBe(0);
  });

  it('go back to the newest savepoint of a name', async () => {
    await using db = await openAccounts();
    await using tx = await db.begin();
    await tx.savepoint('s');
    await tx.execute('UPDATE t SET v = 1');
    await tx.savepoint('s');
    await tx.execute('UPDATE t SET v = 2');
    await tx.execute('CREATE TABLE gone (a INTEGER)');
    await tx.rollbackTo('s');
    expect(await sum(tx)).toBe(2);
    expect(await codeOf(tx.query('SELECT * FROM gone'))).toBe('ALX_TABLE_NOT_FOUND');
    await tx.rollbackTo('s');
    await tx.release('s');
    await tx.rollbackTo('s');
    expect(await sum(tx)).toBe(0);
    expect(await codeOf(tx.release('none'))).toBe('ALX_SAVEPOINT_NOT_FOUND');
  });

  it('run their calls in call order', async () => {
    await using db = await openAccounts();
    const tx = await db.begin();
    const calls = [
      tx.execute('INSERT INTO t VALUES (3, 1)'),
      tx.query('SELECT count(*) AS n FROM t').value(),
      tx.execute('DELETE FROM t'),
      tx.query('SELECT count(*) AS n FROM t').value(),
      tx.commit(),
    ];
    const [, before, , after] = await Promise.all(calls);
    expect([before, after]).toEqual([3, 0]);
  });

  it('commit when the body returns, roll back when it throws, and repeat on a conflict', async () => {
    await using db = await openAccounts();
    let attempts = 0;
    await db.transaction(async (tx) => {
      attempts += 1;
      const v = await tx.query('SELECT v FROM t WHERE id = 1').value<number>();
      if (attempts === 1) await db.execute('UPDATE t SET v = 100 WHERE id = 1');
      await tx.execute('UPDATE t SET v = $1 WHERE id = 1', [v! + 1]);
    });
    expect([attempts, await sum(db)]).toEqual([2, 101]);
    const failing = db.transaction(async (tx) => {
      await tx.execute('UPDATE t SET v = 0');
      throw new RangeError('changed my mind');
    });
    await expect(failing).rejects.toBeInstanceOf(RangeError);
    expect(await sum(db)).toBe(101);
    await db.transaction(async (tx) => {
      await tx.execute('UPDATE t SET v = 1');
      await tx
        .transaction(async () => {
          await tx.execute('UPDATE t SET v = 2');
          throw new RangeError('inner');
        })
        .catch(() => {});
      expect(await sum(tx)).toBe(2);
    });
    expect(await sum(db)).toBe(2);
  });

  it('wait for a row that another one has locked, and are repeated inside when alone', async () => {
    await using db = await openAccounts();
    const tx = await db.begin();
    await tx.execute('UPDATE t SET v = 10 WHERE id = 1');
    const waiting = Promise.all([
      db.execute('UPDATE t SET v = v + 1 WHERE id = $1', [1]),
      db.execute('UPDATE t SET v = v + 1 WHERE id > 0'),
    ]);
    expect(codeOfNow(() => db.sync.execute('UPDATE t SET v = 3 WHERE id = 1'))).toBe(
      'ALX_LOCK_NOT_AVAILABLE',
    );
    const hurried = db.execute('UPDATE t SET v = 3 WHERE id = 1', [], { timeoutMs: 5 });
    await expect(hurried).rejects.toMatchObject({ code: 'ALX_TIMEOUT', sqlState: '57014' });
    await tx.commit();
    await waiting;
    expect(await sum(db)).toBe(13);
  });

  it('at READ COMMITTED see what was committed before each statement, and update rows as they are now', async () => {
    await using db = await openAccounts();
    const tx = await db.begin({ isolation: 'read committed' });
    expect(await sum(tx)).toBe(0);
    await db.execute('UPDATE t SET v = 10 WHERE id = 1');
    expect(await sum(tx)).toBe(10);
    const other = await db.begin();
    await other.execute('UPDATE t SET v = v + 5');
    const waiting = tx.execute('UPDATE t SET v = v + 1 WHERE v < 7 RETURNING id');
    await other.commit();
    expect((await waiting).rows).toEqual([{ id: 2 }]);
    await tx.commit();
    expect(await sum(db)).toBe(21);
  });

  it('end at once when they are rolled back while they wait, aborted, or when the session closes', async () => {
    const db = await openAccounts();
    const holder = await db.begin();
    await holder.execute('UPDATE t SET v = 1');
    const waiter = await db.begin();
    const waiting = waiter.execute('UPDATE t SET v = 2');
    setTimeout(() => void waiter.rollback(), 5);
    expect(await codeOf(waiting)).not.toBe('no error');
    const controller = new AbortController();
    const aborted = await db.begin({ signal: controller.signal });
    const stuck = aborted.execute('UPDATE t SET v = 2');
    setTimeout(() => controller.abort(), 5);
    expect(await codeOf(stuck)).toBe('ALX_CANCELLED');
    expect(await codeOf(db.begin({ signal: controller.signal }))).toBe('ALX_CANCELLED');
    await db.close();
    expect(holder.state).toBe('Aborted');
    await expect(holder.query('SELECT 1')).rejects.toMatchObject({ kind: 'Closed' });
  });

  it('notice a deadlock', async () => {
    await using db = await openAccounts();
    const one = await db.begin();
    const two = await db.begin();
    await one.execute('UPDATE t SET v = 1 WHERE id = 1');
    await two.execute('UPDATE t SET v = 1 WHERE id = 2');
    const blocked = one.execute('UPDATE t SET v = 1 WHERE id = 2');
    expect(await codeOf(two.execute('UPDATE t SET v = 1 WHERE id = 1'))).toBe('ALX_DEADLOCK');
    await two.rollback();
    await blocked;
    await one.commit();
    expect(await sum(db)).toBe(2);
  });

  it('may be read only', async () => {
    await using db = await openAccounts();
    await using tx = await db.begin({ mode: 'read only' });
    expect(await sum(tx)).toBe(0);
    await expect(tx.execute('DELETE FROM t')).rejects.toMatchObject({ sqlState: '25006' });
  });

  it('hold definitions too', async () => {
    await using db = await openAccounts();
    const tx = await db.begin();
    await tx.execute('CREATE TABLE u (id INTEGER PRIMARY KEY)');
    await tx.execute('INSERT INTO u VALUES (1)');
    await tx.execute('DROP TABLE t');
    expect(await tx.query('SELECT * FROM u')).toEqual([{ id: 1 }]);
    expect(await codeOf(db.query('SELECT * FROM u'))).toBe('ALX_TABLE_NOT_FOUND');
    expect(await sum(db)).toBe(0);
    await tx.rollback();
    expect(await sum(db)).toBe(0);
    expect(await codeOf(db.query('SELECT * FROM u'))).toBe('ALX_TABLE_NOT_FOUND');
  });

  it('roll back when they are disposed of open', async () => {
    await using db = await openAccounts();
    {
      await using tx = await db.begin();
      await tx.execute('DELETE FROM t');
    }
    expect(await db.query('SELECT count(*) AS n FROM t').value()).toBe(2);
  });
});

describe("SQL's BEGIN", () => {
  it('is refused on a shared database, with the way out', async () => {
    await using db = await openAccounts();
    await expect(db.execute('BEGIN')).rejects.toMatchObject({
      code: 'ALX_UNSUPPORTED',
      hint: expect.stringContaining('db.begin()'),
    });
  });

  it('works inside a script, whose open block is rolled back and said', async () => {
    await using db = await openAccounts();
    const results = await db.executeScript(`
      BEGIN; UPDATE t SET v = 1; SAVEPOINT a; UPDATE t SET v = 9; ROLLBACK TO a; COMMIT;
      SELECT sum(v) AS s FROM t`);
    expect(results.map(({ command }) => command)).toEqual([
      'BEGIN',
      'UPDATE',
      'SAVEPOINT',
      'UPDATE',
      'ROLLBACK',
      'COMMIT',
      'SELECT',
    ]);
    expect(results.at(-1)!.rows).toEqual([{ s: 2 }]);
    expect(await codeOf(db.executeScript('BEGIN; UPDATE t SET v = 5'))).toBe(
      'ALX_TRANSACTION_ACTIVE',
    );
    expect(await codeOf(db.executeScript('BEGIN; UPDATE t SET v = 5; SELECT 1/0; COMMIT'))).toBe(
      'ALX_DIVISION_BY_ZERO',
    );
    expect(await sum(db)).toBe(2);
  });

  it('works in a session of its own, with failed blocks as in PostgreSQL', async () => {
    await using db = await openAccounts();
    await using session = await db.session();
    await session.execute('BEGIN');
    await session.execute('UPDATE t SET v = 4');
    expect([await sum(session as never), await sum(db)]).toEqual([8, 0]);
    expect(await codeOf(session.execute('SELECT 1/0'))).toBe('ALX_DIVISION_BY_ZERO');
    expect(await codeOf(session.execute('SELECT 1'))).toBe('ALX_TRANSACTION_FAILED');
    expect((await session.execute('COMMIT')).command).toBe('ROLLBACK');
    expect(await sum(db)).toBe(0);
    expect((await session.execute('COMMIT')).notices[0]?.sqlState).toBe('25P01');
    await session.executeScript('BEGIN; UPDATE t SET v = 1; END');
    expect(await sum(db)).toBe(2);
  });

  it('bounds what SET LOCAL and a rolled back SET change', async () => {
    await using db = await openAccounts();
    await using session = await db.session();
    const timeout = async (): Promise<unknown> => session.query('SHOW statement_timeout').value();
    await session.execute("SET statement_timeout = '2s'");
    await session.executeScript("BEGIN; SET LOCAL statement_timeout = '3s'");
    expect(await timeout()).toBe('3000');
    await session.execute('COMMIT');
    expect(await timeout()).toBe('2000');
    await session.executeScript("BEGIN; SET statement_timeout = '4s'; ROLLBACK");
    expect(await timeout()).toBe('2000');
    await session.execute('RESET statement_timeout');
    expect(await timeout()).toBe('0');
    expect(await db.query('SHOW statement_timeout').value()).toBe('0');
    await expect(session.set('statment_timeout', 1)).rejects.toMatchObject({
      sqlState: '42704',
      hint: 'Perhaps you meant "statement_timeout".',
    });
    expect(await codeOf(session.execute("SET statement_timeout = 'soon'"))).toBe(
      'ALX_UNKNOWN_OPTION',
    );
  });
});
