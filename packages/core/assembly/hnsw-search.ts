/**
 * The walk: from the entry point greedily down the upper levels, then best first on level 0 (Malkov and Yashunin, 2016,
 * algorithms 2 and 5). AssemblyScript, twin of `src/kernels/hnsw-search.ts`.
 *
 * A step takes the closest candidate whose links were not walked, collects its unvisited neighbours, and computes their
 * distances four at a time. Visited rows carry the search's epoch, one byte a row: clearing is due every 255 searches only.
 */
import { touchCodes, touchNextRows, walkDistances } from './hnsw-distance';
import {
  DELETED,
  DELETED_COUNT,
  DISTANCES,
  DUPLICATE_COUNT,
  ENTRY,
  EPOCH,
  EXPANDED,
  FOUND,
  FRESH,
  FRONTIER,
  FRONTIER_CAPACITY,
  LANES,
  NEAREST,
  NONE,
  QUANTIZATION,
  QUERY,
  QUERY_CODE,
  QUERY_ROOT,
  ROW_COUNT,
  TOP_LEVEL,
  VISITED,
  chainOf,
  isIn,
  linksMax,
  linksOf,
} from './hnsw-layout';
import { WALKED, distanceOf, entryOf, insertBehindHead, insertEntry, rowOf } from './hnsw-pool';

function nextEpoch(scratch: usize): u32 {
  let epoch = load<u32>(scratch + EPOCH) + 1;
  if (epoch == 256) {
    memory.fill(<usize>load<u32>(scratch + VISITED), 0, <usize>load<u32>(ROW_COUNT));
    epoch = 1;
  }
  store<u32>(scratch + EPOCH, epoch);
  return epoch;
}

/** Repeats the last of `count` > 0 rows, so that they can be taken by four. */
export function padRows(rows: usize, count: u32): void {
  const last = load<u32>(rows + ((<usize>(count - 1)) << 2));
  const end = rows + ((<usize>count) << 2);
  store<u32>(end, last);
  store<u32>(end, last, 4);
  store<u32>(end, last, 8);
}

/** Copies a list of links, padded, and answers its length. */
export function copyLinks(list: usize, max: u32, out: usize): u32 {
  let count: u32 = 0;
  for (; count < max; count += 1) {
    const row = load<u32>(list + ((<usize>count) << 2));
    if (row == NONE) break;
    store<u32>(out + ((<usize>count) << 2), row);
  }
  if (count > 0) padRows(out, count);
  return count;
}

/** Copies those links that the search has not met yet, padded, and marks them. */
function collectFresh(list: usize, max: u32, visited: usize, epoch: u32, out: usize): u32 {
  let next = out;
  for (const end = list + ((<usize>max) << 2); list < end; list += 4) {
    const row = load<u32>(list);
    if (row == NONE) break;
    const mark = visited + <usize>row;
    store<u32>(next, row);
    next += (<usize>(<u32>load<u8>(mark) != epoch)) << 2;
    store<u8>(mark, <u8>epoch);
  }
  const count = <u32>((next - out) >> 2);
  if (count > 0) padRows(out, count);
  return count;
}

/** Touches the links of the candidate that will be walked next unless a closer one turns up; see `touchCodes`. */
function touchLinks(entries: usize, next: u32, count: u32, level: u32): u32 {
  if (next >= count) return 0;
  const list = linksOf(rowOf(load<u64>(entries + ((<usize>next) << 3))), level);
  return load<u32>(list) ^ load<u32>(list + 64);
}

function countDistances(scratch: usize, count: u32): void {
  store<u32>(scratch + DISTANCES, load<u32>(scratch + DISTANCES) + count);
}

/** The distance to one row as an entry. */
export function entryOfRow(scratch: usize, query: usize, queryRoot: f32, row: u32): u64 {
  const fresh = <usize>load<u32>(scratch + FRESH);
  store<u32>(fresh, row);
  padRows(fresh, 1);
  countDistances(scratch, 1);
  return entryOf(f32x4.extract_lane(walkDistances(query, queryRoot, fresh), 0), row);
}

/** Walks a level to the row that none of its neighbours is closer than. */
function descendLevel(scratch: usize, query: usize, queryRoot: f32, from: u64, level: u32): u64 {
  const fresh = <usize>load<u32>(scratch + FRESH);
  const lanes = scratch + LANES;
  let best = from;
  let before: u64;
  do {
    before = best;
    const count = copyLinks(linksOf(rowOf(best), level), linksMax(level), fresh);
    countDistances(scratch, count);
    for (let index: u32 = 0; index < count; index += 4) {
      const rows = fresh + ((<usize>index) << 2);
      v128.store(lanes, walkDistances(query, queryRoot, rows));
      for (let lane: usize = 0; lane < 16; lane += 4) {
        const entry = entryOf(load<f32>(lanes + lane), load<u32>(rows + lane));
        if (entry < best) best = entry;
      }
    }
  } while (best != before);
  return best;
}

