/** Compaction as a store runs it: in idle turns, by commits, when asked for; with readers, failures and crashes meanwhile. */
import { describe, expect, it } from 'vitest';
import { keyspaceId } from '../src/base/brand.ts';
import { AlopexError } from '../src/base/errors.ts';
import { parseTableName } from '../src/lsm/file-names.ts';
import { Store, type StoreOptions } from '../src/index.ts';
import { FaultVfs } from '../src/testing/fault-vfs.ts';
import { ManualClock } from '../src/testing/manual-clock.ts';
import { SeededRandom } from '../src/testing/seeded-random.ts';
import type { Transaction } from '../src/txn/transaction.ts';

const T = keyspaceId(20_000);
const OTHER = keyspaceId(20_001);
const SMALL = {
  level0Trigger: 4,
  level0Stop: 8,
  baseLevelBytes: 3000,
  levelFactor: 3,
  fileSizeBytes: 1000,
};

function open(
  vfs: FaultVfs,
  clock = new ManualClock(),
  options: Partial<StoreOptions> = {},
): Store {
  return Store.open({ clock, vfs, durability: 'os', compaction: SMALL, ...options });
}

function keyOf(number: number): Uint8Array {
  return Uint8Array.of(number >>> 8, number & 255);
}

function put(store: Store, number: number, text: string, keyspace = T): void {
  const transaction = store.begin();
  transaction.put(keyspace, keyOf(number), new TextEncoder().encode(text));
  transaction.commitNow();
}

function remove(store: Store, number: number): void {
  const transaction = store.begin();
  transaction.delete(T, keyOf(number));
  transaction.commitNow();
}

function contentOf(transaction: Transaction, keyspace = T): string {
  const cursor = transaction.scan(keyspace);
  const rows: string[] = [];
  while (cursor.advance() === true) {
    const { key, value } = cursor;
    const number = key.bytes[key.start]! * 256 + key.bytes[key.start + 1]!;
    rows.push(`${number}=${new TextDecoder().decode(value.bytes.slice(value.start, value.end))}`);
  }
  cursor.close();
  return rows.join(' ');
}

function allOf(store: Store, keyspace = T): string {
  const transaction = store.begin({ readOnly: true });
  const content = contentOf(transaction, keyspace);
  transaction.rollback();
  return content;
}

function tableFiles(vfs: FaultVfs): number {
  return vfs.list('').filter((name) => parseTableName(name) !== undefined).length;
}

/** Flushes with overlapping keys, new versions and deletes among them. */
function fillWithFlushes(store: Store, flushes: number, seed = 1): void {
  const random = new SeededRandom(seed);
  for (let flush = 0; flush < flushes; flush += 1) {
    for (let count = 0; count < 12; count += 1) {
      const number = random.below(40);
      if (random.chance(0.25)) remove(store, number);
      else put(store, number, `${flush}-${'x'.repeat(random.below(60))}`);
    }
    store.flush();
  }
}

async function idle(store: Store, clock: ManualClock): Promise<void> {
  for (let turn = 0; turn < 2000; turn += 1) {
    clock.advance(1);
    for (let micro = 0; micro < 20; micro += 1) await Promise.resolve();
    const { compaction } = store.metrics();
    if (compaction?.running === 0 && compaction.debtBytes === 0) return;
  }
  expect.unreachable('compaction comes to an end');
}

function levelCounts(store: Store): number[] {
  return store.metrics().levels.map(({ tables }) => tables);
}

