/**
 * Links a row into the graph (Malkov and Yashunin, 2016, algorithms 1 and 4). AssemblyScript, twin of
 * `src/kernels/hnsw-insert.ts`.
 *
 *   1. descend to the row's level
 *   2. on each of its levels, from above: search `ef_construction` candidates and select the row's own links among them
 *   3. a row equal to one of the candidates of level 0 is not linked: it goes on that row's chain of duplicates
 *   4. else every selected neighbour gets a link back, and where that is one too many selects anew
 *
 * Selection keeps a candidate only if it is closer to the row than to every candidate kept before, which spreads the links
 * over directions. Thousands of equal rows would keep each other and cut themselves off, hence step 3.
 */
import { queryOfRow, rootOfRow, walkDistances } from './hnsw-distance';
import {
  CODES,
  CODE_STRIDE,
  DUPLICATE_COUNT,
  EF_CONSTRUCTION,
  ENTRY,
  FRESH,
  LANES,
  LEVELS,
  LEVEL_DUPLICATE,
  LINKED_COUNT,
  M,
  NEAREST,
  NONE,
  POOL,
  POOL_USED,
  PRUNED,
  QUANTIZATION,
  ROWS,
  ROW_STRIDE,
  SELECTED,
  TOP_LEVEL,
  UPPER,
  chainOf,
  levelOf,
  linksMax,
  linksOf,
} from './hnsw-layout';
import { distanceOf, entryOf, insertEntry, rowOf } from './hnsw-pool';
import { copyLinks, descend, entryOfRow, padRows, searchLevel } from './hnsw-search';

/** Algorithm 4: writes up to `max` of the sorted entries' rows to SELECTED; answers how many. */
function selectNeighbours(scratch: usize, entries: usize, count: u32, max: u32): u32 {
  const selected = <usize>load<u32>(scratch + SELECTED);
  let kept: u32 = 0;
  for (let index: u32 = 0; index < count && kept < max; index += 1) {
    const entry = load<u64>(entries + ((<usize>index) << 3));
    const row = rowOf(entry);
    const limit = f32x4.splat(distanceOf(entry));
    let isCloserToKept = false;
    if (kept > 0) {
      const query = queryOfRow(row);
      const root = rootOfRow(row);
      for (let other: u32 = 0; other < kept; other += 4) {
        const four = walkDistances(query, root, selected + ((<usize>other) << 2));
        if (i32x4.bitmask(f32x4.lt(four, limit)) != 0) {
          isCloserToKept = true;
          break;
        }
      }
    }
    if (isCloserToKept) continue;
    store<u32>(selected + ((<usize>kept) << 2), row);
    kept += 1;
    padRows(selected, kept);
  }
  return kept;
}

/** Writes SELECTED as the links of a row on a level. */
function writeLinks(scratch: usize, list: usize, count: u32, max: u32): void {
  memory.copy(list, <usize>load<u32>(scratch + SELECTED), (<usize>count) << 2);
  memory.fill(list + ((<usize>count) << 2), 0xff, (<usize>(max - count)) << 2);
}

/** Gives `neighbour` a link to `row`; where it has no room it chooses anew among its links and the row. */
function linkBack(scratch: usize, neighbour: u32, row: u32, level: u32): void {
  const list = linksOf(neighbour, level);
  const max = linksMax(level);
  const fresh = <usize>load<u32>(scratch + FRESH);
  let count = copyLinks(list, max, fresh);
  if (count < max) {
    store<u32>(list + ((<usize>count) << 2), row);
    return;
  }
  store<u32>(fresh + ((<usize>count) << 2), row);
  count += 1;
  padRows(fresh, count);
  const query = queryOfRow(neighbour);
  const root = rootOfRow(neighbour);
  const pruned = <usize>load<u32>(scratch + PRUNED);
  const lanes = scratch + LANES;
  let sorted: u32 = 0;
  for (let index: u32 = 0; index < count; index += 4) {
    const rows = fresh + ((<usize>index) << 2);
    v128.store(lanes, walkDistances(query, root, rows));
    for (let lane: u32 = 0; lane < 4 && index + lane < count; lane += 1) {
      const at = (<usize>lane) << 2;
      insertEntry(pruned, sorted, count, entryOf(load<f32>(lanes + at), load<u32>(rows + at)));
      sorted += 1;
    }
  }
  writeLinks(scratch, list, selectNeighbours(scratch, pruned, sorted, max), max);
}

