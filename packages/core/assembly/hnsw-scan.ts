/**
 * A scan with the distances of the walk, for filters that leave too few rows for a walk: their codes are read in order, a
 * quarter of what their vectors would be. AssemblyScript, twin of `src/kernels/hnsw-scan.ts`.
 */
import { touchCodes, walkDistances } from './hnsw-distance';
import {
  DELETED,
  DELETED_COUNT,
  DISTANCES,
  FOUND,
  FRESH,
  LANES,
  LEVEL_OUTSIDE,
  NEAREST,
  OUTLIER_COUNT,
  QUANTIZATION,
  QUERY,
  QUERY_CODE,
  QUERY_ROOT,
  ROW_COUNT,
  levelOf,
} from './hnsw-layout';
import { distanceOf, entryOf, insertEntry } from './hnsw-pool';
import { listRows, padRows } from './hnsw-search';

/** Rows that are touched together; lists in a scratch block have room for them. */
const BATCH: u32 = 32;

/** Offers the rows in FRESH to NEAREST, which holds `held` of at most `wanted`; answers how many it holds then. */
function offerBatch(scratch: usize, query: usize, count: u32, held: u32, wanted: u32): u32 {
  const fresh = <usize>load<u32>(scratch + FRESH);
  const nearest = <usize>load<u32>(scratch + NEAREST);
  const queryRoot = load<f32>(scratch + QUERY_ROOT);
  const lanes = scratch + LANES;
  const last = nearest + ((<usize>(wanted - 1)) << 3);
  if (count == 0) return held;
  padRows(fresh, count);
  store<u32>(lanes, touchCodes(fresh, count));
  for (let index: u32 = 0; index < count; index += 4) {
    const rows = fresh + ((<usize>index) << 2);
    const four = walkDistances(query, queryRoot, rows);
    const worst: f32 = held == wanted ? distanceOf(load<u64>(last)) : Infinity;
    let closer = <u32>i32x4.bitmask(f32x4.lt(four, f32x4.splat(worst)));
    if (count - index < 4) closer &= (1 << (count - index)) - 1;
    if (closer == 0) continue;
    v128.store(lanes, four);
    do {
      const lane = (<usize>ctz<u32>(closer)) << 2;
      closer &= closer - 1;
      const entry = entryOf(load<f32>(lanes + lane), load<u32>(rows + lane));
      insertEntry(nearest, held, wanted, entry);
      if (held < wanted) held += 1;
    } while (closer != 0);
  }
  return held;
}

/**
 * Writes the `wanted` rows closest to the query in the scratch block to FOUND, by the distance of the walk; answers how many.
 * `allowed` is as in `hnswSearch`. Rows outside the graph have no code and are left out.
 */
export function hnswScan(scratch: usize, wanted: u32, allowed: usize): u32 {
  const isCoded = load<u32>(QUANTIZATION) != 0;
  const query = <usize>load<u32>(scratch + (isCoded ? QUERY_CODE : QUERY));
  const fresh = <usize>load<u32>(scratch + FRESH);
  const rowCount = load<u32>(ROW_COUNT);
  const hasOutliers = load<u32>(OUTLIER_COUNT) != 0;
  const deleted: usize = load<u32>(DELETED_COUNT) == 0 ? 0 : <usize>load<u32>(DELETED);
  let held: u32 = 0;
  let listed: u32 = 0;
  let distances: u32 = 0;
  for (let first: u32 = 0; first < rowCount; first += 32) {
    const word = (<usize>(first >>> 5)) << 2;
    let present: u32 = allowed == 0 ? ~0 : load<u32>(allowed + word);
    if (deleted != 0) present &= ~load<u32>(deleted + word);
    if (rowCount - first < 32) present &= (1 << (rowCount & 31)) - 1;
    while (present != 0) {
      const row = first + ctz<u32>(present);
      present &= present - 1;
      if (hasOutliers && levelOf(row) >= LEVEL_OUTSIDE) continue;
      store<u32>(fresh + ((<usize>listed) << 2), row);
      listed += 1;
      if (listed < BATCH) continue;
      held = offerBatch(scratch, query, listed, held, wanted);
      distances += listed;
      listed = 0;
    }
  }
  held = offerBatch(scratch, query, listed, held, wanted);
  store<u32>(scratch + DISTANCES, load<u32>(scratch + DISTANCES) + distances + listed);
  return listRows(
    <usize>load<u32>(scratch + NEAREST),
    held,
    <usize>load<u32>(scratch + FOUND),
    wanted,
  );
}
