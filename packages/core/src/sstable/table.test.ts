import { describe, expect, it } from 'vitest';
import { compareBytes, toHex } from '../base/bytes.ts';
import { crc32 } from '../base/checksum.ts';
import { AlopexError } from '../base/errors.ts';
import { hashBytes } from '../base/hash.ts';
import { PENDING, type Pending } from '../base/pending.ts';
import { BlockCache } from '../lsm/block-cache.ts';
import {
  ENTRY_KIND,
  VERSION_MAX,
  type EntryCursor,
  type EntryKind,
  type EntrySlot,
} from '../memtable/entry.ts';
import { zstdCompression } from '../node/zstd.ts';
import { FaultVfs } from '../testing/fault-vfs.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import type { ReadableFile } from '../vfs/vfs.ts';
import { TableReader } from './table-reader.ts';
import { TableWriter, type TableSummary, type TableWriterOptions } from './table-writer.ts';

const SEED = Number(process.env['ALOPEX_TEST_SEED'] ?? 20_261_125);
const PATH = 'table.sst';
const ZSTD = zstdCompression();

interface Entry {
  readonly key: Uint8Array;
  readonly version: number;
  readonly kind: EntryKind;
  readonly value: Uint8Array;
}

function compareEntries(left: Entry, right: Entry): number {
  return (
    compareBytes(left.key, right.key) || right.version - left.version || right.kind - left.kind
  );
}

/** Keys of many shapes: shared prefixes, one key the beginning of another, the empty key, many versions of one key. */
function randomEntries(random: SeededRandom, count: number): Entry[] {
  const keyOf = [
    () => random.bytes(random.below(4)),
    () => Uint8Array.of(1, 2, 3, ...random.bytes(6)),
    () => new Uint8Array(random.below(20)).fill(7),
    () => Uint8Array.of(9, 9, 9, 9, 9, 9, 9, 9, random.below(30), random.below(30)),
  ];
  const versionOf = random.pick([
    () => 5,
    () => 1 + random.below(50),
    () => 1_780_000_000_000_000 + random.below(1_000_000),
    () => random.nextUint32() * random.below(1_000_000),
  ]);
  const sizeOf = random.pick([
    () => 8,
    () => random.below(100),
    () => (random.chance(0.02) ? 5000 : random.below(30)),
  ]);
  const kinds = random.pick([[1], [1, 0], [0, 1, 2, 3]] as const);
  const entries: Entry[] = [];
  const pickKey = random.pick([...keyOf, () => random.pick(keyOf)()]);
  for (let index = 0; index < count; index += 1) {
    const repeat = index > 0 && random.chance(0.2);
    const key = repeat ? random.pick(entries).key : pickKey();
    entries.push({
      key,
      version: versionOf(),
      kind: random.pick(kinds),
      value: random.bytes(sizeOf()),
    });
  }
  entries.sort(compareEntries);
  return entries.filter(
    (entry, index) => index === 0 || compareEntries(entries[index - 1]!, entry) !== 0,
  );
}

function writeTable(
  vfs: FaultVfs,
  entries: readonly Entry[],
  options: Partial<TableWriterOptions> = {},
): TableSummary {
  const writer = new TableWriter({ file: vfs.create(PATH), checksum: crc32, ...options });
  for (const { key, version, kind, value } of entries) {
    writer.add(key, 0, key.length, version, kind, value, 0, value.length);
  }
  return writer.finish();
}

function openTable(vfs: FaultVfs, cache = new BlockCache()): TableReader {
  const table = TableReader.open({
    file: vfs.openRead(PATH),
    checksum: crc32,
    compressions: [ZSTD],
    cache,
  });
  if (table === PENDING) throw new AlopexError('ALX_INTERNAL', 'this disk answers at once');
  return table;
}

function current(cursor: EntryCursor): Entry {
  return {
    key: cursor.keyBytes.slice(cursor.keyStart, cursor.keyEnd),
    version: cursor.version,
    kind: cursor.kind,
    value: cursor.valueBytes.slice(cursor.valueStart, cursor.valueEnd),
  };
}

function scan(table: TableReader): Entry[] {
  const found: Entry[] = [];
  const cursor = table.cursor();
  for (cursor.seekFirst(); cursor.valid; cursor.next()) found.push(current(cursor));
  return found;
}

function scanBack(table: TableReader): Entry[] {
  const found: Entry[] = [];
  const cursor = table.cursor();
  for (cursor.seekLast(); cursor.valid; cursor.previous()) found.push(current(cursor));
  return found.toReversed();
}