describe('Automatic compaction', () => {
  it('merges level 0 in idle turns of the event loop once it has four tables', async () => {
    const clock = new ManualClock();
    await using store = open(new FaultVfs(), clock);
    fillWithFlushes(store, 3);
    await idle(store, clock);
    expect(levelCounts(store)[0]).toBe(3);
    fillWithFlushes(store, 1, 2);
    const before = allOf(store);
    await idle(store, clock);
    expect(levelCounts(store)[0]).toBe(0);
    expect(allOf(store)).toBe(before);
    expect(store.metrics().compaction?.merges).toBe(1);
  });

  it('progresses by commits alone where the event loop never turns', async () => {
    await using store = open(new FaultVfs(), new ManualClock(), { memtableSizeBytes: 1 });
    for (let number = 0; number < 200; number += 1) put(store, number % 50, `v${number}`);
    const { compaction, flushCount } = store.metrics();
    expect(flushCount).toBe(200);
    expect(compaction?.merges).toBeGreaterThan(10);
    expect(compaction?.level0Tables).toBeLessThanOrEqual(SMALL.level0Stop);
    expect(allOf(store).split(' ')).toHaveLength(50);
  });

  it('keeps no file that nobody needs', async () => {
    const vfs = new FaultVfs();
    await using store = open(vfs, new ManualClock(), { memtableSizeBytes: 1 });
    for (let number = 0; number < 100; number += 1) put(store, number % 7, `v${number}`);
    store.compactNow();
    expect(tableFiles(vfs)).toBe(store.metrics().tableCount);
    expect(store.metrics().removedTableCount).toBe(0);
  });

  it('rests while it is paused, and goes on afterwards', async () => {
    const clock = new ManualClock();
    await using store = open(new FaultVfs(), clock);
    store.pauseCompaction();
    fillWithFlushes(store, 12);
    for (let turn = 0; turn < 50; turn += 1) clock.advance(10);
    expect(levelCounts(store)[0]).toBe(12);
    expect(store.metrics().compaction).toMatchObject({ paused: true, pace: 0, merges: 0 });
    store.resumeCompaction();
    await idle(store, clock);
    expect(levelCounts(store)[0]).toBe(0);
  });

  it('holds commits up only when level 0 is full, and says so', async () => {
    await using store = open(new FaultVfs());
    store.pauseCompaction();
    fillWithFlushes(store, SMALL.level0Stop);
    store.resumeCompaction();
    expect(store.metrics().compaction?.pace).toBe(32);
    put(store, 1, 'stalled');
    const { compaction } = store.metrics();
    expect(compaction?.stalls).toBe(1);
    expect(compaction?.level0Tables).toBe(0);
  });

  it('moves tables that came in key order without rewriting them', async () => {
    const compaction = { ...SMALL, fileSizeBytes: 300 };
    await using store = open(new FaultVfs(), new ManualClock(), { compaction });
    for (let number = 0; number < 40; number += 1) {
      put(store, number, 'x'.repeat(80));
      if (number % 4 === 3) store.flush();
    }
    store.compactNow();
    const metrics = store.metrics().compaction;
    expect(metrics).toMatchObject({ merges: 0, writtenBytes: 0 });
    expect(metrics?.movedTables).toBeGreaterThanOrEqual(10);
    expect(allOf(store).split(' ')).toHaveLength(40);
  });

  it('ends with the store: nothing runs and no file of a merge stays', async () => {
    const vfs = new FaultVfs();
    const clock = new ManualClock();
    const store = open(vfs, clock, { pause: async () => undefined });
    fillWithFlushes(store, 8);
    const before = allOf(store);
    clock.advance(0);
    const full = store.compact();
    const closed = store.close();
    await expect(full).rejects.toMatchObject({ code: 'ALX_CLOSED' });
    await closed;
    const changes = vfs.changeCount;
    clock.advance(1000);
    expect(vfs.changeCount).toBe(changes);
    const files = tableFiles(vfs);
    await using again = open(vfs);
    expect(again.metrics().tableCount).toBe(files);
    expect(allOf(again)).toBe(before);
  });
});

describe('A full compaction', () => {
  it('leaves of each key what is seen now, and nothing of what was deleted', async () => {
    await using store = open(new FaultVfs());
    fillWithFlushes(store, 6);
    const before = allOf(store);
    const bytes = store.metrics().tableBytes;
    await store.compact();
    expect(allOf(store)).toBe(before);
    expect(store.metrics().tableBytes).toBeLessThan(bytes);
    for (let number = 0; number < 40; number += 1) remove(store, number);
    await store.compact();
    expect(store.metrics()).toMatchObject({ tableCount: 0, tableBytes: 0 });
  });

  it('keeps what open snapshots see, between them, too', async () => {
    await using store = open(new FaultVfs());
    const snapshots: { transaction: Transaction; content: string }[] = [];
    for (let round = 0; round < 6; round += 1) {
      fillWithFlushes(store, 2, round);
      const transaction = store.begin({ readOnly: true });
      snapshots.push({ transaction, content: contentOf(transaction) });
    }
    snapshots.splice(2, 1)[0]!.transaction.rollback();
    await store.compact();
    for (const { transaction, content } of snapshots) expect(contentOf(transaction)).toBe(content);
    for (const { transaction } of snapshots) transaction.rollback();
    const before = store.metrics().tableBytes;
    await store.compact();
    expect(store.metrics().tableBytes).toBeLessThan(before);
  });

  it('may be asked for twice at once, and for one keyspace', async () => {
    await using store = open(new FaultVfs());
    fillWithFlushes(store, 3);
    put(store, 1, 'other', OTHER);
    store.flush();
    put(store, 2, 'other', OTHER);
    await Promise.all([store.compact(T), store.compact(T)]);
    expect(levelCounts(store)).toEqual([2, expect.any(Number), 0, 0, 0, 0, 0]);
    await store.compact(OTHER);
    expect(levelCounts(store)[0]).toBe(0);
    expect(allOf(store, OTHER)).toBe('1=other 2=other');
  });
});

