import { describe, expect, it } from 'vitest';
import { keyspaceId, version, type Version } from '../base/brand.ts';
import { encodeUtf8, toHex } from '../base/bytes.ts';
import { PENDING } from '../base/pending.ts';
import { nextBelow, nextFloat, type Random } from '../base/random.ts';
import { loadKernels } from '../kernels/load-kernels.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import type { ResidentColumn, RowVector } from './resident-column.ts';
import { ResidentVectors } from './resident-vectors.ts';
import { RowBitmap } from './row-bitmap.ts';
import { VectorDistances } from './vector-distances.ts';

const SEED = Number(process.env['ALOPEX_TEST_SEED'] ?? 20_261_125);
const DIMENSION = 6;
const COLUMN = 3;
const KEYSPACE = keyspaceId(16_400);
const kernels = loadKernels({ kind: 'exact' });
const distances = new VectorDistances(kernels);

/** A table with history: every version of every row, as a store would keep it. */
class ModelTable {
  readonly #history = new Map<
    string,
    { readonly version: Version; readonly vector: RowVector }[]
  >();
  lastVersion = version(1000);

  write(key: string, vector: RowVector, at: Version): void {
    const versions = this.#history.get(key) ?? [];
    versions.push({ version: at, vector });
    this.#history.set(key, versions);
  }

  read(key: string, snapshot: Version): RowVector {
    return this.#history.get(key)?.findLast((entry) => entry.version <= snapshot)?.vector;
  }

