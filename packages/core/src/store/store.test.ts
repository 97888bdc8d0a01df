import { describe, expect, it } from 'vitest';
import { keyspaceId, version as asVersion, type Version } from '../base/brand.ts';
import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import { AlopexError } from '../base/errors.ts';
import type { ErrorCode } from '../base/error-codes.ts';
import { FaultVfs } from '../testing/fault-vfs.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { TRANSACTION_CONTRACT } from '../testing/transaction-contract.ts';
import type { Durability } from '../txn/transaction.ts';
import { MemoryVfs } from '../vfs/memory-vfs.ts';
import type { StoreOptions } from './options.ts';
import { Store } from './store.ts';

const T = keyspaceId(1);

function open(options: Partial<StoreOptions> = {}): Store {
  return Store.open({ clock: new ManualClock(), ...options });
}

function put(store: Store, key: string, value: string, durability: Durability = 'fsync'): void {
  const transaction = store.begin({ durability });
  transaction.put(T, encodeUtf8(key), encodeUtf8(value));
  transaction.commitNow();
}

function read(store: Store, key: string): string | undefined {
  const slot = { bytes: new Uint8Array(0), start: 0, end: 0 };
  return store.readLatest(T, encodeUtf8(key), slot) === true
    ? decodeUtf8(slot.bytes, slot.start, slot.end)
    : undefined;
}

function codeOf(action: () => unknown): ErrorCode | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof AlopexError) return error.code;
    throw error;
  }
  return undefined;
}

async function rejectionOf(promise: Promise<unknown>): Promise<ErrorCode | undefined> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof AlopexError) return error.code;
    throw error;
  }
  return undefined;
}

const PLACES: Readonly<Record<string, () => Store>> = {
  'a store in memory': () => open(),
  'a store on a disk': () => open({ vfs: new MemoryVfs() }),
  'a store that flushes at every commit': () =>
    open({ vfs: new MemoryVfs(), memtableSizeBytes: 1 }),
  'a store that keeps every value out of line': () =>
    open({ vfs: new MemoryVfs(), valueSeparationBytes: 0, valueChunkBytes: 64 }),
  'a store that flushes chunks at every commit': () =>
    open({
      vfs: new MemoryVfs(),
      valueSeparationBytes: 0,
      valueChunkBytes: 64,
      memtableSizeBytes: 1,
    }),
};

for (const [name, make] of Object.entries(PLACES)) {
  describe(`Transaction contract, ${name}`, () => {
    for (const { title, run } of TRANSACTION_CONTRACT) {
      it(title, async () => {
        const store = make();
        await run(store);
        await store.close();
      });
    }
  });
}

