/**
 * Exact search: rows lie one after another in memory, and a search reads all of them once at the speed of that memory. No
 * candidate is seen by JavaScript; the k best come out of the kernel.
 *
 * Rows fill segments of growing size (half of what there is, within bounds), so nothing is ever copied to make room, at most
 * a third is unused, and a segment stays within a 32-bit address space. The heap of the k best travels from one to the next.
 * Removed rows stay where they are, marked in a bitmap that the kernel skips by the word.
 */
import { assert } from '../base/assert.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { OrderKeyF32 } from '../kernels/order-key-f32.ts';
import { FlatSegment, paddedRowBytes } from './flat-segment.ts';
import { RowBitmap } from './row-bitmap.ts';
import type { VectorHits, VectorIndex, VectorQuery, IndexSearch } from './vector-index.ts';

const SEGMENT_BYTES_MIN = 256 << 10;
const SEGMENT_BYTES_MAX = 256 << 20;
const DIMENSION_MAX = 65_535;

/** A segment and the ordinal of its first row, a multiple of 32. */
interface PlacedSegment {
  readonly base: number;
  readonly segment: FlatSegment;
}

export class FlatIndex implements VectorIndex {
  readonly dimension: number;
  readonly #kernels: Kernels;
  readonly #segments: PlacedSegment[] = [];
  #removed = new RowBitmap(0);
  #removedCount = 0;
  #ordinalCount = 0;

  /** `expectedRows` (default 0: unknown) makes the first segments as large as they will have to be. */
  constructor(kernels: Kernels, dimension: number, expectedRows = 0) {
    assert(dimension >= 1 && dimension <= DIMENSION_MAX, 'a vector has 1 to 65,535 dimensions');
    this.#kernels = kernels;
    this.dimension = dimension;
    if (expectedRows > 0) this.#addSegment(expectedRows);
  }

  get rowCount(): number {
    return this.#ordinalCount - this.#removedCount;
  }

  get ordinalCount(): number {
    return this.#ordinalCount;
  }

  get byteLength(): number {
    let bytes = this.#removed.words.byteLength;
    for (const { segment } of this.#segments) bytes += segment.byteLength;
    return bytes;
  }

  add(vector: Float32Array, start = 0): number {
    assert(start + this.dimension <= vector.length, 'a vector has the dimension of its index');
    let last = this.#segments.at(-1);
    if (last === undefined || last.segment.count === last.segment.capacity) {
      last = this.#addSegment(Math.floor(this.#ordinalCount / 2));
    }
    last.segment.add(vector, start);
    this.#ordinalCount += 1;
    return this.#ordinalCount - 1;
  }

  remove(ordinal: number): void {
    assert(ordinal >= 0 && ordinal < this.#ordinalCount, 'a removed row was added before');
    if (ordinal >= this.#removed.length) {
      this.#removed = this.#removed.resized(Math.ceil(this.#ordinalCount * 1.5));
    }
    if (this.#removed.has(ordinal)) return;
    this.#removed.add(ordinal);
    this.#removedCount += 1;
  }

  isRemoved(ordinal: number): boolean {
    return ordinal < this.#removed.length && this.#removed.has(ordinal);
  }

  beginSearch(query: VectorQuery): IndexSearch {
    assert(query.vector.length === this.dimension, 'a query has the dimension of its index');
    assert(query.k >= 1, 'a search asks for at least one hit');
    return new FlatSearch(
      this.#segments.slice(),
      this.#ordinalCount,
      this.#excludedRows(query),
      query,
    );
  }

  search(query: VectorQuery): VectorHits {
    const search = this.beginSearch(query);
    const complete = search.advance();
    assert(complete, 'a search without a limit completes in one step');
    return search.hits();
  }

  /** A copy of what is removed now, joined with what the query leaves out; undefined when that is nothing. */
  #excludedRows(query: VectorQuery): RowBitmap | undefined {
    const { only, except } = query;
    if (this.#removedCount === 0 && only === undefined && except === undefined) return undefined;
    const excluded = this.#removed.resized(this.#ordinalCount);
    if (only !== undefined) excluded.addComplement(only);
    for (const ordinal of except ?? []) excluded.add(ordinal);
    return excluded;
  }

  /** Makes room for `rowsWanted` rows, within the bounds of a segment. */
  #addSegment(rowsWanted: number): PlacedSegment {
    const rowBytes = paddedRowBytes(this.dimension);
    const rows = Math.min(
      Math.max(rowsWanted, SEGMENT_BYTES_MIN / rowBytes),
      SEGMENT_BYTES_MAX / rowBytes,
    );
    const capacity = Math.ceil(rows / 32) * 32;
    const segment = new FlatSegment(this.#kernels, this.dimension, capacity);
    const placed = { base: this.#ordinalCount, segment };
    this.#segments.push(placed);
    return placed;
  }
}

/** One pass over the rows that were there when it began. All its state is its own: any number may be under way at once. */
class FlatSearch implements IndexSearch {
  readonly #segments: readonly PlacedSegment[];
  readonly #end: number;
  readonly #excluded: RowBitmap | undefined;
  readonly #query: VectorQuery;
  readonly #k: number;
  readonly #entries: Int32Array;
  #held = 0;
  #segmentIndex = 0;
  /** The next row of the current segment, a multiple of 32. */
  #nextRow = 0;

  constructor(
    segments: readonly PlacedSegment[],
    end: number,
    excluded: RowBitmap | undefined,
    query: VectorQuery,
  ) {
    this.#segments = segments;
    this.#end = end;
    this.#excluded = excluded;
    this.#query = { ...query, vector: query.vector.slice() };
    this.#k = Math.min(query.k, end);
    this.#entries = new Int32Array(this.#k * 2);
  }

  advance(bytesMax = Number.POSITIVE_INFINITY): boolean {
    const rowBytes = this.#query.vector.length * 4;
    let rowsLeft = Math.max(32, bytesMax / rowBytes);
    while (this.#segmentIndex < this.#segments.length && rowsLeft >= 32) {
      const { base, segment } = this.#segments[this.#segmentIndex]!;
      const segmentEnd = Math.min(segment.capacity, this.#end - base);
      const rows = Math.min(segmentEnd - this.#nextRow, Math.floor(rowsLeft / 32) * 32);
      this.#scan(segment, base, this.#nextRow, this.#nextRow + rows);
      rowsLeft -= rows;
      this.#nextRow += rows;
      if (this.#nextRow < segmentEnd) return false;
      this.#segmentIndex += 1;
      this.#nextRow = 0;
    }
    return this.#segmentIndex === this.#segments.length;
  }

  hits(): VectorHits {
    assert(
      this.#segmentIndex === this.#segments.length,
      'hits are asked for when the search is complete',
    );
    const count = this.#held;
    this.#segments[0]?.segment.sort(this.#entries, count);
    const orderKey = new OrderKeyF32();
    const ordinals = new Uint32Array(count);
    const reduced = new Float32Array(count);
    for (let index = 0; index < count; index += 1) {
      ordinals[index] = this.#entries[2 * index]!;
      reduced[index] = orderKey.decode(this.#entries[2 * index + 1]!);
    }
    return { count, ordinals, reduced };
  }

  #scan(segment: FlatSegment, base: number, first: number, end: number): void {
    if (end <= first) return;
    const { metric, vector } = this.#query;
    const excluded = this.#excluded?.words.subarray((base + first) >>> 5, (base + end + 31) >>> 5);
    this.#held = segment.scan(
      metric,
      vector,
      first,
      end,
      base,
      excluded,
      this.#entries,
      this.#held,
      this.#k,
    );
  }
}
