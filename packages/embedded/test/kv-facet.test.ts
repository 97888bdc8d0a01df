import { expect, test } from 'vitest';
import { decodeUtf8 } from '@alopex-db/core/base';
import { ManualClock, SeededRandom } from '@alopex-db/core/testing';
import { Database, type KvEvent, type KvSearchPage, type KvSearchRequest } from '../src/index.ts';
import { TemporaryDirectory } from './temporary-directory.ts';

function shown(event: KvEvent): string {
  const key = decodeUtf8(event.key);
  if (event.type === 'delete') return `-${key}`;
  return event.value === undefined ? `${key} is large` : `${key}=${decodeUtf8(event.value)}`;
}

function keysOf(page: KvSearchPage): string[] {
  return page.entries.map(([key]) => decodeUtf8(key));
}

async function filled(keys: readonly string[]): Promise<Database> {
  const db = await Database.openInMemory();
  await db.kv.batch(keys.map((key) => ({ type: 'put', key, value: key.toUpperCase() })));
  return db;
}

test('a value with a time to live is there until then, for reads, scans and compareAndSwap', async () => {
  const clock = new ManualClock();
  await using db = await Database.openInMemory({ clock });
  await db.kv.put('a', 'short', { ttlMs: 1_000 });
  db.sync.kv.put('b', 'long', { ttlMs: 2_000 });
  await db.kv.batch([{ type: 'put', key: 'c', value: 'batch', ttlMs: 1_000 }]);
  await db.kv.put('d', 'ever');
  const present = async (): Promise<string[]> => {
    const keys: string[] = [];
    for await (const [key, value] of db.kv.scan()) keys.push(decodeUtf8(key) + value.length);
    const backward = [...db.sync.kv.scan({ reverse: true })].map(
      ([key, value]) => decodeUtf8(key) + value.length,
    );
    expect(backward.reverse()).toEqual(keys);
    return keys;
  };
  clock.advance(999);
  expect(await db.kv.getText('a')).toBe('short');
  expect(await present()).toEqual(['a5', 'b4', 'c5', 'd4']);
  clock.advance(1);
  expect(await db.kv.get('a')).toBeUndefined();
  expect(db.sync.kv.getMany(['a', 'b'])[0]).toBeUndefined();
  expect(await present()).toEqual(['b4', 'd4']);
  expect(await db.kv.delete('a')).toBe(false);
  expect(await db.kv.compareAndSwap('c', undefined, 'again')).toBe(true);
  clock.advance(1_000);
  expect(await present()).toEqual(['c5', 'd4']);
});

test('a transaction goes on seeing what it has seen before it expired', async () => {
  const clock = new ManualClock();
  await using db = await Database.openInMemory({ clock });
  await db.kv.put('a', '1', { ttlMs: 100 });
  await db.transaction(async (tx) => {
    expect(await tx.kv.getText('a')).toBe('1');
    clock.advance(200);
    expect(await tx.kv.getText('a')).toBe('1');
  });
  expect(await db.kv.getText('a')).toBeUndefined();
});

