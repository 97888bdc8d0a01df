/** A vector keyspace in a store: every search answers what its snapshot sees, whatever flushes and compactions have done. */
import { describe, expect, it } from 'vitest';
import { keyspaceId } from '../base/brand.ts';
import { compareBytes, encodeUtf8, decodeUtf8 } from '../base/bytes.ts';
import { AlopexError } from '../base/errors.ts';
import { PENDING } from '../base/pending.ts';
import { nextBelow, nextFloat } from '../base/random.ts';
import { loadKernels } from '../kernels/load-kernels.ts';
import { ClusteredVectors } from '../testing/clustered-vectors.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import type { Transaction } from '../txn/transaction.ts';
import { SegmentCache } from '../vector/keyspace/segment-cache.ts';
import { RowKeyTable } from '../vector/row-key-table.ts';
import { VectorDistances } from '../vector/vector-distances.ts';
import {
  VectorKeyspace,
  type VectorKeyspaceOptions,
  type VectorMatches,
  type NearestQuery,
} from '../vector/keyspace/vector-keyspace.ts';
import { MemoryVfs } from '../vfs/memory-vfs.ts';
import { Store } from './store.ts';

const SEED = Number(process.env['ALOPEX_TEST_SEED'] ?? 20_261_125);
const KERNELS = loadKernels();
const KEYSPACE = keyspaceId(20_000);
const DIMENSION = 16;

function openStore(vfs: MemoryVfs): Store {
  return Store.open({ clock: new ManualClock(), vfs });
}

function openIndex(store: Store, options: Partial<VectorKeyspaceOptions> = {}): VectorKeyspace {
  return new VectorKeyspace(store, KERNELS, {
    keyspace: KEYSPACE,
    dimension: DIMENSION,
    metric: 'l2',
    efConstruction: 60,
    graphRowsMin: 50,
    random: new SeededRandom(SEED),
    ...options,
  });
}

function search(index: VectorKeyspace, tx: Transaction, query: NearestQuery): VectorMatches {
  const found = index.search(tx, query);
  if (found === PENDING) throw new AlopexError('ALX_INTERNAL', 'a local search does not wait');
  return found;
}

function keyOf(id: number): Uint8Array {
  return encodeUtf8(`row-${String(id).padStart(6, '0')}`);
}

function namesOf({ matches }: VectorMatches): string[] {
  return matches.map(({ key }) => decodeUtf8(key, 0, key.length));
}

function fill(store: Store, index: VectorKeyspace, rows: Float32Array, firstId = 0): void {
  const tx = store.begin();
  for (let row = 0; row * DIMENSION < rows.length; row += 1) {
    index.put(tx, keyOf(firstId + row), rows.slice(row * DIMENSION, (row + 1) * DIMENSION));
  }
  tx.commitNow();
}

const MEASURE = new VectorDistances(KERNELS);

/** What a search must answer: all rows of the model, compared one by one. */
function exactly(
  rows: ReadonlyMap<string, Float32Array>,
  vector: Float32Array,
  k: number,
): { readonly names: string[]; readonly distances: number[] } {
  const names = [...rows.keys()];
  const right = new Float32Array(names.length * DIMENSION);
  for (const [at, name] of names.entries()) right.set(rows.get(name)!, at * DIMENSION);
  const out = new Float64Array(names.length);
  const batch = { metric: 'l2', measure: 'distance', dimension: DIMENSION } as const;
  if (names.length > 0) {
    MEASURE.compute({ ...batch, count: names.length, left: vector, leftIsOne: true, right }, out);
  }
  const order = names
    .map((name, at) => ({ name, distance: out[at]! }))
    .toSorted(
      (a, b) => a.distance - b.distance || compareBytes(encodeUtf8(a.name), encodeUtf8(b.name)),
    )
    .slice(0, k);
  return { names: order.map(({ name }) => name), distances: order.map((one) => one.distance) };
}

