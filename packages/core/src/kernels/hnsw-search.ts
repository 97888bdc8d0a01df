/** The walk; TypeScript twin of `assembly/hnsw-search.ts`. */
import { walkDistance, type WalkQuery } from './hnsw-distance.ts';
import { HEADER, NONE, SCRATCH, type GraphMemory } from './hnsw-layout.ts';
import { insertBehindHead, insertEntry } from './hnsw-pool.ts';

/** A row and its distance from the query. */
export interface Candidate {
  readonly row: number;
  readonly distance: number;
}

function nextEpoch(graph: GraphMemory, scratch: number): number {
  let epoch = graph.field(scratch + SCRATCH.epoch) + 1;
  if (epoch === 256) {
    const visited = graph.field(scratch + SCRATCH.visited);
    graph.bytes.fill(0, visited, visited + graph.field(HEADER.rowCount));
    epoch = 1;
  }
  graph.setField(scratch + SCRATCH.epoch, epoch);
  return epoch;
}

/** The links of a list, which begins at word `list`. */
export function linksIn(graph: GraphMemory, list: number, max: number): Uint32Array {
  const links = graph.words.subarray(list, list + max);
  const end = links.indexOf(NONE);
  return end === -1 ? links : links.subarray(0, end);
}

export function countDistances(graph: GraphMemory, scratch: number, count: number): void {
  graph.setField(scratch + SCRATCH.distances, graph.field(scratch + SCRATCH.distances) + count);
}

function isCloser(left: Candidate, right: Candidate): boolean {
  return (
    left.distance < right.distance || (left.distance === right.distance && left.row < right.row)
  );
}

/** The closest row met on the way from the top down to, and not including, `level`. */
export function descend(
  graph: GraphMemory,
  scratch: number,
  query: WalkQuery,
  level: number,
): Candidate {
  const entry = graph.field(HEADER.entry);
  let best: Candidate = { row: entry, distance: walkDistance(graph, query, entry) };
  countDistances(graph, scratch, 1);
  for (let above = graph.field(HEADER.topLevel); above > level; above -= 1) {
    let before: Candidate;
    do {
      before = best;
      const links = linksIn(graph, graph.linksOf(best.row, above), graph.linksMax(above));
      countDistances(graph, scratch, links.length);
      for (const row of links) {
        const candidate = { row, distance: walkDistance(graph, query, row) };
        if (isCloser(candidate, best)) best = candidate;
      }
    } while (best !== before);
  }
  return best;
}

/** Fills NEAREST with up to `ef` entries around `from`, closest first; answers how many. */
export function searchLevel(
  graph: GraphMemory,
  scratch: number,
  query: WalkQuery,
  from: Candidate,
  ef: number,
  level: number,
): number {
  const { words, bytes } = graph;
  const epoch = nextEpoch(graph, scratch);
  const visited = graph.field(scratch + SCRATCH.visited);
  const nearest = graph.field(scratch + SCRATCH.nearest) >>> 2;
  const max = graph.linksMax(level);
  insertEntry(words, nearest, 0, ef, graph.keyOf(from.distance), from.row);
  bytes[visited + from.row] = epoch;
  let count = 1;
  let worst = ef === 1 ? from.distance : Number.POSITIVE_INFINITY;
  let distances = 0;
  let expanded = 0;
  let next = 0;
  while (next < count) {
    const low = words[nearest + 2 * next]!;
    next += 1;
    if ((low & 1) !== 0) continue;
    words[nearest + 2 * (next - 1)] = low | 1;
    expanded += 1;
    for (const row of linksIn(graph, graph.linksOf(low >>> 1, level), max)) {
      if (bytes[visited + row] === epoch) continue;
      bytes[visited + row] = epoch;
      distances += 1;
      const distance = walkDistance(graph, query, row);
      if (distance >= worst) continue;
      const place = insertEntry(words, nearest, count, ef, graph.keyOf(distance), row);
      if (count < ef) count += 1;
      if (count === ef) worst = graph.distanceOfKey(words[nearest + 2 * (ef - 1) + 1]!);
      if (place < next) next = place;
    }
  }
  countDistances(graph, scratch, distances);
  graph.setField(scratch + SCRATCH.expanded, graph.field(scratch + SCRATCH.expanded) + expanded);
  return count;
}

/** What a search may find: addresses of bitmaps, or 0. */
export interface Filter {
  readonly allowed: number;
  readonly deleted: number;
}

export function mayFind(graph: GraphMemory, row: number, filter: Filter): boolean {
  const isAllowed = filter.allowed === 0 || graph.isIn(filter.allowed, row);
  return isAllowed && (filter.deleted === 0 || !graph.isIn(filter.deleted, row));
}

