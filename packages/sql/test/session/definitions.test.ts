/** Definitions beside writers, what is freed when a table goes, and what the planner knows of table sizes. */
import { describe, expect, it } from 'vitest';
import { MemoryVfs } from '@alopex-db/core/vfs';
import type { SessionTransaction } from '../../src/session/session.ts';
import { codeOf, openDatabase } from './open-session.ts';

describe('a definition beside writers', () => {
  it('makes a transaction that wrote to a dropped table fail', async () => {
    await using db = await openDatabase();
    await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY)');
    const writer = await db.begin();
    await writer.execute('INSERT INTO t VALUES (1)');
    await db.execute('DROP TABLE t');
    expect(await codeOf(writer.commit())).toBe('ALX_SERIALIZATION_CONFLICT');
    expect(await codeOf(db.execute('INSERT INTO t VALUES (2)'))).toBe('ALX_TABLE_NOT_FOUND');
  });

  it('lets a transaction define, write and change in one', async () => {
    await using db = await openDatabase();
    await using transaction = await db.begin();
    await transaction.execute('CREATE TABLE t (id INTEGER PRIMARY KEY)');
    await transaction.execute('INSERT INTO t VALUES (1)');
    await transaction.execute('INSERT INTO t VALUES (2)');
    await transaction.commit();
    expect(await db.query('SELECT id FROM t')).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('does not disturb those who write to other tables', async () => {
    await using db = await openDatabase();
    await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY)');
    const writer = await db.begin();
    await writer.execute('INSERT INTO t VALUES (1)');
    await db.execute('CREATE TABLE u (id INTEGER)');
    await db.execute('DROP TABLE u');
    await writer.commit();
    expect(await db.query('SELECT id FROM t').value()).toBe(1);
  });
});

describe('a dropped table', () => {
  it('is readable by older snapshots and freed after the last of them', async () => {
    await using db = await openDatabase();
    await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY)');
    await db.execute('INSERT INTO t SELECT i FROM (VALUES (1), (2)) AS v (i)');
    const keyspaces = db.store.keyspaces();
    const reader = await db.begin();
    expect(await reader.query('SELECT count(*) FROM t').value()).toBe(2);
    await db.execute('DROP TABLE t');
    expect(await reader.query('SELECT count(*) FROM t').value()).toBe(2);
    await reader.rollback();
    expect(db.store.keyspaces().length).toBeLessThan(keyspaces.length);
  });
});

describe('a drop that was undone', () => {
  it('by a savepoint frees nothing', async () => {
    await using db = await openDatabase();
    await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY)');
    await db.execute('INSERT INTO t VALUES (1)');
    const transaction = await db.begin();
    await transaction.savepoint('s');
    await transaction.execute('DROP TABLE t');
    await transaction.rollbackTo('s');
    await transaction.commit();
    await db.execute('CREATE TABLE u (id INTEGER PRIMARY KEY)');
    expect(await db.query('SELECT id FROM t').value()).toBe(1);
  });

  it('is told from one before the savepoint', async () => {
    await using db = await openDatabase();
    for (const name of ['kept', 'gone']) {
      await db.execute(`CREATE TABLE ${name} (id INTEGER PRIMARY KEY)`);
      await db.execute(`INSERT INTO ${name} VALUES (1)`);
    }
    const keyspaces = db.store.keyspaces().length;
    const transaction = await db.begin();
    await transaction.execute('DROP TABLE gone');
    await transaction.savepoint('s');
    await transaction.execute('DROP TABLE kept');
    await transaction.rollbackTo('s');
    await transaction.commit();
    expect(await db.query('SELECT id FROM kept').value()).toBe(1);
    expect(db.store.keyspaces()).toHaveLength(keyspaces - 1);
  });
});

describe('opening', () => {
  it('frees what was dropped before the process ended', async () => {
    const vfs = new MemoryVfs();
    let reader: SessionTransaction;
    {
      await using db = await openDatabase({ vfs });
      await db.execute('CREATE TABLE kept (id INTEGER PRIMARY KEY, a INTEGER UNIQUE)');
      await db.execute('CREATE INDEX i ON kept (a)');
      await db.execute('INSERT INTO kept VALUES (1, 2)');
      await db.execute('CREATE TABLE gone (id INTEGER PRIMARY KEY)');
      await db.execute('INSERT INTO gone VALUES (1)');
      reader = await db.begin();
      await reader.query('SELECT * FROM gone');
      await db.execute('DROP TABLE gone');
    }
    await reader.rollback();
    await using db = await openDatabase({ vfs });
    const objects = db.store.keyspaces().filter((keyspace) => keyspace >= 16_384);
    expect(objects).toHaveLength(3);
    expect(await db.query('SELECT a FROM kept WHERE a = 2').value()).toBe(2);
  });
});

describe('the planner', () => {
  it('knows about how many rows a table has', async () => {
    await using db = await openDatabase();
    await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY)');
    const before = await db.explain('SELECT * FROM t');
    const rows = Array.from({ length: 5_000 }, (_, id) => [id]);
    await db.executeMany('INSERT INTO t VALUES ($1)', rows);
    const after = await db.explain('SELECT * FROM t');
    expect(before.text).toContain('rows=1 ');
    expect(after.text).toContain('rows=5000 ');
  });
});