describe('a store', () => {
  it('reads the newest committed value without a transaction', () => {
    const store = open();
    expect(read(store, 'a')).toBeUndefined();
    put(store, 'a', '1');
    put(store, 'a', '2');
    expect(read(store, 'a')).toBe('2');
  });

  it('keeps everything over a clean close, whatever the durability', async () => {
    const vfs = new MemoryVfs();
    const store = open({ vfs });
    for (const durability of ['fsync', 'os', 'memory'] as const)
      put(store, durability, '1', durability);
    await store.close();
    const again = open({ vfs });
    for (const durability of ['fsync', 'os', 'memory'] as const)
      expect(read(again, durability)).toBe('1');
    await again.close();
  });

  it('goes on with versions behind those it recovered, even if the clock went back', async () => {
    const vfs = new MemoryVfs();
    const store = open({ vfs, clock: new ManualClock(2_000_000) });
    put(store, 'a', '1');
    const before = store.visible;
    await store.close();
    const again = open({ vfs, clock: new ManualClock(1_000_000) });
    expect(again.visible).toBe(before);
    put(again, 'a', '2');
    expect(again.visible).toBe(before + 1);
    await again.close();
  });

  it('makes a commit under fsync visible once its sync is over, and keeps its locks until then', async () => {
    const vfs = new FaultVfs();
    const store = open({ vfs });
    put(store, 'a', '0');
    vfs.holdSyncs();
    const first = store.begin();
    first.put(T, encodeUtf8('a'), encodeUtf8('1'));
    const committed = first.commit();
    const second = store.begin({ durability: 'os', wait: 'never' });
    second.put(T, encodeUtf8('b'), encodeUtf8('1'));
    const behind = second.commit();
    expect(read(store, 'a')).toBe('0');
    expect(read(store, 'b')).toBeUndefined();
    expect(codeOf(() => store.begin({ wait: 'never' }).lock(T, encodeUtf8('a')))).toBe(
      'ALX_LOCK_NOT_AVAILABLE',
    );
    vfs.releaseSyncs();
    expect(await behind).toBeGreaterThan(await committed);
    expect(read(store, 'a')).toBe('1');
    expect(read(store, 'b')).toBe('1');
    await store.close();
  });

  it('shares one sync among commits that wait at the same time', async () => {
    const vfs = new FaultVfs();
    const store = open({ vfs });
    put(store, 'a', '0');
    const before = vfs.changeCount;
    vfs.holdSyncs();
    const commits = Array.from({ length: 50 }, async (_, index) => {
      const transaction = store.begin();
      transaction.put(T, encodeUtf8(`k${index}`), encodeUtf8('1'));
      return transaction.commit();
    });
    vfs.releaseSyncs();
    await Promise.all(commits);
    // 50 writes and two syncs: the one under way when the others came, and theirs.
    expect(vfs.changeCount - before).toBe(52);
    await store.close();
  });

  it('commits nothing more after a failed sync, and reads on without the commit that failed', async () => {
    const vfs = new FaultVfs();
    const store = open({ vfs });
    put(store, 'a', '0');
    vfs.failNextSync();
    const transaction = store.begin();
    transaction.put(T, encodeUtf8('a'), encodeUtf8('1'));
    expect(await rejectionOf(transaction.commit())).toBe('ALX_IO');
    expect(transaction.state).toBe('Aborted');
    expect(read(store, 'a')).toBe('0');
    expect(codeOf(() => put(store, 'b', '1', 'memory'))).toBe('ALX_IO');
    expect(codeOf(() => store.flush())).toBe('ALX_IO');
    expect(read(store, 'a')).toBe('0');
    await store.close();
  });

  it('fails a commit on a full disk without a trace, and goes on when there is space again', async () => {
    const vfs = new FaultVfs();
    const store = open({ vfs });
    put(store, 'a', '0');
    vfs.failChange(vfs.changeCount + 1, 'ALX_DISK_FULL');
    expect(codeOf(() => put(store, 'a', '1'))).toBe('ALX_DISK_FULL');
    expect(read(store, 'a')).toBe('0');
    put(store, 'b', '2');
    await store.close();
    const again = open({ vfs });
    expect([read(again, 'a'), read(again, 'b')]).toEqual(['0', '2']);
    await again.close();
  });

  it('keeps a commit whose flush fails, and flushes later', async () => {
    const vfs = new FaultVfs();
    const store = open({ vfs, memtableSizeBytes: 1 });
    // The log: created, its folder synced, its size set ahead, written, synced, cut, synced. The eighth change is the table's.
    vfs.failChange(vfs.changeCount + 8, 'ALX_DISK_FULL');
    put(store, 'a', '1');
    expect(store.metrics()).toMatchObject({ tableCount: 0, frozenMemtables: 1 });
    expect(read(store, 'a')).toBe('1');
    put(store, 'b', '2');
    store.flush();
    expect(store.metrics()).toMatchObject({ tableCount: 2, frozenMemtables: 0 });
    await store.close();
    const again = open({ vfs });
    expect([read(again, 'a'), read(again, 'b')]).toEqual(['1', '2']);
    await again.close();
  });

  it('syncs in the background what was committed without a sync', async () => {
    const vfs = new FaultVfs();
    const clock = new ManualClock();
    const store = open({ vfs, clock, backgroundSyncMs: 100 });
    put(store, 'a', '1', 'memory');
    clock.advance(100);
    await Promise.resolve();
    await Promise.resolve();
    const after = open({ vfs: vfs.crash(3) });
    expect(read(after, 'a')).toBe('1');
    await after.close();
    await store.close();
  });

  it('drops versions that no snapshot sees when it flushes, and keeps those that one does', async () => {
    const store = open({ vfs: new MemoryVfs() });
    put(store, 'a', '1');
    const old = store.begin();
    for (let round = 0; round < 100; round += 1) put(store, 'a', `${round}`.padStart(500, 'x'));
    store.flush();
    expect(old.get(T, encodeUtf8('a'))).toEqual(encodeUtf8('1'));
    expect(read(store, 'a')).toBe('99'.padStart(500, 'x'));
    old.rollback();
    for (let round = 0; round < 100; round += 1) put(store, 'b', `${round}`.padStart(500, 'x'));
    const before = store.metrics().tableBytes;
    store.flush();
    expect(store.metrics().tableBytes - before).toBeLessThan(2000);
    expect(read(store, 'b')).toBe('99'.padStart(500, 'x'));
    await store.close();
  });

  it('removes old segments of the log once tables hold their records', async () => {
    const vfs = new MemoryVfs();
    const store = open({ vfs, segmentSizeBytes: 300 });
    for (let round = 0; round < 20; round += 1) put(store, `k${round}`, 'x'.repeat(100));
    const segments = (): number => vfs.list('').filter((name) => name.endsWith('.wal')).length;
    expect(segments()).toBeGreaterThan(5);
    store.flush();
    expect(segments()).toBe(0);
    put(store, 'a', '1');
    await store.close();
    const again = open({ vfs });
    expect([read(again, 'a'), read(again, 'k7')]).toEqual(['1', 'x'.repeat(100)]);
    await again.close();
  });

  it('forgets a dropped keyspace at once and for good', async () => {
    const vfs = new MemoryVfs();
    const other = keyspaceId(2);
    const store = open({ vfs });
    put(store, 'a', '1');
    store.flush();
    put(store, 'b', '1');
    const transaction = store.begin();
    transaction.put(other, encodeUtf8('a'), encodeUtf8('2'));
    transaction.commitNow();
    expect(store.keyspaces()).toEqual([1, 2]);
    store.dropKeyspace(T);
    expect(read(store, 'a')).toBeUndefined();
    expect(store.keyspaces()).toEqual([2]);
    await store.close();
    const again = open({ vfs });
    expect(again.keyspaces()).toEqual([2]);
    again.flush();
    expect(vfs.list('').filter((name) => name.endsWith('.sst'))).toHaveLength(1);
    await again.close();
  });

  it('tells about commits as they become visible, and when a keyspace was last written', async () => {
    const store = open({ vfs: new MemoryVfs() });
    const seen: string[] = [];
    const stop = store.onCommit((writes, version) => {
      for (const part of writes.parts) seen.push(`${part.keyspace}@${version === store.visible}`);
    });
    expect(store.lastCommit(T)).toBe(0);
    put(store, 'a', '1');
    expect(store.lastCommit(T)).toBe(store.visible);
    stop();
    put(store, 'a', '2');
    expect(seen).toEqual(['1@true']);
    await store.close();
  });

  it('refuses a commit beyond the memory limit, and keeps what was there', () => {
    const store = open({ memoryLimitBytes: 3_000_000 });
    put(store, 'a', '1');
    expect(codeOf(() => put(store, 'b', 'x'.repeat(4_000_000)))).toBe('ALX_MEMORY_LIMIT');
    put(store, 'c', '2');
    expect([read(store, 'a'), read(store, 'b'), read(store, 'c')]).toEqual(['1', undefined, '2']);
  });

  it('reclaims memory of overwritten values in a store without a disk', () => {
    const store = open({ memoryLimitBytes: 12_000_000 });
    for (let round = 0; round < 100; round += 1)
      put(store, 'a', `${round}`.padStart(1_000_000, 'x'));
    expect(read(store, 'a')).toBe('99'.padStart(1_000_000, 'x'));
  });
});

