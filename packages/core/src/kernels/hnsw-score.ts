/** Exact distances of rows named one by one, and SQ8 codes; TypeScript twin of `assembly/hnsw-score.ts`. */
import { dotF32 } from './float32.ts';
import { METRIC_CODE, type MetricCode } from './metric-code.ts';
import { OrderKeyF32 } from './order-key-f32.ts';
import { reducedDistance } from './reduced-distance.ts';
import { pushEntry, replaceFarthest } from './top-k.ts';
import { HEADER, type GraphMemory } from './hnsw-layout.ts';

const round = Math.fround;
/** Adding and taking away 1.5 * 2^23 rounds a small float32 to an even integer. */
const ROUNDING = 12_582_912;

/** `hnswScore` of `hnsw-functions.ts`. */
export function scoreRows(
  graph: GraphMemory,
  query: number,
  list: number,
  count: number,
  heap: number,
  heapCount: number,
  k: number,
): number {
  const { floats, words } = graph;
  const orderKey = new OrderKeyF32();
  // The header's metric is one of the four: `segment-format.ts` has checked it.
  const metric = graph.field(HEADER.metric) as MetricCode;
  const dim = graph.field(HEADER.dimension);
  const queryAt = query >>> 2;
  const isCosine = metric === METRIC_CODE.cosine;
  const querySquaredNorm = isCosine ? dotF32(floats, queryAt, floats, queryAt, dim) : 0;
  const heapWords = new Int32Array(words.buffer, heap, 2 * k);
  let held = heapCount;
  for (let index = 0; index < count; index += 1) {
    const row = words[(list >>> 2) + index]!;
    const at = (graph.field(HEADER.rows) + row * graph.field(HEADER.rowStride)) >>> 2;
    const squaredNorm = isCosine ? dotF32(floats, at, floats, at, dim) : 0;
    const distance = reducedDistance(
      floats,
      metric,
      queryAt,
      at,
      dim,
      querySquaredNorm,
      squaredNorm,
    );
    const key = orderKey.encode(distance);
    if (held < k) {
      pushEntry(heapWords, 0, held, row, key);
      held += 1;
    } else {
      replaceFarthest(heapWords, 0, k, row, key);
    }
  }
  return held;
}

/** Writes one vector's codes to the address `out`; answers how many elements lie at or past the ends. */
export function encodeVector(
  graph: GraphMemory,
  vector: number,
  dim: number,
  factor: number,
  centres: number,
  inverseStep: number,
  out: number,
): number {
  const { floats, codes } = graph;
  const perUnit = round(inverseStep);
  let clamped = 0;
  for (let at = 0; at < dim; at += 1) {
    const offset = round(round(floats[vector + at]! * factor) - floats[centres + at]!);
    const steps = Math.min(63, Math.max(-63, round(offset * perUnit)));
    const code = round(round(steps + ROUNDING) - ROUNDING);
    if (Math.abs(code) >= 63) clamped += 1;
    codes[out + at] = code;
  }
  return clamped;
}
