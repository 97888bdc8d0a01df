/** SERIALIZABLE through SQL: what SNAPSHOT lets pass, and what must pass at either level. */
import { describe, expect, it } from 'vitest';
import { codeOf, openDatabase, type TestDatabase } from './open-session.ts';

const CONFLICT = 'ALX_SERIALIZATION_CONFLICT';

async function openDoctors(): Promise<TestDatabase> {
  const db = await openDatabase();
  await db.execute('CREATE TABLE doctors (id INTEGER PRIMARY KEY, ward TEXT, on_call BOOLEAN)');
  await db.execute("INSERT INTO doctors VALUES (1, 'a', true), (2, 'a', true), (3, 'b', true)");
  return db;
}

const COUNT = 'SELECT count(*) AS n FROM doctors WHERE on_call';

describe('serializable transactions', () => {
  for (const isolation of ['snapshot', 'serializable'] as const) {
    const isPrevented = isolation === 'serializable';

    it(`${isPrevented ? 'refuse' : '(snapshot does not refuse)'} write skew`, async () => {
      await using db = await openDoctors();
      const first = await db.begin({ isolation });
      const second = await db.begin({ isolation });
      expect(await first.query(COUNT).value<number>()).toBe(3);
      expect(await second.query(COUNT).value<number>()).toBe(3);
      await first.execute('UPDATE doctors SET on_call = false WHERE id = 1');
      await second.execute('UPDATE doctors SET on_call = false WHERE id = 2');
      await first.commit();
      expect(await codeOf(second.commit())).toBe(isPrevented ? CONFLICT : 'no error');
      expect(second.state).toBe(isPrevented ? 'Aborted' : 'Committed');
      expect(await db.query(COUNT).value<number>()).toBe(isPrevented ? 2 : 1);
    });

    it(`${isPrevented ? 'refuse' : '(snapshot does not refuse)'} a phantom that a decision rests on`, async () => {
      await using db = await openDoctors();
      const tx = await db.begin({ isolation });
      expect(await tx.query("SELECT id FROM doctors WHERE ward = 'c'")).toEqual([]);
      await db.execute("INSERT INTO doctors VALUES (4, 'c', true)");
      await tx.execute("INSERT INTO doctors VALUES (5, 'c', true)");
      expect(await codeOf(tx.commit())).toBe(isPrevented ? CONFLICT : 'no error');
    });
  }

  it('go through as BEGIN ISOLATION LEVEL SERIALIZABLE and as a default', async () => {
    await using db = await openDoctors();
    await using session = await db.session();
    await session.execute('BEGIN ISOLATION LEVEL SERIALIZABLE');
    await session.query(COUNT);
    await session.execute('UPDATE doctors SET on_call = false WHERE id = 1');
    await db.execute('UPDATE doctors SET on_call = false WHERE id = 2');
    expect(await codeOf(session.execute('COMMIT'))).toBe(CONFLICT);
    await session.execute("SET default_transaction_isolation = 'serializable'");
    await session.execute('BEGIN');
    await session.query(COUNT);
    await session.execute('UPDATE doctors SET on_call = false WHERE id = 1');
    await db.execute('UPDATE doctors SET on_call = true WHERE id = 2');
    expect(await codeOf(session.execute('COMMIT'))).toBe(CONFLICT);
    expect(await db.query('SELECT on_call FROM doctors WHERE id = 1').value()).toBe(true);
  });

  it('do not fail for other rows by primary key, nor when they only read', async () => {
    await using db = await openDoctors();
    const writer = await db.begin({ isolation: 'serializable' });
    const reader = await db.begin({ isolation: 'serializable' });
    await writer.query('SELECT * FROM doctors WHERE id = 1');
    await reader.query(COUNT);
    await writer.execute('UPDATE doctors SET on_call = false WHERE id = 1');
    await writer.execute("INSERT INTO doctors VALUES (10, 'd', true)");
    await db.execute('UPDATE doctors SET on_call = false WHERE id = 2');
    await db.execute("INSERT INTO doctors VALUES (11, 'd', true)");
    await writer.commit();
    await reader.commit();
    expect(await db.query(COUNT).value<number>()).toBe(3);
  });

  it('are repeated by db.transaction until they pass', async () => {
    await using db = await openDoctors();
    let attempts = 0;
    const leave = (id: number): Promise<void> =>
      db.transaction(
        async (tx) => {
          attempts += 1;
          const count = await tx.query<{ n: number }>(COUNT).value<number>();
          if (count !== undefined && count > 1)
            await tx.execute('UPDATE doctors SET on_call = false WHERE id = $1', [id]);
        },
        { isolation: 'serializable' },
      );
    await Promise.all([leave(1), leave(2), leave(3)]);
    expect(await db.query(COUNT).value<number>()).toBe(1);
    expect(attempts).toBeGreaterThan(3);
  });

  it('count a vector search as a read of the table', async () => {
    await using db = await openDatabase();
    await db.execute('CREATE TABLE v (id INTEGER PRIMARY KEY, e VECTOR(2))');
    await db.execute("INSERT INTO v VALUES (1, '[0,0]'), (2, '[5,5]')");
    const nearest = "SELECT id FROM v ORDER BY e <-> '[1,1]' LIMIT 1";
    await db.query(nearest);
    const tx = await db.begin({ isolation: 'serializable' });
    expect(await tx.query(nearest).value()).toBe(1);
    await db.execute("INSERT INTO v VALUES (3, '[1,1]')");
    await tx.execute("INSERT INTO v VALUES (4, '[9,9]')");
    expect(await codeOf(tx.commit())).toBe(CONFLICT);
  });
});