  *rows(snapshot: Version): Generator<readonly [string, Float32Array | null]> {
    for (const key of [...this.#history.keys()].sort()) {
      const vector = this.read(key, snapshot);
      if (vector !== undefined) yield [key, vector];
    }
  }
}

function distanceTo(query: Float32Array, vector: Float32Array): number {
  const out = new Float64Array(1);
  distances.compute(
    {
      metric: 'l2',
      measure: 'distance',
      dimension: DIMENSION,
      count: 1,
      left: query,
      leftIsOne: true,
      right: vector,
    },
    out,
  );
  return out[0]!;
}

interface Answer {
  readonly key: string;
  readonly distance: number;
}

const byDistance = (left: Answer, right: Answer): number =>
  left.distance - right.distance || (left.key < right.key ? -1 : 1);

/** What a statement does with a resident column: its hits, merged with the changed rows. */
function searchColumn(
  column: ResidentColumn,
  table: ModelTable,
  query: Float32Array,
  snapshot: Version,
  k: number,
  accepts: ((key: string) => boolean) | undefined,
): Answer[] {
  const only = accepts === undefined ? undefined : new RowBitmap(column.ordinalCount);
  if (only !== undefined && accepts !== undefined) {
    let guess = 0;
    for (const [key] of table.rows(snapshot)) {
      const ordinal = column.ordinalOf(encodeUtf8(key), guess);
      guess = ordinal + 1;
      if (ordinal >= 0 && accepts(key)) only.add(ordinal);
    }
  }
  const { search, changedKeys } = column.beginSearch({
    vector: query,
    metric: 'l2',
    k,
    snapshot,
    only,
  });
  while (!search.advance(1000));
  const { count, ordinals, reduced } = search.hits();
  const answers: Answer[] = [];
  for (let hit = 0; hit < count; hit += 1) {
    const key = new TextDecoder().decode(column.keyOf(ordinals[hit]!));
    answers.push({ key, distance: Math.sqrt(reduced[hit]!) });
  }
  for (const bytes of changedKeys) {
    const key = new TextDecoder().decode(bytes);
    const vector = table.read(key, snapshot);
    if (vector === undefined || vector === null || accepts?.(key) === false) continue;
    answers.push({ key, distance: distanceTo(query, vector) });
  }
  return answers.sort(byDistance).slice(0, k);
}

function bruteForce(
  table: ModelTable,
  query: Float32Array,
  snapshot: Version,
  k: number,
  accepts: ((key: string) => boolean) | undefined,
): Answer[] {
  const answers: Answer[] = [];
  for (const [key, vector] of table.rows(snapshot)) {
    if (vector === null || accepts?.(key) === false) continue;
    answers.push({ key, distance: distanceTo(query, vector) });
  }
  return answers.sort(byDistance).slice(0, k);
}

function build(
  resident: ResidentVectors,
  table: ModelTable,
  snapshot: Version,
): ResidentColumn | undefined {
  using building = resident.begin({
    keyspace: KEYSPACE,
    columnId: COLUMN,
    dimension: DIMENSION,
    version: snapshot,
  });
  if (building === undefined) return undefined;
  for (const [key, vector] of table.rows(snapshot)) {
    if (!building.add(encodeUtf8(key), vector)) return undefined;
  }
  return building.finish();
}

function randomVector(random: Random): Float32Array {
  return Float32Array.from({ length: DIMENSION }, () => nextFloat(random));
}

describe('Resident vectors', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    `answer as brute force does at every snapshot they serve (run %i of seed ${SEED})`,
    (run) => {
      const random = new SeededRandom(SEED + run);
      const table = new ModelTable();
      const resident = new ResidentVectors(kernels);
      const served = { resident: 0, scan: 0 };

      const commit = (): void => {
        table.lastVersion = version(table.lastVersion + 1 + nextBelow(random, 3));
        for (let writes = 1 + nextBelow(random, 6); writes > 0; writes -= 1) {
          const key = `row ${nextBelow(random, 120)}`;
          const roll = nextFloat(random);
          const vector = roll < 0.2 ? undefined : roll < 0.25 ? null : randomVector(random);
          table.write(key, vector, table.lastVersion);
          resident.noteChange(KEYSPACE, encodeUtf8(key), table.lastVersion);
        }
      };

      for (let step = 0; step < 600; step += 1) {
        if (nextFloat(random) < 0.5) commit();
        const age = nextFloat(random) < 0.7 ? 0 : nextBelow(random, 12);
        const snapshot = version(table.lastVersion - age);
        const column =
          resident.find(KEYSPACE, COLUMN, snapshot) ?? build(resident, table, snapshot);
        if (column === undefined) {
          served.scan += 1;
          continue;
        }
        served.resident += 1;
        const query = randomVector(random);
        const k = 1 + nextBelow(random, 15);
        const accepts = nextFloat(random) < 0.5 ? undefined : (key: string) => key.endsWith('3');
        const answers = searchColumn(column, table, query, snapshot, k, accepts);
        expect(answers).toEqual(bruteForce(table, query, snapshot, k, accepts));
        if (column.wantsAbsorb || nextFloat(random) < 0.05) {
          column.absorb(snapshot, (key) => table.read(new TextDecoder().decode(key), snapshot));
          expect(column.version).toBeGreaterThanOrEqual(snapshot);
        }
        if (nextFloat(random) < 0.01) resident.drop(KEYSPACE, table.lastVersion);
      }
      expect(served.resident).toBeGreaterThan(300);
      expect(served.scan).toBeGreaterThan(0);
    },
  );

  const row = (index: number): Uint8Array => encodeUtf8(`row ${index}`);
  const plan = (columnId: number, at: number, expectedRows = 0) => ({
    keyspace: KEYSPACE,
    columnId,
    dimension: DIMENSION,
    version: version(at),
    expectedRows,
  });

  function fill(
    resident: ResidentVectors,
    columnId: number,
    rows: number,
  ): ResidentColumn | undefined {
    using building = resident.begin(plan(columnId, 10));
    for (let index = 0; index < rows; index += 1) {
      if (!building!.add(row(index), new Float32Array(DIMENSION))) return undefined;
    }
    return building!.finish();
  }

  it('refuse to copy a snapshot that commits have passed, and one that is being copied', () => {
    const resident = new ResidentVectors(kernels);
    resident.noteChange(KEYSPACE, row(1), version(20));
    expect(resident.begin(plan(COLUMN, 19))).toBeUndefined();
    using building = resident.begin(plan(COLUMN, 20));
    expect(building).toBeDefined();
    expect(resident.begin(plan(COLUMN, 21))).toBeUndefined();
    expect(resident.find(KEYSPACE, COLUMN, version(21))).toBeUndefined();
  });

