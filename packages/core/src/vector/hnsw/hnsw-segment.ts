/**
 * A finished graph over the vectors of some rows: searched, marked, and written as it lies in memory.
 *
 * A search takes the route that is asked for or looks cheapest (`search-route.ts`):
 *   1. a query that cannot be walked to (zero or huge norm) is compared with all vectors
 *   2. a walk, or a scan of codes, names candidates; they and the rows outside the graph are scored with their vectors
 *   3. all vectors after all, where that found fewer than there are: k hits come whenever k rows may be found
 *
 * Hits carry exact reduced distances, computed by the kernels that expressions use, so they agree with SQL to the last bit
 * and may be merged with those of other segments. Law of the image: after `finish` only `remove` changes it.
 */
import { assert } from '../../base/assert.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import { HEADER, LEVEL_OUTLIER, SCRATCH } from '../../kernels/hnsw-layout.ts';
import type { LinearMemory } from '../../kernels/linear-memory.ts';
import { OrderKeyF32 } from '../../kernels/order-key-f32.ts';
import { RowBitmap } from '../row-bitmap.ts';
import type { VectorHits } from '../vector-index.ts';
import { GraphImage } from './graph-image.ts';
import { HNSW_DEFAULTS, type ResolvedHnswOptions } from './options.ts';
import { RowScorer, type RowFilter, type VectorReader } from './row-scorer.ts';
import { Scratch, type ScratchParts } from './scratch.ts';
import { chooseRoute, type HnswRoute } from './search-route.ts';

export interface HnswQuery {
  readonly vector: Float32Array;
  /** How many hits at most: LIMIT + OFFSET. At least 1. */
  readonly k: number;
  /** Breadth of the walk, raised to k; default 50. */
  readonly ef?: number | undefined;
  /** Rows per hit that are scored with their full vectors after a walk over codes; default 4. */
  readonly rescore?: number | undefined;
  /** Only these rows; absent = all. Rows beyond its length are not there. */
  readonly only?: RowBitmap | undefined;
  /** Not these rows, besides the removed ones. */
  readonly except?: RowBitmap | undefined;
  /** Default 'auto'. */
  readonly route?: 'auto' | HnswRoute | undefined;
}

export interface HnswHits extends VectorHits {
  readonly route: HnswRoute;
  /** Rows whose links were walked. */
  readonly expanded: number;
  /** Distances that the walk, or the scan of codes, computed. */
  readonly distances: number;
  /** Rows whose exact distance was computed. */
  readonly scored: number;
}

export interface OpenHnswOptions {
  /** Bytes of the image that are read: all of it, or `rowsAt` bytes when a reader fetches single rows. */
  readonly byteLength: number;
  readonly readRow?: VectorReader | undefined;
  readonly shared?: boolean | undefined;
}

const NO_ROWS = new Uint32Array(0);

export class HnswSegment {
  readonly image: GraphImage;
  readonly #readRow: VectorReader | undefined;
  readonly #scratch: Scratch;
  readonly #scorer: RowScorer;
  readonly #orderKey = new OrderKeyF32();
  #outliers: Uint32Array | undefined;

  constructor(image: GraphImage, readRow?: VectorReader) {
    assert(image.hasRows || readRow !== undefined, 'rows outside the memory come from a reader');
    assert(image.hasRows || image.isCoded, 'a walk over float32 has its rows in memory');
    this.image = image;
    this.#readRow = readRow;
    this.#scratch = new Scratch(image, { ef: HNSW_DEFAULTS.efSearch, found: 256, heap: 64 });
    this.#scorer = new RowScorer(image, this.#scratch, readRow);
  }

  /** Opens an image that `fill` reads into the memory made for it; throws ALX_CORRUPT or ALX_INCOMPATIBLE_VERSION. */
  static open(
    kernels: Kernels,
    options: OpenHnswOptions,
    fill: (target: Uint8Array) => void,
  ): HnswSegment {
    const { byteLength, readRow, shared = false } = options;
    return new HnswSegment(GraphImage.read(kernels, byteLength, shared, fill), readRow);
  }

