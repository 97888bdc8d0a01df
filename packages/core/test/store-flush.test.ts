/** Flushes as a store runs them: by commits, in idle turns, when asked for; with readers, drops, failures and crashes meanwhile. */
import { describe, expect, it } from 'vitest';
import { keyspaceId } from '../src/base/brand.ts';
import { parseTableName } from '../src/lsm/file-names.ts';
import { findNewest, makeEntrySlot } from '../src/lsm/super-version.ts';
import { Store, type StoreOptions } from '../src/index.ts';
import { FaultVfs } from '../src/testing/fault-vfs.ts';
import { ManualClock } from '../src/testing/manual-clock.ts';
import { parseSegmentName } from '../src/wal/segment.ts';

const T = keyspaceId(20_000);
const OTHER = keyspaceId(20_001);
const MEMTABLE = 512 * 1024;
const SEED = process.env['ALOPEX_TEST_SEED'] ?? '';
const SEEDS = SEED === '' ? Array.from({ length: 20 }, (_, index) => index + 1) : [Number(SEED)];
const VALUE = new Uint8Array(1000).fill(7);

function open(
  vfs: FaultVfs,
  clock = new ManualClock(),
  options: Partial<StoreOptions> = {},
): Store {
  return Store.open({ clock, vfs, durability: 'os', memtableSizeBytes: MEMTABLE, ...options });
}

function keyOf(number: number): Uint8Array {
  return Uint8Array.of(number >>> 16, (number >>> 8) & 255, number & 255);
}

function put(store: Store, number: number, keyspace = T): void {
  const transaction = store.begin();
  transaction.put(keyspace, keyOf(number), VALUE);
  transaction.commitNow();
}

/** Puts from `first` on until a flush is under way, and returns the number behind the last. */
function putUntilFrozen(store: Store, first = 0, keyspace = T): number {
  let number = first;
  while (store.metrics().frozenMemtables === 0) {
    put(store, number, keyspace);
    number += 1;
  }
  return number;
}

function countOf(store: Store, keyspace = T): number {
  const transaction = store.begin({ readOnly: true });
  const cursor = transaction.scan(keyspace);
  let count = 0;
  while (cursor.advance() === true) count += 1;
  cursor.close();
  transaction.rollback();
  return count;
}

function tablesIn(vfs: FaultVfs): number {
  return vfs.list('').filter((name) => parseTableName(name) !== undefined).length;
}

