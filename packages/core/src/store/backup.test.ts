import { expect, it } from 'vitest';
import { keyspaceId } from '../base/brand.ts';
import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import { crc32 } from '../base/checksum.ts';
import { AlopexError } from '../base/errors.ts';
import { FaultVfs } from '../testing/fault-vfs.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { MemoryVfs } from '../vfs/memory-vfs.ts';
import type { Vfs, WritableFile } from '../vfs/vfs.ts';
import type { StoreOptions } from './options.ts';
import { readWholeFile } from './read-whole-file.ts';
import { restoreStore } from './restore.ts';
import { Store } from './store.ts';
import type { VerifyReport } from './verify-report.ts';
import { verifyStore } from './verify.ts';

const ACCOUNTS = keyspaceId(1);
const LOG = keyspaceId(2);
const COUNT = 40;

function open(vfs: Vfs, options: Partial<StoreOptions> = {}): Store {
  return Store.open({
    clock: new ManualClock(),
    vfs,
    directory: 'db',
    memtableSizeBytes: 64 * 1024,
    ...options,
  });
}

/** One commit over two keyspaces: all accounts say its number, and the log has it. What a torn copy would show. */
function commit(store: Store, number: number): void {
  const transaction = store.begin({ durability: 'os' });
  for (let account = 0; account < COUNT; account += 1)
    transaction.put(ACCOUNTS, encodeUtf8(`account ${account}`), encodeUtf8(String(number)));
  transaction.put(LOG, encodeUtf8(String(number).padStart(6, '0')), encodeUtf8('x'.repeat(200)));
  transaction.commitNow();
}

/** The number of the last commit in a store, having checked that it and all before are whole. */
function lastCommit(store: Store): number {
  const reader = store.begin({ readOnly: true });
  const numbers = new Set<string>();
  const accounts = reader.scan(ACCOUNTS);
  let count = 0;
  for (; accounts.advance() === true; count += 1) {
    const { bytes, start, end } = accounts.value;
    numbers.add(decodeUtf8(bytes, start, end));
  }
  let logged = 0;
  const log = reader.scan(LOG);
  while (log.advance() === true) logged += 1;
  reader.rollback();
  if (count === 0 && logged === 0) return 0;
  expect(count).toBe(COUNT);
  expect(numbers.size).toBe(1);
  expect([...numbers][0]).toBe(String(logged));
  return logged;
}

function verify(vfs: Vfs, directory: string): Promise<VerifyReport> {
  const pause = (): Promise<void> => Promise.resolve();
  return verifyStore({ vfs, directory, checksum: crc32, compressions: [], pause });
}

async function lastCommitIn(vfs: Vfs, directory: string): Promise<number> {
  const report = await verify(vfs, directory);
  expect(report.problems).toEqual([]);
  await using store = open(vfs, { directory, readOnly: true });
  return lastCommit(store);
}

it('A backup is a sound store with everything committed before it began', async () => {
  const vfs = new MemoryVfs();
  const target = new MemoryVfs();
  await using store = open(vfs);
  for (let number = 1; number <= 120; number += 1) commit(store, number);
  const report = await store.backup({ vfs: target, directory: 'backups/first' });
  expect(report).toMatchObject({ version: store.visible, copiedTables: report.tables });
  expect(report.copiedBytes).toBe(report.bytes);
  commit(store, 121);
  expect(await lastCommitIn(target, 'backups/first')).toBe(120);
  expect((await verify(target, 'backups/first')).leftovers).toEqual([]);
});

it('Memtables that flushes have failed to write are in the backup', async () => {
  class FullDisk extends MemoryVfs {
    isFull = true;
    override create(path: string): WritableFile {
      if (this.isFull && path.endsWith('.sst')) throw new AlopexError('ALX_DISK_FULL', path);
      return super.create(path);
    }
  }
  const disk = new FullDisk();
  await using store = open(disk, { memtableSizeBytes: 1 });
  let number = 0;
  while (store.metrics().frozenMemtables < 4 && number < 100) commit(store, (number += 1));
  commit(store, (number += 1));
  expect(store.metrics().frozenMemtables).toBe(4);
  disk.isFull = false;
  await store.backup({ vfs: disk, directory: 'copy' });
  expect(await lastCommitIn(disk, 'copy')).toBe(number);
});

