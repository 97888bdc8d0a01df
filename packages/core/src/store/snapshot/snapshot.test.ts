import { expect, it } from 'vitest';
import { keyspaceId } from '../../base/brand.ts';
import { decodeUtf8, encodeUtf8 } from '../../base/bytes.ts';
import { crc32 } from '../../base/checksum.ts';
import { writeUint32 } from '../../base/little-endian.ts';
import { PENDING, type Pending } from '../../base/pending.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { MemoryVfs } from '../../vfs/memory-vfs.ts';
import type { ReadableFile, Vfs } from '../../vfs/vfs.ts';
import { readHere, readWholeFile } from '../read-whole-file.ts';
import { restoreStore } from '../restore.ts';
import { Store } from '../store.ts';
import { verifyStore } from '../verify.ts';
import { SNAPSHOT_SECTION } from './format.ts';
import { SnapshotVfs } from './snapshot-vfs.ts';

const ITEMS = keyspaceId(1);
const PATH = 'copy.alopex';
const pause = (): Promise<void> => Promise.resolve();

function fill(store: Store, from: number, to: number): void {
  for (let start = from; start < to; start += 100) {
    const transaction = store.begin({ durability: 'os' });
    for (let number = start; number < Math.min(to, start + 100); number += 1) {
      const key = encodeUtf8(`item ${String(number).padStart(5, '0')}`);
      transaction.put(ITEMS, key, encodeUtf8(`${number} ${'x'.repeat(100)}`));
    }
    transaction.commitNow();
  }
}

function count(store: Store): number {
  const reader = store.begin({ readOnly: true });
  const cursor = reader.scan(ITEMS);
  let found = 0;
  for (; cursor.advance() === true; found += 1) {
    const { bytes, start, end } = cursor.value;
    expect(decodeUtf8(bytes, start, end)).toMatch(new RegExp(`^${found} x+$`));
  }
  reader.rollback();
  return found;
}

function onDisk(options: { readonly pause?: () => Promise<void> } = {}): Store {
  const vfs = new MemoryVfs();
  const clock = new ManualClock();
  return Store.open({ clock, vfs, directory: 'db', memtableSizeBytes: 32 * 1024, ...options });
}

function openSnapshot(vfs: Vfs): SnapshotVfs {
  return readHere(SnapshotVfs.open({ vfs, path: PATH, checksum: crc32 }), PATH);
}

async function countIn(vfs: Vfs): Promise<number> {
  const snapshot = openSnapshot(vfs);
  try {
    await using store = Store.open({ clock: new ManualClock(), vfs: snapshot, readOnly: true });
    return count(store);
  } finally {
    snapshot.close();
  }
}

function replace(vfs: MemoryVfs, bytes: Uint8Array): void {
  const file = vfs.create(PATH);
  file.append(bytes);
  file.close();
}

it('A snapshot holds what was committed before it began, whatever is written meanwhile', async () => {
  let written = 500;
  const store: Store = onDisk({
    pause: async () => {
      fill(store, written, written + 50);
      written += 50;
      store.compactNow();
    },
  });
  await using _closing = store;
  fill(store, 0, 500);
  const target = new MemoryVfs();
  const seen: number[] = [];
  const report = await store.writeSnapshot({
    vfs: target,
    path: PATH,
    onProgress: ({ bytesDone, bytesTotal }) => seen.push(bytesDone / bytesTotal),
  });
  expect(written).toBeGreaterThan(500);
  expect(report.bytes).toBe(target.size(PATH));
  expect(seen.at(-1)).toBe(1);
  expect(await countIn(target)).toBe(500);
  expect(openSnapshot(target).timestamp).toBe(report.version);
  expect(target.list('')).toEqual([PATH]);
});

it('A store in memory can be written into a snapshot, its versions in order', async () => {
  await using store = Store.open({ clock: new ManualClock() });
  fill(store, 0, 300);
  fill(store, 0, 300);
  const target = new MemoryVfs();
  await store.writeSnapshot({ vfs: target, path: PATH });
  expect(await countIn(target)).toBe(300);
});

it('An empty store makes an empty snapshot', async () => {
  const target = new MemoryVfs();
  await using store = onDisk();
  await store.writeSnapshot({ vfs: target, path: PATH });
  expect(await countIn(target)).toBe(0);
});

it('A snapshot that is aborted leaves the one before it', async () => {
  const target = new MemoryVfs();
  await using store = onDisk();
  fill(store, 0, 10);
  await store.writeSnapshot({ vfs: target, path: PATH });
  fill(store, 10, 400);
  const abort = new AbortController();
  const writing = store.writeSnapshot({
    vfs: target,
    path: PATH,
    signal: abort.signal,
    onProgress: () => abort.abort(),
  });
  await expect(writing).rejects.toMatchObject({ code: 'ALX_CANCELLED' });
  expect(target.list('')).toEqual([PATH]);
  expect(await countIn(target)).toBe(10);
});

it('Nothing can be written to a snapshot', async () => {
  const target = new MemoryVfs();
  await using store = onDisk();
  fill(store, 0, 10);
  await store.writeSnapshot({ vfs: target, path: PATH });
  const snapshot = openSnapshot(target);
  const clock = new ManualClock();
  await using opened = Store.open({ clock, vfs: snapshot, readOnly: true });
  const put = (): unknown => opened.begin().put(ITEMS, encodeUtf8('a'), encodeUtf8('b'));
  expect(put).toThrow(expect.objectContaining({ code: 'ALX_READ_ONLY' }));
  expect(() => snapshot.create()).toThrow(expect.objectContaining({ code: 'ALX_READ_ONLY' }));
});

