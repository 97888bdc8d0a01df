/** What a search owes at the edges: every awkward size, value and filter, against a scan in float64. */
import { describe, expect, it } from 'vitest';
import { nextFloat } from '../../base/random.ts';
import { loadKernels } from '../../kernels/load-kernels.ts';
import { METRIC_CODE } from '../../kernels/metric-code.ts';
import { ClusteredVectors } from '../../testing/clustered-vectors.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import type { Metric } from '../../types/data-type.ts';
import { RowBitmap } from '../row-bitmap.ts';
import { HnswBuild } from './hnsw-build.ts';
import { HnswSegment } from './hnsw-segment.ts';
import type { HnswOptions } from './options.ts';
import { HEADER } from '../../kernels/hnsw-layout.ts';
import { verifyHnsw } from './verify.ts';

const SEED = Number(process.env['ALOPEX_TEST_SEED'] ?? 20_261_125);
const METRICS = Object.keys(METRIC_CODE) as readonly Metric[];
const KERNELS = loadKernels();

function build(options: HnswOptions, rows: Float32Array): HnswSegment {
  const { dimension } = options;
  const rowCount = rows.length / dimension;
  const random = new SeededRandom(SEED);
  const graph = HnswBuild.begin(KERNELS, options, { rowCount, random });
  for (let row = 0; row < rowCount; row += 1) graph.add(rows, row * dimension);
  graph.advance();
  return graph.finish();
}

function clustered(dimension: number, count: number, seed = SEED): Float32Array {
  const law = { dimension, clusters: 10, spread: 0.3 };
  return new ClusteredVectors(law, new SeededRandom(seed)).take(count);
}

function reopen(segment: HnswSegment): HnswSegment {
  const bytes = segment.bytes().slice();
  return HnswSegment.open(KERNELS, { byteLength: bytes.length }, (target) => target.set(bytes));
}