/** The closest row met on the way from the top down to, and not including, `level`. */
export function descend(scratch: usize, query: usize, queryRoot: f32, level: u32): u64 {
  let best = entryOfRow(scratch, query, queryRoot, load<u32>(ENTRY));
  for (let above = load<u32>(TOP_LEVEL); above > level; above -= 1) {
    best = descendLevel(scratch, query, queryRoot, best, above);
  }
  return best;
}

/** Fills NEAREST with up to `ef` entries around `from`, closest first; answers how many. */
export function searchLevel(
  scratch: usize,
  query: usize,
  queryRoot: f32,
  from: u64,
  ef: u32,
  level: u32,
): u32 {
  const epoch = nextEpoch(scratch);
  const visited = <usize>load<u32>(scratch + VISITED);
  const nearest = <usize>load<u32>(scratch + NEAREST);
  const fresh = <usize>load<u32>(scratch + FRESH);
  const lanes = scratch + LANES;
  const max = linksMax(level);
  store<u64>(nearest, from);
  store<u8>(visited + <usize>rowOf(from), <u8>epoch);
  let count: u32 = 1;
  let worst: f32 = ef == 1 ? distanceOf(from) : Infinity;
  let distances: u32 = 0;
  let expanded: u32 = 0;
  let next: u32 = 0;
  while (next < count) {
    const entry = load<u64>(nearest + ((<usize>next) << 3));
    next += 1;
    if ((entry & WALKED) != 0) continue;
    store<u64>(nearest + ((<usize>(next - 1)) << 3), entry | WALKED);
    const met = collectFresh(linksOf(rowOf(entry), level), max, visited, epoch, fresh);
    distances += met;
    expanded += 1;
    store<u32>(lanes, touchCodes(fresh, met) ^ touchLinks(nearest, next, count, level));
    for (let index: u32 = 0; index < met; index += 4) {
      const rows = fresh + ((<usize>index) << 2);
      if (index + 4 < met) store<u32>(lanes, touchNextRows(rows + 16));
      const four = walkDistances(query, queryRoot, rows);
      let closer = <u32>i32x4.bitmask(f32x4.lt(four, f32x4.splat(worst)));
      if (met - index < 4) closer &= (1 << (met - index)) - 1;
      if (closer == 0) continue;
      v128.store(lanes, four);
      do {
        const lane = (<usize>ctz<u32>(closer)) << 2;
        closer &= closer - 1;
        const distance = load<f32>(lanes + lane);
        if (distance >= worst) continue;
        const place = insertEntry(nearest, count, ef, entryOf(distance, load<u32>(rows + lane)));
        if (count < ef) count += 1;
        if (count == ef) worst = distanceOf(load<u64>(nearest + ((<usize>(ef - 1)) << 3)));
        if (place < next) next = place;
      } while (closer != 0);
    }
  }
  countDistances(scratch, distances);
  store<u32>(scratch + EXPANDED, load<u32>(scratch + EXPANDED) + expanded);
  return count;
}

function mayFind(row: u32, allowed: usize, deleted: usize): bool {
  return (allowed == 0 || isIn(allowed, row)) && (deleted == 0 || !isIn(deleted, row));
}

/** Offers a row, if it may be found, and its duplicates that may; answers how many entries NEAREST then holds. */
function offerAllowed(
  nearest: usize,
  count: u32,
  ef: u32,
  distance: f32,
  row: u32,
  allowed: usize,
  deleted: usize,
): u32 {
  const hasDuplicates = load<u32>(DUPLICATE_COUNT) != 0;
  while (row != NONE) {
    if (mayFind(row, allowed, deleted)) {
      const place = insertEntry(nearest, count, ef, entryOf(distance, row));
      if (count < ef) count += 1;
      else if (place >= ef) return count; // the rest of a chain sorts no earlier, or nearly so
    }
    row = hasDuplicates ? load<u32>(chainOf(row)) : NONE;
  }
  return count;
}

/**
 * The same on level 0, where only some rows may be found: every row leads on, those alone are kept. Goes on until `ef` are
 * found and nothing closer is left, so a strict filter widens the walk by itself; it ends early only when the frontier, which
 * has bounds, lost what it would have needed.
 */
