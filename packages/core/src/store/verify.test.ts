import { describe, expect, it } from 'vitest';
import { keyspaceId } from '../base/brand.ts';
import { crc32 } from '../base/checksum.ts';
import { encodeUtf8 } from '../base/bytes.ts';
import { AlopexError } from '../base/errors.ts';
import { nextBelow } from '../base/random.ts';
import { BlockCache } from '../lsm/block-cache.ts';
import { Block } from '../sstable/block.ts';
import { openBlock, storeBlock } from '../sstable/stored-block.ts';
import { TableReader } from '../sstable/table-reader.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { MemoryVfs } from '../vfs/memory-vfs.ts';
import type { DirectoryLock } from '../vfs/vfs.ts';
import { readHere, readWholeFile } from './read-whole-file.ts';
import { Store } from './store.ts';
import type { VerifyProgress, VerifyReport } from './verify-report.ts';
import { verifyStore } from './verify.ts';

const KEYSPACES = [keyspaceId(1), keyspaceId(2)];

function write(store: Store, round: number): void {
  for (let batch = 0; batch < 20; batch += 1) {
    const transaction = store.begin({ durability: 'os' });
    for (let index = 0; index < 40; index += 1) {
      const key = encodeUtf8(`key ${(batch * 40 + index * 7 + round) % 900}`);
      const keyspace = KEYSPACES[index % 2]!;
      if ((index + round) % 9 === 0) transaction.delete(keyspace, key);
      else transaction.put(keyspace, key, encodeUtf8(`value ${round} ${'x'.repeat(index)}`));
    }
    transaction.commitNow();
  }
}

/** Tables on two levels, versions that a snapshot has kept, and a log that is not in tables yet. */
async function makeStore(vfs = new MemoryVfs()): Promise<MemoryVfs> {
  const store = Store.open({ clock: new ManualClock(), vfs, directory: 'db' });
  write(store, 0);
  const reader = store.begin({ readOnly: true });
  write(store, 1);
  store.compactNow();
  reader.rollback();
  write(store, 2);
  store.flush();
  write(store, 3);
  await store.close();
  return vfs;
}

function verify(
  vfs: MemoryVfs,
  onProgress?: (progress: VerifyProgress) => void,
): Promise<VerifyReport> {
  const pause = (): Promise<void> => Promise.resolve();
  return verifyStore({
    vfs,
    directory: 'db',
    checksum: crc32,
    compressions: [],
    pause,
    onProgress,
  });
}

function replace(vfs: MemoryVfs, path: string, bytes: Uint8Array): void {
  const file = vfs.create(path);
  file.append(bytes);
  file.close();
}

function flip(vfs: MemoryVfs, path: string, offset: number): void {
  const bytes = readWholeFile(vfs, path);
  bytes[offset]! ^= 0x10;
  replace(vfs, path, bytes);
}

function names(vfs: MemoryVfs, ending: RegExp): string[] {
  return vfs
    .list('db')
    .filter((name) => ending.test(name))
    .toSorted()
    .map((name) => `db/${name}`);
}

describe('a sound store', () => {
  it('has no problems, and everything in it was counted', async () => {
    const seen: VerifyProgress[] = [];
    const report = await verify(await makeStore(), (progress) => seen.push(progress));
    expect(report.problems).toEqual([]);
    expect(report.leftovers).toEqual([]);
    expect(report).toMatchObject({ tables: 4, commits: 20, isLocked: true });
    expect(report.entries).toBeGreaterThan(1500);
    expect(report.blocks).toBeGreaterThanOrEqual(4);
    expect(seen.at(-1)).toEqual({ bytesChecked: report.bytes, bytesTotal: report.bytes });
  });

  it('is not changed by the check, and opens afterwards', async () => {
    const vfs = await makeStore();
    const before = vfs.list('db').toSorted();
    await verify(vfs);
    expect(vfs.list('db').toSorted()).toEqual(before);
    await Store.open({ clock: new ManualClock(), vfs, directory: 'db' }).close();
  });

  it('is not checked while a writer has it open', async () => {
    const vfs = await makeStore();
    await using store = Store.open({ clock: new ManualClock(), vfs, directory: 'db' });
    await expect(verify(vfs)).rejects.toMatchObject({ code: 'ALX_ALREADY_OPEN' });
    expect(store.readOnly).toBe(false);
  });

  it('is checked without a lock where nothing can be written', async () => {
    class ReadOnlyDisk extends MemoryVfs {
      frozen = false;
      override lock(directory: string): DirectoryLock {
        if (this.frozen) throw new AlopexError('ALX_FILE_ACCESS', 'a read-only file system');
        return super.lock(directory);
      }
    }
    const vfs = new ReadOnlyDisk();
    await makeStore(vfs);
    vfs.frozen = true;
    expect(await verify(vfs)).toMatchObject({ isLocked: false, problems: [] });
  });

  it('must be one: an empty folder is refused', async () => {
    const vfs = new MemoryVfs();
    vfs.makeDirectory('db');
    await expect(verify(vfs)).rejects.toMatchObject({ code: 'ALX_NOT_A_DATABASE' });
  });
});

