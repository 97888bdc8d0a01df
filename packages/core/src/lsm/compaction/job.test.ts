/** Merges of random tables by seed: what every snapshot sees stays the same, what nobody sees goes. */
import { describe, expect, it } from 'vitest';
import { assert } from '../../base/assert.ts';
import { fileId, keyspaceId, type FileId } from '../../base/brand.ts';
import { compareBytes, toHex } from '../../base/bytes.ts';
import { crc32 } from '../../base/checksum.ts';
import { hashBytes } from '../../base/hash.ts';
import { PENDING } from '../../base/pending.ts';
import { ENTRY_KIND, type EntryKind } from '../../memtable/entry.ts';
import { TableWriter } from '../../sstable/table-writer.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { MemoryVfs } from '../../vfs/memory-vfs.ts';
import { BlockCache } from '../block-cache.ts';
import { OpenFiles } from '../open-files.ts';
import { tableName } from '../file-names.ts';
import { Table, type TablePlace } from '../table.ts';
import { LEVEL_COUNT } from '../version.ts';
import { CompactionJob } from './job.ts';
import { LEVELED_DEFAULTS } from './leveled.ts';
import type { MergeWork } from './run.ts';
import { OutsideTables } from './tombstones.ts';

const KEYSPACE = keyspaceId(3);
const VERSIONS = 60;

interface Entry {
  readonly key: Uint8Array;
  readonly version: number;
  readonly kind: EntryKind;
  readonly value: Uint8Array;
}

/** Tables that a keyspace may hold, with the entries in them. */
class Bench {
  readonly random: SeededRandom;
  readonly place: TablePlace;
  readonly levels: Table[][] = Array.from({ length: LEVEL_COUNT }, () => []);
  readonly #entries = new Map<Table, readonly Entry[]>();
  #nextId = 1;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    const vfs = new MemoryVfs();
    const cache = new BlockCache();
    const files = new OpenFiles();
    this.place = { vfs, directory: '', checksum: crc32, compressions: [], cache, files };
  }

  readonly newFileId = (): FileId => {
    this.#nextId += 1;
    return fileId(this.#nextId);
  };

  /**
   * A history of commits, the oldest in the lowest level. Levels take turns, as if each had been flushed and merged down before the
   * next commits came, so newer versions of a key are never below older ones.
   */
  fill(): void {
    const runs: { level: number; from: number; to: number }[] = [];
    let from = 1;
    for (const level of [2, 1, 0, 0, 0]) {
      const to = from + 1 + this.random.below(VERSIONS / 5);
      runs.push({ level, from, to });
      from = to;
    }
    for (const run of runs) {
      const entries = this.#history(run.from, run.to);
      if (run.level === 0) this.#addTable(0, entries);
      else this.#addSplit(run.level, entries);
    }
  }

  entriesOf(tables: readonly Table[]): Entry[] {
    return sorted(tables.flatMap((table) => this.#entries.get(table) ?? []));
  }

  allEntries(): Entry[] {
    return this.entriesOf(this.levels.flat());
  }

  adopt(tables: readonly Table[]): void {
    for (const table of tables) this.#entries.set(table, readAll(table));
  }

  #history(from: number, to: number): Entry[] {
    const entries = new Map<string, Entry>();
    for (let count = this.random.below(60); count > 0; count -= 1) {
      const key = Uint8Array.of(1, this.random.below(24)).subarray(0, 1 + this.random.below(2));
      const version = from + this.random.below(to - from);
      const kind = this.random.chance(0.3) ? ENTRY_KIND.delete : ENTRY_KIND.put;
      const value =
        kind === ENTRY_KIND.put ? this.random.bytes(this.random.below(50)) : new Uint8Array(0);
      entries.set(`${toHex(key)}@${version}`, { key, version, kind, value });
    }
    return sorted([...entries.values()]);
  }

  #addSplit(level: number, entries: readonly Entry[]): void {
    let rest = entries;
    while (rest.length > 0) {
      let size = Math.min(rest.length, 1 + this.random.below(20));
      while (size < rest.length && compareBytes(rest[size]!.key, rest[size - 1]!.key) === 0)
        size += 1;
      this.#addTable(level, rest.slice(0, size));
      rest = rest.slice(size);
    }
  }

  #addTable(level: number, entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    const id = this.newFileId();
    const file = this.place.vfs.create(tableName(id));
    const writer = new TableWriter({ file, checksum: crc32, blockSizeBytes: 100 });
    for (const { key, version, kind, value } of entries)
      writer.add(key, 0, key.length, version, kind, value, 0, value.length);
    const { fileSizeBytes, ...metadata } = writer.finish();
    const description = { fileId: id, keyspace: KEYSPACE, level, fileSizeBytes, metadata };
    const table = new Table(this.place, description);
    this.levels[level]!.push(table);
    this.#entries.set(table, entries);
  }
}