describe('a vector keyspace', () => {
  it('keeps its graph in the table, and finds it there after the store was opened again', async () => {
    const vfs = new MemoryVfs();
    const law = { dimension: DIMENSION, clusters: 20, spread: 0.2 };
    const vectors = new ClusteredVectors(law, new SeededRandom(SEED));
    const rows = vectors.take(2000);
    const queries = vectors.take(20);
    const store = openStore(vfs);
    fill(store, openIndex(store), rows);
    store.flush();
    store.compactNow();
    await store.close();

    await using again = openStore(vfs);
    const index = openIndex(again);
    const tx = again.begin();
    let hits = 0;
    for (let at = 0; at < queries.length; at += DIMENSION) {
      const vector = queries.slice(at, at + DIMENSION);
      const walked = search(index, tx, { vector, k: 10, ef: 100 });
      expect(walked.graphs).toBe(1);
      expect(walked.visited).toBeGreaterThan(0);
      const exact = new Set(namesOf(search(index, tx, { vector, k: 10, exact: true })));
      for (const name of namesOf(walked)) if (exact.has(name)) hits += 1;
    }
    tx.rollback();
    expect(hits / 200).toBeGreaterThanOrEqual(0.95);
  });

  it('extends the graph by the rows of later compactions and drops what was deleted', async () => {
    const vectors = new ClusteredVectors(
      { dimension: DIMENSION, clusters: 10, spread: 0.3 },
      new SeededRandom(SEED),
    );
    await using store = openStore(new MemoryVfs());
    const index = openIndex(store);
    fill(store, index, vectors.take(400));
    store.compactNow();
    const more = vectors.take(100);
    fill(store, index, more, 400);
    const removal = store.begin();
    for (let id = 0; id < 60; id += 1) removal.delete(KEYSPACE, keyOf(id));
    removal.commitNow();
    store.compactNow();
    const tx = store.begin();
    const vector = more.slice(0, DIMENSION);
    const found = search(index, tx, { vector, k: 500, ef: 500 });
    expect(found.segments).toBe(1);
    expect(found.graphs).toBe(1);
    expect(found.matches).toHaveLength(440);
    expect(namesOf(found)[0]).toBe('row-000400');
    tx.rollback();
  });

  it('finds k rows whenever the filter lets k through', async () => {
    const vectors = new ClusteredVectors(
      { dimension: DIMENSION, clusters: 5, spread: 0.3 },
      new SeededRandom(SEED),
    );
    await using store = openStore(new MemoryVfs());
    const index = openIndex(store);
    fill(store, index, vectors.take(1000));
    store.compactNow();
    const only = new RowKeyTable();
    const allowed = new Set<string>();
    for (let id = 3; id < 1000; id += 97) {
      only.add(keyOf(id));
      allowed.add(decodeUtf8(keyOf(id), 0, 10));
    }
    const tx = store.begin();
    const found = namesOf(search(index, tx, { vector: vectors.take(1), k: 10, only }));
    expect(found).toHaveLength(10);
    expect(found.every((name) => allowed.has(name))).toBe(true);
    tx.rollback();
  });

  it('refuses vectors of another dimension and elements that are not finite', async () => {
    await using store = openStore(new MemoryVfs());
    const index = openIndex(store);
    const tx = store.begin();
    const codes = [new Float32Array(3), new Float32Array(DIMENSION).fill(Number.NaN)].map((one) => {
      try {
        index.put(tx, keyOf(1), one);
        return 'accepted';
      } catch (error) {
        return error instanceof AlopexError ? error.code : 'another error';
      }
    });
    expect(codes).toEqual(['ALX_VECTOR_DIMENSION', 'ALX_VECTOR_ELEMENT']);
    expect(() => openIndex(store, { dimension: 16_385 })).toThrow('not built yet');
    expect(search(index, tx, { vector: new Float32Array(DIMENSION), k: 3 }).matches).toEqual([]);
    tx.rollback();
  });

  it('leaves at most ten thousand rows to the memtable', async () => {
    await using store = openStore(new MemoryVfs());
    const index = openIndex(store, { dimension: 1 });
    for (let id = 0; id < 12_000; id += 1000) {
      const tx = store.begin();
      for (let row = id; row < id + 1000; row += 1) {
        index.put(tx, keyOf(row), Float32Array.of(row));
      }
      tx.commitNow();
    }
    expect(store.view.memtables[0]!.mapOf(KEYSPACE)!.size).toBe(2000);
    const tx = store.begin();
    const found = search(index, tx, { vector: Float32Array.of(9999.6), k: 2 });
    expect(namesOf(found)).toEqual(['row-010000', 'row-009999']);
    tx.rollback();
  });

  it('holds no more segments than its memory, and answers all the same', async () => {
    await using store = openStore(new MemoryVfs());
    store.pauseCompaction();
    const cache = new SegmentCache(1);
    const index = openIndex(store, { cache });
    const rows = new ClusteredVectors(
      { dimension: DIMENSION, clusters: 5, spread: 0.3 },
      new SeededRandom(SEED),
    ).take(300);
    for (let part = 0; part < 3; part += 1) {
      const size = 100 * DIMENSION;
      fill(store, index, rows.slice(part * size, (part + 1) * size), part * 100);
      store.flush();
    }
    const tx = store.begin();
    const found = search(index, tx, { vector: rows.slice(0, DIMENSION), k: 300 });
    expect(found.segments).toBe(3);
    expect(found.matches).toHaveLength(300);
    const one = cache.byteLength;
    index.preload();
    expect(cache.byteLength).toBe(one);
    tx.rollback();
  });

  it('names a damaged table, and a compaction builds its graph again', async () => {
    const vfs = new MemoryVfs();
    const store = openStore(vfs);
    const rows = new ClusteredVectors(
      { dimension: DIMENSION, clusters: 5, spread: 0.3 },
      new SeededRandom(SEED),
    ).take(200);
    fill(store, openIndex(store), rows);
    store.compactNow();
    const table = store.view.version.trees.get(KEYSPACE)!.flat()[0]!;
    await store.close();
    damageMiddleOfSection(vfs, table.path);

    await using again = openStore(vfs);
    const index = openIndex(again);
    const vector = rows.slice(0, DIMENSION);
    const tx = again.begin();
    expect(() => search(index, tx, { vector, k: 1 })).toThrow(table.path);
    tx.rollback();
    // A changed row gives the compaction something to do.
    fill(again, index, rows.slice(0, DIMENSION));
    again.compactNow(KEYSPACE);
    const after = again.begin();
    const found = search(index, after, { vector, k: 200, ef: 200 });
    expect(found.graphs).toBe(1);
    expect(found.matches).toHaveLength(200);
    after.rollback();
  });
});

