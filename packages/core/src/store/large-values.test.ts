/** Large values through the transactions of a store: like any other value, whatever lies where. */
import { describe, expect, it } from 'vitest';
import { keyspaceId } from '../base/brand.ts';
import { crc32 } from '../base/checksum.ts';
import { encodeUtf8, equalBytes } from '../base/bytes.ts';
import { chunkKeyspace, decodeChunkKey, encodeChunkKey } from '../memtable/large-value.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { MemoryVfs } from '../vfs/memory-vfs.ts';
import type { StoreOptions } from './options.ts';
import { Store } from './store.ts';
import { verifyLocked } from './verify.ts';
import type { VerifyReport } from './verify-report.ts';

const T = keyspaceId(16384);
const CHUNKS = chunkKeyspace(T);
const SMALL = Object.freeze({ valueSeparationBytes: 100, valueChunkBytes: 64 });
const KEY = encodeUtf8('key');

function open(vfs: MemoryVfs, options: Partial<StoreOptions> = {}): Store {
  return Store.open({ clock: new ManualClock(), vfs, ...options });
}

/** Bytes that differ from place to place. */
function valueOf(size: number, salt = 0): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8) + salt) & 255);
}

function put(store: Store, key: Uint8Array, value: Uint8Array, ttlMs?: number): void {
  const transaction = store.begin();
  if (ttlMs === undefined) transaction.put(T, key, value);
  else transaction.putExpiring(T, key, value, ttlMs);
  transaction.commitNow();
}

function remove(store: Store, key: Uint8Array): void {
  const transaction = store.begin();
  transaction.delete(T, key);
  transaction.commitNow();
}

function get(store: Store, key: Uint8Array): unknown {
  const slot = { bytes: new Uint8Array(0), start: 0, end: 0 };
  const found = store.readLatest(T, key, slot);
  const transaction = store.begin({ readOnly: true });
  const same = transaction.get(T, key);
  transaction.rollback();
  const value = found === true ? slot.bytes.slice(slot.start, slot.end) : undefined;
  expect(same).toEqual(value);
  return value;
}

/** Visible chunks, as any other keyspace would show them. */
function chunksOf(store: Store): number {
  const transaction = store.begin({ readOnly: true });
  const cursor = transaction.scan(CHUNKS);
  let count = 0;
  while (cursor.advance() === true) count += 1;
  transaction.rollback();
  return count;
}