describe('a flush', () => {
  it('is done by the commits that follow, in small shares, before the next memtable is full', async () => {
    const vfs = new FaultVfs();
    const store = open(vfs);
    const first = putUntilFrozen(store);
    expect(store.metrics().flushCount, 'not at once').toBe(0);
    let number = first;
    for (; store.metrics().flushCount === 0; number += 1) put(store, number);
    const share = (number - first) / first;
    expect(share, `${share} of a memtable was written meanwhile`).toBeGreaterThan(0.3);
    expect(share).toBeLessThan(0.7);
    for (; store.metrics().flushCount < 5; number += 1) put(store, number);
    expect(store.metrics()).toMatchObject({ flushStalls: 0, flushFailure: undefined });
    expect(countOf(store)).toBe(number);
    await store.close();
  });

  it('is done in turns of the event loop when nobody commits', async () => {
    const clock = new ManualClock();
    const store = open(new FaultVfs(), clock);
    const number = putUntilFrozen(store);
    for (let turn = 0; turn < 50; turn += 1) {
      clock.advance(5);
      await Promise.resolve();
    }
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(5);
    expect(store.metrics()).toMatchObject({ frozenMemtables: 0, flushCount: 1 });
    expect(countOf(store)).toBe(number);
    await store.close();
  });

  it('frees the segments of the log that only the flushed memtable needed', async () => {
    const vfs = new FaultVfs();
    const store = open(vfs);
    let number = putUntilFrozen(store);
    for (; store.metrics().flushCount === 0; number += 1) put(store, number);
    const segments = vfs.list('').filter((name) => parseSegmentName(name) !== undefined);
    expect(segments).toHaveLength(1);
    await store.close();
    const again = open(vfs);
    expect(countOf(again), 'what came after the freeze is in that segment').toBe(number);
    await again.close();
  });

  it('leaves out a keyspace that is dropped meanwhile, and its file', async () => {
    const vfs = new FaultVfs();
    const store = open(vfs);
    for (let number = 0; number < 100; number += 1) put(store, number, OTHER);
    const last = putUntilFrozen(store);
    while (tablesIn(vfs) === 0) put(store, last, T);
    store.dropKeyspace(OTHER);
    store.dropKeyspace(T);
    store.flush();
    expect(store.metrics().tableCount).toBe(0);
    expect(tablesIn(vfs)).toBe(0);
    await store.close();
  });

  it('keeps what a snapshot sees that was open when it began, and readers never notice', async () => {
    const store = open(new FaultVfs());
    put(store, 1);
    const old = store.begin({ readOnly: true });
    const change = store.begin();
    change.delete(T, keyOf(1));
    change.commitNow();
    const cursor = old.scan(T);
    let number = putUntilFrozen(store, 2);
    for (; store.metrics().flushCount === 0; number += 1) put(store, number);
    expect(cursor.advance()).toBe(true);
    expect(cursor.advance()).toBe(false);
    cursor.close();
    expect(old.get(T, keyOf(1))).toBeTruthy();
    old.rollback();
    expect(countOf(store)).toBe(number - 2);
    await store.close();
  });

  it('gives up when the store closes, and the log has everything', async () => {
    const vfs = new FaultVfs();
    const store = open(vfs);
    let number = putUntilFrozen(store);
    for (; tablesIn(vfs) === 0; number += 1) put(store, number);
    await store.close();
    expect(tablesIn(vfs), 'the half-written table is removed').toBe(0);
    const again = open(vfs);
    expect(countOf(again)).toBe(number);
    await again.close();
  });

  it('writes thousands of small tables with few files open', async () => {
    const vfs = new FaultVfs();
    const store = open(vfs);
    for (let keyspace = 20_000; keyspace < 21_000; keyspace += 1)
      put(store, keyspace, keyspaceId(keyspace));
    store.flush();
    expect(store.metrics().tableCount).toBe(1000);
    expect(countOf(store, keyspaceId(20_999))).toBe(1);
    await store.close();
  });

  it('that fails at any of its steps loses nothing and is done later', async () => {
    for (let step = 1; step < 40; step += 3) {
      const clock = new ManualClock();
      const vfs = new FaultVfs();
      const store = open(vfs, clock, { durability: 'memory' });
      let number = putUntilFrozen(store);
      vfs.failChange(vfs.changeCount + step, 'ALX_DISK_FULL');
      let failed = 0;
      for (const end = number + 400; number < end;) {
        try {
          put(store, number);
          number += 1;
        } catch {
          // The log met the full disk instead of the flush: that commit has left no trace.
          failed += 1;
        }
      }
      expect(failed, `step ${step}`).toBeLessThanOrEqual(1);
      store.flush();
      expect(store.metrics()).toMatchObject({ frozenMemtables: 0, flushFailure: undefined });
      expect(countOf(store), `step ${step}`).toBe(number);
      await store.close();
      const again = open(vfs);
      expect(countOf(again), `step ${step}, reopened`).toBe(number);
      await again.close();
    }
  });

  it('that a power cut ends leaves what the log has', async () => {
    for (const seed of SEEDS) {
      const vfs = new FaultVfs(seed);
      const store = open(vfs, new ManualClock(), { durability: 'fsync' });
      let number = putUntilFrozen(store);
      vfs.cutPower(vfs.changeCount + 1 + ((seed * 13) % 250));
      try {
        for (; number < 2000; number += 1) put(store, number);
      } catch {
        // The power is off.
      }
      const again = open(vfs.crash(seed));
      const count = countOf(again);
      expect(count === number || count === number + 1, `seed ${seed}: ${count} of ${number}`).toBe(
        true,
      );
      await again.close();
    }
  });

  it('is ended by a commit when the most memtables wait that may', async () => {
    const vfs = new FaultVfs();
    const store = open(vfs);
    for (let commit = 0; commit < 8; commit += 1) {
      // One transaction larger than a memtable: what it pays ends no more than what stood before it.
      const transaction = store.begin();
      for (let number = 0; number < 600; number += 1)
        transaction.put(T, keyOf(commit * 600 + number), VALUE);
      transaction.commitNow();
      expect(store.metrics().frozenMemtables).toBeLessThanOrEqual(4);
    }
    expect(countOf(store)).toBe(4800);
    await store.close();
  });
});

/** So that a compaction merges the table of key 1 instead of moving it. */
function putAround(store: Store): void {
  put(store, 0);
  put(store, 2);
}

describe('history', () => {
  it('is kept by flush and compaction for as long as the store is told, and no longer', async () => {
    const clock = new ManualClock();
    const store = open(new FaultVfs(), clock, { historyRetentionMs: 10_000 });
    const versions: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      put(store, 1);
      versions.push(store.visible);
      clock.advance(1000);
      store.flush();
    }
    store.compactNow();
    const seen = (version: number): number => {
      const found = makeEntrySlot();
      return findNewest(store.view, T, keyOf(1), version, found) === true ? found.version : -1;
    };
    expect(versions.map(seen)).toEqual(versions);
    clock.advance(8500); // the second version was the newest one until less than 10 s ago, the first was not
    putAround(store);
    store.compactNow();
    expect(versions.map(seen)).toEqual([-1, versions[1], versions[2]]);
    clock.advance(20_000);
    putAround(store);
    store.compactNow();
    expect(versions.map(seen)).toEqual([-1, -1, versions[2]]);
    await store.close();
  });
});