  it('note what commits change while a copy is being made', () => {
    const resident = new ResidentVectors(kernels);
    using building = resident.begin(plan(COLUMN, 10));
    building!.add(row(1), new Float32Array(DIMENSION));
    resident.noteChange(KEYSPACE, row(1), version(11));
    const column = building!.finish()!;
    const options = { vector: new Float32Array(DIMENSION), metric: 'l2', k: 1 } as const;
    const old = column.beginSearch({ ...options, snapshot: version(10) });
    expect(old.changedKeys).toEqual([]);
    expect(old.search.advance()).toBe(true);
    expect(old.search.hits().count).toBe(1);
    const current = column.beginSearch({ ...options, snapshot: version(11) });
    expect(current.changedKeys.map(toHex)).toEqual([toHex(row(1))]);
    current.search.advance();
    expect(current.search.hits().count).toBe(0);
  });

  it('leave out what the transaction has written itself', () => {
    const column = fill(new ResidentVectors(kernels), COLUMN, 3)!;
    const { search } = column.beginSearch({
      vector: new Float32Array(DIMENSION),
      metric: 'l2',
      k: 9,
      snapshot: version(10),
      ownKeys: [row(1), row(99)],
    });
    search.advance();
    expect([...search.hits().ordinals]).toEqual([0, 2]);
  });

  it('forget the least recently used column when the budget is full', () => {
    const resident = new ResidentVectors(kernels, { memoryBytesMax: 1.2 * 2 ** 20 });
    for (const columnId of [1, 2, 3]) expect(fill(resident, columnId, 100)).toBeDefined();
    expect(resident.find(KEYSPACE, 1, version(10))).toBeDefined();
    expect(fill(resident, 4, 100)).toBeDefined();
    const kept = [1, 2, 3, 4].filter(
      (id) => resident.find(KEYSPACE, id, version(10)) !== undefined,
    );
    expect(kept).toEqual([1, 3, 4]);
    expect(resident.byteLength).toBeLessThanOrEqual(1.2 * 2 ** 20);
    resident.resize(0.5 * 2 ** 20);
    expect(resident.find(KEYSPACE, 1, version(10))).toBeUndefined();
    expect(resident.find(KEYSPACE, 4, version(10))).toBeDefined();
  });

  it('give up a copy that does not fit, before or while it is made', () => {
    const resident = new ResidentVectors(kernels, { memoryBytesMax: 2 ** 20 });
    expect(resident.begin(plan(1, 10, 1_000_000))).toBeUndefined();
    expect(fill(resident, 2, 100_000)).toBeUndefined();
    expect(resident.byteLength).toBe(0);
  });

  it('do not publish a copy whose keyspace was dropped meanwhile', () => {
    const resident = new ResidentVectors(kernels);
    const building = resident.begin(plan(COLUMN, 10))!;
    resident.drop(KEYSPACE, version(11));
    expect(building.finish()).toBeUndefined();
    expect(resident.find(KEYSPACE, COLUMN, version(11))).toBeUndefined();
  });

  it('drop a column that nobody searches while everything in it changes', () => {
    const resident = new ResidentVectors(kernels);
    fill(resident, COLUMN, 10);
    for (let index = 0; index < 10_000; index += 1)
      resident.noteChange(KEYSPACE, row(index), version(11));
    expect(resident.byteLength).toBe(0);
  });

  it('change nothing when a read has to wait', () => {
    const resident = new ResidentVectors(kernels);
    const column = fill(resident, COLUMN, 2)!;
    resident.noteChange(KEYSPACE, row(0), version(11));
    resident.noteChange(KEYSPACE, row(1), version(11));
    let reads = 0;
    const first = column.absorb(version(11), () => {
      reads += 1;
      return reads === 2 ? PENDING : undefined;
    });
    expect(first).toBe(PENDING);
    expect([column.version, column.rowCount, column.changedCount]).toEqual([10, 2, 2]);
    column.absorb(version(11), () => undefined);
    expect([column.version, column.rowCount, column.changedCount]).toEqual([11, 0, 0]);
  });

  it('remember that rows with a NULL exist, which a search cannot rank', () => {
    const resident = new ResidentVectors(kernels);
    using building = resident.begin(plan(COLUMN, 10));
    building!.add(row(1), null);
    expect(building!.finish()!.mayHoldNulls).toBe(true);
  });
});
