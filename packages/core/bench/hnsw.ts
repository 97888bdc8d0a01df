/**
 * Graphs: build time, and queries per second at equal recall, beside hnswlib-node where its folder is given.
 *
 *   node --conditions=@alopex-db/source packages/core/bench/hnsw.ts sift|clustered
 *     [--rows 100000] [--dimension 128] [--metric l2] [--queries 200] [--passes 5] [--segments 1] [--hnswlib DIR] [--data DIR]
 *
 * sift: the 10,000 SIFT descriptors and 100 queries of the folder --data. clustered: vectors by the law of
 * `testing/clustered-vectors.ts` with 1,000 clusters, spread 0.5, seed 1; queries by the same law.
 * M 16, ef_construction 200, one thread. Contestants take turns query by query, breadth by breadth. A query's time is the
 * least of its passes, which leaves out what other processes took; the rate at a recall is interpolated between breadths.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadKernels } from '../src/kernels/load-kernels.ts';
import { ClusteredVectors } from '../src/testing/clustered-vectors.ts';
import { SeededRandom } from '../src/testing/seeded-random.ts';
import type { Metric } from '../src/types/data-type.ts';
import { FlatIndex } from '../src/vector/flat-index.ts';
import { HnswBuild } from '../src/vector/hnsw/hnsw-build.ts';
import type { HnswSegment } from '../src/vector/hnsw/hnsw-segment.ts';
import type { HnswQuantization } from '../src/vector/hnsw/options.ts';
import { RowBitmap } from '../src/vector/row-bitmap.ts';

const K = 10;
const M = 16;
const EF_CONSTRUCTION = 200;
const BREADTHS = [10, 14, 20, 28, 40, 56, 80, 112, 160, 224, 320, 448] as const;
const RECALLS = [0.9, 0.95, 0.99] as const;

interface DataSet {
  readonly name: string;
  readonly dimension: number;
  readonly metric: Metric;
  readonly rows: Float32Array;
  readonly queries: readonly Float32Array[];
  readonly truth: readonly ReadonlySet<number>[];
}

interface Contestant {
  readonly name: string;
  readonly buildSeconds: number;
  readonly search: (query: Float32Array, ef: number) => ArrayLike<number>;
}

interface Point {
  readonly ef: number;
  readonly recall: number;
  readonly perSecond: number;
}

/** What is used of the peer. */
interface HnswlibIndex {
  initIndex(options: {
    maxElements: number;
    m: number;
    efConstruction: number;
    randomSeed: number;
  }): void;
  addPoint(vector: readonly number[], label: number): void;
  setEf(ef: number): void;
  searchKnn(vector: readonly number[], k: number): { readonly neighbors: readonly number[] };
}

function split(vectors: Float32Array, dimension: number): readonly Float32Array[] {
  return Array.from({ length: vectors.length / dimension }, (_, row) =>
    vectors.slice(row * dimension, (row + 1) * dimension),
  );
}

function withTruth(set: Omit<DataSet, 'truth'>): DataSet {
  const { dimension, metric, rows } = set;
  const index = new FlatIndex(loadKernels(), dimension, rows.length / dimension);
  for (let at = 0; at < rows.length; at += dimension) index.add(rows, at);
  const truth = set.queries.map(
    (vector) => new Set(index.search({ vector, metric, k: K }).ordinals),
  );
  return { ...set, truth };
}

function siftSet(folder: string): DataSet {
  const rows = Float32Array.from(readFileSync(join(folder, 'bigann10k.u8')));
  const bytes = readFileSync(join(folder, 'siftsmall_query.fvecs'));
  const queries = Array.from({ length: 100 }, (_, row) =>
    Float32Array.from({ length: 128 }, (_element, at) => bytes.readFloatLE(row * 516 + 4 + at * 4)),
  );
  return withTruth({ name: 'SIFT 10,000 x 128, l2', dimension: 128, metric: 'l2', rows, queries });
}

function clusteredSet(
  rowCount: number,
  dimension: number,
  metric: Metric,
  queryCount: number,
): DataSet {
  const source = new ClusteredVectors(
    { dimension, clusters: 1_000, spread: 0.5 },
    new SeededRandom(1),
  );
  const rows = source.take(rowCount);
  const queries = split(source.take(queryCount), dimension);
  const name = `clustered ${rowCount} x ${dimension}, ${metric}, 1,000 clusters, spread 0.5, seed 1`;
  return withTruth({ name, dimension, metric, rows, queries });
}

