/**
 * The reduced distance: a float32 that orders rows as the metric does, smaller = closer, NaN where there is none.
 *   0 cosine   -cos        1 l2   squared distance        2 inner   -dot        3 l1   distance
 * AssemblyScript, twin of `src/kernels/reduced-distance.ts`. Metric numbers are those of `src/kernels/metric-code.ts`.
 */
import { clampCosine, dotF32, l1F32, squaredL2F32, wideCosineF32 } from './float32';

// Squared norms in here lose nothing in float32: every product below stays finite and normal.
const SQUARES_MIN: f32 = 7.888609052210118e-31; // 2^-100
const SQUARES_MAX: f32 = 1.2676506002282294e30; // 2^100

/** `squaredNorm` is dot(row, row), `querySquaredNorm` dot(query, query), as `dotF32` gives them; read by cosine only. */
export function reducedDistance(
  metric: u32,
  query: usize,
  row: usize,
  dim: u32,
  querySquaredNorm: f32,
  squaredNorm: f32,
): f32 {
  if (metric == 1) return squaredL2F32(query, row, dim);
  if (metric == 2) return -dotF32(query, row, dim);
  if (metric == 3) return l1F32(query, row, dim);
  if (
    squaredNorm >= SQUARES_MIN &&
    squaredNorm <= SQUARES_MAX &&
    querySquaredNorm >= SQUARES_MIN &&
    querySquaredNorm <= SQUARES_MAX
  ) {
    // The root of the product, not the product of the roots: equal vectors then have a cosine of exactly 1.
    return -clampCosine(
      <f64>dotF32(query, row, dim) / sqrt<f64>(<f64>querySquaredNorm * <f64>squaredNorm),
    );
  }
  return -wideCosineF32(query, row, dim);
}

/**
 * out[i] = reduced distance of pair i. `queryStride` and `rowStride` are bytes from one vector to the next; a query stride
 * of 0 compares one query with all rows. `squaredNorms` is the address of the rows' squared norms, or 0 to compute them.
 */
export function reducedDistances(
  metric: u32,
  query: usize,
  queryStride: u32,
  rows: usize,
  rowStride: u32,
  dim: u32,
  count: u32,
  squaredNorms: usize,
  out: usize,
): void {
  let querySquaredNorm: f32 = metric == 0 ? dotF32(query, query, dim) : 0;
  for (let index: u32 = 0; index < count; index += 1) {
    let squaredNorm: f32 = 0;
    if (metric == 0) {
      squaredNorm =
        squaredNorms == 0
          ? dotF32(rows, rows, dim)
          : load<f32>(squaredNorms + ((<usize>index) << 2));
      if (queryStride != 0) querySquaredNorm = dotF32(query, query, dim);
    }
    store<f32>(
      out + ((<usize>index) << 2),
      reducedDistance(metric, query, rows, dim, querySquaredNorm, squaredNorm),
    );
    query += queryStride;
    rows += rowStride;
  }
}

/** out[i] = dot(row i, row i). */
export function squaredNorms(rows: usize, rowStride: u32, dim: u32, count: u32, out: usize): void {
  for (let index: u32 = 0; index < count; index += 1, rows += rowStride) {
    store<f32>(out + ((<usize>index) << 2), dotF32(rows, rows, dim));
  }
}
