/** Merging keeps the largest graph, moves no live row without saying so, and holds recall; churn does not wear it down. */
import { describe, expect, it } from 'vitest';
import { loadKernels } from '../../kernels/load-kernels.ts';
import { ClusteredVectors } from '../../testing/clustered-vectors.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { HnswBuild } from './hnsw-build.ts';
import type { HnswSegment } from './hnsw-segment.ts';
import { HnswMerge, NO_ORDINAL, type MergedHnsw } from './merge.ts';
import type { HnswQuantization } from './options.ts';
import { verifyHnsw } from './verify.ts';

const SEED = Number(process.env['ALOPEX_TEST_SEED'] ?? 20_261_125);
const KERNELS = loadKernels();
const DIMENSION = 16;

function build(rows: Float32Array, quantization: HnswQuantization = 'none'): HnswSegment {
  const options = { dimension: DIMENSION, metric: 'l2', quantization, efConstruction: 60 } as const;
  const rowCount = rows.length / DIMENSION;
  const random = new SeededRandom(SEED);
  const graph = HnswBuild.begin(KERNELS, options, { rowCount, random });
  for (let row = 0; row < rowCount; row += 1) graph.add(rows, row * DIMENSION);
  graph.advance();
  return graph.finish();
}

function merge(inputs: readonly HnswSegment[]): MergedHnsw {
  const merging = HnswMerge.begin(KERNELS, inputs, { random: new SeededRandom(SEED + 1) });
  while (!merging.advance(100));
  expect(merging.progress.done).toBe(merging.progress.total);
  return merging.finish();
}

function rowOf(segment: HnswSegment, ordinal: number): Float32Array {
  const row = new Float32Array(DIMENSION);
  segment.copyRow(ordinal, row);
  return row;
}

function recall(segment: HnswSegment, queries: Float32Array): number {
  let found = 0;
  const count = queries.length / DIMENSION;
  for (let at = 0; at < count; at += 1) {
    const vector = queries.subarray(at * DIMENSION, (at + 1) * DIMENSION);
    const exact = new Set(segment.search({ vector, k: 10, route: 'exact' }).ordinals);
    const { ordinals } = segment.search({ vector, k: 10, route: 'walk' });
    for (const ordinal of ordinals) if (exact.has(ordinal)) found += 1;
  }
  return found / (10 * count);
}

describe.each(['none', 'sq8'] as const)('Merging graphs with quantization %s', (quantization) => {
  const law = { dimension: DIMENSION, clusters: 20, spread: 0.3 };

  it(`keeps every live row findable under its new ordinal (seed ${SEED})`, () => {
    const source = new ClusteredVectors(law, new SeededRandom(SEED));
    const random = new SeededRandom(SEED + 2);
    const inputs = [300, 2_000, 1, 0, 700].map((rows) => build(source.take(rows), quantization));
    for (const input of inputs) {
      for (let row = 0; row < input.rowCount; row += 1) if (random.chance(0.2)) input.remove(row);
    }
    const { segment, ordinals } = merge(inputs);
    const statistics = verifyHnsw(segment);
    expect(segment.rowCount).toBeLessThan(3_001);
    const seen = new Set<number>();
    let live = 0;
    for (const [index, input] of inputs.entries()) {
      for (let row = 0; row < input.rowCount; row += 1) {
        const ordinal = ordinals[index]![row]!;
        expect(ordinal === NO_ORDINAL).toBe(input.isRemoved(row));
        if (ordinal === NO_ORDINAL) continue;
        live += 1;
        seen.add(ordinal);
        if (row % 10 === 0) expect(rowOf(segment, ordinal)).toEqual(rowOf(input, row));
      }
    }
    expect(seen.size).toBe(live);
    expect(statistics.linked + statistics.duplicates - segment.removedCount).toBe(live);
    // The largest input was kept: its rows stay where they were.
    expect(ordinals[1]!.every((ordinal, row) => ordinal === row || ordinal === NO_ORDINAL)).toBe(
      true,
    );
    expect(recall(segment, source.take(50))).toBeGreaterThanOrEqual(0.95);
  });

  it('builds anew when too many rows of the largest graph were removed', () => {
    const source = new ClusteredVectors(law, new SeededRandom(SEED));
    const large = build(source.take(1_000), quantization);
    for (let row = 0; row < 400; row += 1) large.remove(row);
    const { segment, ordinals } = merge([large]);
    expect(segment.rowCount).toBe(600);
    expect(segment.removedCount).toBe(0);
    expect(ordinals[0]![400]).toBe(0);
  });

  it(`holds recall and size while all rows are replaced three times (seed ${SEED})`, () => {
    const source = new ClusteredVectors(law, new SeededRandom(SEED));
    const random = new SeededRandom(SEED + 3);
    let segment = build(source.take(2_000), quantization);
    const size = segment.bytes().length;
    for (let round = 0; round < 30; round += 1) {
      const live = Array.from({ length: segment.rowCount }, (_, row) => row).filter(
        (row) => !segment.isRemoved(row),
      );
      for (let count = 0; count < 200; count += 1) {
        const at = random.below(live.length);
        segment.remove(live[at]!);
        live[at] = live.at(-1)!;
        live.pop();
      }
      ({ segment } = merge([segment, build(source.take(200), quantization)]));
    }
    expect(segment.rowCount - segment.removedCount).toBe(2_000);
    expect(segment.bytes().length).toBeLessThan(size * 1.5);
    expect(recall(segment, source.take(50))).toBeGreaterThanOrEqual(0.95);
    verifyHnsw(segment);
  });
});

describe('Merging graphs with codes', () => {
  it('chooses the quantizer anew when later rows reach beyond it', () => {
    const near = new ClusteredVectors(
      { dimension: DIMENSION, clusters: 5, spread: 0.01 },
      new SeededRandom(SEED),
    ).take(1_000);
    const wide = new ClusteredVectors(
      { dimension: DIMENSION, clusters: 50, spread: 0.5 },
      new SeededRandom(SEED),
    );
    const small = near.map((value) => value * 0.01);
    const { segment } = merge([build(small, 'sq8'), build(wide.take(900), 'sq8')]);
    expect(recall(segment, wide.take(50))).toBeGreaterThanOrEqual(0.9);
  });
});
