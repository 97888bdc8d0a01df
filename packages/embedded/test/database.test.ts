import { readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { AlopexError, Config, Database, type DatabaseOptions } from '../src/index.ts';
import { UNBUILT_NAMES } from '../src/unbuilt-features.ts';
import { TemporaryDirectory } from './temporary-directory.ts';

async function codeOf(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (error instanceof AlopexError) return error.code;
    throw error;
  }
  return 'no error';
}

test('a directory is made, keeps rows and keys, and opens again', async () => {
  using folder = new TemporaryDirectory();
  const path = folder.join('deep', 'data');
  {
    await using db = await Database.open(path);
    await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, note TEXT)');
    await db.execute('INSERT INTO t VALUES (1, $1)', ['kept']);
    await db.kv.put('key', 'kept too');
  }
  await using db = await Database.open(path);
  expect(await db.query('SELECT * FROM t')).toEqual([{ id: 1, note: 'kept' }]);
  expect(await db.kv.getText('key')).toBe('kept too');
});

test('path, file URL, configuration and options name the same directory', async () => {
  using folder = new TemporaryDirectory();
  const path = folder.join('my data');
  const targets = [
    path,
    pathToFileURL(path).href,
    Config.default().path(path).durability('os'),
    { path, memtableSize: '8MB' },
  ];
  for (const [index, target] of targets.entries()) {
    await using db = await Database.open(target);
    expect(await db.kv.getText('opened')).toBe(index === 0 ? undefined : String(index - 1));
    await db.kv.put('opened', String(index));
  }
});

test('without a target, and as :memory:, a database ends with itself', async () => {
  for (const open of [
    () => Database.open(),
    () => Database.open(':memory:'),
    () => Database.openInMemory(),
  ]) {
    await using db = await open();
    await db.execute('CREATE TABLE t (id INTEGER)');
    expect(await db.catalog.tables()).toHaveLength(1);
  }
});

test('createIfMissing: false and readOnly make nothing', async () => {
  using folder = new TemporaryDirectory();
  const path = folder.join('nothing');
  expect(await codeOf(() => Database.open(path, { createIfMissing: false }))).toBe(
    'ALX_FILE_NOT_FOUND',
  );
  expect(await codeOf(() => Database.open(path, { readOnly: true }))).toBe('ALX_FILE_NOT_FOUND');
  expect(readdirSync(folder.path)).toEqual([]);
});

test('a read-only database answers, beside a writer, and refuses every write', async () => {
  using folder = new TemporaryDirectory();
  const path = folder.join('data');
  await using writer = await Database.open(path);
  await writer.execute('CREATE TABLE t (id INTEGER PRIMARY KEY)');
  await writer.execute('INSERT INTO t VALUES (1)');
  await writer.kv.put('key', 'value');
  await using reader = await Database.open(path, { readOnly: true });
  expect(await reader.query('SELECT id FROM t')).toEqual([{ id: 1 }]);
  expect(await reader.kv.getText('key')).toBe('value');
  for (const write of [
    () => reader.execute('INSERT INTO t VALUES (2)'),
    () => reader.execute('CREATE TABLE u (id INTEGER)'),
    () => reader.kv.put('key', 'other'),
    () => reader.sync.kv.put('key', 'other'),
    () => reader.flush(),
  ]) {
    expect(await codeOf(write)).toBe('ALX_READ_ONLY');
  }
});

test('after close every call is refused as closed, and closing again is fine', async () => {
  const db = await Database.openInMemory();
  const session = await db.session();
  const tx = await db.begin();
  await db.close();
  await db.close();
  const calls: readonly (() => unknown)[] = [
    () => db.query('SELECT 1'),
    () => db.execute('SELECT 1'),
    () => db.begin(),
    () => db.kv.get('a'),
    () => db.kv.put('a', 'b'),
    () => db.sync.kv.get('a'),
    () => db.sync.query('SELECT 1'),
    () => db.catalog.tables(),
    () => db.vector.search({ table: 't', queryVector: [1] }),
    () => db.flush(),
    () => db.checkpoint(),
    () => db.metrics(),
    () => db.memoryUsage(),
    () => session.query('SELECT 1'),
    () => tx.query('SELECT 1'),
  ];
  for (const call of calls) {
    const error = await Promise.resolve()
      .then(call)
      .catch((caught: unknown) => caught);
    expect(error, String(call)).toMatchObject({ kind: 'Closed' });
  }
});