function sorted(entries: readonly Entry[]): Entry[] {
  return entries.toSorted(
    (left, right) => compareBytes(left.key, right.key) || right.version - left.version,
  );
}

function readAll(table: Table): Entry[] {
  const reader = table.reader();
  assert(reader !== PENDING, 'memory answers at once');
  const cursor = reader.cursor();
  const entries: Entry[] = [];
  for (cursor.seekFirst(); cursor.valid; cursor.next()) {
    const { keyBytes, keyStart, keyEnd, version, kind, valueBytes, valueStart, valueEnd } = cursor;
    const key = keyBytes.slice(keyStart, keyEnd);
    entries.push({ key, version, kind, value: valueBytes.slice(valueStart, valueEnd) });
  }
  return entries;
}

/** What a snapshot sees, as text by key. */
function seenAt(entries: readonly Entry[], snapshot: number): Map<string, string> {
  const newest = new Map<string, Entry>();
  for (const entry of entries) {
    const key = toHex(entry.key);
    const known = newest.get(key);
    if (entry.version <= snapshot && (known === undefined || known.version < entry.version))
      newest.set(key, entry);
  }
  const seen = new Map<string, string>();
  for (const [key, { kind, version, value }] of newest)
    if (kind !== ENTRY_KIND.delete) seen.set(key, `${version}:${toHex(value)}`);
  return seen;
}

function mergeOf(bench: Bench): MergeWork {
  const from = bench.random.below(3);
  const [upper, lower] =
    from === 0
      ? [bench.levels[0]!, bench.levels[1]!]
      : [bench.levels[from]!, bench.levels[from + 1]!];
  return { kind: 'merge', reason: 'full', keyspace: KEYSPACE, from, into: from + 1, upper, lower };
}

function runJob(bench: Bench, work: MergeWork, snapshots: readonly number[], stepBytes: number) {
  const inputs = new Set([...work.upper, ...work.lower]);
  const job = new CompactionJob({
    place: bench.place,
    compression: undefined,
    options: { ...LEVELED_DEFAULTS, fileSizeBytes: bench.random.pick([1, 200, 1000, 1e9]) },
    work,
    grandparents: bench.levels[work.into + 1] ?? [],
    snapshots,
    elsewhere: new OutsideTables(bench.levels, inputs, snapshots[0]!),
    newFileId: bench.newFileId,
  });
  while (job.advance(stepBytes));
  job.output.syncNow();
  job.output.close();
  return job.output.tables.map((table) => new Table(bench.place, table));
}

