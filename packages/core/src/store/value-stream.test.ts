/** Values written and read in pieces, and what becomes of those that are never finished. */
import { describe, expect, it } from 'vitest';
import { keyspaceId } from '../base/brand.ts';
import { encodeUtf8, equalBytes } from '../base/bytes.ts';
import { chunkKeyspace } from '../memtable/large-value.ts';
import { FaultVfs } from '../testing/fault-vfs.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { MemoryVfs } from '../vfs/memory-vfs.ts';
import type { Transaction } from '../txn/transaction.ts';
import type { ValueWriter } from '../txn/value-writer.ts';
import type { Vfs } from '../vfs/vfs.ts';
import type { StoreOptions } from './options.ts';
import { Store } from './store.ts';

const T = keyspaceId(16384);
const CHUNKS = chunkKeyspace(T);
const KEY = encodeUtf8('key');
const SMALL = Object.freeze({ valueSeparationBytes: 100, valueChunkBytes: 64 });

function open(vfs: Vfs, options: Partial<StoreOptions> = {}): Store {
  return Store.open({ clock: new ManualClock(), vfs, ...SMALL, ...options });
}

function valueOf(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8)) & 255);
}

/** In pieces of 50 bytes. */
async function written(store: Store, value: Uint8Array, ttlMs?: number): Promise<ValueWriter> {
  const writer = store.writeValue(T, ttlMs);
  for (let at = 0; at < value.length; at += 50) await writer.write(value.subarray(at, at + 50));
  return writer;
}

function give(store: Store, writer: ValueWriter): void {
  const transaction = store.begin();
  transaction.putWritten(KEY, writer);
  transaction.commitNow();
}

function read(transaction: Transaction): Uint8Array | undefined {
  const reader = transaction.openValue(T, KEY);
  if (reader === undefined || typeof reader === 'symbol') return undefined;
  const value = new Uint8Array(reader.sizeBytes);
  const slot = { bytes: value, start: 0, end: 0 };
  for (let at = 0; reader.read(at, slot) === true; at += slot.end - slot.start)
    value.set(slot.bytes.subarray(slot.start, slot.end), at);
  expect(transaction.get(T, KEY)).toEqual(value);
  return value;
}

function readLatest(store: Store): Uint8Array | undefined {
  const transaction = store.begin({ readOnly: true });
  const value = read(transaction);
  transaction.rollback();
  return value;
}

/** Visible chunks and marks. */
function chunksOf(store: Store): number {
  const transaction = store.begin({ readOnly: true });
  const cursor = transaction.scan(CHUNKS);
  let count = 0;
  while (cursor.advance() === true) count += 1;
  transaction.rollback();
  return count;
}

describe('values in pieces', () => {
  it.each([0, 1, 64, 65, 100, 101, 128, 1000])('of %i bytes are as written', async (size) => {
    const vfs = new MemoryVfs();
    let store = open(vfs);
    const writer = await written(store, valueOf(size));
    expect(readLatest(store)).toBeUndefined();
    give(store, writer);
    expect(readLatest(store)).toEqual(valueOf(size));
    await store.close();
    store = open(vfs);
    expect(readLatest(store)).toEqual(valueOf(size));
    const remover = store.begin();
    remover.delete(T, KEY);
    remover.commitNow();
    expect(chunksOf(store)).toBe(0);
    await store.close();
  });

  it('hold one chunk in memory, however many they have', async () => {
    const store = open(new MemoryVfs(), {
      valueChunkBytes: 1 << 20,
      memtableSizeBytes: 4 << 20,
    });
    const writer = store.writeValue(T);
    const piece = valueOf(1 << 16);
    let memtableMax = 0;
    for (let count = 0; count < 1024; count += 1) {
      await writer.write(piece);
      expect(writer.rest.length).toBeLessThanOrEqual(1 << 20);
      memtableMax = Math.max(memtableMax, store.metrics().memtableBytes);
    }
    give(store, writer);
    // The frozen memtable that is being flushed, and the active one.
    expect(memtableMax).toBeLessThan(12 << 20);
    const transaction = store.begin({ readOnly: true });
    const reader = transaction.openValue(T, KEY);
    if (reader === undefined || typeof reader === 'symbol') expect.unreachable();
    expect(reader.sizeBytes).toBe(64 << 20);
    const slot = { bytes: piece, start: 0, end: 0 };
    let isSame = true;
    for (let at = 0; reader.read(at, slot) === true; at += slot.end - slot.start) {
      isSame &&= equalBytes(slot.bytes.subarray(slot.start, slot.start + (1 << 16)), piece);
      expect(slot.end - slot.start).toBeLessThanOrEqual(1 << 20);
    }
    expect(isSame).toBe(true);
    transaction.rollback();
    await store.close();
  });

  it('are read from the middle on', async () => {
    const store = open(new MemoryVfs());
    give(store, await written(store, valueOf(300)));
    const transaction = store.begin({ readOnly: true });
    const reader = transaction.openValue(T, KEY);
    if (reader === undefined || typeof reader === 'symbol') expect.unreachable();
    const slot = { bytes: KEY, start: 0, end: 0 };
    expect(reader.read(150, slot)).toBe(true);
    expect(slot.bytes.slice(slot.start, slot.end)).toEqual(valueOf(300).subarray(150, 192));
    expect(reader.read(300, slot)).toBe(false);
    transaction.rollback();
    expect(() => reader.read(0, slot)).toThrow(/committed or rolled back/);
    await store.close();
  });

  it('are seen by the transaction that gives them to a key, also one that began before', async () => {
    const store = open(new MemoryVfs());
    const transaction = store.begin();
    const writer = await written(store, valueOf(500));
    transaction.putWritten(KEY, writer);
    expect(read(transaction)).toEqual(valueOf(500));
    transaction.commitNow();
    expect(readLatest(store)).toEqual(valueOf(500));
    await store.close();
  });

  it('expire from when they were begun, and leave nothing', async () => {
    const clock = new ManualClock();
    const store = open(new MemoryVfs(), { clock });
    const writer = await written(store, valueOf(500), 1000);
    clock.advance(600);
    give(store, writer);
    expect(readLatest(store)).toEqual(valueOf(500));
    clock.advance(600);
    expect(readLatest(store)).toBeUndefined();
    expect(chunksOf(store)).toBe(0);
    await store.close();
  });

  it('that are aborted leave nothing', async () => {
    const store = open(new MemoryVfs());
    const writer = await written(store, valueOf(500));
    expect(chunksOf(store)).toBe(8);
    await writer.abort();
    await writer.abort();
    expect(chunksOf(store)).toBe(0);
    store.compactNow();
    expect(store.metrics().tableCount).toBe(0);
    await store.close();
  });

  it('that a crash or a rollback has cut are swept at the next opening', async () => {
    let vfs = new FaultVfs(1);
    let store = open(vfs);
    give(store, await written(store, valueOf(200)));
    await written(store, valueOf(500));
    const transaction = store.begin();
    transaction.putWritten(encodeUtf8('other'), await written(store, valueOf(700)));
    transaction.rollback();
    store.syncNow();
    vfs = vfs.crash(1);
    store = open(vfs);
    expect(chunksOf(store)).toBe(4);
    expect(readLatest(store)).toEqual(valueOf(200));
    await store.close();
  });

  it('beyond 1 GiB are refused', async () => {
    const store = open(new MemoryVfs(), { valueChunkBytes: 1 << 30 });
    const writer = store.writeValue(T);
    const much = { length: (1 << 30) + 1 } as Uint8Array;
    await expect(writer.write(much)).rejects.toThrow(/exceeds the limit/);
    await store.close();
  });
});