test('flush and checkpoint move what is in memory into tables, and nothing is lost', async () => {
  using folder = new TemporaryDirectory();
  const path = folder.join('data');
  {
    await using db = await Database.open(path, { durability: 'os' });
    await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, note TEXT)');
    await db.executeMany(
      'INSERT INTO t VALUES ($1, $2)',
      Array.from({ length: 1_000 }, (_, id) => [id, `note ${id}`]),
    );
    await db.flush();
    expect(db.metrics().tableCount).toBeGreaterThan(0);
    await db.execute('UPDATE t SET note = $1 WHERE id = 7', ['changed']);
    await db.checkpoint();
    expect(await db.query('SELECT note FROM t WHERE id = 7')).toEqual([{ note: 'changed' }]);
  }
  await using db = await Database.open(path);
  expect(await db.query('SELECT count(*) AS n FROM t').one()).toEqual({ n: 1_000 });
  expect(await db.query('SELECT note FROM t WHERE id = 7').value()).toBe('changed');
});

test('compaction merges what was written over, and nothing is lost', async () => {
  using folder = new TemporaryDirectory();
  await using db = await Database.open(folder.path, { durability: 'os' });
  for (let round = 0; round < 5; round += 1) {
    for (let key = 0; key < 50; key += 1) await db.kv.put(`key ${key}`, `round ${round}`);
    await db.flush();
  }
  const before = db.metrics().tableBytes;
  await db.compact();
  expect(db.metrics().tableBytes).toBeLessThan(before);
  expect(await db.kv.getText('key 49')).toBe('round 4');
});

test('a database in memory keeps to its limit and what it had', async () => {
  await using db = await Database.openInMemory({ memoryLimit: '4MB' });
  await db.kv.put('first', 'value');
  const error = await fill(db).catch((caught: unknown) => caught);
  expect(error).toMatchObject({
    code: 'ALX_MEMORY_LIMIT',
    id: 'ALOPEX-E009',
    sqlState: '53200',
    message: expect.stringContaining('4194304') as string,
  });
  expect(await db.kv.getText('first')).toBe('value');
  expect(await db.query('SELECT 1 AS one').value()).toBe(1);
});

async function fill(db: Database): Promise<void> {
  const value = new Uint8Array(100_000);
  for (let index = 0; index < 1_000; index += 1) await db.kv.put(`key ${index}`, value);
}

test.each<[Record<string, unknown>, string]>([
  [{ threads: 2 }, 'ALX_UNSUPPORTED'],
  [{ historyRetention: 'long' }, 'ALX_INVALID_ARGUMENT'],
  [{ durabilty: 'os' }, 'ALX_UNKNOWN_OPTION'],
  [{ durability: 'maybe' }, 'ALX_INVALID_ARGUMENT'],
  [{ memtableSize: 'much' }, 'ALX_INVALID_ARGUMENT'],
  [{ readOnly: true }, 'ALX_INVALID_ARGUMENT'],
  [{ path: './x', memoryLimit: '1GB' }, 'ALX_INVALID_ARGUMENT'],
])('the options %j are refused with %s', async (options, code) => {
  expect(await codeOf(() => Database.open(options as DatabaseOptions))).toBe(code);
});

test('options keep their promises: int64 and temporal forms, SET sizes', async () => {
  await using db = await Database.openInMemory({
    int64: 'bigint',
    temporal: 'string',
    bufferPoolSize: '32MB',
  });
  expect(
    await db.query(`SELECT count(*) AS n, TIMESTAMP '2026-01-02 03:04:05' AS t`).one(),
  ).toEqual({ n: 1n, t: '2026-01-02 03:04:05' });
  expect(await db.query('SHOW alopex.buffer_pool_size').value()).toBe(String(32 * 2 ** 20));
});

test.each(UNBUILT_NAMES)('%s says that it is not built yet', async (name) => {
  await using db = await Database.openInMemory();
  const method = db[name as 'clear'];
  expect(await codeOf(() => method.call(db, 'x'))).toBe('ALX_UNSUPPORTED');
});

test('commits of two databases in one process do not mix', async () => {
  await using left = await Database.openInMemory();
  await using right = await Database.openInMemory();
  await left.kv.put('key', 'left');
  await right.kv.put('key', 'right');
  expect([await left.kv.getText('key'), await right.kv.getText('key')]).toEqual(['left', 'right']);
});
