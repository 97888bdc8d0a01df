import { expect, test } from 'vitest';
import { compareBytes, decodeUtf8, nextBelow } from '@alopex-db/core/base';
import { SeededRandom } from '@alopex-db/core/testing';
import {
  AlopexError,
  Database,
  type KvFacet,
  type KvRange,
  type SyncKvFacet,
} from '../src/index.ts';

/** The calls that both twins offer, awaited where need be. */
type AnyKv = KvFacet | SyncKvFacet;

async function withEachTwin(body: (kv: AnyKv, db: Database) => Promise<void>): Promise<void> {
  for (const pick of [(db: Database): AnyKv => db.kv, (db: Database): AnyKv => db.sync.kv]) {
    await using db = await Database.openInMemory();
    await body(pick(db), db);
  }
}

async function listed(kv: AnyKv, range?: KvRange): Promise<string[]> {
  const found: string[] = [];
  for await (const [key, value] of kv.scan(range)) {
    found.push(`${decodeUtf8(key)}=${decodeUtf8(value)}`);
  }
  return found;
}

test('what is put is got, as bytes and as text, until it is deleted', () =>
  withEachTwin(async (kv) => {
    expect(await kv.get('a')).toBeUndefined();
    expect(await kv.getText('a')).toBeUndefined();
    await kv.put('a', 'ä');
    await kv.put(Uint8Array.of(0, 255), Uint8Array.of(1, 2));
    await kv.put('empty', '');
    expect(await kv.getText('a')).toBe('ä');
    expect(await kv.get(Uint8Array.of(0, 255))).toEqual(Uint8Array.of(1, 2));
    expect(await kv.get('empty')).toEqual(new Uint8Array(0));
    expect(await kv.getMany(['a', 'gone', 'empty'])).toEqual([
      new TextEncoder().encode('ä'),
      undefined,
      new Uint8Array(0),
    ]);
    expect(await kv.delete('a')).toBe(true);
    expect(await kv.delete('a')).toBe(false);
    expect(await kv.get('a')).toBeUndefined();
  }));

test('keys of every kind of text find themselves', () =>
  withEachTwin(async (kv) => {
    const keys = ['', 'x', 'é', '数据', '🦊', 'k'.repeat(64), 'k'.repeat(65), 'long '.repeat(100)];
    for (const [index, key] of keys.entries()) await kv.put(key, String(index));
    for (const [index, key] of keys.entries()) expect(await kv.getText(key)).toBe(String(index));
    expect(await kv.getText('long '.repeat(99))).toBeUndefined();
  }));

test('what comes back belongs to the caller', () =>
  withEachTwin(async (kv) => {
    const value = Uint8Array.of(1, 2, 3);
    await kv.put('a', value);
    value[0] = 9;
    const got = await kv.get('a');
    got![1] = 9;
    expect(await kv.get('a')).toEqual(Uint8Array.of(1, 2, 3));
  }));

test('scan walks ranges and prefixes both ways, up to a limit', () =>
  withEachTwin(async (kv) => {
    for (const key of ['b', 'a', 'ab', 'c', 'aa']) await kv.put(key, key.toUpperCase());
    expect(await listed(kv)).toEqual(['a=A', 'aa=AA', 'ab=AB', 'b=B', 'c=C']);
    expect(await listed(kv, { prefix: 'a' })).toEqual(['a=A', 'aa=AA', 'ab=AB']);
    expect(await listed(kv, { prefix: 'a', reverse: true })).toEqual(['ab=AB', 'aa=AA', 'a=A']);
    expect(await listed(kv, { start: 'aa', end: 'b' })).toEqual(['aa=AA', 'ab=AB']);
    expect(await listed(kv, { limit: 2 })).toEqual(['a=A', 'aa=AA']);
    expect(await listed(kv, { reverse: true, limit: 1 })).toEqual(['c=C']);
    expect(await listed(kv, { prefix: 'z' })).toEqual([]);
    expect(await listed(kv, { limit: 0 })).toEqual([]);
  }));

test('a long scan sees one moment, may be left early, and may be written beside', () =>
  withEachTwin(async (kv, db) => {
    const keys = Array.from(
      { length: 1_000 },
      (_, index) => `key ${String(index).padStart(4, '0')}`,
    );
    await kv.batch(keys.map((key) => ({ type: 'put', key, value: 'old' })));
    const seen: string[] = [];
    for await (const [key, value] of kv.scan()) {
      if (seen.length === 0) await db.kv.put('key 0999', 'new');
      seen.push(`${decodeUtf8(key)} ${decodeUtf8(value)}`);
    }
    expect(seen).toEqual(keys.map((key) => `${key} old`));
    for await (const [key] of kv.scan()) if (decodeUtf8(key) === 'key 0003') break;
    expect(db.metrics().openTransactions).toBe(0);
    expect(await kv.getText('key 0999')).toBe('new');
  }));

test('a scan over large values gives them all', () =>
  withEachTwin(async (kv) => {
    for (let index = 0; index < 8; index += 1) {
      await kv.put(`k${index}`, new Uint8Array(400_000).fill(index));
    }
    const seen: number[] = [];
    for await (const [, value] of kv.scan({ limit: 7 })) seen.push(value[399_999]!);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6]);
  }));

