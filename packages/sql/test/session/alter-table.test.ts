/** ALTER TABLE beside readers and writers, in transactions, and over a restart. */
import { describe, expect, it } from 'vitest';
import { MemoryVfs } from '@alopex-db/core/vfs';
import { codeOf, openDatabase } from './open-session.ts';

describe('ALTER TABLE', () => {
  it('leaves older snapshots their columns and rows', async () => {
    await using db = await openDatabase();
    await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER)');
    await db.execute('INSERT INTO t VALUES (1, 10)');
    await using reader = await db.begin({ mode: 'read only' });
    expect(await reader.query('SELECT * FROM t')).toEqual([{ id: 1, a: 10 }]);
    await db.execute('ALTER TABLE t DROP COLUMN a, ADD COLUMN b TEXT DEFAULT $$new$$');
    await db.execute('ALTER TABLE t ALTER COLUMN id TYPE TEXT');
    expect(await reader.query('SELECT * FROM t')).toEqual([{ id: 1, a: 10 }]);
    expect(await db.query('SELECT * FROM t')).toEqual([{ id: '1', b: 'new' }]);
  });

  it('is undone with its transaction, rows and indexes included', async () => {
    await using db = await openDatabase();
    await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER UNIQUE)');
    await db.execute('INSERT INTO t VALUES (1, 10), (2, 20)');
    const transaction = await db.begin();
    await transaction.execute('ALTER TABLE t ALTER a TYPE TEXT, DROP CONSTRAINT t_pkey');
    await transaction.execute("INSERT INTO t VALUES (1, '30')");
    expect(await transaction.query('SELECT count(*) FROM t').value()).toBe(3);
    await transaction.rollback();
    expect(await db.query('SELECT * FROM t WHERE a = 20')).toEqual([{ id: 2, a: 20 }]);
    expect(await codeOf(db.execute('INSERT INTO t VALUES (1, 40)'))).toBe('ALX_UNIQUE_VIOLATION');
  });

  it('meets a writer of the table at commit, whoever comes second', async () => {
    await using db = await openDatabase();
    await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER)');
    const writer = await db.begin();
    await writer.execute('INSERT INTO t VALUES (1, NULL)');
    const definer = await db.begin();
    await definer.execute('ALTER TABLE t ALTER COLUMN a SET NOT NULL');
    await writer.commit();
    expect(await codeOf(definer.commit())).toBe('ALX_SERIALIZATION_CONFLICT');
    const late = await db.begin();
    await late.execute('INSERT INTO t VALUES (2, 2)');
    await db.execute('ALTER TABLE t ADD COLUMN b INTEGER');
    expect(await codeOf(late.commit())).toBe('ALX_SERIALIZATION_CONFLICT');
  });

  it('keeps rows of every older list of columns readable after a restart', async () => {
    const vfs = new MemoryVfs();
    {
      await using db = await openDatabase({ vfs });
      await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)');
      await db.execute("INSERT INTO t VALUES (1, 'one')");
      await db.execute('ALTER TABLE t ADD COLUMN b BIGINT DEFAULT 9007199254740993');
      await db.execute("INSERT INTO t VALUES (2, 'two')");
      await db.execute("ALTER TABLE t DROP COLUMN a, ADD COLUMN v VECTOR(2) DEFAULT '[1,2]'");
      await db.execute('INSERT INTO t (id, b) VALUES (3, 3)');
    }
    await using db = await openDatabase({ vfs });
    expect(await db.query('SELECT id, b::text AS b, v::text AS v FROM t ORDER BY id')).toEqual([
      { id: 1, b: '9007199254740993', v: '[1,2]' },
      { id: 2, b: '9007199254740993', v: '[1,2]' },
      { id: 3, b: '3', v: '[1,2]' },
    ]);
    expect(db.sync.query('SELECT b FROM t WHERE id = $1', [1]).length).toBe(1);
  });

  it('finds the nearest vectors after columns before theirs are gone', async () => {
    await using db = await openDatabase();
    await db.execute('CREATE TABLE t (a TEXT, id INTEGER PRIMARY KEY, v VECTOR(2, L2))');
    await db.execute("INSERT INTO t VALUES ('x', 1, '[0,0]'), ('y', 2, '[5,5]')");
    const nearest = "SELECT id FROM t ORDER BY v <-> '[4,4]' LIMIT 1";
    expect(await db.query(nearest).value()).toBe(2);
    await db.execute('ALTER TABLE t DROP COLUMN a');
    expect(await db.query(nearest).value()).toBe(2);
    await db.execute('ALTER TABLE t ADD COLUMN w INTEGER DEFAULT random() * 10');
    await db.execute("UPDATE t SET v = '[4,4]' WHERE id = 1");
    expect(await db.query(nearest).value()).toBe(1);
  });
});
