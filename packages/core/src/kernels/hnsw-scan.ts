/** A scan with the distances of the walk; TypeScript twin of `assembly/hnsw-scan.ts`. */
import { walkDistance } from './hnsw-distance.ts';
import { HEADER, SCRATCH, isOutside, type GraphMemory } from './hnsw-layout.ts';
import { insertEntry } from './hnsw-pool.ts';
import { countDistances, listRows, mayFind, queryOfScratch } from './hnsw-search.ts';

/** `hnswScan` of `hnsw-functions.ts`. */
export function scanGraph(
  graph: GraphMemory,
  scratch: number,
  wanted: number,
  allowed: number,
): number {
  const query = queryOfScratch(graph, scratch);
  const nearest = graph.field(scratch + SCRATCH.nearest) >>> 2;
  const deleted = graph.field(HEADER.deletedCount) === 0 ? 0 : graph.field(HEADER.deleted);
  let held = 0;
  let distances = 0;
  for (let row = 0; row < graph.field(HEADER.rowCount); row += 1) {
    if (!mayFind(graph, row, { allowed, deleted }) || isOutside(graph.levelOf(row))) continue;
    distances += 1;
    const key = graph.keyOf(walkDistance(graph, query, row));
    const place = insertEntry(graph.words, nearest, held, wanted, key, row);
    if (place < wanted && held < wanted) held += 1;
  }
  countDistances(graph, scratch, distances);
  return listRows(graph, scratch, held, wanted, false);
}
