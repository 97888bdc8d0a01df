import { describe, expect, it } from 'vitest';
import { openDatabase } from './open-session.ts';

async function openJobs(): ReturnType<typeof openDatabase> {
  const db = await openDatabase();
  await db.executeScript(`
    CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT NOT NULL, worker INTEGER);
    INSERT INTO jobs (id, state) VALUES (1, 'new'), (2, 'new'), (3, 'new'), (4, 'done');
  `);
  return db;
}

describe('SELECT with a locking clause', () => {
  it('makes a queue of a table: each worker takes jobs that no other has, as many as LIMIT says', async () => {
    await using db = await openJobs();
    const take =
      "SELECT id FROM jobs WHERE state = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED";
    await using one = await db.begin({ isolation: 'read committed' });
    await using two = await db.begin({ isolation: 'read committed' });
    await using three = await db.begin({ isolation: 'read committed' });
    await using four = await db.begin({ isolation: 'read committed' });
    expect(await one.query(take).value()).toBe(1);
    expect(await two.query(take).value()).toBe(2);
    expect(await three.query(take).value()).toBe(3);
    expect(await four.query(take)).toEqual([]);
    await one.execute("UPDATE jobs SET state = 'done' WHERE id = 1");
    await one.commit();
    await two.rollback();
    expect(await four.query(take).value()).toBe(2);
  });

  it('reads a value and changes it without losing the change of another', async () => {
    await using db = await openJobs();
    const add = async (): Promise<void> => {
      await db.transaction(
        async (tx) => {
          const worker = await tx
            .query<{ worker: number }>(
              'SELECT coalesce(worker, 0) AS worker FROM jobs WHERE id = 1 FOR NO KEY UPDATE',
            )
            .value<number>();
          await tx.execute('UPDATE jobs SET worker = $1 WHERE id = 1', [worker! + 1]);
        },
        { isolation: 'read committed' },
      );
    };
    await Promise.all(Array.from({ length: 20 }, add));
    expect(await db.query('SELECT worker FROM jobs WHERE id = 1').value()).toBe(20);
  });

  it('says at once that a row is locked with NOWAIT', async () => {
    await using db = await openJobs();
    await using holder = await db.begin();
    await holder.query('SELECT * FROM jobs WHERE id < 3 FOR SHARE');
    await using other = await db.begin();
    expect(await other.query('SELECT id FROM jobs FOR SHARE NOWAIT')).toHaveLength(4);
    await expect(
      other.query('SELECT id FROM jobs FOR UPDATE NOWAIT').result(),
    ).rejects.toMatchObject({ sqlState: '55P03' });
  });

  it('locks the tables that OF names, in a join', async () => {
    await using db = await openJobs();
    await db.executeScript(
      'CREATE TABLE workers (id INTEGER PRIMARY KEY); INSERT INTO workers VALUES (7); UPDATE jobs SET worker = 7;',
    );
    await using holder = await db.begin();
    const joined = 'SELECT j.id FROM jobs j JOIN workers w ON w.id = j.worker ORDER BY j.id';
    expect(await holder.query(`${joined} FOR UPDATE OF w`)).toHaveLength(4);
    await db.execute("UPDATE jobs SET state = 'done'");
    await using other = await db.begin();
    expect(await other.query(`${joined} FOR UPDATE OF j NOWAIT`)).toHaveLength(4);
    await expect(other.query(`${joined} FOR KEY SHARE NOWAIT`).result()).rejects.toMatchObject({
      sqlState: '55P03',
    });
  });

  it('is refused where the rows of the result are not rows of a table', async () => {
    await using db = await openJobs();
    for (const sql of [
      'SELECT DISTINCT state FROM jobs FOR UPDATE',
      'SELECT state FROM jobs GROUP BY state FOR UPDATE',
      'SELECT count(*) FROM jobs FOR UPDATE',
      'SELECT row_number() OVER () FROM jobs FOR UPDATE',
      'SELECT id FROM jobs UNION SELECT id FROM jobs FOR UPDATE',
      'SELECT 1 FROM jobs a LEFT JOIN jobs b ON a.id = b.worker FOR UPDATE',
    ])
      await expect(db.query(sql).result(), sql).rejects.toMatchObject({ sqlState: '0A000' });
    await expect(
      db.query('SELECT 1 FROM jobs FOR UPDATE OF nobody').result(),
    ).rejects.toMatchObject({ sqlState: '42P01' });
    await using reader = await db.begin({ mode: 'read only' });
    await expect(reader.query('SELECT id FROM jobs FOR UPDATE').result()).rejects.toMatchObject({
      sqlState: '25006',
    });
  });

  it('lets rows refer to a row that is being changed, and be referred to while it is', async () => {
    await using db = await openDatabase();
    await db.executeScript(`
      CREATE TABLE parents (id INTEGER PRIMARY KEY, code TEXT UNIQUE, name TEXT);
      CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parents, code TEXT REFERENCES parents (code));
      INSERT INTO parents VALUES (1, 'a', 'one'), (2, 'b', 'two');
    `);
    await using changing = await db.begin();
    await changing.execute("UPDATE parents SET name = 'uno' WHERE id = 1");
    await using referring = await db.begin({ isolation: 'snapshot' });
    await referring.execute("INSERT INTO children VALUES (1, 1, 'a')");
    await changing.commit();
    await referring.commit();
    // A key that is being referred to cannot be taken away, by its number or by its code.
    await using child = await db.begin();
    await child.execute("INSERT INTO children VALUES (2, 2, 'b')");
    await using thief = await db.begin();
    await thief.execute("SET lock_timeout = '20ms'");
    await expect(thief.execute("UPDATE parents SET code = 'c' WHERE id = 2")).rejects.toMatchObject(
      {
        sqlState: '55P03',
      },
    );
  });
});