describe('Readers', () => {
  it('walk the tables they began with, whose files go when the last of them has ended', async () => {
    const vfs = new FaultVfs();
    const clock = new ManualClock();
    await using store = open(vfs, clock);
    fillWithFlushes(store, 4);
    const expected = allOf(store).split(' ').length;
    const transaction = store.begin({ readOnly: true });
    const cursor = transaction.scan(T);
    const backward = transaction.scan(T, { reverse: true });
    cursor.advance();
    backward.advance();
    store.compactNow();
    expect(store.metrics().removedTableCount).toBe(4);
    let rows = 1;
    while (cursor.advance() === true) rows += 1;
    expect(rows).toBe(expected);
    rows = 1;
    while (backward.advance() === true) rows += 1;
    expect(rows).toBe(expected);
    cursor.close();
    cursor.close();
    backward.close();
    transaction.rollback();
    expect(tableFiles(vfs)).toBe(store.metrics().tableCount + 4);
    clock.advance(0);
    expect(store.metrics().removedTableCount).toBe(0);
    expect(tableFiles(vfs)).toBe(store.metrics().tableCount);
  });

  it('that open a cursor and never advance it hold nothing', async () => {
    await using store = open(new FaultVfs());
    fillWithFlushes(store, 4);
    const transaction = store.begin({ readOnly: true });
    const before = contentOf(transaction);
    const cursor = transaction.scan(T);
    store.compactNow();
    expect(store.metrics().removedTableCount).toBe(0);
    let rows = 0;
    while (cursor.advance() === true) rows += 1;
    expect(rows).toBe(before.split(' ').length);
    transaction.rollback();
  });
});

describe('A keyspace that is dropped', () => {
  it('takes a merge of its tables with it, and all its files', async () => {
    const vfs = new FaultVfs();
    const clock = new ManualClock();
    await using store = open(vfs, clock, { pause: async () => undefined });
    fillWithFlushes(store, 8);
    put(store, 1, 'stays', OTHER);
    store.flush();
    const full = store.compact(T);
    store.dropKeyspace(T);
    await full;
    await idle(store, clock);
    expect(allOf(store)).toBe('');
    expect(allOf(store, OTHER)).toBe('1=stays');
    expect(tableFiles(vfs)).toBe(1);
  });
});

describe('A compaction that fails', () => {
  it('changes nothing, is tried again after a pause, and shows in the metrics meanwhile', async () => {
    const vfs = new FaultVfs();
    const clock = new ManualClock();
    await using store = open(vfs, clock);
    fillWithFlushes(store, 4);
    const before = allOf(store);
    vfs.failChange(vfs.changeCount + 1, 'ALX_DISK_FULL');
    clock.advance(0);
    expect(store.metrics().compaction).toMatchObject({ merges: 0, running: 0 });
    expect(store.metrics().compaction?.failure).toContain('injected fault');
    expect(allOf(store)).toBe(before);
    expect(tableFiles(vfs)).toBe(4);
    put(store, 99, 'goes on');
    clock.advance(500);
    expect(store.metrics().compaction?.merges).toBe(0);
    clock.advance(500);
    await idle(store, clock);
    expect(store.metrics().compaction).toMatchObject({ merges: 1, failure: undefined });
    expect(allOf(store)).toBe(`${before} 99=goes on`);
  });

  it('tells whoever asked for it of a damaged table, with file and offset', async () => {
    const vfs = new FaultVfs();
    const store = open(vfs);
    fillWithFlushes(store, 2);
    const [name] = vfs.list('').filter((file) => parseTableName(file) !== undefined);
    vfs.flipBit(name!, 40, 3);
    await expect(store.compact()).rejects.toMatchObject({ code: 'ALX_CORRUPT' });
    expect(() => store.compactNow()).toThrow(/offset \d+/u);
    await store.close();
    expect(tableFiles(vfs)).toBe(2);
  });
});