describe('values out of line', () => {
  it('are read back whole, from memtable, tables and after opening again', async () => {
    const vfs = new MemoryVfs();
    let store = open(vfs);
    const value = valueOf(3 * 1024 * 1024 + 17);
    // Matchers of a test runner compare element by element.
    const isThere = (): boolean => {
      const read = store.begin({ readOnly: true }).get(T, KEY);
      return read instanceof Uint8Array && equalBytes(read, value);
    };
    put(store, KEY, value);
    expect(chunksOf(store)).toBe(4);
    expect(isThere()).toBe(true);
    store.compactNow();
    expect(isThere()).toBe(true);
    await store.close();
    store = open(vfs);
    expect(isThere()).toBe(true);
    expect(store.keyspaces()).toEqual([T]);
    await store.close();
  });

  it('begin above the threshold', async () => {
    const store = open(new MemoryVfs(), SMALL);
    put(store, KEY, valueOf(100));
    expect(chunksOf(store)).toBe(0);
    put(store, KEY, valueOf(101));
    expect(chunksOf(store)).toBe(2);
    await store.close();
  });

  it('lose their chunks with what overwrites or deletes them, also after opening again', async () => {
    const vfs = new MemoryVfs();
    let store = open(vfs, SMALL);
    put(store, KEY, valueOf(1000));
    put(store, KEY, valueOf(500, 1));
    expect(chunksOf(store)).toBe(8);
    await store.close();
    store = open(vfs, SMALL);
    put(store, KEY, encodeUtf8('small'));
    expect(chunksOf(store)).toBe(0);
    put(store, KEY, valueOf(1000));
    remove(store, KEY);
    expect(chunksOf(store)).toBe(0);
    store.compactNow();
    expect(store.metrics().tableCount).toBe(0);
    await store.close();
  });

  it('stay for the snapshots that see them', async () => {
    const store = open(new MemoryVfs(), SMALL);
    const value = valueOf(1000);
    put(store, KEY, value);
    const before = store.begin({ readOnly: true });
    put(store, KEY, valueOf(900, 1));
    remove(store, KEY);
    store.compactNow();
    expect(before.get(T, KEY)).toEqual(value);
    before.rollback();
    await store.close();
  });

  it('are written, overwritten and rolled back within a transaction', async () => {
    const store = open(new MemoryVfs(), SMALL);
    put(store, KEY, valueOf(400));
    const transaction = store.begin();
    transaction.put(T, KEY, valueOf(500, 1));
    const mark = transaction.savepoint();
    transaction.put(T, KEY, valueOf(600, 2));
    expect(transaction.get(T, KEY)).toEqual(valueOf(600, 2));
    transaction.delete(T, KEY);
    transaction.rollbackTo(mark);
    expect(transaction.get(T, KEY)).toEqual(valueOf(500, 1));
    transaction.commitNow();
    expect(get(store, KEY)).toEqual(valueOf(500, 1));
    expect(chunksOf(store)).toBe(8);
    await store.close();
  });

  it('keep what a key had when the first write to it is rolled back', async () => {
    const store = open(new MemoryVfs(), SMALL);
    put(store, KEY, valueOf(400));
    const transaction = store.begin();
    const mark = transaction.savepoint();
    transaction.put(T, KEY, valueOf(500, 1));
    transaction.rollbackTo(mark);
    expect(transaction.get(T, KEY)).toEqual(valueOf(400));
    transaction.put(T, KEY, encodeUtf8('small'));
    transaction.commitNow();
    expect(chunksOf(store)).toBe(0);
    await store.close();
  });

  it('expire with their key and leave no chunk behind', async () => {
    const clock = new ManualClock();
    const store = open(new MemoryVfs(), { ...SMALL, clock });
    put(store, KEY, valueOf(1000), 50);
    expect(get(store, KEY)).toEqual(valueOf(1000));
    store.flush();
    expect(get(store, KEY)).toEqual(valueOf(1000));
    clock.advance(60_000);
    expect(get(store, KEY)).toBeUndefined();
    const transaction = store.begin();
    expect(transaction.insert(T, KEY, valueOf(300))).toBe(true);
    transaction.commitNow();
    expect(chunksOf(store)).toBe(5);
    put(store, encodeUtf8('other'), encodeUtf8('1'));
    store.compactNow();
    expect(store.metrics().tableCount).toBe(2);
    await store.close();
  });

  it('are walked in both directions, and passed over by those who want keys alone', async () => {
    const store = open(new MemoryVfs(), SMALL);
    const sizes = [150, 250, 50];
    for (const size of sizes) put(store, encodeUtf8(`key${size}`), valueOf(size));
    const transaction = store.begin({ readOnly: true });
    for (const reverse of [false, true]) {
      const cursor = transaction.scan(T, { reverse });
      const found: number[] = [];
      while (cursor.advance() === true) {
        const { bytes, start, end } = cursor.value;
        expect(bytes.slice(start, end)).toEqual(valueOf(end - start));
        found.push(end - start);
      }
      expect(found).toEqual(reverse ? sizes.toReversed() : sizes);
    }
    const keys = transaction.scan(T, { keysOnly: true });
    let count = 0;
    while (keys.advance() === true) {
      count += 1;
      if (count === 2) continue;
      keys.loadValue();
      const { bytes, start, end } = keys.value;
      expect(bytes.slice(start, end)).toEqual(valueOf(sizes[count - 1]!));
    }
    expect(count).toBe(3);
    transaction.rollback();
    await store.close();
  });

  it('go with their keyspace', async () => {
    const vfs = new MemoryVfs();
    const store = open(vfs, SMALL);
    put(store, KEY, valueOf(1000));
    store.flush();
    store.dropKeyspace(T);
    expect(store.keyspaces()).toEqual([]);
    expect(store.metrics().tableCount).toBe(0);
    await store.close();
  });

  it('say which chunk is missing', async () => {
    const store = open(new MemoryVfs(), SMALL);
    put(store, KEY, valueOf(1000));
    const transaction = store.begin();
    const cursor = transaction.scan(CHUNKS);
    cursor.advance();
    const id = new DataView(cursor.key.bytes.buffer, cursor.key.start).getBigUint64(0);
    transaction.delete(CHUNKS, encodeChunkKey(Number(id), 3));
    transaction.commitNow();
    expect(() => get(store, KEY)).toThrow(`chunk 3 of large value ${id} is missing`);
    await store.close();
  });

  it('are checked against their keys by verify', async () => {
    const vfs = new MemoryVfs();
    const store = open(vfs, SMALL);
    put(store, KEY, valueOf(1000));
    put(store, encodeUtf8('short'), valueOf(500), 60_000);
    store.flush();
    put(store, encodeUtf8('other'), valueOf(700));
    await store.writeValue(T).write(valueOf(300));
    expect((await checked(vfs)).problems).toEqual([]);
    const sound = await checked(vfs);
    expect(sound.leftovers.map(({ what }) => what)).toEqual([
      expect.stringMatching(/^value \d+ of keyspace 16384 was never finished$/),
    ]);
    const transaction = store.begin();
    const cursor = transaction.scan(CHUNKS);
    cursor.advance();
    const key = cursor.key.bytes.slice(cursor.key.start, cursor.key.end);
    transaction.delete(CHUNKS, key);
    transaction.put(CHUNKS, encodeChunkKey(7, 0), valueOf(5));
    transaction.commitNow();
    const { id } = decodeChunkKey(key);
    const { problems } = await checked(vfs);
    expect(problems.map(({ what }) => what)).toEqual([
      `value ${id} has no chunk 0`,
      `the chunks of value ${id} are not those that its key names`,
      'value 7 of keyspace 16384 belongs to no key',
    ]);
    await store.close();
  });
});

/** Of the files as they are now. */
async function checked(vfs: MemoryVfs): Promise<VerifyReport> {
  return verifyLocked(
    {
      vfs,
      directory: '',
      checksum: crc32,
      compressions: [],
      pause: async () => undefined,
    },
    false,
  );
}
