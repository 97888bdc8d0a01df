/**
 * Recall at the defaults and beyond, on real descriptors where they are at hand and on clustered vectors by seed, and a model
 * test: random inserts, deletes, merges, reopening and searches against brute force.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadKernels } from '../../kernels/load-kernels.ts';
import { METRIC_CODE } from '../../kernels/metric-code.ts';
import { ClusteredVectors } from '../../testing/clustered-vectors.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import type { Metric } from '../../types/data-type.ts';
import { RowBitmap } from '../row-bitmap.ts';
import { HnswBuild } from './hnsw-build.ts';
import { HnswSegment } from './hnsw-segment.ts';
import { HnswMerge } from './merge.ts';
import type { HnswOptions, HnswQuantization } from './options.ts';

const SEED = Number(process.env['ALOPEX_TEST_SEED'] ?? 20_261_125);
const KERNELS = loadKernels();
const METRICS = Object.keys(METRIC_CODE) as readonly Metric[];
const DATA = join(import.meta.dirname, '../../../../../../shared/data');
const HAS_DATA = existsSync(join(DATA, 'bigann10k.u8'));

function build(options: HnswOptions, rows: Float32Array, seed = SEED): HnswSegment {
  const rowCount = rows.length / options.dimension;
  const random = new SeededRandom(seed);
  const graph = HnswBuild.begin(KERNELS, options, { rowCount, random });
  for (let row = 0; row < rowCount; row += 1) graph.add(rows, row * options.dimension);
  graph.advance();
  return graph.finish();
}

function recall(segment: HnswSegment, queries: Float32Array, ef: number, only?: RowBitmap): number {
  const { dimension } = segment.options;
  const count = queries.length / dimension;
  let found = 0;
  let expected = 0;
  for (let at = 0; at < count; at += 1) {
    const vector = queries.subarray(at * dimension, (at + 1) * dimension);
    const query = { vector, k: 10, ef, only };
    const exact = segment.search({ ...query, route: 'exact' });
    const walk = segment.search({ ...query, route: 'walk' });
    // By distance: of equal rows any will do.
    const worst = exact.reduced.at(-1) ?? 0;
    for (const reduced of walk.reduced) if (reduced <= worst) found += 1;
    expected += exact.count;
  }
  return found / expected;
}

describe.skipIf(!HAS_DATA)('On 10,000 SIFT descriptors (skipped where the data are absent)', () => {
  const readRows = (): Float32Array => Float32Array.from(readFileSync(join(DATA, 'bigann10k.u8')));
  const readQueries = (): Float32Array => {
    const bytes = readFileSync(join(DATA, 'siftsmall_query.fvecs'));
    const queries = new Float32Array(100 * 128);
    for (let row = 0; row < 100; row += 1) {
      for (let at = 0; at < 128; at += 1) {
        queries[row * 128 + at] = bytes.readFloatLE(row * 516 + 4 + at * 4);
      }
    }
    return queries;
  };

  it.each(['none', 'sq8'] as const)(
    'recall@10 at the defaults, quantization %s',
    (quantization) => {
      const segment = build({ dimension: 128, metric: 'l2', quantization }, readRows());
      const queries = readQueries();
      expect(recall(segment, queries, 50)).toBeGreaterThanOrEqual(0.95);
      expect(recall(segment, queries, 200)).toBeGreaterThanOrEqual(0.99);
    },
  );
});

describe('On 10,000 clustered vectors of 64 dimensions', () => {
  it.each(METRICS)(`codes cost less than 0.01 of recall by %s (seed ${SEED})`, (metric) => {
    const law = { dimension: 64, clusters: 100, spread: 0.4 };
    const source = new ClusteredVectors(law, new SeededRandom(SEED));
    const rows = source.take(10_000);
    const queries = source.take(50);
    const exact = build({ dimension: 64, metric, efConstruction: 100 }, rows);
    const coded = build({ dimension: 64, metric, efConstruction: 100, quantization: 'sq8' }, rows);
    expect(recall(exact, queries, 50)).toBeGreaterThanOrEqual(metric === 'inner' ? 0.9 : 0.95);
    expect(recall(exact, queries, 200)).toBeGreaterThanOrEqual(0.985);
    expect(recall(coded, queries, 200)).toBeGreaterThanOrEqual(recall(exact, queries, 200) - 0.01);
    const tenth = new RowBitmap(10_000);
    for (let row = 0; row < 10_000; row += 10) tenth.add(row);
    expect(recall(coded, queries, 50, tenth)).toBeGreaterThanOrEqual(0.95);
  });
});

/** What the model knows of a live row. */
interface ModelRow {
  readonly vector: Float32Array;
}

