import { describe, expect, it } from 'vitest';
import { codeOf, openDatabase } from './open-session.ts';

const USERS = `
  CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE, age SMALLINT CHECK (age >= 0))`;

describe('statements of a session', () => {
  it('creates, fills, reads, changes and empties a table', async () => {
    await using db = await openDatabase();
    expect((await db.execute(USERS)).command).toBe('CREATE TABLE');
    const inserted = await db.execute(
      "INSERT INTO users VALUES (1, 'Ann', 'ann@x.org', 30), (2, 'Bob', NULL, NULL)",
    );
    expect(inserted).toMatchObject({ command: 'INSERT', rowsAffected: 2 });
    expect(await db.query('SELECT * FROM users ORDER BY id')).toEqual([
      { id: 1, name: 'Ann', email: 'ann@x.org', age: 30 },
      { id: 2, name: 'Bob', email: null, age: null },
    ]);
    const updated = await db.execute('UPDATE users SET age = coalesce(age, 0) + 1 WHERE id > 0');
    expect(updated).toMatchObject({ command: 'UPDATE', rowsAffected: 2 });
    expect(await db.query('SELECT id, age FROM users')).toEqual([
      { id: 1, age: 31 },
      { id: 2, age: 1 },
    ]);
    expect((await db.execute('DELETE FROM users')).rowsAffected).toBe(2);
    expect(await db.query('SELECT count(*) AS n FROM users').value()).toBe(0);
  });

  it('names table, constraint, column and key in errors of constraints', async () => {
    await using db = await openDatabase();
    await db.execute(USERS);
    await db.execute("INSERT INTO users VALUES (1, 'Ann', 'ann@x.org', 30)");
    await expect(db.execute("INSERT INTO users VALUES (1, 'Eve', NULL, 1)")).rejects.toMatchObject({
      sqlState: '23505',
      message: 'duplicate key value violates unique constraint "users_pkey"',
      detail: 'Key (id)=(1) already exists.',
      table: 'users',
      constraint: 'users_pkey',
    });
    await expect(
      db.execute("INSERT INTO users VALUES (2, 'Eve', 'ann@x.org', 1)"),
    ).rejects.toMatchObject({
      code: 'ALX_UNIQUE_VIOLATION',
      constraint: 'users_email_key',
      detail: 'Key (email)=(ann@x.org) already exists.',
    });
    await expect(db.execute('INSERT INTO users (id) VALUES (3)')).rejects.toMatchObject({
      sqlState: '23502',
      columnName: 'name',
      detail: 'Failing row contains (3, null, null, null).',
    });
    await expect(db.execute("INSERT INTO users VALUES (4, 'Eve', NULL, -1)")).rejects.toMatchObject(
      {
        sqlState: '23514',
        constraint: 'users_age_check',
      },
    );
    await expect(db.execute('UPDATE users SET age = -5')).rejects.toMatchObject({
      code: 'ALX_CHECK_VIOLATION',
    });
    expect(await db.query('SELECT count(*) AS n FROM users').value()).toBe(1);
  });

  it('leaves nothing of a statement that fails half-way', async () => {
    await using db = await openDatabase();
    await db.execute(USERS);
    await db.execute("INSERT INTO users (id, name) VALUES (2, 'Bob')");
    const half = db.execute("INSERT INTO users (id, name) VALUES (1, 'Ann'), (2, 'Eve')");
    expect(await codeOf(half)).toBe('ALX_UNIQUE_VIOLATION');
    expect(await db.query('SELECT id FROM users')).toEqual([{ id: 2 }]);
  });

  it('checks unique columns against the state a statement leaves, not its order of rows', async () => {
    await using db = await openDatabase();
    await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, u INTEGER UNIQUE)');
    await db.execute('INSERT INTO t VALUES (1, 10), (2, 20), (3, 30)');
    await db.execute('UPDATE t SET id = id + 1, u = 50 - u');
    expect(await db.query('SELECT * FROM t ORDER BY id')).toEqual([
      { id: 2, u: 40 },
      { id: 3, u: 30 },
      { id: 4, u: 20 },
    ]);
    expect(await codeOf(db.execute('UPDATE t SET u = 20'))).toBe('ALX_UNIQUE_VIOLATION');
    await db.execute('DELETE FROM t WHERE id = 2');
    await db.execute('INSERT INTO t VALUES (9, 40), (10, NULL), (11, NULL)');
  });

  it('gives RETURNING rows of writers', async () => {
    await using db = await openDatabase();
    await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER DEFAULT 7)');
    expect(await db.query('INSERT INTO t (id) VALUES (1), (2) RETURNING id, v * 2 AS w')).toEqual([
      { id: 1, w: 14 },
      { id: 2, w: 14 },
    ]);
    expect(await db.query('UPDATE t SET v = v + id RETURNING *')).toEqual([
      { id: 1, v: 8 },
      { id: 2, v: 9 },
    ]);
    expect(await db.query('DELETE FROM t WHERE id = 1 RETURNING v').value()).toBe(8);
    const many = await db.query('INSERT INTO t (id) VALUES (5), (6), (7) RETURNING id').first();
    expect(many).toEqual({ id: 5 });
    expect(await db.query('SELECT count(*) AS n FROM t').value()).toBe(4);
  });

  it('skips or updates rows in conflict', async () => {
    await using db = await openDatabase();
    await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, u TEXT UNIQUE, n INTEGER)');
    await db.execute("INSERT INTO t VALUES (1, 'a', 1)");
    const skipped = await db.execute(
      "INSERT INTO t VALUES (1, 'x', 5), (2, 'a', 5), (3, 'c', 5) ON CONFLICT DO NOTHING",
    );
    expect(skipped.rowsAffected).toBe(1);
    const upserted = await db.query(
      `INSERT INTO t VALUES (1, 'a2', 10), (4, 'd', 20)
       ON CONFLICT (id) DO UPDATE SET n = t.n + excluded.n, u = excluded.u RETURNING *`,
    );
    expect(upserted).toEqual([
      { id: 1, u: 'a2', n: 11 },
      { id: 4, u: 'd', n: 20 },
    ]);
    await db.execute(
      "INSERT INTO t VALUES (7, 'd', 1) ON CONFLICT (u) DO UPDATE SET n = 99 WHERE t.n > 1000",
    );
    expect(await db.query("SELECT n FROM t WHERE u = 'd'").value()).toBe(20);
    const twice = db.execute(
      "INSERT INTO t VALUES (8, 'e', 1), (8, 'f', 2) ON CONFLICT (id) DO UPDATE SET n = excluded.n",
    );
    await expect(twice).rejects.toMatchObject({ sqlState: '21000' });
    const other = db.execute("INSERT INTO t VALUES (9, 'd', 1) ON CONFLICT (id) DO NOTHING");
    expect(await codeOf(other)).toBe('ALX_UNIQUE_VIOLATION');
  });

  it('reads its source to the end before it writes into the same table', async () => {
    await using db = await openDatabase();
    await db.execute('CREATE TABLE t (v INTEGER)');
    await db.execute('INSERT INTO t VALUES (1)');
    for (let round = 0; round < 13; round += 1)
      await db.execute('INSERT INTO t SELECT v + 1 FROM t');
    expect(await db.query('SELECT count(*) AS n, max(v) AS v FROM t').one()).toEqual({
      n: 8_192,
      v: 14,
    });
    await db.execute('UPDATE t SET v = (SELECT max(v) FROM t) + v WHERE v >= 14');
    expect(await db.query('SELECT max(v) AS v FROM t').value()).toBe(28);
  });

  it('updates from another table, each row once', async () => {
    await using db = await openDatabase();
    await db.executeScript(`
      CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER);
      CREATE TABLE s (id INTEGER, v INTEGER);
      INSERT INTO t VALUES (1, 0), (2, 0), (3, 0);
      INSERT INTO s VALUES (1, 10), (1, 10), (3, 30)`);
    const updated = await db.execute('UPDATE t SET v = s.v FROM s WHERE s.id = t.id');
    expect(updated.rowsAffected).toBe(2);
    const gone = await db.execute('DELETE FROM t USING s WHERE s.id = t.id');
    expect(gone.rowsAffected).toBe(2);
    expect(await db.query('SELECT * FROM t')).toEqual([{ id: 2, v: 0 }]);
  });

  it('explains plans, and what they did', async () => {
    await using db = await openDatabase();
    await db.execute(USERS);
    const { text } = await db.explain('SELECT * FROM users WHERE id = $1');
    expect(text).toContain('users');
    const rows = await db.query<{ 'QUERY PLAN': string }>('EXPLAIN ANALYZE SELECT * FROM users');
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/actual rows=0/);
  });

  it('sees a changed catalog with statements it compiled before', async () => {
    await using db = await openDatabase();
    await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER)');
    await db.execute('INSERT INTO t VALUES (1, 2)');
    const read = await db.prepare('SELECT * FROM t WHERE id = $1');
    expect(await read.query([1])).toEqual([{ id: 1, v: 2 }]);
    await db.execute('DROP TABLE t');
    expect(await codeOf(read.query([1]))).toBe('ALX_TABLE_NOT_FOUND');
    await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, w TEXT)');
    await db.execute("INSERT INTO t VALUES (1, 'x')");
    expect(await read.query([1])).toEqual([{ id: 1, w: 'x' }]);
    expect(db.sync.query('SELECT * FROM t WHERE id = $1', [1])).toEqual([{ id: 1, w: 'x' }]);
  });
});