describe.each(['none', 'sq8'] as const)('A graph with quantization %s', (quantization) => {
  it('is empty without rows, and finds nothing', () => {
    const segment = build({ dimension: 3, metric: 'l2', quantization }, new Float32Array(0));
    expect(segment.search({ vector: new Float32Array(3), k: 5 }).count).toBe(0);
    expect(verifyHnsw(segment).linked).toBe(0);
    expect(reopen(segment).rowCount).toBe(0);
  });

  it('finds its only row', () => {
    const segment = build({ dimension: 2, metric: 'l2', quantization }, Float32Array.of(3, 4));
    const hits = segment.search({ vector: new Float32Array(2), k: 5, route: 'walk' });
    expect([...hits.ordinals]).toEqual([0]);
    expect([...hits.reduced]).toEqual([25]);
  });

  it('answers with all rows when k is larger than their number', () => {
    const rows = clustered(6, 200);
    const segment = build({ dimension: 6, metric: 'l2', quantization }, rows);
    for (const route of ['auto', 'walk', 'scan', 'exact'] as const) {
      const hits = segment.search({ vector: rows.subarray(0, 6), k: 1000, route });
      expect(new Set(hits.ordinals).size).toBe(200);
      expect([...hits.reduced]).toEqual([...hits.reduced].sort((a, b) => a - b));
    }
  });

  it('raises ef to k', () => {
    const rows = clustered(6, 300);
    const segment = build({ dimension: 6, metric: 'l2', quantization }, rows);
    const hits = segment.search({ vector: rows.subarray(0, 6), k: 40, ef: 1, route: 'walk' });
    expect(hits.count).toBe(40);
  });

  it.each([1, 65_535])('takes vectors of %i dimensions', (dimension) => {
    const random = new SeededRandom(SEED);
    const rows = Float32Array.from({ length: 30 * dimension }, () => nextFloat(random) - 0.5);
    for (const metric of METRICS) {
      const segment = build({ dimension, metric, quantization }, rows);
      for (let row = 0; row < 30; row += 7) {
        const vector = rows.slice(row * dimension, (row + 1) * dimension);
        vector[0]! += 0.01;
        const hits = segment.search({ vector, k: 3, route: 'walk' });
        const exact = segment.search({ vector, k: 3, route: 'exact' });
        expect(hits.count).toBe(3);
        // By inner product rows are no neighbours of themselves, so a walk may miss some, and does in one dimension.
        if (metric === 'inner') continue;
        // In one dimension all cosines are 1 or -1, but for rounding: ordinals may differ where distances may not.
        for (const [index, reduced] of hits.reduced.entries()) {
          expect(reduced / exact.reduced[index]!).toBeCloseTo(1, 5);
        }
      }
    }
  });

  it('finds as many of ten thousand equal rows as are asked for, and what lies beyond them', () => {
    const rows = new Float32Array(10_200 * 4);
    for (let row = 0; row < 10_000; row += 1) rows.set([1, 2, 3, 4], row * 4);
    rows.set(clustered(4, 200), 40_000);
    const segment = build({ dimension: 4, metric: 'l2', quantization }, rows);
    expect(verifyHnsw(segment).duplicates).toBeGreaterThanOrEqual(9_999);
    const vector = Float32Array.of(1, 2, 3, 4);
    for (const k of [10, 500]) {
      const hits = segment.search({ vector, k, route: 'walk' });
      expect(hits.count).toBe(k);
      expect(hits.reduced.every((reduced) => reduced === 0)).toBe(true);
      expect(new Set(hits.ordinals).size).toBe(k);
    }
    const far = rows.subarray(40_000 + 50 * 4, 40_000 + 51 * 4);
    expect(segment.search({ vector: far, k: 1, route: 'walk' }).ordinals[0]).toBe(10_050);
    const only = new RowBitmap(10_200);
    for (const row of [17, 4_711, 9_999, 10_007]) only.add(row);
    const hits = segment.search({ vector, k: 4, only, route: 'walk' });
    expect([...hits.ordinals]).toEqual([17, 4_711, 9_999, 10_007]);
  });

  it('puts zero vectors last under cosine, and answers a zero query with the first rows', () => {
    const rows = clustered(8, 600);
    for (let row = 0; row < 300; row += 1) rows.fill(0, row * 16, row * 16 + 8);
    const segment = build({ dimension: 8, metric: 'cosine', quantization }, rows);
    expect(verifyHnsw(segment).outliers).toBe(300);
    const near = segment.search({ vector: rows.subarray(8, 16), k: 20, route: 'walk' });
    expect(near.ordinals[0]).toBe(1);
    expect(near.reduced.some((reduced) => Number.isNaN(reduced))).toBe(false);
    const all = segment.search({ vector: rows.subarray(8, 16), k: 310 });
    expect([...all.ordinals.subarray(300)]).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
    expect([...all.reduced.subarray(300)]).toEqual(Array(10).fill(Number.NaN));
    const zero = segment.search({ vector: new Float32Array(8), k: 3 });
    expect([...zero.ordinals]).toEqual([0, 1, 2]);
    expect([...zero.reduced]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  it('stays quick when nearly all vectors are zero', () => {
    const rows = new Float32Array(20_000 * 8);
    rows.set(clustered(8, 500), 0);
    const segment = build({ dimension: 8, metric: 'cosine', quantization }, rows);
    const hits = segment.search({ vector: rows.subarray(0, 8), k: 10, route: 'walk' });
    expect(hits.ordinals[0]).toBe(0);
    expect(hits.scored).toBeLessThanOrEqual(50);
  });

  it('finds rows whose squares overflow', () => {
    const rows = clustered(8, 500);
    rows.fill(1e25, 8 * 123, 8 * 124);
    for (const metric of METRICS) {
      const segment = build({ dimension: 8, metric, quantization }, rows);
      expect(verifyHnsw(segment).outliers).toBe(1);
      const vector = new Float32Array(8).fill(metric === 'l1' || metric === 'l2' ? 1e25 : 1);
      expect(segment.search({ vector, k: 1 }).ordinals[0]).toBe(123);
    }
  });

  it('is the same after it was written and opened', () => {
    const rows = clustered(20, 800);
    const segment = build({ dimension: 20, metric: 'cosine', quantization }, rows);
    segment.remove(5);
    const opened = reopen(segment);
    expect(opened.options).toEqual(segment.options);
    expect(opened.isRemoved(5)).toBe(true);
    expect(verifyHnsw(opened)).toEqual(verifyHnsw(segment));
    for (let row = 0; row < 800; row += 50) {
      const query = { vector: rows.subarray(row * 20, row * 20 + 20), k: 10 };
      expect(opened.search(query)).toEqual(segment.search(query));
    }
  });

  it(`gives k rows whenever k rows pass the filter, at any selectivity (seed ${SEED})`, () => {
    const rows = clustered(12, 3_000);
    const segment = build({ dimension: 12, metric: 'l2', quantization, m: 6 }, rows);
    const random = new SeededRandom(SEED + 1);
    for (const share of [0.0005, 0.003, 0.02, 0.1, 0.5, 0.95, 1]) {
      const only = new RowBitmap(3_000);
      for (let row = 0; row < 3_000; row += 1) if (random.chance(share)) only.add(row);
      const except = new RowBitmap(3_000);
      for (let row = 0; row < 3_000; row += 1) if (random.chance(0.2)) except.add(row);
      let allowed = 0;
      for (let row = 0; row < 3_000; row += 1) if (only.has(row) && !except.has(row)) allowed += 1;
      for (const route of ['walk', 'scan', 'auto', 'exact'] as const) {
        const at = random.below(3_000) * 12;
        const vector = rows.subarray(at, at + 12);
        const hits = segment.search({ vector, k: 10, only, except, route });
        expect(hits.count).toBe(Math.min(10, allowed));
        for (const row of hits.ordinals) expect(only.has(row) && !except.has(row)).toBe(true);
      }
    }
  });

  it('never finds a removed row', () => {
    const rows = clustered(8, 1_000);
    const segment = build({ dimension: 8, metric: 'l2', quantization }, rows);
    for (let row = 0; row < 1_000; row += 1) {
      const vector = rows.subarray(row * 8, row * 8 + 8);
      expect(segment.search({ vector, k: 1, route: 'walk' }).ordinals[0]).toBe(row);
      segment.remove(row);
      const hits = segment.search({ vector, k: 5, route: row < 990 ? 'walk' : 'auto' });
      expect(hits.count).toBe(Math.min(5, 999 - row));
      for (const ordinal of hits.ordinals) expect(ordinal).toBeGreaterThan(row);
    }
  });
});

describe('A segment on shared memory', () => {
  it('is handed over as it is', () => {
    const rows = clustered(16, 500);
    const random = new SeededRandom(SEED);
    const options = { dimension: 16, metric: 'inner', quantization: 'sq8' } as const;
    const graph = HnswBuild.begin(KERNELS, options, { rowCount: 500, random, shared: true });
    for (let row = 0; row < 500; row += 1) graph.add(rows, row * 16);
    expect(graph.advance(499)).toBe(false);
    expect(graph.progress).toEqual({ done: 499, total: 500 });
    expect(graph.advance(1)).toBe(true);
    const built = graph.finish();
    expect(built.memory.buffer).toBeInstanceOf(SharedArrayBuffer);
    const query = { vector: rows.subarray(0, 16), k: 10 };
    const before = built.search(query);
    const adopted = HnswSegment.adopt(loadKernels(), built.memory);
    expect(adopted.options).toEqual(built.options);
    expect(adopted.search(query)).toEqual(before);
  });
});

describe('A segment whose rows stay outside the memory', () => {
  it('walks over codes and fetches the rows that it scores', () => {
    const rows = clustered(16, 2_000);
    rows.fill(0, 16 * 7, 16 * 8);
    const whole = build({ dimension: 16, metric: 'cosine', quantization: 'sq8' }, rows);
    const bytes = whole.bytes().slice(0, whole.rowsAt);
    let fetched = 0;
    const readRow = (ordinal: number, target: Float32Array): void => {
      fetched += 1;
      target.set(rows.subarray(ordinal * 16, ordinal * 16 + 16));
    };
    const options = { byteLength: whole.rowsAt, readRow };
    const lean = HnswSegment.open(KERNELS, options, (target) => target.set(bytes));
    expect(lean.byteLength).toBeLessThan(whole.byteLength * 0.9);
    const only = new RowBitmap(2_000);
    for (let row = 0; row < 2_000; row += 3) only.add(row);
    for (const query of [{}, { only }, { route: 'exact' as const, only }]) {
      fetched = 0;
      const full = { vector: rows.subarray(320, 336), k: 10, ...query };
      const hits = lean.search(full);
      expect(hits).toEqual(whole.search(full));
      expect(fetched).toBe(hits.scored);
    }
  });
});

describe('A damaged segment', () => {
  const rows = clustered(8, 100);
  const bytes = build({ dimension: 8, metric: 'l2' }, rows).bytes().slice();
  const openWith = (at: number, value: number): HnswSegment => {
    const damaged = bytes.slice();
    new DataView(damaged.buffer).setUint32(at, value, true);
    const options = { byteLength: damaged.length };
    return HnswSegment.open(KERNELS, options, (target) => target.set(damaged));
  };

  it.each([
    ['magic', HEADER.magic, 0, 'ALX_CORRUPT'],
    ['version', HEADER.version, 2, 'ALX_INCOMPATIBLE_VERSION'],
    ['row count', HEADER.rowCount, 99, 'ALX_CORRUPT'],
    ['offset', HEADER.links, 64, 'ALX_CORRUPT'],
    ['metric', HEADER.metric, 9, 'ALX_CORRUPT'],
    ['entry point', HEADER.entry, 100, 'ALX_CORRUPT'],
  ] as const)('is refused for its %s', (_name, at, value, code) => {
    expect(() => openWith(at, value)).toThrow(expect.objectContaining({ code }));
  });

  it('is refused when it was cut off', () => {
    const options = { byteLength: bytes.length - 64 };
    const open = (): HnswSegment =>
      HnswSegment.open(KERNELS, options, (target) => target.set(bytes.subarray(0, -64)));
    expect(open).toThrow(expect.objectContaining({ code: 'ALX_CORRUPT' }));
  });

  it('is refused when it is empty', () => {
    const open = (): HnswSegment => HnswSegment.open(KERNELS, { byteLength: 0 }, () => undefined);
    expect(open).toThrow(expect.objectContaining({ code: 'ALX_CORRUPT' }));
  });

  it('shows its bad links when it is verified', () => {
    const links = new DataView(bytes.buffer).getUint32(HEADER.links, true);
    const damaged = openWith(links, 1_000_000);
    expect(() => verifyHnsw(damaged)).toThrow(expect.objectContaining({ code: 'ALX_CORRUPT' }));
  });
});

describe('The options of a graph', () => {
  it.each([
    { m: 1 },
    { m: 101 },
    { m: 16, efConstruction: 15 },
    { dimension: 0 },
    { dimension: 65_536 },
    { m: 2.5 },
  ])('are refused outside their bounds: %o', (options) => {
    const begin = (): HnswBuild =>
      HnswBuild.begin(
        KERNELS,
        { dimension: 4, metric: 'l2', ...options },
        { rowCount: 1, random: new SeededRandom(1) },
      );
    expect(begin).toThrow(expect.objectContaining({ code: 'ALX_INVALID_ARGUMENT' }));
  });
});