test('compareAndSwap writes for the first of two only', () =>
  withEachTwin(async (kv) => {
    expect(await kv.compareAndSwap('a', undefined, '1')).toBe(true);
    expect(await kv.compareAndSwap('a', undefined, '2')).toBe(false);
    expect(await kv.compareAndSwap('a', '2', '3')).toBe(false);
    expect(await kv.compareAndSwap('a', '1', '')).toBe(true);
    expect(await kv.compareAndSwap('a', undefined, '3')).toBe(false);
    expect(await kv.compareAndSwap('a', '', '3')).toBe(true);
    expect(await kv.getText('a')).toBe('3');
  }));

test('a hundred callers that count with compareAndSwap lose nothing', async () => {
  await using db = await Database.openInMemory();
  await db.kv.put('n', '0');
  const count = async (): Promise<void> => {
    for (;;) {
      const now = await db.kv.getText('n');
      if (await db.kv.compareAndSwap('n', now, String(Number(now) + 1))) return;
    }
  };
  await Promise.all(Array.from({ length: 100 }, count));
  expect(await db.kv.getText('n')).toBe('100');
});

test('a batch is one commit: a bad operation leaves nothing', () =>
  withEachTwin(async (kv) => {
    await kv.put('a', '1');
    const bad = { type: 'put', key: 'x'.repeat(100_000), value: '' } as const;
    const attempt = async (): Promise<void> => {
      await kv.batch([{ type: 'delete', key: 'a' }, { type: 'put', key: 'b', value: '2' }, bad]);
    };
    await expect(attempt()).rejects.toBeInstanceOf(AlopexError);
    expect(await listed(kv)).toEqual(['a=1']);
    await kv.batch([
      { type: 'delete', key: 'a' },
      { type: 'put', key: 'b', value: '2' },
      { type: 'put', key: 'b', value: '3' },
    ]);
    expect(await listed(kv)).toEqual(['b=3']);
  }));

test('keys share transactions with SQL: seen inside, gone after a rollback', async () => {
  await using db = await Database.openInMemory();
  await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY)');
  const refused = db.transaction(async (tx) => {
    await tx.execute('INSERT INTO t VALUES (1)');
    await tx.kv.put('last', '1');
    expect(await tx.kv.getText('last')).toBe('1');
    expect(await tx.kv.getMany(['last'])).toEqual([new TextEncoder().encode('1')]);
    expect(await listed(tx.kv)).toEqual(['last=1']);
    expect(await db.kv.getText('last')).toBeUndefined();
    throw new AlopexError('ALX_INVALID_ARGUMENT', 'changed my mind');
  });
  await expect(refused).rejects.toMatchObject({ message: 'changed my mind' });
  expect(await listed(db.kv)).toEqual([]);
  expect(await db.query('SELECT * FROM t')).toEqual([]);
  await db.transaction(async (tx) => {
    await tx.kv.put('a', '1');
    await tx.savepoint('s');
    await tx.kv.put('a', '2');
    await tx.rollbackTo('s');
  });
  expect(await db.kv.getText('a')).toBe('1');
  db.sync.transaction((tx) => {
    tx.kv.put('b', '1');
    expect(tx.kv.getText('b')).toBe('1');
    expect([...tx.kv.scan({ prefix: 'b' })]).toHaveLength(1);
  });
  expect(await db.kv.getText('b')).toBe('1');
});

test('a synchronous write of a locked key fails at once, a waiting one goes in after', async () => {
  await using db = await Database.openInMemory();
  const tx = await db.begin();
  await tx.kv.put('a', 'first');
  expect(() => db.sync.kv.put('a', 'second')).toThrow(
    expect.objectContaining({ code: 'ALX_LOCK_NOT_AVAILABLE', sqlState: '55P03' }),
  );
  const waiting = db.kv.put('a', 'third');
  await tx.commit();
  await waiting;
  expect(await db.kv.getText('a')).toBe('third');
});

test.each([[1], [null], [{}]])('the key %j is refused', async (key) => {
  await using db = await Database.openInMemory();
  const bad = key as unknown as string;
  await expect(db.kv.get(bad)).rejects.toMatchObject({ code: 'ALX_INVALID_ARGUMENT' });
  await expect(db.kv.put('a', bad)).rejects.toMatchObject({ code: 'ALX_INVALID_ARGUMENT' });
  expect(() => db.sync.kv.get(bad)).toThrow(AlopexError);
});

test('random operations agree with a map, over flushes', async () => {
  const seed = Number(process.env['ALOPEX_TEST_SEED'] ?? 20_261_125);
  const random = new SeededRandom(seed);
  await using db = await Database.openInMemory();
  const model = new Map<string, string>();
  for (let step = 0; step < 2_000; step += 1) {
    const kv = nextBelow(random, 2) === 0 ? db.kv : db.sync.kv;
    const key = `k${nextBelow(random, 40)}`;
    const value = 'v'.repeat(nextBelow(random, 200)) + step;
    const where = `seed ${seed}, step ${step}`;
    const choice = nextBelow(random, 6);
    if (choice < 2) {
      await kv.put(key, value);
      model.set(key, value);
    } else if (choice === 2) {
      expect(await kv.delete(key), where).toBe(model.delete(key));
    } else if (choice === 3) {
      const swapped = await kv.compareAndSwap(key, model.get(key), value);
      expect(swapped, where).toBe(true);
      model.set(key, value);
    } else if (choice === 4) {
      expect(await kv.getText(key), where).toBe(model.get(key));
    } else if (step % 10 === 0) {
      const sorted = [...model].sort(([left], [right]) =>
        compareBytes(new TextEncoder().encode(left), new TextEncoder().encode(right)),
      );
      expect(await listed(kv), where).toEqual(sorted.map(([k, v]) => `${k}=${v}`));
    }
  }
});