/** A set of segments as a keyspace will keep them, beside a plain map. */
class Churn {
  readonly #options: HnswOptions;
  readonly #random: SeededRandom;
  readonly #source: ClusteredVectors;
  readonly #model = new Map<number, ModelRow>();
  /** Each segment with the ids of its rows by ordinal. */
  #segments: { segment: HnswSegment; ids: number[] }[] = [];
  #nextId = 0;

  constructor(options: HnswOptions, seed: number) {
    this.#options = options;
    this.#random = new SeededRandom(seed);
    const law = { dimension: options.dimension, clusters: 8, spread: 0.3 };
    this.#source = new ClusteredVectors(law, this.#random);
  }

  step(): void {
    const roll = this.#random.below(10);
    if (roll < 3 || this.#segments.length === 0) this.#flush();
    else if (roll < 7) this.#delete();
    else if (roll < 9) this.#merge();
    else this.#reopen();
  }

  /** Recall of the k best over all segments; checks that every hit is live and its distance right. */
  search(k: number, ef: number): number {
    const vector = this.#source.take(1);
    const hits = this.#segments
      .flatMap(({ segment, ids }) => {
        const { ordinals, reduced } = segment.search({ vector, k, ef, route: 'walk' });
        return [...ordinals].map((ordinal, at) => ({ id: ids[ordinal]!, distance: reduced[at]! }));
      })
      .sort((left, right) => left.distance - right.distance)
      .slice(0, k);
    const exact = [...this.#model.values()]
      .map((row) => squaredL2(row.vector, vector))
      .sort((left, right) => left - right)
      .slice(0, k);
    expect(hits.length).toBe(exact.length);
    expect(new Set(hits.map(({ id }) => id)).size).toBe(hits.length);
    for (const { id, distance } of hits) {
      const row = this.#model.get(id);
      expect(row).toBeDefined();
      expect(distance).toBeCloseTo(squaredL2(row!.vector, vector), 3);
    }
    const worst = (exact.at(-1) ?? 0) * 1.00001;
    return exact.length === 0
      ? 1
      : hits.filter(({ distance }) => distance <= worst).length / exact.length;
  }

  #flush(): void {
    const count = this.#random.below(400);
    const { dimension } = this.#options;
    const rows = this.#source.take(count);
    const ids: number[] = [];
    for (let row = 0; row < count; row += 1) {
      if (row > 0 && this.#random.chance(0.05)) rows.copyWithin(row * dimension, 0, dimension);
      ids.push(this.#nextId);
      const vector = rows.subarray(row * dimension, (row + 1) * dimension);
      this.#model.set(this.#nextId, { vector });
      this.#nextId += 1;
    }
    this.#segments.push({ segment: build(this.#options, rows, this.#random.below(1e9)), ids });
  }

  #delete(): void {
    for (const { segment, ids } of this.#segments) {
      for (const [ordinal, id] of ids.entries()) {
        if (!this.#random.chance(0.1)) continue;
        segment.remove(ordinal);
        this.#model.delete(id);
      }
    }
  }

  #merge(): void {
    const inputs = this.#segments.map(({ segment }) => segment);
    const merging = HnswMerge.begin(KERNELS, inputs, { random: this.#random });
    merging.advance();
    const { segment, ordinals } = merging.finish();
    const ids: number[] = [];
    for (const [index, map] of ordinals.entries()) {
      for (const [row, ordinal] of map.entries()) {
        if (ordinal < segment.rowCount) ids[ordinal] = this.#segments[index]!.ids[row]!;
      }
    }
    this.#segments = [{ segment, ids }];
  }

  #reopen(): void {
    this.#segments = this.#segments.map(({ segment, ids }) => {
      const bytes = segment.bytes().slice();
      const options = { byteLength: bytes.length };
      return { segment: HnswSegment.open(KERNELS, options, (target) => target.set(bytes)), ids };
    });
  }
}

function squaredL2(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (const [at, value] of left.entries()) sum += (value - right[at]!) ** 2;
  return sum;
}

describe('A life of inserts, deletes, merges and reopening', () => {
  const quantizations: readonly HnswQuantization[] = ['none', 'sq8'];
  it.each(quantizations)(
    `stays exact in what it returns and above 0.9 in what it finds, quantization %s (seed ${SEED})`,
    (quantization) => {
      const options = {
        dimension: 24,
        metric: 'l2',
        quantization,
        m: 8,
        efConstruction: 64,
      } as const;
      for (let life = 0; life < 3; life += 1) {
        const churn = new Churn(options, SEED + life);
        let sum = 0;
        for (let step = 0; step < 30; step += 1) {
          churn.step();
          sum += (churn.search(10, 200) + churn.search(10, 200)) / 2;
        }
        expect(sum / 30).toBeGreaterThanOrEqual(0.9);
      }
    },
  );
});