/** Whether two rows look the same to the walk. */
function areEqual(left: u32, right: u32): bool {
  const isCoded = load<u32>(QUANTIZATION) != 0;
  const stride = <usize>load<u32>(isCoded ? CODE_STRIDE : ROW_STRIDE);
  const base = <usize>load<u32>(isCoded ? CODES : ROWS);
  const a = base + <usize>left * stride;
  const b = base + <usize>right * stride;
  for (let at: usize = 0; at < stride; at += 16) {
    if (v128.any_true(v128.xor(v128.load(a + at), v128.load(b + at)))) return false;
  }
  return true;
}

/** The candidate of level 0 that is equal to the row, or NONE. */
function equalCandidate(scratch: usize, row: u32, count: u32, query: usize, root: f32): u32 {
  const nearest = <usize>load<u32>(scratch + NEAREST);
  const self = entryOfRow(scratch, query, root, row) >> 32;
  for (let index: u32 = 0; index < count; index += 1) {
    const entry = load<u64>(nearest + ((<usize>index) << 3));
    if (entry >> 32 > self) break;
    if (entry >> 32 == self && areEqual(rowOf(entry), row)) return rowOf(entry);
  }
  return NONE;
}

/** Puts a row behind the head of a linked row's chain and gives back its room on the upper levels. */
function chainDuplicate(row: u32, original: u32, poolBefore: u32): void {
  store<u32>(POOL_USED, poolBefore);
  store<u8>(<usize>load<u32>(LEVELS) + <usize>row, <u8>LEVEL_DUPLICATE);
  const head = chainOf(original);
  store<u32>(<usize>load<u32>(UPPER) + ((<usize>row) << 2), load<u32>(head));
  store<u32>(head, row);
  store<u32>(DUPLICATE_COUNT, load<u32>(DUPLICATE_COUNT) + 1);
}

/** Takes a row's room on the upper levels from the pool, whose size the levels of all rows have settled before. */
function reserveUpper(row: u32, level: u32): void {
  const upper = <usize>load<u32>(UPPER) + ((<usize>row) << 2);
  if (level == 0) {
    store<u32>(upper, NONE);
    return;
  }
  const used = load<u32>(POOL_USED);
  const words = 1 + level * load<u32>(M);
  store<u32>(upper, used);
  memory.fill(<usize>load<u32>(POOL) + ((<usize>used) << 2), 0xff, (<usize>words) << 2);
  store<u32>(POOL_USED, used + words);
}

function countLinked(): void {
  store<u32>(LINKED_COUNT, load<u32>(LINKED_COUNT) + 1);
}

/**
 * Links a row whose vector, norm, code and level are in place and which is not linked yet. Answers 1, or 0 where the row
 * became a duplicate of another.
 */
export function hnswInsert(scratch: usize, row: u32): u32 {
  const level = levelOf(row);
  const poolBefore = load<u32>(POOL_USED);
  reserveUpper(row, level);
  memory.fill(linksOf(row, 0), 0xff, (<usize>linksMax(0)) << 2);
  if (load<u32>(ENTRY) == NONE) {
    store<u32>(ENTRY, row);
    store<u32>(TOP_LEVEL, level);
    countLinked();
    return 1;
  }
  const query = queryOfRow(row);
  const root = rootOfRow(row);
  const nearest = <usize>load<u32>(scratch + NEAREST);
  const topLevel = load<u32>(TOP_LEVEL);
  const highest = level < topLevel ? level : topLevel;
  let from = descend(scratch, query, root, highest);
  for (let at = <i32>highest; at >= 0; at -= 1) {
    const count = searchLevel(scratch, query, root, from, load<u32>(EF_CONSTRUCTION), at);
    from = load<u64>(nearest) & ~(<u64>1);
    if (at == 0) {
      const original = equalCandidate(scratch, row, count, query, root);
      if (original != NONE) {
        chainDuplicate(row, original, poolBefore);
        return 0;
      }
    }
    const selected = selectNeighbours(scratch, nearest, count, load<u32>(M));
    writeLinks(scratch, linksOf(row, at), selected, linksMax(at));
  }
  for (let at: u32 = 0; at <= highest; at += 1) {
    const list = linksOf(row, at);
    // At most M of its own: nobody links back before this row is done.
    for (let index: u32 = 0; index < load<u32>(M); index += 1) {
      const neighbour = load<u32>(list + ((<usize>index) << 2));
      if (neighbour == NONE) break;
      linkBack(scratch, neighbour, row, at);
    }
  }
  if (level > topLevel) {
    store<u32>(ENTRY, row);
    store<u32>(TOP_LEVEL, level);
  }
  countLinked();
  return 1;
}
