import { describe, expect, it } from 'vitest';
import { codeOf, codeOfNow, openDatabase, type TestDatabase } from './open-session.ts';

async function openNumbers(count: number): Promise<TestDatabase> {
  const db = await openDatabase();
  await db.execute('CREATE TABLE n (i INTEGER PRIMARY KEY, t TEXT)');
  await db.executeMany(
    'INSERT INTO n VALUES ($1, $2)',
    Array.from({ length: count }, (_, i) => [i, `row ${i}`]),
  );
  return db;
}

describe('a query', () => {
  it('runs when it is asked, and once however often it is awaited', async () => {
    await using db = await openNumbers(3);
    const insert = db.query('INSERT INTO n VALUES (10, NULL) RETURNING i');
    expect(await db.query('SELECT count(*) AS c FROM n').value()).toBe(3);
    expect(await insert).toEqual([{ i: 10 }]);
    expect(await insert).toEqual([{ i: 10 }]);
    expect((await insert.result()).rowsAffected).toBe(1);
    expect(await insert.value()).toBe(10);
    const rows: unknown[] = [];
    for await (const row of insert) rows.push(row);
    expect(rows).toEqual([{ i: 10 }]);
  });

  it('streams its rows, and a stream runs once', async () => {
    await using db = await openNumbers(5_000);
    const query = db.query<{ i: number }>('SELECT * FROM n ORDER BY i');
    let next = 0;
    for await (const { i } of query) expect(i).toBe(next++);
    expect(next).toBe(5_000);
    expect(await codeOf(query)).toBe('ALX_INVALID_ARGUMENT');
  });

  it('gives its snapshot back when the loop is left', async () => {
    await using db = await openNumbers(5_000);
    const open = db.store.snapshots;
    const query = db.query('SELECT * FROM n');
    for await (const _row of query) {
      expect([...open.all()]).toHaveLength(1);
      break;
    }
    expect([...open.all()]).toHaveLength(0);
    expect(await db.query('SELECT * FROM n').first()).toEqual({ i: 0, t: 'row 0' });
    expect([...open.all()]).toHaveLength(0);
  });

  it('streams inside a transaction between its other calls', async () => {
    await using db = await openNumbers(5_000);
    await using tx = await db.begin();
    let seen = 0;
    for await (const { i } of tx.query<{ i: number }>('SELECT i FROM n')) {
      if (i % 1_000 === 0) await tx.execute('UPDATE n SET t = $1 WHERE i = $2', ['changed', i]);
      seen += 1;
    }
    expect(seen).toBe(5_000);
    expect(await tx.query("SELECT count(*) AS c FROM n WHERE t = 'changed'").value()).toBe(5);
  });

  it('counts: first, one, value, maxRows', async () => {
    await using db = await openNumbers(3);
    expect(await db.query('SELECT i FROM n WHERE i > 5').first()).toBeUndefined();
    expect(await db.query('SELECT i FROM n WHERE i > 5').value()).toBeUndefined();
    expect(await codeOf(db.query('SELECT i FROM n').one())).toBe('ALX_ROW_COUNT');
    expect(await codeOf(db.query('SELECT i FROM n WHERE i > 5').one())).toBe('ALX_ROW_COUNT');
    expect(await db.query('SELECT i FROM n', [], { maxRows: 2 })).toHaveLength(2);
  });

  it('hands out columns and batches that belong to the caller', async () => {
    await using db = await openNumbers(5_000);
    const { i, t } = await db.query('SELECT i, t FROM n').columns();
    expect([i!.length, i!.values[4_999], t!.offsets![2]]).toEqual([5_000, 4_999, 10]);
    let rows = 0;
    for await (const batch of db.query('SELECT i FROM n').batches({ rows: 1_000 })) {
      expect(batch.rowCount).toBeLessThanOrEqual(1_000);
      expect(batch.columns[0]!.values[0]).toBe(rows);
      rows += batch.rowCount;
    }
    expect(rows).toBe(5_000);
    expect(await codeOf(db.query('SELECT 1').arrow())).toBe('ALX_UNSUPPORTED');
  });

  it('ends with 57014 when it is cancelled, aborted or too slow', async () => {
    await using db = await openNumbers(3_000);
    const slow = 'SELECT count(*) FROM n a, n b, n c WHERE a.i + b.i + c.i = -1';
    await expect(db.query(slow, [], { timeoutMs: 30 })).rejects.toMatchObject({
      code: 'ALX_TIMEOUT',
      sqlState: '57014',
    });
    const controller = new AbortController();
    const aborted = db.execute(slow, [], { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await expect(aborted).rejects.toMatchObject({ code: 'ALX_CANCELLED', sqlState: '57014' });
    const query = db.query(slow);
    setTimeout(() => query.cancel(), 20);
    expect(await codeOf(query)).toBe('ALX_CANCELLED');
    const early = AbortSignal.abort();
    expect(await codeOf(db.query('SELECT 1', [], { signal: early }))).toBe('ALX_CANCELLED');
    await db.set('statement_timeout', 20);
    expect(await codeOf(db.query(slow))).toBe('ALX_TIMEOUT');
  });

  it('lets the event loop turn while it runs', async () => {
    await using db = await openNumbers(3_000);
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 5);
    await db.query('SELECT count(*) AS c FROM n a, n b WHERE a.i + b.i = 7').value();
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
  });

  it('ends with kind Closed after close, which waits for what runs', async () => {
    const db = await openNumbers(3_000);
    const running = db.query('SELECT count(*) AS c FROM n').value();
    const stream = db.query('SELECT * FROM n')[Symbol.asyncIterator]();
    await stream.next();
    await db.close();
    await db.close();
    expect(await running).toBe(3_000);
    let left = 0;
    const drained = (async () => {
      while ((await stream.next()).done !== true) left += 1;
    })();
    await expect(drained).rejects.toMatchObject({ kind: 'Closed' });
    expect(left).toBeLessThan(3_000);
    await expect(db.query('SELECT 1')).rejects.toMatchObject({ kind: 'Closed' });
    expect(codeOfNow(() => db.sync.query('SELECT 1'))).toBe('ALX_CLOSED');
  });
});
