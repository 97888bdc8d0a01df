/** Linking a row into the graph; TypeScript twin of `assembly/hnsw-insert.ts`, which numbers the steps. */
import { queryOfRow, walkDistance, type WalkQuery } from './hnsw-distance.ts';
import { HEADER, LEVEL_DUPLICATE, NONE, SCRATCH, type GraphMemory } from './hnsw-layout.ts';
import { insertEntry } from './hnsw-pool.ts';
import { countDistances, descend, linksIn, searchLevel, type Candidate } from './hnsw-search.ts';

/** Algorithm 4 over the sorted entries at word `entries`: the rows kept, at most `max`. */
function selectNeighbours(
  graph: GraphMemory,
  entries: number,
  count: number,
  max: number,
): readonly number[] {
  const kept: number[] = [];
  for (let index = 0; index < count && kept.length < max; index += 1) {
    const row = graph.words[entries + 2 * index]! >>> 1;
    const limit = graph.distanceOfKey(graph.words[entries + 2 * index + 1]!);
    const query = queryOfRow(graph, row);
    if (kept.every((other) => walkDistance(graph, query, other) >= limit)) kept.push(row);
  }
  return kept;
}

function writeLinks(graph: GraphMemory, list: number, links: readonly number[], max: number): void {
  graph.words.set(links, list);
  graph.words.fill(NONE, list + links.length, list + max);
}

/** Gives `neighbour` a link to `row`; where it has no room it chooses anew among its links and the row. */
function linkBack(
  graph: GraphMemory,
  scratch: number,
  neighbour: number,
  row: number,
  level: number,
): void {
  const list = graph.linksOf(neighbour, level);
  const max = graph.linksMax(level);
  const links = linksIn(graph, list, max);
  if (links.length < max) {
    graph.words[list + links.length] = row;
    return;
  }
  const query = queryOfRow(graph, neighbour);
  const pruned = graph.field(scratch + SCRATCH.pruned) >>> 2;
  let sorted = 0;
  for (const candidate of [...links, row]) {
    const key = graph.keyOf(walkDistance(graph, query, candidate));
    insertEntry(graph.words, pruned, sorted, max + 1, key, candidate);
    sorted += 1;
  }
  writeLinks(graph, list, selectNeighbours(graph, pruned, sorted, max), max);
}

/** Whether two rows look the same to the walk. */
function areEqual(graph: GraphMemory, left: number, right: number): boolean {
  const isCoded = graph.field(HEADER.quantization) !== 0;
  const stride = graph.field(isCoded ? HEADER.codeStride : HEADER.rowStride) >>> 2;
  const base = graph.field(isCoded ? HEADER.codes : HEADER.rows) >>> 2;
  for (let at = 0; at < stride; at += 1) {
    if (graph.words[base + left * stride + at] !== graph.words[base + right * stride + at])
      return false;
  }
  return true;
}

/** The candidate of level 0 that is equal to the row, or NONE. */
function equalCandidate(
  graph: GraphMemory,
  scratch: number,
  row: number,
  count: number,
  query: WalkQuery,
): number {
  const nearest = graph.field(scratch + SCRATCH.nearest) >>> 2;
  const self = graph.keyOf(walkDistance(graph, query, row));
  countDistances(graph, scratch, 1);
  for (let index = 0; index < count; index += 1) {
    const key = graph.words[nearest + 2 * index + 1]!;
    const candidate = graph.words[nearest + 2 * index]! >>> 1;
    if (key > self) break;
    if (key === self && areEqual(graph, candidate, row)) return candidate;
  }
  return NONE;
}

/** Puts a row behind the head of a linked row's chain and gives back its room on the upper levels. */
function chainDuplicate(
  graph: GraphMemory,
  row: number,
  original: number,
  poolBefore: number,
): void {
  graph.setField(HEADER.poolUsed, poolBefore);
  graph.bytes[graph.field(HEADER.levels) + row] = LEVEL_DUPLICATE;
  const head = graph.chainOf(original);
  graph.words[(graph.field(HEADER.upper) >>> 2) + row] = graph.words[head]!;
  graph.words[head] = row;
  graph.setField(HEADER.duplicateCount, graph.field(HEADER.duplicateCount) + 1);
}

/** Takes a row's room on the upper levels from the pool. */
function reserveUpper(graph: GraphMemory, row: number, level: number): void {
  const upper = (graph.field(HEADER.upper) >>> 2) + row;
  if (level === 0) {
    graph.words[upper] = NONE;
    return;
  }
  const used = graph.field(HEADER.poolUsed);
  const words = 1 + level * graph.field(HEADER.m);
  const start = (graph.field(HEADER.pool) >>> 2) + used;
  graph.words[upper] = used;
  graph.words.fill(NONE, start, start + words);
  graph.setField(HEADER.poolUsed, used + words);
}

/** Makes the row the entry point if it stands above all others, and counts it. */
function finish(graph: GraphMemory, row: number, level: number, isEntry: boolean): void {
  if (isEntry) {
    graph.setField(HEADER.entry, row);
    graph.setField(HEADER.topLevel, level);
  }
  graph.setField(HEADER.linkedCount, graph.field(HEADER.linkedCount) + 1);
}

/** `hnswInsert` of `hnsw-functions.ts`. */
export function insertRow(graph: GraphMemory, scratch: number, row: number): number {
  const level = graph.levelOf(row);
  const poolBefore = graph.field(HEADER.poolUsed);
  reserveUpper(graph, row, level);
  writeLinks(graph, graph.linksOf(row, 0), [], graph.linksMax(0));
  if (graph.field(HEADER.entry) === NONE) {
    finish(graph, row, level, true);
    return 1;
  }
  const query = queryOfRow(graph, row);
  const nearest = graph.field(scratch + SCRATCH.nearest) >>> 2;
  const m = graph.field(HEADER.m);
  const topLevel = graph.field(HEADER.topLevel);
  const highest = Math.min(level, topLevel);
  let from: Candidate = descend(graph, scratch, query, highest);
  for (let at = highest; at >= 0; at -= 1) {
    const ef = graph.field(HEADER.efConstruction);
    const count = searchLevel(graph, scratch, query, from, ef, at);
    from = {
      row: graph.words[nearest]! >>> 1,
      distance: graph.distanceOfKey(graph.words[nearest + 1]!),
    };
    if (at === 0) {
      const original = equalCandidate(graph, scratch, row, count, query);
      if (original !== NONE) {
        chainDuplicate(graph, row, original, poolBefore);
        return 0;
      }
    }
    const selected = selectNeighbours(graph, nearest, count, m);
    writeLinks(graph, graph.linksOf(row, at), selected, graph.linksMax(at));
  }
  for (let at = 0; at <= highest; at += 1) {
    for (const neighbour of linksIn(graph, graph.linksOf(row, at), m))
      linkBack(graph, scratch, neighbour, row, at);
  }
  finish(graph, row, level, level > topLevel);
  return 1;
}
