/**
 * Walks through a whole image and checks what a search trusts, for `integrity_check`, tests, and segments of doubtful origin:
 *
 *   V1 every link leads to a linked row that has the level, never to the row itself, and never twice to the same
 *   V2 the entry point is linked and stands on the highest level
 *   V3 every duplicate hangs on exactly one chain, which begins at a linked row
 *   V4 the counts of the header are those of the rows
 */
import { AlopexError } from '../../base/errors.ts';
import { HEADER, LEVEL_DUPLICATE, NONE, isOutside } from '../../kernels/hnsw-layout.ts';
import type { GraphImage } from './graph-image.ts';
import type { HnswSegment } from './hnsw-segment.ts';

export interface HnswStatistics {
  /** Rows in the graph; duplicates and rows outside it are counted apart. */
  readonly linked: number;
  readonly duplicates: number;
  readonly outliers: number;
  readonly removed: number;
  /** Rows whose level is this or higher, from level 0 on. */
  readonly rowsByLevel: readonly number[];
  /** Links on level 0. */
  readonly links: number;
  readonly imageBytes: number;
}

/** Counts what `alopex_vector_index_stats` shows; throws ALX_CORRUPT where the image breaks a law. Reads every link. */
export function verifyHnsw(segment: HnswSegment): HnswStatistics {
  const { image } = segment;
  const { graph } = image;
  const rowsByLevel: number[] = [];
  let duplicates = 0;
  let outliers = 0;
  let links = 0;
  let chained = 0;
  for (let row = 0; row < image.rowCount; row += 1) {
    const level = graph.levelOf(row);
    if (level === LEVEL_DUPLICATE) duplicates += 1;
    else if (isOutside(level)) outliers += 1;
    else {
      for (let at = 0; at <= level; at += 1) {
        rowsByLevel[at] = (rowsByLevel[at] ?? 0) + 1;
        const count = verifyLinks(image, row, at);
        if (at === 0) links += count;
      }
      chained += verifyChain(image, row);
    }
  }
  const linked = rowsByLevel[0] ?? 0;
  verifyEntry(image, rowsByLevel.length - 1);
  ensure(chained === duplicates, `V3: ${chained} of ${duplicates} duplicates hang on a chain`);
  ensure(linked === image.field(HEADER.linkedCount), `V4: ${linked} rows are linked`);
  ensure(duplicates === image.field(HEADER.duplicateCount), `V4: ${duplicates} are duplicates`);
  ensure(outliers === image.field(HEADER.outlierCount), `V4: ${outliers} are outside the graph`);
  const removed = segment.removedCount;
  const { imageBytes } = HEADER;
  return {
    linked,
    duplicates,
    outliers,
    removed,
    rowsByLevel,
    links,
    imageBytes: image.field(imageBytes),
  };
}

function isLinked(image: GraphImage, row: number, level: number): boolean {
  if (row >= image.rowCount) return false;
  const has = image.graph.levelOf(row);
  return has !== LEVEL_DUPLICATE && !isOutside(has) && has >= level;
}

/** V1; answers how many links there are. */
function verifyLinks(image: GraphImage, row: number, level: number): number {
  const { graph } = image;
  const list = graph.linksOf(row, level);
  const links = graph.words.subarray(list, list + graph.linksMax(level));
  const end = links.indexOf(NONE);
  const used = end === -1 ? links : links.subarray(0, end);
  for (const [index, link] of used.entries()) {
    const isSound = link !== row && isLinked(image, link, level) && used.indexOf(link) === index;
    ensure(isSound, `V1: row ${row} has a bad link to ${link} on level ${level}`);
  }
  return used.length;
}

function verifyEntry(image: GraphImage, topLevel: number): void {
  const entry = image.field(HEADER.entry);
  if (topLevel < 0) {
    ensure(entry === NONE, 'V2: a graph without rows has an entry point');
    return;
  }
  const isSound = image.field(HEADER.topLevel) === topLevel && isLinked(image, entry, topLevel);
  ensure(isSound, `V2: the entry point ${entry} does not stand on level ${topLevel}`);
}

/** V3; answers how many duplicates hang on a row. */
function verifyChain(image: GraphImage, row: number): number {
  const { graph } = image;
  let count = 0;
  let next = graph.words[graph.chainOf(row)]!;
  while (next !== NONE) {
    count += 1;
    const isSound =
      next < image.rowCount && graph.levelOf(next) === LEVEL_DUPLICATE && count < image.rowCount;
    ensure(isSound, `V3: the chain of row ${row} leads to ${next}`);
    next = graph.words[graph.chainOf(next)]!;
  }
  return count;
}

function ensure(condition: boolean, detail: string): void {
  if (condition) return;
  throw new AlopexError('ALX_CORRUPT', `a vector index segment is damaged: ${detail}`, {
    hint: 'rebuild the index with REINDEX',
  });
}
