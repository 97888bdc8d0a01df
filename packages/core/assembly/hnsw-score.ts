/**
 * What surrounds a walk: exact distances of rows named one by one, and SQ8 codes. AssemblyScript, twin of
 * `src/kernels/hnsw-score.ts`.
 */
import { DIMENSION, METRIC, ROWS, ROW_STRIDE } from './hnsw-layout';
import { dotF32 } from './float32';
import { reducedDistance } from './reduced-distance';
import { offerEntry } from './top-k';

/**
 * Offers the rows listed at `list` to a heap as `scanTopK` keeps it and answers how many it then holds. The query lies at
 * `query` in float32; the graph's rows are in memory.
 * Their norms are computed on the way: those of the image may come from another processor, and would tell a vector from itself.
 */
export function hnswScore(
  query: usize,
  list: usize,
  count: u32,
  heap: usize,
  heapCount: u32,
  k: u32,
): u32 {
  const metric = load<u32>(METRIC);
  const dim = load<u32>(DIMENSION);
  const rows = <usize>load<u32>(ROWS);
  const stride = <usize>load<u32>(ROW_STRIDE);
  const querySquaredNorm: f32 = metric == 0 ? dotF32(query, query, dim) : 0;
  for (let index: u32 = 0; index < count; index += 1) {
    const ordinal = load<u32>(list + ((<usize>index) << 2));
    const row = rows + <usize>ordinal * stride;
    const squaredNorm: f32 = metric == 0 ? dotF32(row, row, dim) : 0;
    const distance = reducedDistance(metric, query, row, dim, querySquaredNorm, squaredNorm);
    heapCount = offerEntry(heap, heapCount, k, distance, ordinal);
  }
  return heapCount;
}

/** The code of one element: its distance from the centre in steps, clamped to [-63, 63] and rounded to even. */
function codeOf(value: f32, factor: f32, centre: f32, inverseStep: f32): f32 {
  const steps = (value * factor - centre) * inverseStep;
  return nearest<f32>(min<f32>(63, max<f32>(-63, steps)));
}

/** Writes the codes of `count` vectors, `factors[i]` times each, and answers how many elements were at or past the ends. */
export function hnswEncode(
  vectors: usize,
  vectorStride: u32,
  dim: u32,
  count: u32,
  factors: usize,
  centres: usize,
  inverseStep: f32,
  out: usize,
  outStride: u32,
): u32 {
  let clamped: u32 = 0;
  for (let index: u32 = 0; index < count; index += 1) {
    const factor: f32 = factors == 0 ? 1 : load<f32>(factors + ((<usize>index) << 2));
    for (let at: usize = 0; at < <usize>dim; at += 1) {
      const code = codeOf(
        load<f32>(vectors + (at << 2)),
        factor,
        load<f32>(centres + (at << 2)),
        inverseStep,
      );
      if (abs<f32>(code) >= 63) clamped += 1;
      store<i8>(out + at, <i8>code);
    }
    vectors += vectorStride;
    out += outStride;
  }
  return clamped;
}
