/**
 * The k closest of many contiguous rows, the whole loop in here: no call into JavaScript for a candidate. AssemblyScript,
 * twin of `src/kernels/top-k.ts`.
 *
 * The heap is an array of 8-byte entries, little-endian: ordinal (u32), then the order key of the reduced distance (i32).
 * Read as i64 an entry orders by distance, then by ordinal; the largest, the next to be driven out, stands first. Order keys
 * are the float's bits with the magnitude of negatives inverted; NaN is the largest key, so that it comes last.
 */
import { dotF32 } from './float32';
import { reducedDistance } from './reduced-distance';

function orderKey(distance: f32): i32 {
  if (distance != distance) return i32.MAX_VALUE;
  const bits = reinterpret<i32>(distance + 0); // + 0 makes -0 and 0 one key
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

function distanceOf(key: i32): f32 {
  if (key == i32.MAX_VALUE) return NaN;
  return reinterpret<f32>(key ^ ((key >> 31) & 0x7fffffff));
}

function siftDown(heap: usize, count: u32, start: u32, entry: i64): void {
  let hole = start;
  for (;;) {
    let child = (hole << 1) + 1;
    if (child >= count) break;
    let largest = load<i64>(heap + ((<usize>child) << 3));
    if (child + 1 < count) {
      const right = load<i64>(heap + ((<usize>(child + 1)) << 3));
      if (right > largest) {
        largest = right;
        child += 1;
      }
    }
    if (largest <= entry) break;
    store<i64>(heap + ((<usize>hole) << 3), largest);
    hole = child;
  }
  store<i64>(heap + ((<usize>hole) << 3), entry);
}

function siftUp(heap: usize, start: u32, entry: i64): void {
  let hole = start;
  while (hole > 0) {
    const parent = (hole - 1) >> 1;
    const above = load<i64>(heap + ((<usize>parent) << 3));
    if (above >= entry) break;
    store<i64>(heap + ((<usize>hole) << 3), above);
    hole = parent;
  }
  store<i64>(heap + ((<usize>hole) << 3), entry);
}

/** Offers one row to a heap that holds `heapCount` of at most `k` entries and answers how many it holds then. */
export function offerEntry(heap: usize, heapCount: u32, k: u32, distance: f32, ordinal: u32): u32 {
  const entry = ((<i64>orderKey(distance)) << 32) | <i64>ordinal;
  if (heapCount < k) {
    siftUp(heap, heapCount, entry);
    return heapCount + 1;
  }
  if (entry < load<i64>(heap)) siftDown(heap, k, 0, entry);
  return heapCount;
}

/**
 * Offers rows first .. end - 1 to a heap that holds `heapCount` of at most `k` entries (k >= 1) and returns how many it
 * holds then. `rows`, `squaredNorms` (0 = compute) and `excluded` (0 = none; a bitmap of whole 32-bit words, bit i set =
 * row i is not there) are addresses of row 0. An entry's ordinal is the row's plus `ordinalBase`.
 */
export function scanTopK(
  metric: u32,
  query: usize,
  rows: usize,
  rowStride: u32,
  dim: u32,
  first: u32,
  end: u32,
  ordinalBase: u32,
  excluded: usize,
  squaredNorms: usize,
  heap: usize,
  heapCount: u32,
  k: u32,
): u32 {
  const querySquaredNorm: f32 = metric == 0 ? dotF32(query, query, dim) : 0;
  let threshold: f32 = heapCount < k ? NaN : distanceOf(<i32>(load<i64>(heap) >> 32));
  while (first < end) {
    // One word of the bitmap at a time, so that rows filtered out cost next to nothing.
    const wordStart = first & ~31;
    let present: u32 =
      (excluded == 0 ? ~0 : ~load<u32>(excluded + (<usize>wordStart >> 3))) & (~0 << (first & 31));
    if (end - wordStart < 32) present &= (1 << (end & 31)) - 1;
    while (present != 0) {
      const index = wordStart + ctz<u32>(present);
      present &= present - 1;
      const row = rows + <usize>index * rowStride;
      let squaredNorm: f32 = 0;
      if (metric == 0) {
        squaredNorm =
          squaredNorms == 0
            ? dotF32(row, row, dim)
            : load<f32>(squaredNorms + ((<usize>index) << 2));
      }
      const distance = reducedDistance(metric, query, row, dim, querySquaredNorm, squaredNorm);
      // A row as far as the worst one stays out: its ordinal is larger. NaN on either side falls through to the keys.
      if (distance >= threshold) continue;
      heapCount = offerEntry(heap, heapCount, k, distance, ordinalBase + index);
      if (heapCount == k) threshold = distanceOf(<i32>(load<i64>(heap) >> 32));
    }
    first = wordStart + 32;
  }
  return heapCount;
}

/** Turns the heap into an array in ascending order: closest first, equal ones by ordinal. */
export function sortHeap(heap: usize, count: u32): void {
  while (count > 1) {
    count -= 1;
    const last = load<i64>(heap + ((<usize>count) << 3));
    store<i64>(heap + ((<usize>count) << 3), load<i64>(heap));
    siftDown(heap, count, 0, last);
  }
}