/** The index section is most of the file's second half. */
function damageMiddleOfSection(vfs: MemoryVfs, path: string): void {
  const file = vfs.openRead(path);
  const bytes = file.read(0, file.size());
  file.close();
  if (bytes === PENDING) throw new AlopexError('ALX_INTERNAL', 'memory answers at once');
  const copy = bytes.slice();
  copy[Math.floor(copy.length * 0.75)]! ^= 0xff;
  vfs.remove(path);
  const written = vfs.create(path);
  written.append(copy);
  written.syncNow();
  written.close();
}

describe('a vector keyspace against a model, by seed', () => {
  for (let round = 0; round < 4; round += 1) {
    it(`answers what each snapshot sees (seed ${SEED + round})`, async () => {
      await runModel(SEED + round);
    });
  }
});

interface Snapshot {
  readonly tx: Transaction;
  readonly rows: ReadonlyMap<string, Float32Array>;
}

async function runModel(seed: number): Promise<void> {
  const random = new SeededRandom(seed);
  const vfs = new MemoryVfs();
  let store = openStore(vfs);
  let index = openIndex(store, { random: new SeededRandom(seed) });
  let rows = new Map<string, Float32Array>();
  let snapshots: Snapshot[] = [];
  let recalled = 0;
  let expected = 0;
  const vector = (): Float32Array =>
    Float32Array.from({ length: DIMENSION }, () => Math.fround(nextFloat(random) * 2 - 1));
  for (let step = 0; step < 120; step += 1) {
    const dice = nextBelow(random, 20);
    if (dice < 12) {
      const tx = store.begin();
      const next = new Map(rows);
      const own: Uint8Array[] = [];
      for (let write = nextBelow(random, 30); write >= 0; write -= 1) {
        const key = keyOf(nextBelow(random, 300));
        const name = decodeUtf8(key, 0, key.length);
        own.push(key);
        if (nextBelow(random, 4) === 0) {
          tx.delete(KEYSPACE, key);
          next.delete(name);
        } else {
          const written = vector();
          index.put(tx, key, written);
          next.set(name, written);
        }
      }
      const query = { vector: vector(), k: 7 };
      const found = search(index, tx, { ...query, ownKeys: own, exact: true });
      expect(namesOf(found)).toEqual(exactly(next, query.vector, 7).names);
      if (nextBelow(random, 5) === 0) tx.rollback();
      else {
        tx.commitNow();
        rows = next;
      }
    } else if (dice < 14) store.flush();
    else if (dice === 14) store.compactNow();
    else if (dice === 15) snapshots.push({ tx: store.begin(), rows });
    else if (dice === 16) snapshots.shift()?.tx.rollback();
    else if (dice === 17 && nextBelow(random, 3) === 0) {
      for (const { tx } of snapshots) tx.rollback();
      snapshots = [];
      await store.close();
      store = openStore(vfs);
      index = openIndex(store, { random: new SeededRandom(seed + step) });
    }
    const latest = { tx: store.begin(), rows };
    for (const seen of [...snapshots, latest]) {
      const query = { vector: vector(), k: 1 + nextBelow(random, 12) };
      const truth = exactly(seen.rows, query.vector, query.k);
      const exact = search(index, seen.tx, { ...query, exact: true });
      expect(namesOf(exact)).toEqual(truth.names);
      expect(exact.matches.map(({ distance }) => distance)).toEqual(truth.distances);
      const walked = search(index, seen.tx, { ...query, ef: 200 });
      expect(walked.matches).toHaveLength(truth.names.length);
      const names = new Set(truth.names);
      for (const name of namesOf(walked)) if (names.has(name)) recalled += 1;
      expected += truth.names.length;
    }
    latest.tx.rollback();
  }
  expect(recalled / expected).toBeGreaterThanOrEqual(0.9);
  for (const { tx } of snapshots) tx.rollback();
  await store.close();
}
