/**
 * Exact distances, into the heap of a scratch block: of rows that a walk named, of rows outside the graph, of all rows. Where
 * rows are not in memory they come from a reader, a block at a time.
 */
import { assert } from '../../base/assert.ts';
import { HEADER } from '../../kernels/hnsw-layout.ts';
import { METRIC_CODE } from '../../kernels/metric-code.ts';
import { RowBitmap } from '../row-bitmap.ts';
import type { GraphImage } from './graph-image.ts';
import { ROW_BLOCK_ROWS, type Scratch, type ScratchParts } from './scratch.ts';

/** Reads the vector of a row that is not in memory into `target`, which has its length. */
export type VectorReader = (ordinal: number, target: Float32Array) => void;

/** Rows that a search may find. */
export interface RowFilter {
  /** Address of their bitmap, or 0 for all that are not removed. */
  readonly allowed: number;
  readonly allowedCount: number;
}

export class RowScorer {
  readonly #image: GraphImage;
  readonly #scratch: Scratch;
  readonly #readRow: VectorReader | undefined;

  constructor(image: GraphImage, scratch: Scratch, readRow: VectorReader | undefined) {
    this.#image = image;
    this.#scratch = scratch;
    this.#readRow = readRow;
  }

  /** Puts the k closest of the rows that the walk found into the heap, in no order; answers how many. */
  scoreFound(parts: ScratchParts, count: number, k: number): number {
    if (this.#readRow === undefined) {
      return this.#image.hnsw.hnswScore(parts.query, parts.found, count, parts.heap, 0, k);
    }
    const start = parts.found >>> 2;
    const rows = this.#image.graph.words.slice(start, start + count);
    return this.#scoreFetched(rows.sort(), parts, 0, k);
  }

  /** Offers more rows, ascending, to the heap. */
  scoreMore(rows: Uint32Array, parts: ScratchParts, held: number, k: number): number {
    if (this.#readRow !== undefined) return this.#scoreFetched(rows, parts, held, k);
    let after = held;
    const perStep = this.#scratch.foundCapacity;
    for (let first = 0; first < rows.length; first += perStep) {
      const step = rows.subarray(first, first + perStep);
      this.#image.graph.words.set(step, parts.found >>> 2);
      const { hnsw } = this.#image;
      after = hnsw.hnswScore(parts.query, parts.found, step.length, parts.heap, after, k);
    }
    return after;
  }

  /** The same for rows that are fetched, a block at a time. Fetching costs more than a call for each of them. */
  #scoreFetched(rows: Uint32Array, parts: ScratchParts, heldBefore: number, k: number): number {
    const { functions, rowStride, options } = this.#image;
    const readRow = this.#readRow;
    assert(readRow !== undefined, 'rows are fetched where there is a reader');
    let held = heldBefore;
    for (let first = 0; first < rows.length; first += ROW_BLOCK_ROWS) {
      const block = rows.subarray(first, first + ROW_BLOCK_ROWS);
      const { floats } = this.#image.graph;
      for (const [index, row] of block.entries()) {
        const at = (parts.rowBlock + index * rowStride) >>> 2;
        readRow(row, floats.subarray(at, at + options.dimension));
      }
      for (const [index, row] of block.entries()) {
        held = functions.scanTopK(
          METRIC_CODE[options.metric],
          parts.query,
          parts.rowBlock + index * rowStride,
          rowStride,
          options.dimension,
          0,
          1,
          row,
          0,
          0,
          parts.heap,
          held,
          k,
        );
      }
    }
    return held;
  }

  /** Puts the k closest of all rows that may be found into the heap; answers how many. */
  scoreAll(parts: ScratchParts, filter: RowFilter, k: number): number {
    const { graph, functions, options, rowStride, rowCount } = this.#image;
    const start = parts.allowed >>> 2;
    const words = graph.words.subarray(start, start + ((rowCount + 31) >>> 5));
    const deleted = graph.field(HEADER.deleted) >>> 2;
    if (filter.allowed === 0) {
      for (let index = 0; index < words.length; index += 1) {
        words[index] = ~graph.words[deleted + index]!;
      }
    }
    if (this.#readRow !== undefined) {
      const allowed = new RowBitmap(rowCount, words);
      const rows = Uint32Array.from({ length: filter.allowedCount });
      let next = 0;
      for (let row = 0; row < rowCount; row += 1) if (allowed.has(row)) rows[next++] = row;
      return this.#scoreFetched(rows, parts, 0, k);
    }
    for (let index = 0; index < words.length; index += 1) words[index] = ~words[index]!;
    return functions.scanTopK(
      METRIC_CODE[options.metric],
      parts.query,
      graph.field(HEADER.rows),
      rowStride,
      options.dimension,
      0,
      rowCount,
      0,
      parts.allowed,
      0,
      parts.heap,
      0,
      k,
    );
  }
}