function newSlot(): EntrySlot {
  return {
    version: 0,
    kind: ENTRY_KIND.put,
    valueBytes: new Uint8Array(0),
    valueStart: 0,
    valueEnd: 0,
  };
}

function get(table: TableReader, key: Uint8Array, version: number): Entry | undefined {
  const slot = newSlot();
  if (table.get(key, hashBytes(key, 0, key.length), version, slot) !== true) return undefined;
  const value = slot.valueBytes.slice(slot.valueStart, slot.valueEnd);
  return { key, version: slot.version, kind: slot.kind, value };
}

/** Keys in the table, between its keys, before and behind them. */
function probes(entries: readonly Entry[], random: SeededRandom): Uint8Array[] {
  const keys: Uint8Array[] = [new Uint8Array(0), new Uint8Array(30).fill(255)];
  for (let index = 0; index < 60; index += 1) {
    const { key } = random.pick(entries);
    keys.push(key, Uint8Array.of(...key, 0), key.slice(0, -1), random.bytes(random.below(5)));
    if (key.length > 0) keys.push(key.with(key.length - 1, key.at(-1)! ^ 1));
  }
  return keys;
}

describe('A table', () => {
  for (const compression of [undefined, ZSTD]) {
    const name = compression === undefined ? 'plain' : 'zstd';
    it(`gives back its entries in both directions, by point and by range (${name})`, () => {
      for (let round = 0; round < 12; round += 1) {
        const seed = SEED + round;
        const random = new SeededRandom(seed);
        const entries = randomEntries(random, 1 + random.below(600));
        const vfs = new FaultVfs();
        const blockSizeBytes = random.pick([1, 200, 1000, 16_384]);
        writeTable(vfs, entries, { compression, blockSizeBytes });
        const table = openTable(vfs, new BlockCache(random.pick([0, 5000, 1_000_000])));
        expect(scan(table), `seed ${seed}`).toEqual(entries);
        expect(scanBack(table), `seed ${seed}`).toEqual(entries);
        checkReads(table, entries, random, seed);
        table.verify();
        table.close();
      }
    });
  }

  function checkReads(
    table: TableReader,
    entries: readonly Entry[],
    random: SeededRandom,
    seed: number,
  ): void {
    const cursor = table.cursor();
    for (const key of probes(entries, random)) {
      const version = random.chance(0.3) ? VERSION_MAX : random.pick(entries).version;
      const where = `seed ${seed}, key ${toHex(key)}, version ${version}`;
      const newest = entries.find(
        (entry) => compareBytes(entry.key, key) === 0 && entry.version <= version,
      );
      expect(get(table, key, version), where).toEqual(newest);
      const target = { key, version, kind: 255 as EntryKind, value: key };
      const position = entries.findIndex((entry) => compareEntries(entry, target) >= 0);
      cursor.seek(key, version);
      expect(cursor.valid ? current(cursor) : undefined, where).toEqual(
        entries[position < 0 ? entries.length : position],
      );
      const before = entries.findLast((entry) => compareBytes(entry.key, key) < 0);
      cursor.seekBefore(key);
      expect(cursor.valid ? current(cursor) : undefined, where).toEqual(before);
      if (!cursor.valid) continue;
      cursor.next();
      cursor.previous();
      expect(cursor.valid ? current(cursor) : undefined, where).toEqual(
        before === entries.at(-1) ? undefined : before,
      );
    }
  }

  it('finds versions of one key that fill many blocks', () => {
    const key = Uint8Array.of(5, 5);
    const versions = Array.from({ length: 500 }, (_, index) => 500 - index);
    const entries = versions.map((version) => ({
      key,
      version,
      kind: ENTRY_KIND.put,
      value: new Uint8Array(20),
    }));
    const vfs = new FaultVfs();
    const summary = writeTable(vfs, entries, { blockSizeBytes: 100 });
    expect(summary.blockCount).toBeGreaterThan(50);
    expect(summary.keyCount).toBe(1);
    const table = openTable(vfs);
    for (const version of versions) expect(get(table, key, version)?.version).toBe(version);
    expect(get(table, key, VERSION_MAX)?.version).toBe(500);
    expect(get(table, key, 0)).toBeUndefined();
    expect(scan(table)).toEqual(entries);
  });

  it('tells its counts, its range of keys and of versions', () => {
    const kinds = [
      ENTRY_KIND.put,
      ENTRY_KIND.delete,
      ENTRY_KIND.rangeDelete,
      ENTRY_KIND.putExpiring,
      ENTRY_KIND.put,
    ];
    const entries = kinds.map((kind, index) => ({
      key: Uint8Array.of(1, index),
      version: 10 + index,
      kind,
      value: new Uint8Array(index),
    }));
    const vfs = new FaultVfs();
    const summary = writeTable(vfs, entries);
    expect(summary).toEqual({
      entryCount: 5,
      keyCount: 5,
      deleteCount: 1,
      rangeDeleteCount: 1,
      expiringCount: 1,
      keyBytes: 10,
      valueBytes: 10,
      minVersion: 10,
      maxVersion: 14,
      blockCount: 1,
      minKey: Uint8Array.of(1, 0),
      maxKey: Uint8Array.of(1, 4),
      fileSizeBytes: vfs.size(PATH),
    });
    const { fileSizeBytes, ...metadata } = summary;
    expect(openTable(vfs).metadata).toEqual(metadata);
    expect(fileSizeBytes).toBeGreaterThan(0);
  });

  it('may be empty', () => {
    const vfs = new FaultVfs();
    writeTable(vfs, []);
    const table = openTable(vfs);
    expect(scan(table)).toEqual([]);
    expect(scanBack(table)).toEqual([]);
    expect(get(table, Uint8Array.of(1), VERSION_MAX)).toBeUndefined();
    const cursor = table.cursor();
    cursor.seek(Uint8Array.of(1), 1);
    expect(cursor.valid).toBe(false);
    cursor.seekBefore(Uint8Array.of(1));
    expect(cursor.valid).toBe(false);
  });

  it('refuses entries that do not ascend', () => {
    const entry = (key: number, version: number): Entry => ({
      key: Uint8Array.of(key),
      version,
      kind: ENTRY_KIND.put,
      value: new Uint8Array(0),
    });
    for (const entries of [
      [entry(2, 1), entry(1, 1)],
      [entry(1, 1), entry(1, 2)],
      [entry(1, 1), entry(1, 1)],
    ]) {
      expect(() => writeTable(new FaultVfs(), entries)).toThrow(
        expect.objectContaining({ code: 'ALX_INTERNAL' }),
      );
    }
  });

  it('estimates how many entries lie before a key, at most a block off', () => {
    const entries = Array.from({ length: 1000 }, (_, index) => ({
      key: Uint8Array.of(index >> 8, index & 255),
      version: 1,
      kind: ENTRY_KIND.put,
      value: new Uint8Array(10),
    }));
    const vfs = new FaultVfs();
    const { blockCount } = writeTable(vfs, entries, { blockSizeBytes: 500 });
    const table = openTable(vfs);
    for (const [index, { key }] of entries.entries()) {
      expect(Math.abs(table.approximateEntriesBefore(key) - index)).toBeLessThanOrEqual(
        (1000 / blockCount) * 2,
      );
    }
    expect(table.approximateEntriesBefore(Uint8Array.of(255))).toBe(1000);
  });

  it('leaves out about 99 of 100 absent keys by its filter', () => {
    const random = new SeededRandom(SEED);
    const keys = Array.from({ length: 20_000 }, () => random.bytes(12)).toSorted(compareBytes);
    const vfs = new FaultVfs();
    writeTable(
      vfs,
      keys.map((key) => ({ key, version: 1, kind: ENTRY_KIND.put, value: new Uint8Array(0) })),
    );
    const table = openTable(vfs);
    expect(keys.every((key) => table.mayContain(hashBytes(key, 0, 12)))).toBe(true);
    let passed = 0;
    for (let index = 0; index < 100_000; index += 1)
      if (table.mayContain(random.nextUint32())) passed += 1;
    expect(passed / 100_000, `seed ${SEED}`).toBeLessThan(0.013);
  });
});

