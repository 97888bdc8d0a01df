import { describe, expect, it } from 'vitest';
import { keyspaceId } from '../base/brand.ts';
import { Store } from '../store/store.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { MemoryVfs } from '../vfs/memory-vfs.ts';
import type { ReadableFile } from '../vfs/vfs.ts';
import { BlockCache } from './block-cache.ts';
import { OpenFiles } from './open-files.ts';

/** Counts the files that are open for reading. */
class CountingVfs extends MemoryVfs {
  open = 0;
  opened = 0;

  override openRead(path: string): ReadableFile {
    const file = super.openRead(path);
    this.open += 1;
    this.opened += 1;
    let isOpen = true;
    return {
      path,
      size: () => file.size(),
      read: (position, length) => file.read(position, length),
      close: () => {
        if (isOpen) this.open -= 1;
        isOpen = false;
        file.close();
      },
    };
  }
}

function write(vfs: MemoryVfs, name: string, content: number): void {
  const file = vfs.create(name);
  file.append(Uint8Array.of(content));
  file.close();
}

describe('open files of tables', () => {
  it('are never more than the limit, and those read longest ago are closed', () => {
    const vfs = new CountingVfs();
    for (let number = 0; number < 5; number += 1) write(vfs, `f${number}`, number);
    const files = new OpenFiles(2);
    const all = [0, 1, 2, 3, 4].map((number) => files.open(vfs, `f${number}`));
    expect([vfs.open, files.count]).toEqual([2, 2]);
    for (const [number, file] of all.entries())
      expect(file.read(0, 1)).toEqual(Uint8Array.of(number));
    expect(vfs.open).toBe(2);
    const before = vfs.opened;
    all[4]!.read(0, 1);
    all[3]!.read(0, 1);
    all[4]!.read(0, 1);
    expect(vfs.opened, 'both are open').toBe(before);
    for (const file of all) file.close();
    expect([vfs.open, files.count]).toEqual([0, 0]);
  });

  it('serve thousands of keyspaces, which are made, read after an open, and dropped', async () => {
    const COUNT = 3000;
    const vfs = new CountingVfs();
    const clock = new ManualClock();
    const key = Uint8Array.of(1);
    const openFiles = new OpenFiles(50);
    let store = Store.open({ clock, vfs, durability: 'os', openFiles });
    for (let number = 0; number < COUNT; number += 1) {
      const transaction = store.begin();
      transaction.put(keyspaceId(20_000 + number), key, Uint8Array.of(number & 255));
      transaction.commitNow();
    }
    await store.close();
    store = Store.open({ clock, vfs, durability: 'os', openFiles });
    store.flush();
    const slot = { bytes: key, start: 0, end: 0 };
    for (let round = 0; round < 2; round += 1) {
      for (let number = 0; number < COUNT; number += 1) {
        expect(store.readLatest(keyspaceId(20_000 + number), key, slot)).toBe(true);
        if (slot.bytes[slot.start] !== (number & 255)) expect.unreachable(`keyspace ${number}`);
      }
    }
    expect(vfs.open).toBeLessThanOrEqual(52); // the log and the manifest are open as well
    expect(store.metrics().tableCount).toBe(COUNT);
    for (let number = 0; number < COUNT; number += 10)
      store.dropKeyspace(keyspaceId(20_000 + number));
    expect(store.metrics().tableCount).toBe(COUNT - COUNT / 10);
    expect(store.readLatest(keyspaceId(20_000), key, slot)).toBe(false);
    await store.close();
    expect([vfs.open, openFiles.count]).toEqual([0, 0]);
  });

  it('and a block cache may be shared by stores', async () => {
    const clock = new ManualClock();
    const blockCache = new BlockCache(1024 * 1024);
    const openFiles = new OpenFiles(2);
    const disks = Array.from({ length: 6 }, () => new CountingVfs());
    const stores = disks.map((vfs) => Store.open({ clock, vfs, blockCache, openFiles }));
    const slot = { bytes: new Uint8Array(0), start: 0, end: 0 };
    const T = keyspaceId(20_000);
    for (const [number, store] of stores.entries()) {
      const transaction = store.begin();
      transaction.put(T, Uint8Array.of(1), Uint8Array.of(number));
      transaction.commitNow();
      store.flush();
    }
    for (const [number, store] of stores.entries()) {
      expect(store.readLatest(T, Uint8Array.of(1), slot)).toBe(true);
      expect(slot.bytes[slot.start]).toBe(number);
    }
    expect(disks.reduce((sum, vfs) => sum + vfs.open, 0)).toBeLessThanOrEqual(2 + disks.length * 2);
    expect([openFiles.count, blockCache.blockCount]).toEqual([2, 6]);
    for (const store of stores) await store.close();
    expect([openFiles.count, blockCache.blockCount]).toEqual([0, 0]);
  });
});