describe('opening a store', () => {
  it('refuses a second writer and lets it in after a close', async () => {
    const vfs = new MemoryVfs();
    const store = open({ vfs });
    expect(codeOf(() => open({ vfs }))).toBe('ALX_ALREADY_OPEN');
    await store.close();
    await open({ vfs }).close();
  });

  it('reads without a lock when opened read-only, and writes nothing', async () => {
    const vfs = new FaultVfs();
    const store = open({ vfs });
    put(store, 'a', '1');
    store.flush();
    put(store, 'b', '2', 'os');
    const changes = vfs.changeCount;
    const reader = open({ vfs, readOnly: true });
    expect([read(reader, 'a'), read(reader, 'b')]).toEqual(['1', '2']);
    expect(codeOf(() => reader.begin().put(T, encodeUtf8('c'), encodeUtf8('3')))).toBe(
      'ALX_READ_ONLY',
    );
    expect(codeOf(() => reader.flush())).toBe('ALX_READ_ONLY');
    await reader.close();
    expect(vfs.changeCount).toBe(changes);
    await store.close();
  });

  it('refuses a folder of something else, and leaves it alone', () => {
    const vfs = new MemoryVfs();
    vfs.create('letter.txt').close();
    expect(codeOf(() => open({ vfs }))).toBe('ALX_NOT_A_DATABASE');
    expect(codeOf(() => open({ vfs: new MemoryVfs(), readOnly: true }))).toBe('ALX_NOT_A_DATABASE');
    vfs.lock('').release();
    expect(vfs.list('')).toEqual(['letter.txt']);
  });

  it('names what is missing', async () => {
    for (const missing of [/^MANIFEST/, /\.sst$/, /^CURRENT$/]) {
      const vfs = new MemoryVfs();
      const store = open({ vfs });
      put(store, 'a', '1');
      store.flush();
      await store.close();
      const name = vfs.list('').find((candidate) => missing.test(candidate))!;
      vfs.remove(name);
      let message = '';
      try {
        open({ vfs });
      } catch (error) {
        message = error instanceof AlopexError ? `${error.code} ${error.message}` : '';
      }
      expect(message).toMatch(/^ALX_CORRUPT/);
      expect(message).toContain(name);
    }
  });

  it('refuses every call after a close, which may be repeated', async () => {
    const store = open({ vfs: new MemoryVfs() });
    const transaction = store.begin();
    await Promise.all([store.close(), store.close()]);
    expect(codeOf(() => store.begin())).toBe('ALX_CLOSED');
    expect(codeOf(() => read(store, 'a'))).toBe('ALX_CLOSED');
    expect(codeOf(() => store.flush())).toBe('ALX_CLOSED');
    expect(codeOf(() => transaction.get(T, encodeUtf8('a')))).toBe('ALX_TRANSACTION_CLOSED');
  });

  it('finishes commits under way when it closes', async () => {
    const vfs = new FaultVfs();
    const store = open({ vfs });
    const transaction = store.begin();
    transaction.put(T, encodeUtf8('a'), encodeUtf8('1'));
    const committed = transaction.commit();
    await store.close();
    expect(await committed).toBeGreaterThan(0);
    const again = open({ vfs });
    expect(read(again, 'a')).toBe('1');
    await again.close();
  });
});