describe('A merge', () => {
  it.each(Array.from({ length: 150 }, (_, index) => index + 1))(
    'changes nothing that a snapshot sees and leaves nothing that none sees (seed %i)',
    (seed) => {
      const bench = new Bench(seed);
      bench.fill();
      const before = bench.allEntries();
      const picks = Array.from(
        { length: 1 + bench.random.below(4) },
        () => 1 + bench.random.below(VERSIONS),
      );
      const snapshots = [...new Set(picks)].toSorted((left, right) => left - right);
      const work = mergeOf(bench);
      const outputs = runJob(bench, work, snapshots, bench.random.pick([1, 50, 1e9]));
      bench.adopt(outputs);
      const inputEntries = bench.entriesOf([...work.upper, ...work.lower]);
      bench.levels[work.from] = [];
      bench.levels[work.into] = outputs;
      const after = bench.allEntries();
      const newest = snapshots.at(-1)!;
      for (const snapshot of [
        ...snapshots,
        ...Array.from({ length: 70 }, (_, at) => newest + at),
      ]) {
        expect(seenAt(after, snapshot), `seed ${seed} at ${snapshot}`).toEqual(
          seenAt(before, snapshot),
        );
      }
      const outputEntries = bench.entriesOf(outputs);
      expect(outputEntries.length).toBeLessThanOrEqual(inputEntries.length);
      expectNothingUseless(outputEntries, snapshots, seed);
      for (let index = 1; index < outputs.length; index += 1) {
        const order = compareBytes(
          outputs[index - 1]!.metadata.maxKey,
          outputs[index]!.metadata.minKey,
        );
        expect(order, `seed ${seed}: tables are disjoint`).toBeLessThan(0);
      }
    },
  );

  it('leaves nothing of keys that were deleted, once no snapshot sees them', () => {
    const bench = new Bench(7);
    bench.fill();
    const upper = bench.levels[0]!;
    const lower = [...bench.levels[1]!, ...bench.levels[2]!];
    const work: MergeWork = {
      ...mergeOf(bench),
      from: 0,
      into: 2,
      upper: [...upper, ...bench.levels[1]!],
      lower: bench.levels[2]!,
    };
    const before = bench.entriesOf([...upper, ...lower]);
    // All tables are read as level 0, each as a run of its own.
    const outputs = runJob(bench, work, [1000], 1e9);
    bench.adopt(outputs);
    const after = bench.entriesOf(outputs);
    expect(after.every(({ kind }) => kind === ENTRY_KIND.put)).toBe(true);
    expect(seenAt(after, 1000)).toEqual(seenAt(before, 1000));
    expect(after.length).toBe(seenAt(before, 1000).size);
  });

  it('keeps a delete whose key a table outside may hold, by range and filter', () => {
    const bench = new Bench(1);
    bench.fill();
    const outside = bench.levels[2]!;
    const elsewhere = new OutsideTables(
      bench.levels,
      new Set(bench.levels.flat().filter((table) => !outside.includes(table))),
      1000,
    );
    const held = new Set(bench.entriesOf(outside).map(({ key }) => toHex(key)));
    for (let second = 0; second < 24; second += 1) {
      const key = Uint8Array.of(1, second);
      if (held.has(toHex(key))) expect(elsewhere.mayExist(key, 0, 2, 1000)).toBe(true);
    }
    expect(held.size).toBeGreaterThan(0);
    const [{ key }] = bench.entriesOf(outside) as [Entry];
    const reader = outside[0]!.reader();
    assert(reader !== PENDING, 'memory answers at once');
    expect(reader.mayContain(hashBytes(key, 0, key.length))).toBe(true);
    const again = new OutsideTables(bench.levels, new Set(), 1000);
    expect(again.mayExist(key, 0, key.length, 0)).toBe(false);
    // Newer entries in the same table hide nothing of the older ones.
    const { minVersion, maxVersion } = outside[0]!.metadata;
    expect(maxVersion).toBeGreaterThan(minVersion + 1);
    expect(
      new OutsideTables(bench.levels, new Set(), 1000).mayExist(key, 0, key.length, minVersion + 1),
    ).toBe(true);
    const young = new OutsideTables(bench.levels, new Set(), 10);
    expect(young.mayExist(Uint8Array.of(200), 0, 1, 11)).toBe(true);
  });
});

/** Of each key at most one version for each snapshot, beside those newer than all. */
function expectNothingUseless(
  entries: readonly Entry[],
  snapshots: readonly number[],
  seed: number,
): void {
  const stripes = new Set<string>();
  for (const { key, version } of entries) {
    const snapshot = snapshots.find((candidate) => candidate >= version);
    if (snapshot === undefined) continue;
    const stripe = `${toHex(key)}@${snapshot}`;
    expect(stripes.has(stripe), `seed ${seed}: ${stripe} once`).toBe(false);
    stripes.add(stripe);
  }
}
