import { describe, expect, it } from 'vitest';
import { codeOfNow, openDatabase } from './open-session.ts';

describe('statements on the calling thread', () => {
  it('answer directly', async () => {
    await using db = await openDatabase();
    const { sync } = db;
    sync.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER NOT NULL)');
    expect(sync.execute('INSERT INTO t VALUES ($1, $2)', [1, 10]).rowsAffected).toBe(1);
    const insert = sync.prepare('INSERT INTO t VALUES ($1, $2)');
    const pairs = Array.from({ length: 5_000 }, (_, i) => [i + 2, i] as const);
    expect(insert.executeMany(pairs)).toMatchObject({ command: 'INSERT', rowsAffected: 5_000 });
    const read = sync.prepare<{ v: number }>('SELECT v FROM t WHERE id = $1');
    expect(read.get([1])).toEqual({ v: 10 });
    expect(read.get([-1])).toBeUndefined();
    expect(read.query([2])).toEqual([{ v: 0 }]);
    expect(sync.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 5_001 }]);
    let rows = 0;
    for (const _row of sync.iterate('SELECT * FROM t')) if ((rows += 1) === 3_000) break;
    expect(rows).toBe(3_000);
    expect([...db.store.snapshots.all()]).toHaveLength(0);
    expect(sync.execute('UPDATE t SET v = v + 1 WHERE id = $1', [1]).rowsAffected).toBe(1);
    expect(sync.execute('UPDATE t SET v = $2 WHERE id = $1', [-5, 1]).rowsAffected).toBe(0);
    expect(codeOfNow(() => sync.execute('UPDATE t SET v = NULL WHERE id = $1', [1]))).toBe(
      'ALX_NOT_NULL_VIOLATION',
    );
    expect(sync.execute('DELETE FROM t WHERE id = $1', [1]).rowsAffected).toBe(1);
    expect(sync.execute('DELETE FROM t WHERE id = $1', [1]).rowsAffected).toBe(0);
    read.close();
    expect(codeOfNow(() => read.get([1]))).toBe('ALX_CLOSED');
  });

  it('make transactions of a function, savepoints of inner ones', async () => {
    await using db = await openDatabase();
    const { sync } = db;
    sync.execute('CREATE TABLE t (id INTEGER PRIMARY KEY)');
    const answer = sync.transaction((tx) => {
      tx.execute('INSERT INTO t VALUES (1)');
      try {
        tx.transaction((inner) => {
          inner.execute('INSERT INTO t VALUES (2)');
          inner.execute('INSERT INTO t VALUES (1)');
        });
      } catch (error) {
        expect(error).toMatchObject({ code: 'ALX_UNIQUE_VIOLATION' });
      }
      expect(tx.query('SELECT id FROM t WHERE id = $1', [1])).toEqual([{ id: 1 }]);
      expect(sync.query('SELECT * FROM t')).toEqual([]);
      return tx.query('SELECT count(*) AS n FROM t')[0];
    });
    expect(answer).toEqual({ n: 1 });
    const failing = (): unknown =>
      sync.transaction((tx) => {
        tx.execute('DELETE FROM t');
        throw new RangeError('no');
      });
    expect(failing).toThrow(RangeError);
    expect(sync.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 1 }]);
  });

  it('give rows of one shape for reads by key and for scans', async () => {
    await using db = await openDatabase();
    db.sync.execute('CREATE TABLE t (a TEXT, b INTEGER, c BIGINT, PRIMARY KEY (b, a))');
    db.sync.execute("INSERT INTO t VALUES ('x', 1, NULL), ('y', 1, 4)");
    const byKey = db.sync.prepare('SELECT c, a FROM t WHERE a = $1 AND b = 1');
    expect(byKey.get(['y'])).toEqual({ c: 4, a: 'y' });
    expect(byKey.get(['x'])).toEqual({ c: null, a: 'x' });
    expect(byKey.query([null])).toEqual([]);
    expect(db.sync.query('SELECT a FROM t WHERE b = 1 AND a > $1', ['x'])).toEqual([{ a: 'y' }]);
    expect(db.sync.query('SELECT a FROM t WHERE b = 1 ORDER BY b DESC, a DESC')).toEqual([
      { a: 'y' },
      { a: 'x' },
    ]);
  });
});
