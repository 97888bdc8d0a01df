/**
 * The contract of the graph's kernels (hierarchical navigable small world, Malkov and Yashunin, 2016): the loops of building
 * and searching one graph whose image begins at address 0 of the bound memory (docs/formats/hnsw.md; `hnsw-layout.ts` has the
 * addresses). The laws of `kernels.ts` hold, with these differences:
 *
 * - `hnswInsert` writes the image. Nobody else reads or writes it meanwhile.
 * - `scratch` is the address of a scratch block (16-byte aligned), laid out by `vector/hnsw/scratch.ts`. One call at a time
 *   uses it; searches with blocks of their own may run on one shared memory at once.
 * - Arguments are trusted: rows are below the row count, and a graph that is searched has an entry point.
 * - `simd` and `typescript` build the same graph, byte by byte, from the same rows and levels; so does `relaxed` over codes.
 */
export interface HnswFunctions {
  /**
   * Links a row whose vector, norm, code (where the graph has them) and level are in place. Answers 1, or 0 where the row
   * equals a linked one and became its duplicate.
   */
  hnswInsert(scratch: number, row: number): number;

  /**
   * Walks to the query of the scratch block and writes the ordinals of the closest rows, by the distance of the walk, to its
   * FOUND list: at most `wanted` (<= `ef`). Answers how many. `allowed` is the address of a bitmap (whole 32-bit words) of
   * the rows that may be found, or 0 for all; rows that the image calls deleted are never found.
   */
  hnswSearch(scratch: number, ef: number, wanted: number, allowed: number): number;

  /**
   * Compares the query of the scratch block with every row that may be found, by the distance of the walk, and writes the
   * ordinals of the `wanted` closest to FOUND; answers how many. Rows outside the graph are left out.
   */
  hnswScan(scratch: number, wanted: number, allowed: number): number;

  /**
   * Offers the rows whose ordinals lie at `list` to a heap as `scanTopK` keeps it, with their exact reduced distances to the
   * float32 vector at `query`; answers how many the heap holds then. The rows are in memory.
   */
  hnswScore(
    query: number,
    list: number,
    count: number,
    heap: number,
    heapCount: number,
    k: number,
  ): number;

  /**
   * Writes SQ8 codes of vectors: `(element * factors[i] - centres[at]) * inverseStep`, clamped to [-63, 63] and rounded to
   * even. `factors` 0 means 1. Answers how many elements lie at or past the ends.
   */
  hnswEncode(
    vectors: number,
    vectorStride: number,
    dim: number,
    count: number,
    factors: number,
    centres: number,
    inverseStep: number,
    out: number,
    outStride: number,
  ): number;
}