it('Writes, flushes and compactions go on during a backup, which holds what was there when it began', async () => {
  const vfs = new MemoryVfs();
  let number = 0;
  let busy = false;
  await using store: Store = open(vfs, {
    pause: async () => {
      if (!busy) return;
      for (let round = 0; round < 10; round += 1) commit(store, (number += 1));
      store.compactNow();
    },
  });
  while (number < 150) commit(store, (number += 1));
  const tablesBefore = vfs.list('db');
  busy = true;
  await store.backup({ vfs, directory: 'copy' });
  busy = false;
  expect(number).toBeGreaterThan(150);
  expect(await lastCommitIn(vfs, 'copy')).toBe(150);
  expect(lastCommit(store)).toBe(number);
  // The tables that only the backup has held are gone by now.
  store.compactNow();
  await Promise.resolve();
  expect(store.metrics().removedTableCount).toBe(0);
  expect(vfs.list('db')).not.toEqual(tablesBefore);
});

it('A second backup copies only what is new, replaces what has gone bad, and removes what is gone', async () => {
  const vfs = new MemoryVfs();
  await using store = open(vfs);
  store.pauseCompaction();
  for (let number = 1; number <= 150; number += 1) commit(store, number);
  const target = { vfs, directory: 'copy' };
  const first = await store.backup(target);
  expect(await store.backup(target)).toMatchObject({ copiedTables: 0, bytes: first.bytes });
  commit(store, 151);
  const second = await store.backup(target);
  expect(second.copiedTables).toBe(2);
  expect(await lastCommitIn(vfs, 'copy')).toBe(151);

  const name = vfs.list('copy').find((file) => file.endsWith('.sst'))!;
  const bytes = readWholeFile(vfs, `copy/${name}`);
  bytes[10]! ^= 1;
  const file = vfs.create(`copy/${name}`);
  file.append(bytes);
  file.close();
  expect((await verify(vfs, 'copy')).problems).toHaveLength(1);
  expect(await store.backup(target)).toMatchObject({ copiedTables: 1 });
  expect(await lastCommitIn(vfs, 'copy')).toBe(151);

  store.resumeCompaction();
  store.compactNow();
  const third = await store.backup(target);
  expect(third.removedFiles).toBeGreaterThan(2);
  expect(await lastCommitIn(vfs, 'copy')).toBe(151);
  expect((await verify(vfs, 'copy')).leftovers).toEqual([]);
});

it('What was written into an earlier backup is no part of the next one', async () => {
  const vfs = new MemoryVfs();
  await using store = open(vfs);
  for (let number = 1; number <= 10; number += 1) commit(store, number);
  await store.backup({ vfs, directory: 'copy' });
  const copy = open(vfs, { directory: 'copy' });
  for (let number = 11; number <= 15; number += 1) commit(copy, number);
  await copy.close();
  commit(store, 11);
  await store.backup({ vfs, directory: 'copy' });
  expect(await lastCommitIn(vfs, 'copy')).toBe(11);
});

it('Power cut at any write of a backup leaves the one before it or the new one', async () => {
  async function attempt(cutAt: number): Promise<{ changes: number; found: number }> {
    const source = new MemoryVfs();
    const disk = new FaultVfs(cutAt + 1);
    const store = open(source);
    for (let number = 1; number <= 20; number += 1) commit(store, number);
    await store.backup({ vfs: disk, directory: 'copy' });
    for (let number = 21; number <= 30; number += 1) commit(store, number);
    store.compactNow();
    const before = disk.changeCount;
    if (cutAt > 0) disk.cutPower(before + cutAt);
    let failed = false;
    try {
      await store.backup({ vfs: disk, directory: 'copy' });
    } catch (error) {
      if (!(error instanceof AlopexError)) throw error;
      failed = true;
    }
    expect(failed).toBe(cutAt > 0);
    const changes = disk.changeCount - before;
    const after = disk.crash(cutAt);
    const found = await lastCommitIn(after, 'copy');
    // The next backup goes on from what is there.
    await store.backup({ vfs: after, directory: 'copy' });
    expect(await lastCommitIn(after, 'copy')).toBe(30);
    await store.close();
    return { changes, found };
  }
  const { changes, found } = await attempt(0);
  expect(found).toBe(30);
  const seen = new Set<number>();
  for (let cutAt = 1; cutAt <= changes; cutAt += 1) seen.add((await attempt(cutAt)).found);
  expect(seen).toEqual(new Set([20, 30]));
});

