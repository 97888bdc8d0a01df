/** The reduced distance of `kernels.ts`; TypeScript twin of `assembly/reduced-distance.ts`. */
import { clampCosine, dotF32, l1F32, squaredL2F32, wideCosineF32 } from './float32.ts';
import { METRIC_CODE, type MetricCode } from './metric-code.ts';

// Squared norms in here lose nothing in float32: every product below stays finite and normal.
export const SQUARES_MIN = 2 ** -100;
export const SQUARES_MAX = 2 ** 100;

/** `floats` is the whole memory, `query` and `row` are indices into it; squared norms as `dotF32` gives them. */
export function reducedDistance(
  floats: Float32Array,
  metric: MetricCode,
  query: number,
  row: number,
  dim: number,
  querySquaredNorm: number,
  squaredNorm: number,
): number {
  if (metric === METRIC_CODE.l2) return squaredL2F32(floats, query, floats, row, dim);
  if (metric === METRIC_CODE.inner) return -dotF32(floats, query, floats, row, dim);
  if (metric === METRIC_CODE.l1) return l1F32(floats, query, floats, row, dim);
  if (
    squaredNorm >= SQUARES_MIN &&
    squaredNorm <= SQUARES_MAX &&
    querySquaredNorm >= SQUARES_MIN &&
    querySquaredNorm <= SQUARES_MAX
  ) {
    // The root of the product, not the product of the roots: equal vectors then have a cosine of exactly 1.
    const dot = dotF32(floats, query, floats, row, dim);
    return -clampCosine(dot / Math.sqrt(querySquaredNorm * squaredNorm));
  }
  return -wideCosineF32(floats, query, floats, row, dim);
}