function searchAllowed(
  scratch: usize,
  query: usize,
  queryRoot: f32,
  from: u64,
  ef: u32,
  allowed: usize,
  deleted: usize,
): u32 {
  const epoch = nextEpoch(scratch);
  const visited = <usize>load<u32>(scratch + VISITED);
  const nearest = <usize>load<u32>(scratch + NEAREST);
  const frontier = <usize>load<u32>(scratch + FRONTIER);
  const capacity = load<u32>(scratch + FRONTIER_CAPACITY);
  const fresh = <usize>load<u32>(scratch + FRESH);
  const lanes = scratch + LANES;
  const max = linksMax(0);
  store<u64>(frontier, from);
  store<u8>(visited + <usize>rowOf(from), <u8>epoch);
  let head: u32 = 0;
  let tail: u32 = 1;
  let count = offerAllowed(nearest, 0, ef, distanceOf(from), rowOf(from), allowed, deleted);
  let worst: f32 =
    count == ef ? distanceOf(load<u64>(nearest + ((<usize>(ef - 1)) << 3))) : Infinity;
  let distances: u32 = 0;
  let expanded: u32 = 0;
  while (head < tail) {
    const entry = load<u64>(frontier + ((<usize>head) << 3));
    if (distanceOf(entry) > worst) break;
    head += 1;
    const met = collectFresh(linksOf(rowOf(entry), 0), max, visited, epoch, fresh);
    distances += met;
    expanded += 1;
    store<u32>(lanes, touchCodes(fresh, met) ^ touchLinks(frontier, head, tail, 0));
    for (let index: u32 = 0; index < met; index += 4) {
      const rows = fresh + ((<usize>index) << 2);
      if (index + 4 < met) store<u32>(lanes, touchNextRows(rows + 16));
      const four = walkDistances(query, queryRoot, rows);
      let closer = <u32>i32x4.bitmask(f32x4.lt(four, f32x4.splat(worst)));
      if (met - index < 4) closer &= (1 << (met - index)) - 1;
      if (closer == 0) continue;
      v128.store(lanes, four);
      do {
        const lane = (<usize>ctz<u32>(closer)) << 2;
        closer &= closer - 1;
        const distance = load<f32>(lanes + lane);
        if (distance >= worst) continue;
        const row = load<u32>(rows + lane);
        const headBefore = head;
        head = insertBehindHead(frontier, head, tail, capacity, entryOf(distance, row));
        if (head == headBefore && tail < capacity) tail += 1;
        count = offerAllowed(nearest, count, ef, distance, row, allowed, deleted);
        if (count == ef) worst = distanceOf(load<u64>(nearest + ((<usize>(ef - 1)) << 3)));
      } while (closer != 0);
    }
  }
  countDistances(scratch, distances);
  store<u32>(scratch + EXPANDED, load<u32>(scratch + EXPANDED) + expanded);
  return count;
}

/** Writes the rows of the first entries to FOUND, each followed by its duplicates, `wanted` at the most. */
function listWithDuplicates(nearest: usize, count: u32, found: usize, wanted: u32): u32 {
  let listed: u32 = 0;
  for (let index: u32 = 0; index < count && listed < wanted; index += 1) {
    let row = rowOf(load<u64>(nearest + ((<usize>index) << 3)));
    while (row != NONE && listed < wanted) {
      store<u32>(found + ((<usize>listed) << 2), row);
      listed += 1;
      row = load<u32>(chainOf(row));
    }
  }
  return listed;
}

/** Writes the rows of the first entries to FOUND, `wanted` at the most. */
export function listRows(nearest: usize, count: u32, found: usize, wanted: u32): u32 {
  const listed = count < wanted ? count : wanted;
  for (let index: u32 = 0; index < listed; index += 1) {
    store<u32>(found + ((<usize>index) << 2), rowOf(load<u64>(nearest + ((<usize>index) << 3))));
  }
  return listed;
}

/**
 * Searches for the query in the scratch block and writes the closest rows, by the distance of the walk, to FOUND: `wanted`
 * at the most; answers how many. The graph has at least one row; `wanted` <= `ef`. `allowed` is the address of a bitmap of
 * the rows that may be found, or 0 for all; deleted rows are never found.
 */
export function hnswSearch(scratch: usize, ef: u32, wanted: u32, allowed: usize): u32 {
  const isCoded = load<u32>(QUANTIZATION) != 0;
  const query = <usize>load<u32>(scratch + (isCoded ? QUERY_CODE : QUERY));
  const queryRoot = load<f32>(scratch + QUERY_ROOT);
  const nearest = <usize>load<u32>(scratch + NEAREST);
  const found = <usize>load<u32>(scratch + FOUND);
  const from = descend(scratch, query, queryRoot, 0);
  const deleted: usize = load<u32>(DELETED_COUNT) == 0 ? 0 : <usize>load<u32>(DELETED);
  if (allowed != 0 || deleted != 0) {
    const count = searchAllowed(scratch, query, queryRoot, from, ef, allowed, deleted);
    return listRows(nearest, count, found, wanted);
  }
  const count = searchLevel(scratch, query, queryRoot, from, ef, 0);
  if (load<u32>(DUPLICATE_COUNT) != 0) return listWithDuplicates(nearest, count, found, wanted);
  return listRows(nearest, count, found, wanted);
}
