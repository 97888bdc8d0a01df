/**
 * Where the parts of a graph lie. The image of a graph (docs/formats/hnsw.md) begins at address 0 of its memory, so a field
 * of its header has a constant address. A search's own state lies behind the image in a scratch block, whose address every
 * function takes: threads that share a memory have a block each. AssemblyScript, twin of `src/kernels/hnsw-layout.ts`.
 */

/** No row, the end of a list of links. */
export const NONE: u32 = 0xffffffff;

/** Levels beyond those of a graph: a row on the chain of its equals; from here on, rows outside the graph. */
export const LEVEL_DUPLICATE: u32 = 253;
export const LEVEL_OUTSIDE: u32 = 254;

// Fields of the header: part of the file format, do not change.
export const DIMENSION: usize = 16;
export const METRIC: usize = 20;
export const QUANTIZATION: usize = 24;
export const M: usize = 28;
export const EF_CONSTRUCTION: usize = 32;
export const ROW_COUNT: usize = 36;
export const OUTLIER_COUNT: usize = 40;
export const LINKED_COUNT: usize = 44;
export const ENTRY: usize = 48;
export const TOP_LEVEL: usize = 52;
export const POOL_USED: usize = 56;
export const DUPLICATE_COUNT: usize = 64;
export const DELETED_COUNT: usize = 72;
export const ROW_STRIDE: usize = 76;
export const CODE_STRIDE: usize = 80;
export const LEVELS: usize = 88;
export const UPPER: usize = 92;
export const LINKS: usize = 96;
export const POOL: usize = 100;
export const NORMS: usize = 104;
export const DELETED: usize = 108;
export const CODES: usize = 116;
export const ROWS: usize = 120;

// Fields of a scratch block: addresses of its parts, then counters.
export const VISITED: usize = 0;
export const EPOCH: usize = 4;
export const NEAREST: usize = 8;
export const FRONTIER: usize = 12;
export const FRONTIER_CAPACITY: usize = 16;
export const FRESH: usize = 20;
export const SELECTED: usize = 24;
export const PRUNED: usize = 28;
export const QUERY: usize = 32;
export const QUERY_CODE: usize = 36;
export const FOUND: usize = 40;
export const DISTANCES: usize = 44;
export const EXPANDED: usize = 48;
export const QUERY_ROOT: usize = 52;
export const LANES: usize = 64;

/** How many links a row may have on a level. */
export function linksMax(level: u32): u32 {
  return level == 0 ? load<u32>(M) << 1 : load<u32>(M);
}

/** The list of a row's links on a level it has. */
export function linksOf(row: u32, level: u32): usize {
  const m = <usize>load<u32>(M);
  if (level == 0) return <usize>load<u32>(LINKS) + <usize>row * (m << 3);
  const block = <usize>load<u32>(<usize>load<u32>(UPPER) + ((<usize>row) << 2));
  // The block's first word is the head of the chain of duplicates.
  return <usize>load<u32>(POOL) + ((block + 1 + <usize>(level - 1) * m) << 2);
}

export function levelOf(row: u32): u32 {
  return <u32>load<u8>(<usize>load<u32>(LEVELS) + <usize>row);
}

/** Where the first duplicate of a linked row, or the next one of a duplicate, is kept. */
export function chainOf(row: u32): usize {
  const upper = <usize>load<u32>(UPPER) + ((<usize>row) << 2);
  const level = levelOf(row);
  if (level == 0 || level == LEVEL_DUPLICATE) return upper;
  return <usize>load<u32>(POOL) + ((<usize>load<u32>(upper)) << 2);
}

export function isIn(bitmap: usize, row: u32): bool {
  return ((load<u32>(bitmap + ((<usize>(row >>> 5)) << 2)) >>> (row & 31)) & 1) != 0;
}