interface Filled {
  readonly vfs: FaultVfs;
  readonly store: Store;
  readonly snapshot: Transaction;
  readonly seen: string;
  readonly all: string;
}

/** Even seeds open the store again first, so that the first edit of the compaction begins a new manifest. */
async function filled(seed: number): Promise<Filled> {
  const vfs = new FaultVfs(seed);
  let store = open(vfs, new ManualClock(), { durability: 'fsync' });
  store.pauseCompaction();
  fillWithFlushes(store, 5, seed);
  store.compactNow();
  fillWithFlushes(store, 2, seed + 1);
  if (seed % 2 === 0) {
    await store.close();
    store = open(vfs, new ManualClock(), { durability: 'fsync' });
    store.pauseCompaction();
  }
  const snapshot = store.begin({ readOnly: true });
  const seen = contentOf(snapshot);
  if (seed % 2 === 1) fillWithFlushes(store, 2, seed + 2);
  return { vfs, store, snapshot, seen, all: allOf(store) };
}

async function compactBy(store: Store, waits: boolean): Promise<AlopexError | undefined> {
  try {
    if (waits) await store.compact();
    else store.compactNow();
    return undefined;
  } catch (error) {
    if (error instanceof AlopexError && error.kind !== 'Internal') return error;
    throw error;
  }
}

describe.each([
  ['on the calling thread', false],
  ['awaited', true],
] as const)('A full compaction %s', (_, waits) => {
  const seeds = [1, 2, 3, 4];

  async function changesOf(seed: number): Promise<{ first: number; last: number }> {
    const { vfs, store, snapshot } = await filled(seed);
    const first = vfs.changeCount + 1;
    expect(await compactBy(store, waits)).toBeUndefined();
    const last = vfs.changeCount;
    snapshot.rollback();
    await store.close();
    expect(last - first).toBeGreaterThan(20);
    return { first, last };
  }

  it.each(seeds)('survives a failure of any change to the disk (seed %i)', async (seed) => {
    const { first, last } = await changesOf(seed);
    for (const fault of ['ALX_IO', 'ALX_DISK_FULL'] as const) {
      for (let at = first; at <= last; at += 1) {
        const where = `seed ${seed}, ${fault} at change ${at}`;
        const { vfs, store, snapshot, seen, all } = await filled(seed);
        vfs.failChange(at, fault);
        const error = await compactBy(store, waits);
        expect(contentOf(snapshot), where).toBe(seen);
        expect(allOf(store), where).toBe(all);
        // What a process finds that opens the disk as the failure has left it.
        const found = open(vfs.restart());
        expect(allOf(found), `${where}, reopened`).toBe(all);
        await found.close();
        if (error !== undefined) {
          expect(await compactBy(store, waits), `${where}, again`).toBeUndefined();
        }
        expect(contentOf(snapshot), `${where}, again`).toBe(seen);
        snapshot.rollback();
        expect(await compactBy(store, waits)).toBeUndefined();
        expect(allOf(store), `${where}, finally`).toBe(all);
        // A file whose removal has failed is left to the next open.
        expect(tableFiles(vfs) - store.metrics().tableCount, where).toBeLessThanOrEqual(1);
        await store.close();
        const last = open(vfs.restart());
        expect(allOf(last), `${where}, closed and reopened`).toBe(all);
        await last.close();
      }
    }
  });

  it.each(seeds)(
    'leaves the old or the new tables wherever the power is cut (seed %i)',
    async (seed) => {
      const { first, last } = await changesOf(seed);
      for (let at = first; at <= last; at += 1) {
        const { vfs, store, all } = await filled(seed);
        vfs.cutPower(at);
        await compactBy(store, waits);
        for (let crash = 1; crash <= 6; crash += 1) {
          const where = `seed ${seed}, power cut at change ${at}, crash ${crash}`;
          const disk = vfs.crash(seed * 1000 + crash);
          const found = open(disk);
          expect(allOf(found), where).toBe(all);
          expect(tableFiles(disk), where).toBe(found.metrics().tableCount);
          found.compactNow();
          expect(allOf(found), where).toBe(all);
          await found.close();
        }
      }
    },
  );
});