  /**
   * Takes over a memory that holds a whole image: a segment that another thread has built. That thread no longer uses it,
   * since both would scribble on the one scratch block behind the image.
   */
  static adopt(kernels: Kernels, memory: LinearMemory): HnswSegment {
    return new HnswSegment(GraphImage.adopt(kernels, memory));
  }

  get options(): ResolvedHnswOptions {
    return this.image.options;
  }

  /** Rows by ordinal, the removed ones included. */
  get rowCount(): number {
    return this.image.rowCount;
  }

  get removedCount(): number {
    return this.image.field(HEADER.deletedCount);
  }

  /** Memory held, for budgets. */
  get byteLength(): number {
    return this.image.memory.buffer.byteLength;
  }

  /** The memory, to be handed to another thread's `adopt` if it is shared. */
  get memory(): LinearMemory {
    return this.image.memory;
  }

  /** The bytes to be stored, a view of the memory; they are what `open` reads. */
  bytes(): Uint8Array {
    assert(this.image.hasRows, 'a segment is written while all of it is in memory');
    return new Uint8Array(this.image.memory.buffer, 0, this.image.field(HEADER.imageBytes));
  }

  /** How many bytes of `bytes()` stand before the rows. */
  get rowsAt(): number {
    return this.image.field(HEADER.rows);
  }

  /** Takes a row out of later searches for good. Idempotent; its place is reclaimed by a merge. */
  remove(ordinal: number): void {
    assert(ordinal >= 0 && ordinal < this.rowCount, 'a removed row is one of the segment');
    if (this.isRemoved(ordinal)) return;
    const { graph } = this.image;
    const word = (graph.field(HEADER.deleted) >>> 2) + (ordinal >>> 5);
    graph.words[word]! |= 1 << (ordinal & 31);
    graph.setField(HEADER.deletedCount, graph.field(HEADER.deletedCount) + 1);
  }

  isRemoved(ordinal: number): boolean {
    const { graph } = this.image;
    return graph.isIn(graph.field(HEADER.deleted), ordinal);
  }

  /** Copies a row's vector to `target` from `start` on. */
  copyRow(ordinal: number, target: Float32Array, start = 0): void {
    const { dimension } = this.options;
    if (this.#readRow !== undefined) {
      this.#readRow(ordinal, target.subarray(start, start + dimension));
      return;
    }
    const at = this.image.rowAddress(ordinal) >>> 2;
    target.set(this.image.graph.floats.subarray(at, at + dimension), start);
  }

  search(query: HnswQuery): HnswHits {
    assert(query.vector.length === this.options.dimension, 'a query has its graph’s dimension');
    assert(query.k >= 1, 'a search asks for at least one hit');
    const k = Math.min(query.k, this.rowCount);
    const ef = Math.min(Math.max(query.ef ?? HNSW_DEFAULTS.efSearch, k), this.rowCount);
    const rescore = this.image.isCoded ? Math.max(1, query.rescore ?? HNSW_DEFAULTS.rescore) : 1;
    const wanted = Math.min(ef, k * rescore);
    const parts = this.#scratch.partsFor({ ef, found: wanted, heap: k });
    const isWalkable = this.#placeQuery(query.vector, parts);
    const filter = this.#placeFilter(query, parts);
    if (filter.allowedCount === 0) return this.#hits(parts, 0, 'exact', 0);
    const canWalk = isWalkable && this.image.field(HEADER.linkedCount) > 0;
    const route = canWalk ? this.#routeOf(query, ef, filter) : 'exact';
    if (route !== 'exact') {
      const { hnsw } = this.image;
      const found =
        route === 'walk'
          ? hnsw.hnswSearch(parts.header, ef, wanted, filter.allowed)
          : hnsw.hnswScan(parts.header, wanted, filter.allowed);
      const outliers = this.#allowedOutliers(filter);
      const scored = this.#scorer.scoreFound(parts, found, k);
      const held = this.#scorer.scoreMore(outliers, parts, scored, k);
      if (held >= Math.min(k, filter.allowedCount)) {
        return this.#hits(parts, held, route, found + outliers.length);
      }
    }
    const held = this.#scorer.scoreAll(parts, filter, k);
    return this.#hits(parts, held, 'exact', filter.allowedCount);
  }

