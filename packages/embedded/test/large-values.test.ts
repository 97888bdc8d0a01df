/** Values out of line as users meet them: rows, keys, watched changes. */
import { describe, expect, it } from 'vitest';
import { MemoryVfs } from '@alopex-db/core/vfs';
import { Database } from '../src/index.ts';

const LONG = 'Alopex lagopus, the arctic fox. '.repeat(10_000);

describe('large values', () => {
  it('are columns of rows like short ones', async () => {
    const vfs = new MemoryVfs();
    let db = await Database.open('db', { vfs });
    await db.executeScript(`
      CREATE TABLE notes (id INT PRIMARY KEY, title TEXT UNIQUE, body TEXT);
      INSERT INTO notes VALUES (1, 'short', 'x')`);
    await db.execute('INSERT INTO notes VALUES (2, $1, $2)', ['long', LONG]);
    await db.execute('UPDATE notes SET body = $1 WHERE id = 1', [`${LONG}!`]);
    await db.execute("UPDATE notes SET title = 'longest' WHERE id = 1");
    await db.close();
    db = await Database.open('db', { vfs });
    const sizes = await db.query('SELECT title, length(body) AS size FROM notes ORDER BY size');
    expect(sizes).toEqual([
      { title: 'long', size: LONG.length },
      { title: 'longest', size: LONG.length + 1 },
    ]);
    expect(await db.query('SELECT body FROM notes WHERE id = 2').value()).toBe(LONG);
    expect(db.sync.query('SELECT body FROM notes WHERE id = 2')).toEqual([{ body: LONG }]);
    await db.execute('DELETE FROM notes WHERE id = 2');
    expect(await db.query('SELECT count(*) FROM notes').value()).toBe(1);
    await db.close();
  });

  it('are values of keys, scanned, searched and watched', async () => {
    await using db = await Database.openInMemory();
    const changes = db.kv.watch({ prefix: 'page:' })[Symbol.asyncIterator]();
    await db.kv.put('page:1', LONG);
    await db.kv.put('page:2', 'short', { ttlMs: 60_000 });
    await db.kv.put('page:3', LONG, { ttlMs: 60_000 });
    expect(await db.kv.getText('page:1')).toBe(LONG);
    expect(db.sync.kv.getText('page:3')).toBe(LONG);
    const sizes: number[] = [];
    for await (const [, value] of db.kv.scan({ prefix: 'page:' })) sizes.push(value.length);
    expect(sizes).toEqual([LONG.length, 5, LONG.length]);
    const page = await db.kv.search({ mode: 'regex', pattern: '^page:[13]$' });
    expect(page.entries.map(([, value]) => value.length)).toEqual([LONG.length, LONG.length]);
    const { value: first } = await changes.next();
    expect(first).toMatchObject({ type: 'put', value: { length: LONG.length } });
    await changes.return?.();
    expect(await db.kv.compareAndSwap('page:1', LONG, 'x')).toBe(true);
    expect(await db.kv.delete('page:3')).toBe(true);
    expect(await db.kv.getText('page:1')).toBe('x');
  });
});