/** Offers a row, if it may be found, and its duplicates that may; answers how many entries NEAREST then holds. */
function offerAllowed(
  graph: GraphMemory,
  nearest: number,
  held: number,
  ef: number,
  candidate: Candidate,
  filter: Filter,
): number {
  const hasDuplicates = graph.field(HEADER.duplicateCount) !== 0;
  const key = graph.keyOf(candidate.distance);
  let count = held;
  for (let { row } = candidate; row !== NONE;) {
    if (mayFind(graph, row, filter)) {
      const place = insertEntry(graph.words, nearest, count, ef, key, row);
      if (count < ef) count += 1;
      else if (place >= ef) return count;
    }
    row = hasDuplicates ? graph.words[graph.chainOf(row)]! : NONE;
  }
  return count;
}

function searchAllowed(
  graph: GraphMemory,
  scratch: number,
  query: WalkQuery,
  from: Candidate,
  ef: number,
  filter: Filter,
): number {
  const { words, bytes } = graph;
  const epoch = nextEpoch(graph, scratch);
  const visited = graph.field(scratch + SCRATCH.visited);
  const nearest = graph.field(scratch + SCRATCH.nearest) >>> 2;
  const frontier = graph.field(scratch + SCRATCH.frontier) >>> 2;
  const capacity = graph.field(scratch + SCRATCH.frontierCapacity);
  const worstOf = (count: number): number =>
    count === ef
      ? graph.distanceOfKey(words[nearest + 2 * (ef - 1) + 1]!)
      : Number.POSITIVE_INFINITY;
  insertEntry(words, frontier, 0, capacity, graph.keyOf(from.distance), from.row);
  bytes[visited + from.row] = epoch;
  let head = 0;
  let tail = 1;
  let count = offerAllowed(graph, nearest, 0, ef, from, filter);
  let worst = worstOf(count);
  let distances = 0;
  let expanded = 0;
  while (head < tail && graph.distanceOfKey(words[frontier + 2 * head + 1]!) <= worst) {
    const walked = words[frontier + 2 * head]! >>> 1;
    head += 1;
    expanded += 1;
    for (const row of linksIn(graph, graph.linksOf(walked, 0), graph.linksMax(0))) {
      if (bytes[visited + row] === epoch) continue;
      bytes[visited + row] = epoch;
      distances += 1;
      const distance = walkDistance(graph, query, row);
      if (distance >= worst) continue;
      const headBefore = head;
      head = insertBehindHead(words, frontier, head, tail, capacity, graph.keyOf(distance), row);
      if (head === headBefore && tail < capacity) tail += 1;
      count = offerAllowed(graph, nearest, count, ef, { row, distance }, filter);
      worst = worstOf(count);
    }
  }
  countDistances(graph, scratch, distances);
  graph.setField(scratch + SCRATCH.expanded, graph.field(scratch + SCRATCH.expanded) + expanded);
  return count;
}

/** Writes the rows of the first entries to FOUND, each followed by its duplicates if asked, `wanted` at the most. */
export function listRows(
  graph: GraphMemory,
  scratch: number,
  count: number,
  wanted: number,
  withDuplicates: boolean,
): number {
  const nearest = graph.field(scratch + SCRATCH.nearest) >>> 2;
  const found = graph.field(scratch + SCRATCH.found) >>> 2;
  let listed = 0;
  for (let index = 0; index < count && listed < wanted; index += 1) {
    let row = graph.words[nearest + 2 * index]! >>> 1;
    while (row !== NONE && listed < wanted) {
      graph.words[found + listed] = row;
      listed += 1;
      row = withDuplicates ? graph.words[graph.chainOf(row)]! : NONE;
    }
  }
  return listed;
}

/** The query of a scratch block, in the form that the walk compares. */
export function queryOfScratch(graph: GraphMemory, scratch: number): WalkQuery {
  const isCoded = graph.field(HEADER.quantization) !== 0;
  return {
    at: isCoded
      ? graph.field(scratch + SCRATCH.queryCode)
      : graph.field(scratch + SCRATCH.query) >>> 2,
    root: graph.floats[(scratch + SCRATCH.queryRoot) >>> 2]!,
  };
}

/** `hnswSearch` of `hnsw-functions.ts`. */
export function searchGraph(
  graph: GraphMemory,
  scratch: number,
  ef: number,
  wanted: number,
  allowed: number,
): number {
  const query = queryOfScratch(graph, scratch);
  const from = descend(graph, scratch, query, 0);
  const deleted = graph.field(HEADER.deletedCount) === 0 ? 0 : graph.field(HEADER.deleted);
  if (allowed !== 0 || deleted !== 0) {
    const count = searchAllowed(graph, scratch, query, from, ef, { allowed, deleted });
    return listRows(graph, scratch, count, wanted, false);
  }
  const count = searchLevel(graph, scratch, query, from, ef, 0);
  return listRows(graph, scratch, count, wanted, graph.field(HEADER.duplicateCount) !== 0);
}