  #routeOf(query: HnswQuery, ef: number, filter: RowFilter): HnswRoute {
    if (query.route !== undefined && query.route !== 'auto') return query.route;
    const { rowCount, image } = this;
    const { allowedCount } = filter;
    return chooseRoute({ rowCount, allowedCount, ef, m: image.options.m, isCoded: image.isCoded });
  }

  /** Writes the query into the scratch block, in the forms the walk needs; false if it cannot be walked to. */
  #placeQuery(vector: Float32Array, parts: ScratchParts): boolean {
    const { image } = this;
    const { graph, functions } = image;
    graph.floats.set(vector, parts.query >>> 2);
    graph.setField(parts.header + SCRATCH.distances, 0);
    graph.setField(parts.header + SCRATCH.expanded, 0);
    const squaredNorm = functions.dotF32(parts.query, parts.query, vector.length);
    if (!image.isWalkable(squaredNorm)) return false;
    graph.floats[(parts.header + SCRATCH.queryRoot) >>> 2] = Math.sqrt(squaredNorm);
    if (image.isCoded) {
      const factor = parts.header + SCRATCH.lanes;
      image.encode(parts.query, squaredNorm, factor, parts.queryCode);
    }
    return true;
  }

  /** Joins the query's bitmaps in the scratch block and counts what is left. */
  #placeFilter(query: HnswQuery, parts: ScratchParts): RowFilter {
    const { only, except } = query;
    const { rowCount, removedCount } = this;
    if (only === undefined && except === undefined) {
      return { allowed: 0, allowedCount: rowCount - removedCount };
    }
    const { graph } = this.image;
    const wordCount = (rowCount + 31) >>> 5;
    const start = parts.allowed >>> 2;
    const words = graph.words.subarray(start, start + wordCount);
    if (only === undefined) {
      words.fill(0xffffffff);
    } else {
      words.fill(0);
      words.set(only.words.subarray(0, wordCount));
    }
    const hidden = except?.words ?? [];
    for (let index = Math.min(hidden.length, wordCount) - 1; index >= 0; index -= 1) {
      words[index]! &= ~hidden[index]!;
    }
    const deleted = graph.field(HEADER.deleted) >>> 2;
    if (removedCount > 0) {
      for (let index = 0; index < wordCount; index += 1) {
        words[index]! &= ~graph.words[deleted + index]!;
      }
    }
    if ((rowCount & 31) !== 0) words[wordCount - 1]! &= (1 << (rowCount & 31)) - 1;
    return { allowed: parts.allowed, allowedCount: new RowBitmap(rowCount, words).count() };
  }

  /**
   * Rows outside the graph that may be found and have a distance. Zero vectors under cosine have none and come last, so they
   * are left to the search that finds too few others.
   */
  #allowedOutliers(filter: RowFilter): Uint32Array {
    if (this.image.field(HEADER.outlierCount) === 0) return NO_ROWS;
    this.#outliers ??= this.#listOutliers();
    const { graph } = this.image;
    return this.#outliers.filter(
      (row) => !this.isRemoved(row) && (filter.allowed === 0 || graph.isIn(filter.allowed, row)),
    );
  }

  #listOutliers(): Uint32Array {
    const { graph } = this.image;
    const start = graph.field(HEADER.levels);
    const levels = graph.bytes.subarray(start, start + this.rowCount);
    const rows: number[] = [];
    for (const [row, level] of levels.entries()) if (level === LEVEL_OUTLIER) rows.push(row);
    return Uint32Array.from(rows);
  }

  /** Sorts the heap and reads it out. */
  #hits(parts: ScratchParts, held: number, route: HnswRoute, scored: number): HnswHits {
    const { image } = this;
    image.functions.sortHeap(parts.heap, held);
    const { words } = image.graph;
    const ordinals = new Uint32Array(held);
    const reduced = new Float32Array(held);
    const start = parts.heap >>> 2;
    for (let index = 0; index < held; index += 1) {
      ordinals[index] = words[start + 2 * index]!;
      reduced[index] = this.#orderKey.decode(words[start + 2 * index + 1]! | 0);
    }
    return {
      count: held,
      ordinals,
      reduced,
      route,
      expanded: image.field(parts.header + SCRATCH.expanded),
      distances: image.field(parts.header + SCRATCH.distances),
      scored,
    };
  }
}