it('A target is refused when it is another database, holds something else, or is open', async () => {
  const vfs = new MemoryVfs();
  await using store = open(vfs, { random: new SeededRandom(1) });
  await using other = open(vfs, { directory: 'other', random: new SeededRandom(2) });
  commit(store, 1);
  commit(other, 1);
  await other.backup({ vfs, directory: 'copy' });
  await expect(store.backup({ vfs, directory: 'copy' })).rejects.toMatchObject({
    code: 'ALX_INVALID_ARGUMENT',
  });
  await expect(store.backup({ vfs, directory: 'db' })).rejects.toMatchObject({
    code: 'ALX_ALREADY_OPEN',
  });
  vfs.makeDirectory('photos');
  vfs.create('photos/cat.jpg').close();
  await expect(store.backup({ vfs, directory: 'photos' })).rejects.toThrow('cat.jpg');
  expect(vfs.list('photos')).toEqual(['cat.jpg']);
});

it('A backup of a store that is closed meanwhile ends with ALX_CLOSED', async () => {
  const vfs = new MemoryVfs();
  const store = open(vfs);
  commit(store, 1);
  const backup = store.backup({ vfs, directory: 'copy' });
  const closed = store.close();
  await expect(backup).rejects.toMatchObject({ code: 'ALX_CLOSED' });
  await closed;
});

it('Restoring copies a sound backup into an empty folder, and nothing else', async () => {
  const vfs = new MemoryVfs();
  await using store = open(vfs);
  for (let number = 1; number <= 50; number += 1) commit(store, number);
  await store.backup({ vfs, directory: 'copy' });
  // A closed database with a log is restored as well as a backup, which has none.
  const copy = open(vfs, { directory: 'copy' });
  commit(copy, 51);
  await copy.close();
  const pause = (): Promise<void> => Promise.resolve();
  const from = { vfs, directory: 'copy', checksum: crc32, compressions: [], pause };
  const seen: number[] = [];
  const to = { vfs, directory: 'restored' };
  const report = await restoreStore({
    from,
    to,
    onProgress: ({ bytesDone, bytesTotal }) => seen.push(bytesDone / bytesTotal),
  });
  expect(report.verified.problems).toEqual([]);
  expect(seen).toEqual(seen.toSorted((left, right) => left - right));
  expect(seen.at(-1)).toBe(1);
  expect(await lastCommitIn(vfs, 'restored')).toBe(51);
  await expect(restoreStore({ from, to })).rejects.toMatchObject({ code: 'ALX_INVALID_ARGUMENT' });

  const name = vfs.list('copy').find((file) => file.endsWith('.sst'))!;
  const bytes = readWholeFile(vfs, `copy/${name}`);
  bytes[30]! ^= 4;
  const file = vfs.create(`copy/${name}`);
  file.append(bytes);
  file.close();
  await expect(restoreStore({ from, to: { vfs, directory: 'new' } })).rejects.toMatchObject({
    code: 'ALX_CORRUPT',
  });
  expect(vfs.exists('new')).toBe(false);
});

it('A store in memory is backed up like any other, each time as a store of its own', async () => {
  const vfs = new MemoryVfs();
  const random = new SeededRandom(7);
  await using memory = Store.open({ clock: new ManualClock(), random });
  for (let number = 1; number <= 20; number += 1) commit(memory, number);
  const report = await memory.backup({ vfs, directory: 'first' });
  expect(report).toMatchObject({ version: memory.visible, tables: 2, copiedTables: 2 });
  commit(memory, 21);
  expect(await lastCommitIn(vfs, 'first')).toBe(20);
  await expect(memory.backup({ vfs, directory: 'first' })).rejects.toMatchObject({
    code: 'ALX_INVALID_ARGUMENT',
    message: expect.stringContaining('is another database'),
  });
  await memory.backup({ vfs, directory: 'second' });
  expect(await lastCommitIn(vfs, 'second')).toBe(21);
});
