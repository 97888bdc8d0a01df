/**
 * One memory full of float32 rows: the part of a flat index that kernels see. Created at its full size (the system commits
 * pages as they are touched), so that rows never move and views stay valid until a large k asks for a larger heap.
 *
 *   0        query | excluded bitmap | squared norms | rows ... | [heap of a large k]
 *
 * Rows start at multiples of 16 bytes. Kernels get the true dimension all the same: with the padding included they would add
 * in another order, and a distance would differ from the same one computed by an expression in its last digit.
 * Query, bitmap and heap are scratch of the running step: nothing in them outlives a call of `scan`.
 */
import { assert } from '../base/assert.ts';
import type { KernelFunctions, Kernels } from '../kernels/kernels.ts';
import { PAGE_BYTES, PAGES_MAX, pagesFor, type LinearMemory } from '../kernels/linear-memory.ts';
import { METRIC_CODE } from '../kernels/metric-code.ts';
import type { Metric } from '../types/data-type.ts';

/** Entries of 8 bytes, see `kernels.ts`. */
const HEAP_ENTRY_WORDS = 2;
/** Pages beyond the rows that heaps may take: k up to 16 million. */
const HEAP_PAGES_MAX = 2048;

export function paddedRowBytes(dimension: number): number {
  return (dimension * 4 + 15) & ~15;
}

export class FlatSegment {
  readonly capacity: number;
  readonly #memory: LinearMemory;
  readonly #functions: KernelFunctions;
  readonly #rowBytes: number;
  readonly #dimension: number;
  readonly #bitmap: number;
  readonly #norms: number;
  readonly #rows: number;
  readonly #heap: number;
  #count = 0;

  /** `capacity` is a multiple of 32, so that a word of a bitmap never spans two segments. */
  constructor(kernels: Kernels, dimension: number, capacity: number) {
    assert(capacity > 0 && capacity % 32 === 0, 'a segment holds whole words of a bitmap');
    this.capacity = capacity;
    this.#rowBytes = paddedRowBytes(dimension);
    this.#dimension = dimension;
    this.#bitmap = alignToLine(this.#rowBytes);
    this.#norms = alignToLine(this.#bitmap + capacity / 8);
    this.#rows = alignToLine(this.#norms + capacity * 4);
    this.#heap = alignToLine(this.#rows + capacity * this.#rowBytes);
    const initialPages = pagesFor(this.#heap);
    assert(initialPages <= PAGES_MAX, 'a segment is smaller than an address space');
    const maximumPages = Math.min(initialPages + HEAP_PAGES_MAX, PAGES_MAX);
    this.#memory = kernels.createMemory({ initialPages, maximumPages });
    this.#functions = kernels.bind(this.#memory);
  }

  get count(): number {
    return this.#count;
  }

  get byteLength(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Copies elements [start, start + dimension) of `vectors` into the next row. There must be room. */
  add(vectors: Float32Array, start: number): void {
    assert(this.#count < this.capacity, 'a row is added to a segment with room');
    const row = this.#rows + this.#count * this.#rowBytes;
    const vector = vectors.subarray(start, start + this.#dimension);
    new Float32Array(this.#memory.buffer, row, this.#dimension).set(vector);
    this.#functions.squaredNorms(row, 0, this.#dimension, 1, this.#norms + this.#count * 4);
    this.#count += 1;
  }

  /**
   * Offers rows [first, end) to the heap in `entries`, which holds `held` of at most `k`, and returns how many it holds
   * then. `excluded` are the words of the bitmap for rows `first` and up, `first` being a multiple of 32.
   */
  scan(
    metric: Metric,
    query: Float32Array,
    first: number,
    end: number,
    ordinalBase: number,
    excluded: Uint32Array | undefined,
    entries: Int32Array,
    held: number,
    k: number,
  ): number {
    this.#reserveHeap(k);
    const buffer = this.#memory.buffer;
    new Float32Array(buffer, 0, query.length).set(query);
    if (excluded !== undefined)
      new Uint32Array(buffer, this.#bitmap + first / 8, excluded.length).set(excluded);
    const heap = new Int32Array(buffer, this.#heap, k * HEAP_ENTRY_WORDS);
    heap.set(entries.subarray(0, held * HEAP_ENTRY_WORDS));
    const after = this.#functions.scanTopK(
      METRIC_CODE[metric],
      0,
      this.#rows,
      this.#rowBytes,
      this.#dimension,
      first,
      end,
      ordinalBase,
      excluded === undefined ? 0 : this.#bitmap,
      this.#norms,
      this.#heap,
      held,
      k,
    );
    entries.set(heap.subarray(0, after * HEAP_ENTRY_WORDS));
    return after;
  }

  /** Sorts `held` entries of a heap, closest first. */
  sort(entries: Int32Array, held: number): void {
    this.#reserveHeap(held);
    const heap = new Int32Array(this.#memory.buffer, this.#heap, held * HEAP_ENTRY_WORDS);
    heap.set(entries.subarray(0, held * HEAP_ENTRY_WORDS));
    this.#functions.sortHeap(this.#heap, held);
    entries.set(heap);
  }

  #reserveHeap(k: number): void {
    const missing = this.#heap + k * HEAP_ENTRY_WORDS * 4 - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
  }
}

/** Whole cache lines: a row of 384 floats then takes 24 of them, not 25. */
function alignToLine(address: number): number {
  return Math.ceil(address / 64) * 64;
}