describe('damage', () => {
  it('of any byte of a table is found and named', async () => {
    const seed = 20_261_125;
    const random = new SeededRandom(seed);
    const vfs = await makeStore();
    for (const path of names(vfs, /\.sst$/)) {
      const size = vfs.size(path);
      const offsets = [0, size - 1, size - 8, size - 16, size - 48, size - 49, size - 60];
      for (let count = 0; count < 60; count += 1) offsets.push(nextBelow(random, size));
      for (const offset of offsets) {
        flip(vfs, path, offset);
        const { problems } = await verify(vfs);
        expect(
          problems.map(({ file }) => file),
          `seed ${seed}, ${path} at ${offset}`,
        ).toContain(path);
        expect(problems[0]!.offset ?? 0).toBeLessThanOrEqual(offset);
        flip(vfs, path, offset);
      }
    }
    expect((await verify(vfs)).problems).toEqual([]);
  });

  it('of any byte of the log before its last record is found at its offset', async () => {
    const vfs = await makeStore();
    const path = names(vfs, /\.wal$/).at(-1)!;
    const size = vfs.size(path);
    for (let offset = 0; offset < size * 0.9; offset += 97) {
      flip(vfs, path, offset);
      const { problems } = await verify(vfs);
      expect(problems, `${path} at ${offset}`).toHaveLength(1);
      expect(problems[0]).toMatchObject({ file: path });
      expect(problems[0]!.offset).toBeLessThanOrEqual(offset);
      flip(vfs, path, offset);
    }
  });

  it('of any byte of CURRENT or of the manifest is found, in its last record as a leftover at the least', async () => {
    const vfs = await makeStore();
    for (const path of [...names(vfs, /^MANIFEST-/), 'db/CURRENT']) {
      for (let offset = 0; offset < vfs.size(path); offset += 3) {
        flip(vfs, path, offset);
        const { problems, leftovers } = await verify(vfs);
        expect(problems.length + leftovers.length, `${path} at ${offset}`).toBeGreaterThan(0);
        flip(vfs, path, offset);
      }
    }
  });

  it('by cutting a table short is found', async () => {
    const vfs = await makeStore();
    const path = names(vfs, /\.sst$/)[0]!;
    const whole = readWholeFile(vfs, path);
    for (const size of [0, 1, 47, 48, 100, whole.length - 1]) {
      replace(vfs, path, whole.slice(0, size));
      const { problems } = await verify(vfs);
      expect(problems[0], `cut to ${size}`).toMatchObject({ file: path, offset: size });
    }
  });
});

describe('a table whose checksums hold', () => {
  /** Changes the first block of a table and seals it again, as a bug of ours would. */
  function rewriteFirstBlock(vfs: MemoryVfs, path: string, change: (block: Block) => void): void {
    const source = { path, checksum: crc32, compressions: [] };
    const bytes = readWholeFile(vfs, path);
    const cache = new BlockCache();
    const file = vfs.openRead(path);
    const reader = readHere(TableReader.open({ ...source, file, cache }), path);
    const size = reader.index.size(0);
    const raw = openBlock(source, bytes, 0, size, 0);
    change(Block.decode(raw)!);
    const { payload, trailer } = storeBlock(raw, 0, undefined, crc32);
    bytes.set(payload, 0);
    bytes.set(trailer, size);
    reader.close();
    replace(vfs, path, bytes);
  }

  async function problemsAfter(change: (block: Block) => void): Promise<readonly string[]> {
    const vfs = await makeStore();
    rewriteFirstBlock(vfs, names(vfs, /\.sst$/)[0]!, change);
    return (await verify(vfs)).problems.map(({ what }) => what);
  }

  it('must hold its entries in order', async () => {
    const what = await problemsAfter((block) => (block.bytes[block.keyStart(5)]! += 1));
    expect(what).toContain('entry 6 is out of order');
  });

  it('must know its keys in the filter', async () => {
    const what = await problemsAfter((block) => (block.bytes[block.keyEnd(0) - 1]! -= 1));
    expect(what).toContain('the filter does not know entry 0');
    expect(what).toContain('metadata say another least or greatest key');
  });
});

describe('files', () => {
  it('that are missing are problems', async () => {
    for (const pattern of [/\.sst$/, /^MANIFEST-/, /^CURRENT$/]) {
      const vfs = await makeStore();
      const path = names(vfs, pattern)[0]!;
      vfs.remove(path);
      const { problems } = await verify(vfs);
      expect(problems.map(({ file }) => file)).toContain(path);
    }
  });

  it('that belong to nothing are leftovers; files of others are nobody’s business', async () => {
    const vfs = await makeStore();
    for (const name of [
      '900000.sst',
      'MANIFEST-900000',
      'CURRENT.tmp',
      '000000000000.wal',
      'notes.txt',
    ])
      replace(vfs, `db/${name}`, encodeUtf8('?'));
    const { problems, leftovers } = await verify(vfs);
    expect(problems).toEqual([]);
    expect(leftovers.map(({ file }) => file).toSorted()).toEqual([
      'db/000000000000.wal',
      'db/900000.sst',
      'db/CURRENT.tmp',
      'db/MANIFEST-900000',
    ]);
  });

  it('that were exchanged are found: a table under the name of another', async () => {
    const vfs = await makeStore();
    const [first, second] = names(vfs, /\.sst$/) as [string, string];
    const bytes = readWholeFile(vfs, first);
    replace(vfs, first, readWholeFile(vfs, second));
    replace(vfs, second, bytes);
    const files = (await verify(vfs)).problems.map(({ file }) => file);
    expect(files).toContain(first);
    expect(files).toContain(second);
  });
});