describe('A table on a disk that answers later', () => {
  /** Answers every read with PENDING once before it answers it. */
  function pendingFile(file: ReadableFile): ReadableFile {
    const asked = new Set<string>();
    return {
      path: file.path,
      size: () => file.size(),
      close: () => file.close(),
      read(position: number, length: number): Uint8Array | Pending {
        const question = `${position} ${length}`;
        if (asked.delete(question)) return file.read(position, length);
        asked.add(question);
        return PENDING;
      },
    };
  }

  function insist<T>(call: () => T | Pending): T {
    for (;;) {
      const answer = call();
      if (answer !== PENDING) return answer;
    }
  }

  it('opens, reads and scans when every call is repeated until it is answered', () => {
    const random = new SeededRandom(SEED);
    const entries = randomEntries(random, 300);
    const vfs = new FaultVfs();
    writeTable(vfs, entries, { blockSizeBytes: 300 });
    const reader = vfs.openRead(PATH);
    // Opening asks several times; each attempt gets one answer further, from a snapshot that keeps what it has fetched.
    const fetched = new Map<string, Uint8Array>();
    const file = pendingFile(reader);
    const remembering: ReadableFile = {
      ...file,
      read(position: number, length: number): Uint8Array | Pending {
        const question = `${position} ${length}`;
        const known = fetched.get(question);
        if (known !== undefined) return known.slice();
        const answer = file.read(position, length);
        if (answer !== PENDING) fetched.set(question, answer);
        return answer;
      },
    };
    const cache = new BlockCache(0);
    const options = { file: remembering, checksum: crc32, compressions: [ZSTD], cache };
    const table = insist(() => TableReader.open(options));
    const cursor = table.cursor();
    const found: Entry[] = [];
    for (insist(() => cursor.seekFirst()); cursor.valid; insist(() => cursor.next()))
      found.push(current(cursor));
    expect(found, `seed ${SEED}`).toEqual(entries);
    const slot = newSlot();
    for (const { key, version } of entries) {
      expect(insist(() => table.get(key, hashBytes(key, 0, key.length), version, slot))).toBe(true);
    }
  });
});

