import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Database, restoreDatabase, verifyDatabase } from '@alopex-db/embedded';
import { TemporaryDirectory } from './temporary-directory.ts';

async function fill(db: Database): Promise<void> {
  await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, note TEXT, vec VECTOR(2))');
  await db.execute('CREATE INDEX t_note ON t (note)');
  await db.execute("INSERT INTO t VALUES (1, 'one', '[1,0]'), (2, 'two', '[0,1]')");
  await db.kv.put('key', 'value');
}

async function expectContent(db: Database): Promise<void> {
  expect(await db.query("SELECT id FROM t WHERE note = 'two'").value()).toBe(2);
  expect(await db.query("SELECT id FROM t ORDER BY vec <-> '[1,0]' LIMIT 1").value()).toBe(1);
  expect(await db.kv.getText('key')).toBe('value');
}

test.each(['memory', 'directory'])(
  'a database in %s is exported, opened, verified, restored',
  async (kind) => {
    using place = new TemporaryDirectory();
    const file = place.join('copy.alopex');
    await using db = await Database.open(kind === 'memory' ? ':memory:' : place.join('db'));
    await fill(db);
    const report = await db.exportTo(file);
    await db.execute('DELETE FROM t');
    expect(report.bytes).toBe(readFileSync(file).length);

    const bytes = readFileSync(file);
    {
      await using snapshot = await Database.open(file);
      await expectContent(snapshot);
      await expect(snapshot.execute('DELETE FROM t')).rejects.toMatchObject({ sqlState: '25006' });
      await expect(snapshot.kv.put('key', 'other')).rejects.toMatchObject({ sqlState: '25006' });
    }
    expect(readFileSync(file).equals(bytes)).toBe(true);
    expect(await verifyDatabase(file)).toMatchObject({ problems: [], leftovers: [] });

    await restoreDatabase(file, place.join('restored'));
    await using restored = await Database.open(place.join('restored'));
    await expectContent(restored);
    await restored.execute("INSERT INTO t VALUES (3, 'three', '[1,1]')");
  },
);

test('a database in memory is persisted into a directory that holds none', async () => {
  using place = new TemporaryDirectory();
  await using db = await Database.openInMemory();
  await fill(db);
  await db.persistTo(place.join('db'));
  await using persisted = await Database.open(place.join('db'));
  await expectContent(persisted);
  await expect(db.persistTo(place.join('db'))).rejects.toMatchObject({
    code: 'ALX_INVALID_ARGUMENT',
    message: expect.stringContaining('already') as string,
  });
});

test('an export that is aborted leaves nothing, one elsewhere than to a snapshot is refused', async () => {
  using place = new TemporaryDirectory();
  await using db = await Database.openInMemory();
  await fill(db);
  const signal = AbortSignal.abort();
  const aborted = db.exportTo(place.join('copy.alopex'), { signal });
  await expect(aborted).rejects.toMatchObject({ code: 'ALX_CANCELLED' });
  expect(readdirSync(place.path)).toEqual([]);
  await expect(db.exportTo('copy.csv')).rejects.toMatchObject({ code: 'ALX_UNSUPPORTED' });
});

test('what is no snapshot, or a damaged one, is refused by name', async () => {
  using place = new TemporaryDirectory();
  const file = place.join('copy.alopex');
  await expect(Database.open(file)).rejects.toMatchObject({ code: 'ALX_FILE_NOT_FOUND' });
  writeFileSync(file, 'a poem');
  await expect(Database.open(file)).rejects.toMatchObject({ code: 'ALX_NOT_A_DATABASE' });
  await using db = await Database.openInMemory();
  await fill(db);
  await db.exportTo(file);
  const bytes = readFileSync(file);
  bytes[100]! ^= 1;
  writeFileSync(file, bytes);
  const { problems } = await verifyDatabase(file);
  expect(problems[0]!.file).toMatch(/sst$/);
});
