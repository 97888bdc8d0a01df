/**
 * One set of graphs for all twins: the TypeScript kernels are the reference, SIMD must build the same image byte by byte and
 * give the same hits, relaxed SIMD likewise where the walk is over codes.
 */
import { describe, expect, it } from 'vitest';
import { loadKernels } from '../../kernels/load-kernels.ts';
import { METRIC_CODE } from '../../kernels/metric-code.ts';
import type { KernelKind } from '../../kernels/kernels.ts';
import { ClusteredVectors } from '../../testing/clustered-vectors.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import type { Metric } from '../../types/data-type.ts';
import { RowBitmap } from '../row-bitmap.ts';
import { HnswBuild } from './hnsw-build.ts';
import type { HnswSegment } from './hnsw-segment.ts';
import type { HnswQuantization } from './options.ts';
import { verifyHnsw } from './verify.ts';

const SEED = Number(process.env['ALOPEX_TEST_SEED'] ?? 20_261_125);
const METRICS = Object.keys(METRIC_CODE) as readonly Metric[];
const ROWS = 400;

interface Plan {
  readonly kind: KernelKind;
  readonly metric: Metric;
  readonly quantization: HnswQuantization;
  readonly dimension: number;
  readonly shared?: boolean;
}

/** Rows in clusters, some of them twice, some zero, one too long to be walked to. */
function makeRows(dimension: number): Float32Array {
  const random = new SeededRandom(SEED);
  const rows = new ClusteredVectors({ dimension, clusters: 5, spread: 0.2 }, random).take(ROWS);
  for (let row = 0; row < ROWS; row += 1) {
    if (random.chance(0.1)) rows.copyWithin(row * dimension, 0, dimension);
    if (random.chance(0.02)) rows.fill(0, row * dimension, (row + 1) * dimension);
  }
  rows.fill(1e20, 7 * dimension, 8 * dimension);
  return rows;
}

function build(plan: Plan): HnswSegment {
  const { dimension, metric, quantization, shared } = plan;
  const random = new SeededRandom(SEED + 1);
  const graph = HnswBuild.begin(
    loadKernels({ kind: plan.kind }),
    { dimension, metric, quantization, m: 5, efConstruction: 24 },
    { rowCount: ROWS, random, shared },
  );
  const rows = makeRows(dimension);
  for (let row = 0; row < ROWS; row += 1) graph.add(rows, row * dimension);
  while (!graph.advance(37));
  return graph.finish();
}

function searchAll(segment: HnswSegment): readonly unknown[] {
  const { dimension } = segment.options;
  const random = new SeededRandom(SEED + 2);
  const queries = new ClusteredVectors({ dimension, clusters: 5, spread: 0.3 }, random).take(20);
  const only = new RowBitmap(ROWS);
  for (let row = 0; row < ROWS; row += 1) if (random.chance(0.3)) only.add(row);
  return Array.from({ length: 20 }, (_, index) => {
    const vector = queries.subarray(index * dimension, (index + 1) * dimension);
    const query = { vector, k: 7, ef: 20, route: 'walk' } as const;
    return [
      segment.search(query),
      segment.search({ ...query, only }),
      segment.search({ ...query, only, route: 'scan' }),
    ];
  });
}

describe.each(METRICS)('Graphs by %s', (metric) => {
  describe.each(['none', 'sq8'] as const)('with quantization %s', (quantization) => {
    it.each([1, 8, 13, 40])(
      `are the same image from every exact twin, dimension %i (seed ${SEED})`,
      (dimension) => {
        const reference = build({ kind: 'typescript', metric, quantization, dimension });
        const expected = reference.bytes();
        verifyHnsw(reference);
        const kinds: readonly KernelKind[] =
          quantization === 'sq8' ? ['simd', 'relaxed'] : ['simd'];
        for (const kind of kinds) {
          for (const shared of [false, true]) {
            const twin = build({ kind, metric, quantization, dimension, shared });
            expect(Buffer.compare(twin.bytes(), expected)).toBe(0);
            if (kind === 'simd') expect(searchAll(twin)).toEqual(searchAll(reference));
          }
        }
      },
    );
  });
});

describe('Relaxed kernels', () => {
  it.each(METRICS)(`build sound graphs over float32 by %s (seed ${SEED})`, (metric) => {
    const segment = build({ kind: 'relaxed', metric, quantization: 'none', dimension: 24 });
    const { linked, duplicates, outliers } = verifyHnsw(segment);
    expect(linked + duplicates + outliers).toBe(ROWS);
  });
});
