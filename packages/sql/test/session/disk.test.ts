import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NodeVfs } from '@alopex-db/core/node';
import { MemoryVfs, type Vfs } from '@alopex-db/core/vfs';
import { codeOf, openDatabase } from './open-session.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'alopex-sql-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const DISKS: readonly (readonly [string, () => Vfs])[] = [
  ['in memory', () => new MemoryVfs()],
  ['of files', () => new NodeVfs(folder)],
];

describe.each(DISKS)('SQL over a disk %s', (_name, createVfs) => {
  it('keeps tables, rows, unique entries and numbers given out over a reopen', async () => {
    const vfs = createVfs();
    {
      await using db = await openDatabase({ vfs, durability: 'os' });
      await db.execute('CREATE TABLE a (id SERIAL PRIMARY KEY, u TEXT UNIQUE, v DOUBLE PRECISION)');
      await db.execute('CREATE TABLE b (x INTEGER)');
      await db.execute("INSERT INTO a (u, v) VALUES ('one', 1.5), ('two', NULL)");
      await db.execute('INSERT INTO b VALUES (1), (2)');
      await db.execute('DELETE FROM b WHERE x = 2');
    }
    await using db = await openDatabase({ vfs, durability: 'os' });
    expect(await db.query('SELECT * FROM a ORDER BY id')).toEqual([
      { id: 1, u: 'one', v: 1.5 },
      { id: 2, u: 'two', v: null },
    ]);
    expect(await codeOf(db.execute("INSERT INTO a (u) VALUES ('one')"))).toBe(
      'ALX_UNIQUE_VIOLATION',
    );
    const id = await db.query("INSERT INTO a (u) VALUES ('three') RETURNING id").value<number>();
    expect(id).toBeGreaterThan(2);
    await db.execute('INSERT INTO b VALUES (3)');
    expect(await db.query('SELECT x FROM b')).toEqual([{ x: 1 }, { x: 3 }]);
  });

  it('reads rows out of tables that were flushed, both ways', async () => {
    const vfs = createVfs();
    await using db = await openDatabase({ vfs, durability: 'os' });
    await db.execute('CREATE TABLE n (i INTEGER PRIMARY KEY, t TEXT)');
    const rows = Array.from({ length: 6_000 }, (_, i) => [i, `row ${i}`] as const);
    await db.executeMany('INSERT INTO n VALUES ($1, $2)', rows);
    db.store.flush();
    await db.execute("UPDATE n SET t = 'changed' WHERE i % 1000 = 0");
    await db.execute('DELETE FROM n WHERE i = 4999');
    expect(
      await db.query("SELECT count(*) AS c, sum(i) AS s FROM n WHERE t LIKE 'row%'").one(),
    ).toEqual({ c: 5_993, s: (5_999 * 6_000) / 2 - 15_000 - 4_999 });
    const back = await db.query<{ i: number; t: string }>('SELECT * FROM n ORDER BY i DESC');
    expect(back).toHaveLength(5_999);
    expect(back[0]).toEqual({ i: 5_999, t: 'row 5999' });
    expect(back[1_000]).toEqual({ i: 4_998, t: 'row 4998' });
    expect(back.every(({ i, t }) => t === (i % 1_000 === 0 ? 'changed' : `row ${i}`))).toBe(true);
    expect(await db.query('SELECT t FROM n WHERE i = $1', [17])).toEqual([{ t: 'row 17' }]);
    expect(db.sync.query('SELECT t FROM n WHERE i = $1', [17])).toEqual([{ t: 'row 17' }]);
  });
});