function buildSegment(
  set: DataSet,
  quantization: HnswQuantization,
  first: number,
  end: number,
): HnswSegment {
  const { dimension, metric, rows } = set;
  const graph = HnswBuild.begin(
    loadKernels(),
    { dimension, metric, quantization, m: M, efConstruction: EF_CONSTRUCTION },
    { rowCount: end - first, random: new SeededRandom(7) },
  );
  for (let row = first; row < end; row += 1) graph.add(rows, row * dimension);
  graph.advance();
  return graph.finish();
}

function cpuSeconds(): number {
  return process.cpuUsage().user / 1e6;
}

function ours(set: DataSet, quantization: HnswQuantization, segmentCount: number): Contestant {
  const start = cpuSeconds();
  const rowCount = set.rows.length / set.dimension;
  const perSegment = Math.ceil(rowCount / segmentCount);
  const segments = Array.from({ length: segmentCount }, (_, index) => {
    const first = index * perSegment;
    return {
      first,
      segment: buildSegment(set, quantization, first, Math.min(rowCount, first + perSegment)),
    };
  });
  const buildSeconds = cpuSeconds() - start;
  const only = segments[0]!.segment;
  const search = (vector: Float32Array, ef: number): ArrayLike<number> =>
    only.search({ vector, k: K, ef, route: 'walk' }).ordinals;
  const searchMany = (vector: Float32Array, ef: number): ArrayLike<number> =>
    segments
      .flatMap(({ first, segment }) => {
        const { ordinals, reduced } = segment.search({ vector, k: K, ef, route: 'walk' });
        return Array.from(ordinals, (ordinal, at) => ({
          row: first + ordinal,
          reduced: reduced[at]!,
        }));
      })
      .sort((left, right) => left.reduced - right.reduced)
      .slice(0, K)
      .map(({ row }) => row);
  const name = `alopex ${quantization === 'sq8' ? 'sq8 + float32 rescoring' : 'float32'}`;
  return { name, buildSeconds, search: segmentCount === 1 ? search : searchMany };
}

function hnswlib(set: DataSet, folder: string): Contestant {
  const { HierarchicalNSW } = createRequire(import.meta.url)(folder) as {
    readonly HierarchicalNSW: new (space: string, dimension: number) => HnswlibIndex;
  };
  const space = { l2: 'l2', cosine: 'cosine', inner: 'ip', l1: '' }[set.metric];
  const index = new HierarchicalNSW(space, set.dimension);
  const vectors = split(set.rows, set.dimension).map((row) => [...row]);
  index.initIndex({
    maxElements: vectors.length,
    m: M,
    efConstruction: EF_CONSTRUCTION,
    randomSeed: 7,
  });
  const start = cpuSeconds();
  for (const [row, vector] of vectors.entries()) index.addPoint(vector, row);
  const buildSeconds = cpuSeconds() - start;
  const plain = new Map(set.queries.map((query) => [query, [...query]]));
  let breadth = 0;
  const search = (query: Float32Array, ef: number): ArrayLike<number> => {
    if (ef !== breadth) index.setEf(ef);
    breadth = ef;
    return index.searchKnn(plain.get(query)!, K).neighbors;
  };
  return { name: 'hnswlib-node float32', buildSeconds, search };
}

function measure(
  set: DataSet,
  contestants: readonly Contestant[],
  passes: number,
): readonly Point[][] {
  const curves = contestants.map((): Point[] => []);
  for (const ef of BREADTHS) {
    const best = contestants.map(() => new Float64Array(set.queries.length).fill(Infinity));
    const found = contestants.map(() => 0);
    for (let pass = 0; pass < passes; pass += 1) {
      for (const [which, { search }] of contestants.entries()) {
        for (const [at, query] of set.queries.entries()) {
          const start = performance.now();
          const rows = search(query, ef);
          best[which]![at] = Math.min(best[which]![at]!, performance.now() - start);
          if (pass > 0) continue;
          for (let index = 0; index < rows.length; index += 1) {
            if (set.truth[at]!.has(rows[index]!)) found[which]! += 1;
          }
        }
      }
    }
    for (const [which, curve] of curves.entries()) {
      const milliseconds = best[which]!.reduce((sum, time) => sum + time, 0);
      const recall = found[which]! / (K * set.queries.length);
      curve.push({ ef, recall, perSecond: (1000 * set.queries.length) / milliseconds });
    }
  }
  return curves;
}