it('A snapshot is verified and restored like a directory', async () => {
  const target = new MemoryVfs();
  await using store = onDisk();
  fill(store, 0, 400);
  await store.writeSnapshot({ vfs: target, path: PATH });
  const from = {
    vfs: openSnapshot(target),
    directory: '',
    checksum: crc32,
    compressions: [],
    pause,
  };
  expect(await verifyStore(from)).toMatchObject({ problems: [], leftovers: [], isLocked: true });
  await restoreStore({ from, to: { vfs: target, directory: 'restored' } });
  await using restored = Store.open({
    clock: new ManualClock(),
    vfs: target,
    directory: 'restored',
  });
  fill(restored, 400, 410);
  expect(count(restored)).toBe(410);
});

it('Damage of any byte of header, manifest, index or footer is found when it is opened', async () => {
  const target = new MemoryVfs();
  await using store = onDisk();
  fill(store, 0, 20);
  await store.writeSnapshot({ vfs: target, path: PATH });
  const whole = readWholeFile(target, PATH);
  const { sections } = openSnapshot(target);
  const tables = sections.filter(({ kind }) => kind === SNAPSHOT_SECTION.table);
  for (let at = 0; at < whole.length; at += 1) {
    if (tables.some(({ offset, size }) => at >= offset && at < offset + size)) continue;
    const bytes = whole.slice();
    bytes[at]! ^= 1 << (at % 8);
    replace(target, bytes);
    expect(() => openSnapshot(target), `byte ${at}`).toThrow(
      expect.objectContaining({ code: at < 4 ? 'ALX_NOT_A_DATABASE' : 'ALX_CORRUPT' }),
    );
  }
  for (const size of [0, 3, 63, 64, 127, 128, whole.length - 1]) {
    replace(target, whole.slice(0, size));
    expect(() => openSnapshot(target), `cut to ${size}`).toThrow(/snapshot/);
  }
});

it('Damage in a table is named with the table and the offset in it', async () => {
  const target = new MemoryVfs();
  await using store = onDisk();
  fill(store, 0, 20);
  await store.writeSnapshot({ vfs: target, path: PATH });
  const bytes = readWholeFile(target, PATH);
  const table = openSnapshot(target).sections.find(({ kind }) => kind === SNAPSHOT_SECTION.table)!;
  bytes[table.offset + 10]! ^= 4;
  replace(target, bytes);
  await expect(countIn(target)).rejects.toMatchObject({
    code: 'ALX_CORRUPT',
    message: expect.stringMatching(/copy\.alopex\/\d+\.sst" is damaged at offset 0/),
  });
});

it('A newer version is refused by name', async () => {
  const target = new MemoryVfs();
  await using store = onDisk();
  await store.writeSnapshot({ vfs: target, path: PATH });
  const bytes = readWholeFile(target, PATH);
  writeUint32(bytes, 4, 2);
  writeUint32(bytes, 60, crc32(bytes, 0, 60, 0));
  replace(target, bytes);
  expect(() => openSnapshot(target)).toThrow(
    expect.objectContaining({
      code: 'ALX_INCOMPATIBLE_VERSION',
      message: expect.stringContaining('format version 2'),
    }),
  );
});

/** Answers each range PENDING the first time it is asked, as a disk far away does that fetches it meanwhile. */
class FarVfs extends MemoryVfs {
  readonly #fetched = new Set<string>();
  bytesRead = 0;

  override openRead(path: string): ReadableFile {
    const file = super.openRead(path);
    return {
      path,
      size: () => file.size(),
      close: () => file.close(),
      read: (position, length): Uint8Array | Pending => {
        const range = `${path} ${position} ${length}`;
        if (!this.#fetched.has(range)) {
          this.#fetched.add(range);
          return PENDING;
        }
        this.bytesRead += length;
        return file.read(position, length);
      },
    };
  }
}

it('A snapshot far away is read by ranges, only those that are asked for', async () => {
  await using store = onDisk();
  fill(store, 0, 3000);
  store.compactNow();
  const far = new FarVfs();
  const { bytes } = await store.writeSnapshot({ vfs: far, path: PATH });
  const place = { vfs: far, path: PATH, checksum: crc32 };
  let opened = SnapshotVfs.open(place);
  for (let tries = 0; opened === PENDING && tries < 10; tries += 1)
    opened = SnapshotVfs.open(place);
  const snapshot = readHere(opened, PATH);
  const clock = new ManualClock();
  await using remote = Store.open({ clock, vfs: snapshot, readOnly: true });
  const reader = remote.begin({ readOnly: true });
  const key = encodeUtf8('item 01234');
  let value = reader.get(ITEMS, key);
  expect(value).toBe(PENDING);
  for (let tries = 0; value === PENDING && tries < 10; tries += 1) value = reader.get(ITEMS, key);
  expect(decodeUtf8(readHere(value, PATH)!)).toMatch(/^1234 x/);
  reader.rollback();
  expect(far.bytesRead).toBeLessThan(bytes / 4);
});
