/**
 * The contract of an index over the vectors of rows: what is asked and what is answered. Implemented by `flat-index.ts`
 * (exact); graphs and cells follow it.
 *
 * Laws
 * - A row has an ordinal, given in the order of adding, never reused and never moved. Whoever owns the index knows which key
 *   an ordinal stands for.
 * - All vectors have the index's dimension and finite elements; the caller has checked both.
 * - A search answers for the rows present when it began. It works in steps, so that its caller may yield between them; rows
 *   added or removed meanwhile do not change it.
 * - Hits come closest first; equal ones by ordinal; rows without a distance (NaN: a zero norm under cosine) last.
 * - One thread. An index is never persisted from here, nor are distances: see the laws of the kernels.
 */
import type { Metric } from '../types/data-type.ts';
import type { RowBitmap } from './row-bitmap.ts';

export interface VectorQuery {
  readonly vector: Float32Array;
  readonly metric: Metric;
  /** How many hits at most: LIMIT + OFFSET. At least 1. */
  readonly k: number;
  /** Only these rows; absent = all. Rows beyond its length are not there. */
  readonly only?: RowBitmap | undefined;
  /** Not these rows, besides the removed ones. */
  readonly except?: Iterable<number> | undefined;
}

/** Sorted hits. `reduced` is the reduced distance; `metric.ts` turns it into what SQL shows. */
export interface VectorHits {
  readonly count: number;
  readonly ordinals: Uint32Array;
  readonly reduced: Float32Array;
}

export interface IndexSearch {
  /** Works through about `bytesMax` bytes of vectors (default: all that is left); true once the search is complete. */
  advance(bytesMax?: number): boolean;
  /** The hits; only once `advance` has answered true. */
  hits(): VectorHits;
}

export interface VectorIndex {
  readonly dimension: number;
  /** Rows that are present, the removed ones not counted. */
  readonly rowCount: number;
  /** Ordinals given so far: removed rows included. */
  readonly ordinalCount: number;
  /** Memory held, for budgets. */
  readonly byteLength: number;

  /** Copies the vector and returns the row's ordinal. */
  add(vector: Float32Array, start?: number): number;
  /** Takes a row out of later searches. Idempotent; its memory stays until the index is rebuilt. */
  remove(ordinal: number): void;
  beginSearch(query: VectorQuery): IndexSearch;
  /** A search in one step. */
  search(query: VectorQuery): VectorHits;
}