/** Between the first two breadths on either side of a recall, in proportion; undefined where none reaches it. */
function rateAt(curve: readonly Point[], recall: number): number | undefined {
  const above = curve.findIndex((point) => point.recall >= recall);
  if (above <= 0) return curve[above]?.perSecond;
  const low = curve[above - 1]!;
  const high = curve[above]!;
  const share = (recall - low.recall) / (high.recall - low.recall);
  return low.perSecond + share * (high.perSecond - low.perSecond);
}

function show(set: DataSet, contestants: readonly Contestant[], curves: readonly Point[][]): void {
  process.stdout.write(`${set.name}; recall@10 and queries per second, one thread\n`);
  for (const [which, { name, buildSeconds }] of contestants.entries()) {
    const curve = curves[which]!;
    const rates = RECALLS.map(
      (recall) => rateAt(curve, recall)?.toFixed(0).padStart(7) ?? '      -',
    );
    process.stdout.write(
      `${name.padEnd(30)} build ${buildSeconds.toFixed(1).padStart(6)} s CPU   at 0.90 / 0.95 / 0.99: ${rates.join(' ')}\n`,
    );
    const points = curve.map(
      ({ ef, recall, perSecond }) => `${ef}:${recall.toFixed(3)}:${perSecond.toFixed(0)}`,
    );
    process.stdout.write(`  ef:recall:rate ${points.join(' ')}\n`);
  }
}

function showFilters(set: DataSet): void {
  const rowCount = set.rows.length / set.dimension;
  const segment = buildSegment(set, 'sq8', 0, rowCount);
  for (const share of [1, 0.5, 0.2, 0.1, 0.05, 0.01]) {
    const random = new SeededRandom(3);
    const only = new RowBitmap(rowCount);
    for (let row = 0; row < rowCount; row += 1) if (random.chance(share)) only.add(row);
    for (const route of ['walk', 'scan', 'exact', 'auto'] as const) {
      let milliseconds = 0;
      let distances = 0;
      let recalled = 0;
      for (const vector of set.queries) {
        let best = Infinity;
        for (let pass = 0; pass < 3; pass += 1) {
          const start = performance.now();
          const hits = segment.search({ vector, k: K, ef: 50, only, route });
          best = Math.min(best, performance.now() - start);
          distances += hits.distances / 3;
          if (pass > 0) continue;
          const exact = new Set(segment.search({ vector, k: K, only, route: 'exact' }).ordinals);
          for (const ordinal of hits.ordinals) if (exact.has(ordinal)) recalled += 1;
        }
        milliseconds += best;
      }
      const rate = (1000 * set.queries.length) / milliseconds;
      process.stdout.write(
        `  filter ${share} by ${route}: ${rate.toFixed(0)} per second, ${(distances / set.queries.length).toFixed(0)} distances, recall ${(recalled / (K * set.queries.length)).toFixed(3)}\n`,
      );
    }
  }
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rows: { type: 'string', default: '100000' },
      dimension: { type: 'string', default: '128' },
      metric: { type: 'string', default: 'l2' },
      queries: { type: 'string', default: '200' },
      passes: { type: 'string', default: '5' },
      segments: { type: 'string', default: '1' },
      filters: { type: 'boolean', default: false },
      hnswlib: { type: 'string' },
      data: { type: 'string', default: 'data' },
    },
  });
  const set =
    positionals[0] === 'clustered'
      ? clusteredSet(
          Number(values.rows),
          Number(values.dimension),
          values.metric as Metric,
          Number(values.queries),
        )
      : siftSet(values.data);
  if (values.filters) {
    showFilters(set);
    return;
  }
  const segments = Number(values.segments);
  const contestants = [ours(set, 'sq8', segments), ours(set, 'none', segments)];
  if (values.hnswlib !== undefined) contestants.push(hnswlib(set, values.hnswlib));
  show(set, contestants, measure(set, contestants, Number(values.passes)));
}

main();