describe('reading the past', () => {
  it('shows the store as it was at any version within the retention, whatever is flushed and merged', async () => {
    const clock = new ManualClock();
    const store = open({ vfs: new MemoryVfs(), clock, historyRetentionMs: 60_000 });
    const versions: Version[] = [];
    for (let step = 0; step < 6; step += 1) {
      put(store, 'a', String(step));
      if (step === 3) put(store, 'b', 'x');
      versions.push(store.visible);
      clock.advance(10_000);
      store.flush();
    }
    store.compactNow();
    for (const [step, version] of versions.entries()) {
      const past = store.begin({ asOf: version, isolation: 'read committed' });
      past.refreshSnapshot();
      const value = past.get(T, encodeUtf8('a'));
      expect(value instanceof Uint8Array && decodeUtf8(value)).toBe(String(step));
      expect(past.get(T, encodeUtf8('b')) === undefined).toBe(step < 3);
      expect(codeOf(() => past.delete(T, encodeUtf8('a')))).toBe('ALX_READ_ONLY');
      past.rollback();
    }
    clock.advance(30_000);
    expect(codeOf(() => store.begin({ asOf: versions[1]! }))).toBe('ALX_OUT_OF_RANGE');
    expect(store.begin({ asOf: versions[4]! }).snapshot).toBe(versions[4]);
    const future = asVersion(store.visible + 1);
    expect(codeOf(() => store.begin({ asOf: future }))).toBe('ALX_OUT_OF_RANGE');
    await store.close();
  });

  it('knows of no past without a retention', () => {
    const store = open();
    put(store, 'a', '1');
    const before = store.visible;
    put(store, 'a', '2');
    expect(codeOf(() => store.begin({ asOf: before }))).toBe('ALX_OUT_OF_RANGE');
  });
});