describe('Damage to a table', () => {
  const random = new SeededRandom(11);
  const entries = randomEntries(random, 25);
  const whole = new FaultVfs();
  writeTable(whole, entries, { blockSizeBytes: 200, compression: ZSTD });

  function readAll(vfs: FaultVfs): Entry[] {
    const table = openTable(vfs);
    table.verify();
    return scan(table);
  }

  it('is found at every flipped bit, with file and offset', () => {
    for (let bit = 0; bit < whole.size(PATH) * 8; bit += 1) {
      const vfs = whole.restart();
      vfs.flipBit(PATH, bit >> 3, bit & 7);
      const damaged = {
        code: 'ALX_CORRUPT',
        message: expect.stringMatching(/table\.sst.*offset \d+/),
      };
      expect(() => readAll(vfs), `bit ${bit}`).toThrow(expect.objectContaining(damaged));
    }
  });

  it('is found when the file is cut at any byte', () => {
    for (let size = 0; size < whole.size(PATH); size += 1) {
      const vfs = whole.restart();
      vfs.cutFile(PATH, size);
      expect(() => readAll(vfs), `size ${size}`).toThrow(
        expect.objectContaining({ code: 'ALX_CORRUPT' }),
      );
    }
  });

  it('is found when a sound block stands in the place of another', () => {
    const vfs = new FaultVfs();
    const twins = [0, 1].map((key) => ({
      key: Uint8Array.of(key),
      version: 1,
      kind: ENTRY_KIND.put,
      value: new Uint8Array(50),
    }));
    writeTable(vfs, twins, { blockSizeBytes: 1 });
    const bytes = vfs.content(PATH);
    const blockSize = 32 + 1 + 50 + 9;
    bytes.copyWithin(blockSize, 0, blockSize);
    vfs.create(PATH).append(bytes);
    expect(() => readAll(vfs)).toThrow(
      expect.objectContaining({
        code: 'ALX_CORRUPT',
        message: expect.stringContaining(`offset ${blockSize}`),
      }),
    );
  });

  it('in one block leaves the others readable', () => {
    const vfs = whole.restart();
    vfs.flipBit(PATH, 10, 0);
    const table = openTable(vfs);
    const last = entries.at(-1)!;
    expect(get(table, last.key, last.version)).toEqual(last);
    expect(() => get(table, entries[0]!.key, VERSION_MAX)).toThrow(
      expect.objectContaining({ code: 'ALX_CORRUPT' }),
    );
  });

  it('is not a missing codec, which says so', () => {
    const vfs = whole.restart();
    const options = {
      file: vfs.openRead(PATH),
      checksum: crc32,
      compressions: [],
      cache: new BlockCache(),
    };
    const readEverything = (): void => {
      const table = TableReader.open(options);
      if (table !== PENDING) table.verify();
    };
    expect(readEverything).toThrow(expect.objectContaining({ code: 'ALX_UNSUPPORTED' }));
  });

  it('leaves no table behind a full disk that could be opened', () => {
    const calm = new FaultVfs();
    writeTable(calm, entries, { blockSizeBytes: 200 });
    for (let point = 2; point <= calm.changeCount; point += 1) {
      const vfs = new FaultVfs(point);
      vfs.failChange(point, 'ALX_DISK_FULL');
      expect(() => writeTable(vfs, entries, { blockSizeBytes: 200 })).toThrow(
        expect.objectContaining({ code: 'ALX_DISK_FULL' }),
      );
      expect(() => openTable(vfs)).toThrow(expect.objectContaining({ code: 'ALX_CORRUPT' }));
    }
  });
});
