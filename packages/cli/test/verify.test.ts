import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Database } from '@alopex-db/embedded';
import { Store } from '@alopex-db/core';
import { keyspaceId } from '@alopex-db/core/base';
import { NodeVfs, systemClock, zstdCompression } from '@alopex-db/core/node';
import { Workplace } from './workplace.ts';

async function fill(path: string): Promise<void> {
  await using database = await Database.open(path);
  await database.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, note TEXT UNIQUE)');
  for (let id = 0; id < 50; id += 1)
    await database.execute('INSERT INTO t VALUES ($1, $2)', [id, `note ${id}`]);
  await database.flush();
  await database.execute("INSERT INTO t VALUES (1000, 'in the log')");
}

test('verify says that a database is sound, as text and as JSON', async () => {
  using place = new Workplace();
  await fill(place.path('data'));
  const text = await place.run(['verify', place.path('data')]);
  expect(text).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /tables with \d+ entries.*\n1 SQL table with 102 rows and index entries\nsound\n$/s,
    ) as string,
    stderr: expect.stringMatching(/checking .*bytes/) as string,
  });
  const json = await place.run(['verify', '--json', '--quiet']);
  expect(json).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(json.stdout)).toMatchObject({
    problems: [],
    leftovers: [],
    commits: 1,
    relations: { relations: 1, rows: 102, problems: [] },
  });
});

test('verify names the damaged file and exits with 1', async () => {
  using place = new Workplace();
  await fill(place.path('data'));
  const name = readdirSync(place.path('data')).find((file) => file.endsWith('.sst'))!;
  const path = place.path('data', name);
  const bytes = readFileSync(path);
  bytes[20]! ^= 1;
  writeFileSync(path, bytes);
  const run = await place.spawn(['verify']);
  expect(run.code).toBe(1);
  expect(run.stdout).toContain(`damaged   ${name} at 0: `);
  expect(run.stdout).toContain('rows and indexes were not held against each other');
  expect(run.stdout).toMatch(/\n1 problem found\n$/);
});

test('verify finds an index that misses a row, in files whose checksums hold', async () => {
  using place = new Workplace();
  await fill(place.path('data'));
  {
    const vfs = new NodeVfs(place.path('data'));
    await using store = Store.open({
      vfs,
      directory: '',
      clock: systemClock,
      compression: zstdCompression(),
    });
    const names = store.keyspaces().find((keyspace) => isIndexOfNotes(store, keyspace))!;
    const transaction = store.begin();
    transaction.delete(names, firstKey(store, names)!);
    transaction.commitNow();
  }
  const run = await place.run(['verify']);
  expect(run).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(
      /^damaged {3}public\.t, t_note_key: has no entry for the row \(id\)=\(1000\)\n.*\n1 problem found\n$/s,
    ) as string,
  });
});

function firstKey(store: Store, keyspace: number): Uint8Array | undefined {
  const transaction = store.begin({ readOnly: true });
  const cursor = transaction.scan(keyspaceId(keyspace));
  const { key } = cursor;
  const found = cursor.advance() === true ? key.bytes.slice(key.start, key.end) : undefined;
  cursor.close();
  transaction.rollback();
  return found;
}

/** Its least key is that of the note `in the log`. */
function isIndexOfNotes(store: Store, keyspace: number): boolean {
  const key = firstKey(store, keyspace);
  return key !== undefined && new TextDecoder().decode(key).startsWith('in the log');
}

test('verify refuses what is no database and one that is open', async () => {
  using place = new Workplace();
  expect(await place.run(['verify', place.path('nothing')])).toMatchObject({ code: 1 });
  expect(await place.run(['verify', '--in-memory'])).toMatchObject({ code: 1 });
  await fill(place.path('data'));
  await using database = await Database.open(place.path('data'));
  const run = await place.run(['verify']);
  expect(run.code).not.toBe(0);
  expect(run.stderr).toContain(String(process.pid));
  expect(await database.query('SELECT count(*) AS n FROM t')).toMatchObject([{ n: 51 }]);
});