test('what has expired survives opening as absent, and compaction takes it off the disk', async () => {
  using directory = new TemporaryDirectory();
  const clock = new ManualClock();
  {
    await using db = await Database.open(directory.path, { clock });
    await db.kv.put('keeps', 'v', { ttlMs: 1e15 });
    await db.kv.put('gone', new SeededRandom(1).bytes(400_000), {
      ttlMs: 50,
    });
    await db.flush();
    expect(db.metrics().tableBytes).toBeGreaterThan(300_000);
  }
  clock.advance(100);
  await using db = await Database.open(directory.path, { clock });
  expect(await db.kv.get('gone')).toBeUndefined();
  expect(await db.kv.getText('keeps')).toBe('v');
  // A commit moves the oldest snapshot beyond the end.
  await db.kv.put('other', 'w');
  await db.compact();
  expect(db.metrics().tableBytes).toBeLessThan(100_000);
  expect(await db.kv.getText('keeps')).toBe('v');
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('ttlMs %d is refused', async (ttlMs) => {
  await using db = await Database.openInMemory();
  const refused = { code: 'ALX_INVALID_ARGUMENT' };
  await expect(db.kv.put('a', '1', { ttlMs })).rejects.toMatchObject(refused);
  await expect(db.kv.batch([{ type: 'put', key: 'a', value: '1', ttlMs }])).rejects.toMatchObject(
    refused,
  );
});

const KEYS = ['a*b', 'a1', 'a12', 'ab', 'b1', 'user:1:name', 'user:2:name', 'user:é', 'zé'];

test.each<[KvSearchRequest['mode'], string, string[]]>([
  ['glob', '*', KEYS],
  ['glob', 'a?', ['a1', 'ab']],
  ['glob', 'a\\*b', ['a*b']],
  ['glob', '*1*', ['a1', 'a12', 'b1', 'user:1:name']],
  ['glob', 'user:*:name', ['user:1:name', 'user:2:name']],
  ['glob', 'user:?', ['user:é']],
  ['glob', 'ab', ['ab']],
  ['glob', '', []],
  ['regex', '^a', ['a*b', 'a1', 'a12', 'ab']],
  ['regex', '^a1?$', ['a1']],
  ['regex', '^ab?1', ['a1', 'a12']],
  ['regex', '[0-9]{2}', ['a12']],
  ['regex', '^user:1|^b', ['b1', 'user:1:name']],
  ['regex', 'é$', ['user:é', 'zé']],
  ['regex', '^zé{1}$', ['zé']],
])('%s %s finds its keys', async (mode, pattern, expected) => {
  await using db = await filled(KEYS);
  const page = await db.kv.search({ mode, pattern });
  expect(keysOf(page)).toEqual(expected);
  expect(page.cursor).toBeUndefined();
  expect(db.sync.kv.search({ mode, pattern })).toEqual(page);
  expect(db.metrics().openTransactions).toBe(0);
});

test.each([{ limit: 3 }, { scanBudget: 7 }, { maxBytes: 40 }, { maxBytes: 1 }])(
  'pages bounded by %j together are the whole answer',
  async (bounds) => {
    const keys = Array.from({ length: 60 }, (_, index) => `k${String(index).padStart(3, '0')}`);
    await using db = await filled(keys);
    const request = { mode: 'glob', pattern: 'k*', ...bounds } as const;
    const found: string[] = [];
    let cursor: Uint8Array | undefined;
    let pages = 0;
    do {
      const page: KvSearchPage = await db.kv.search({ ...request, ...(cursor && { cursor }) });
      found.push(...keysOf(page));
      ({ cursor } = page);
      pages += 1;
    } while (cursor !== undefined);
    expect(found).toEqual(keys);
    expect(pages).toBeGreaterThan(5);
  },
);

test('a prefix before the first wildcard bounds what is read', async () => {
  await using db = await filled(KEYS);
  expect((await db.kv.search({ mode: 'glob', pattern: 'user:*' })).scanned).toBe(3);
  expect((await db.kv.search({ mode: 'regex', pattern: '^user:.' })).scanned).toBe(3);
});

test.each<Partial<KvSearchRequest>>([
  { limit: 10_001 },
  { limit: 0 },
  { scanBudget: 1_000_001 },
  { maxBytes: 101 * 1024 * 1024 },
  { pattern: 'a\\' },
  { mode: 'regex', pattern: '(' },
  { mode: 'like' as 'glob' },
])('the search %j is refused', async (change) => {
  await using db = await filled(KEYS);
  const request: KvSearchRequest = { mode: 'glob', pattern: '*', ...change };
  await expect(db.kv.search(request)).rejects.toMatchObject({ code: 'ALX_INVALID_ARGUMENT' });
});

test('a watch gives commits in order, resumes at a version and ends by its signal', async () => {
  await using db = await Database.openInMemory();
  const stop = new AbortController();
  const seen: KvEvent[] = [];
  const watching = (async () => {
    for await (const event of db.kv.watch({ prefix: 'a', signal: stop.signal })) {
      seen.push(event);
      if (seen.length === 4) stop.abort();
    }
  })();
  await db.kv.put('a1', 'x');
  await db.kv.put('b', 'unseen');
  await db.kv.batch([
    { type: 'put', key: 'a2', value: 'y' },
    { type: 'delete', key: 'a1' },
  ]);
  const rolledBack = await db.begin();
  await rolledBack.kv.put('a9', 'never');
  await rolledBack.rollback();
  await db.kv.put('a3', 'z', { ttlMs: 60_000 });
  await watching;
  expect(seen.map(shown)).toEqual(['a1=x', '-a1', 'a2=y', 'a3=z']);
  expect(seen[1]!.version).toBe(seen[2]!.version);
  const again: string[] = [];
  for await (const event of db.kv.watch({ fromVersion: seen[1]!.version })) {
    again.push(shown(event));
    if (again.length === 3) break;
  }
  expect(again).toEqual(['-a1', 'a2=y', 'a3=z']);
});

test('a watch of what is no longer kept, and one that falls behind, are told so', async () => {
  await using db = await Database.openInMemory();
  await db.kv.put('a', '1');
  expect(() => db.kv.watch({ fromVersion: 1n })).toThrow(
    expect.objectContaining({ code: 'ALX_OUT_OF_RANGE' }),
  );
  const slow = db.kv.watch()[Symbol.asyncIterator]();
  const value = new Uint8Array(1024 * 1024);
  for (let index = 0; index < 70; index += 1) await db.kv.put(`k${index}`, value);
  await expect(slow.next()).rejects.toMatchObject({ code: 'ALX_RESOURCES' });
});

test('closing the database ends its watches', async () => {
  const db = await Database.openInMemory();
  const waiting = db.kv.watch()[Symbol.asyncIterator]().next();
  await db.close();
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(() => db.kv.watch()).toThrow(expect.objectContaining({ code: 'ALX_CLOSED' }));
});
