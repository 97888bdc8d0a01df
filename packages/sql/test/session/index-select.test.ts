/** Rows of one value of an index, read the short way: they are what the long way answers. */
import { describe, expect, it } from 'vitest';
import type { Row } from '../../src/session/session.ts';
import { openDatabase, type TestDatabase } from './open-session.ts';

async function openIndexed(): Promise<TestDatabase> {
  const db = await openDatabase();
  await db.execute(
    'CREATE TABLE t (id INTEGER PRIMARY KEY, k INTEGER, a TEXT, big BIGINT, j JSONB)',
  );
  await db.execute('CREATE INDEX t_k ON t (k, a DESC)');
  await db.execute(
    "INSERT INTO t SELECT i, i % 5, 'row ' || i, i + 9007199254740990, to_jsonb(i) FROM generate_series(1, 2000) AS g (i)",
  );
  return db;
}

describe('a lookup by an index', () => {
  it('answers alike short and long, of few rows and of many', async () => {
    await using db = await openIndexed();
    await db.execute('UPDATE t SET k = 7 WHERE id <= 4');
    await db.execute('DELETE FROM t WHERE id = 2');
    for (const k of [7, 1, 99]) {
      const short = await db.query('SELECT id, a, big, j FROM t WHERE k = $1', [k]);
      const long = await db.query('SELECT id, a, big, j FROM t WHERE k = $1 AND id + 0 = id', [k]);
      const byId = (left: Row, right: Row): number => Number(left['id']) - Number(right['id']);
      expect([...short].toSorted(byId)).toEqual([...long].toSorted(byId));
      expect(db.sync.query('SELECT id, a, big, j FROM t WHERE k = $1', [k])).toEqual([...short]);
    }
    const [first] = await db.query('SELECT big FROM t WHERE k = 7 AND a = $1', ['row 4']);
    expect(first).toEqual({ big: 9007199254740994n });
    expect(JSON.stringify(first)).toBe('{"big":"9007199254740994"}');
  });

  it('finds nothing for null, and says what is wrong with a parameter', async () => {
    await using db = await openIndexed();
    expect(await db.query('SELECT id FROM t WHERE k = $1', [null])).toEqual([]);
    expect(() => db.sync.query('SELECT id FROM t WHERE k = $1', [])).toThrow(
      expect.objectContaining({ code: 'ALX_PARAMETER' }),
    );
    expect(() => db.sync.query('SELECT id FROM t WHERE k = $1', ['x'])).toThrow(
      expect.objectContaining({ sqlState: '22P02' }),
    );
  });

  it('reads rows of older schemas, sees own writes in a transaction, and stops at maxRows', async () => {
    await using db = await openIndexed();
    await db.execute('ALTER TABLE t ADD COLUMN added INTEGER DEFAULT 5');
    const statement = await db.prepare('SELECT id, added FROM t WHERE k = $1 AND a = $2');
    expect(await statement.query([3, 'row 8'])).toEqual([{ id: 8, added: 5 }]);
    await using transaction = await db.begin();
    await transaction.execute("INSERT INTO t VALUES (5000, 3, 'row 8', 0, NULL, 6)");
    expect(
      await transaction.query('SELECT count(*) FROM t WHERE k = 3 AND a = $1', ['row 8']).value(),
    ).toBe(2);
    expect(await statement.query([3, 'row 8'])).toEqual([{ id: 8, added: 5 }]);
    const few = await db.query('SELECT id FROM t WHERE k = $1', [1], { maxRows: 2 });
    expect(few.map(({ id }) => id)).toEqual([996, 991]);
  });
});
