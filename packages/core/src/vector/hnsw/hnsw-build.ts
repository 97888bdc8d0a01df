/**
 * Builds a graph in steps, so that whoever builds may yield, cancel or report between them:
 *
 *   1. every row is added: its vector and norm go to their place
 *   2. `advance` chooses the quantizer and encodes (SQ8 only), then links row after row
 *   3. `finish` hands the segment over
 *
 * Levels are drawn for all rows at once when the build begins: they settle how large the image is, and the same random
 * numbers and rows give the same graph. A build that extends a graph begins with a copy of it and links the rows added
 * behind. A step links whole rows; one takes 0.1 to 1 ms, more with the dimension.
 */
import { assert } from '../../base/assert.ts';
import { nextBelow, type Random } from '../../base/random.ts';
import { dotF32 } from '../../kernels/float32.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import {
  HEADER,
  LEVEL_DUPLICATE,
  LEVEL_OUTLIER,
  LEVEL_ZERO,
  NONE,
  SCRATCH,
  isOutside,
} from '../../kernels/hnsw-layout.ts';
import { GraphImage } from './graph-image.ts';
import { HnswSegment } from './hnsw-segment.ts';
import { resolveHnswOptions, type HnswOptions } from './options.ts';
import { hasOutgrownQuantizer, trainQuantizer } from './quantizer.ts';
import { Scratch } from './scratch.ts';
import { poolWordsOf } from './segment-format.ts';

export interface HnswBuildOptions {
  /** Rows that will be added, exactly. */
  readonly rowCount: number;
  readonly random: Random;
  /** Default false. A shared memory can be handed to another thread. */
  readonly shared?: boolean | undefined;
}

export interface BuildProgress {
  /** Rows that are done: linked, found to be duplicates, or left outside the graph. */
  readonly done: number;
  readonly total: number;
}

/** A level that 2^32 rows do not reach at m = 2; higher ones would collide with the marks for rows outside the graph. */
const LEVEL_MAX = 31;

export class HnswBuild {
  readonly #image: GraphImage;
  readonly #scratch: Scratch;
  /** Rows that came with the graph that is extended. */
  readonly #inherited: number;
  #added: number;
  #next: number;
  /** The first row that this build links. */
  #first: number;
  #isCoded = false;

  private constructor(image: GraphImage, inherited: number) {
    this.#image = image;
    this.#inherited = inherited;
    this.#added = inherited;
    this.#next = inherited;
    this.#first = inherited;
    this.#scratch = new Scratch(image, { ef: image.options.efConstruction, found: 0, heap: 0 });
  }

  static begin(kernels: Kernels, options: HnswOptions, build: HnswBuildOptions): HnswBuild {
    const resolved = resolveHnswOptions(options);
    const levels = drawLevels(build.rowCount, resolved.m, build.random);
    const poolWords = countPoolWords(levels, resolved.m);
    const shared = build.shared ?? false;
    const image = GraphImage.create(kernels, resolved, build.rowCount, poolWords, shared);
    image.graph.bytes.set(levels, image.field(HEADER.levels));
    return new HnswBuild(image, 0);
  }

  /** A build that begins with a copy of `base`, its deleted rows included, and adds `build.rowCount` rows behind them. */
  static extend(kernels: Kernels, base: HnswSegment, build: HnswBuildOptions): HnswBuild {
    const { options, rowCount } = base;
    const levels = drawLevels(build.rowCount, options.m, build.random);
    const from = base.image;
    const poolWords = from.field(HEADER.poolUsed) + countPoolWords(levels, options.m);
    const shared = build.shared ?? false;
    const rows = rowCount + build.rowCount;
    const image = GraphImage.create(kernels, options, rows, poolWords, shared);
    copyGraph(base, image);
    image.graph.bytes.set(levels, image.field(HEADER.levels) + rowCount);
    return new HnswBuild(image, rowCount);
  }

  get progress(): BuildProgress {
    return { done: this.#next - this.#first, total: this.#image.rowCount - this.#first };
  }

  /** Copies elements [start, start + dimension) of `vectors`, finite ones, and answers the row's ordinal. */
  add(vectors: Float32Array, start = 0): number {
    const { options, rowCount } = this.#image;
    assert(this.#added < rowCount, 'no more rows are added than were announced');
    assert(start + options.dimension <= vectors.length, 'a vector has the dimension of its graph');
    const row = this.#added;
    const address = this.#image.rowAddress(row);
    const vector = vectors.subarray(start, start + options.dimension);
    this.#image.graph.floats.set(vector, address >>> 2);
    const { floats } = this.#image.graph;
    // By the reference, not by a relaxed kernel: norms are stored, so they are the same on every processor.
    const norm = dotF32(floats, address >>> 2, floats, address >>> 2, options.dimension);
    floats[(this.#image.field(HEADER.norms) >>> 2) + row] = norm;
    if (!this.#image.isWalkable(this.#image.squaredNorm(row))) this.#leaveOutside(row);
    this.#added += 1;
    return row;
  }

  /** Links up to `rowsMax` rows (default: all); true once the graph is complete. */
  advance(rowsMax = Number.POSITIVE_INFINITY): boolean {
    const { rowCount, hnsw } = this.#image;
    assert(this.#added === rowCount, 'rows are linked when all of them were added');
    if (!this.#isCoded) this.#encodeRows();
    const { header } = this.#scratch.partsFor({ ef: 0, found: 0, heap: 0 });
    const { graph } = this.#image;
    const end = Math.min(rowCount, this.#next + rowsMax);
    for (; this.#next < end; this.#next += 1) {
      if (!isOutside(graph.levelOf(this.#next))) hnsw.hnswInsert(header, this.#next);
    }
    return this.#next === rowCount;
  }

  /** The segment; only once `advance` has answered true, and the build is over then. */
  finish(): HnswSegment {
    assert(this.#next === this.#image.rowCount, 'a graph is handed over when it is complete');
    return new HnswSegment(this.#image);
  }

  #leaveOutside(row: number): void {
    const { graph } = this.#image;
    const start = this.#image.rowAddress(row) >>> 2;
    const vector = graph.floats.subarray(start, start + this.#image.options.dimension);
    // Squares may vanish where elements do not.
    const isZero = vector.every((element) => element === 0);
    graph.bytes[graph.field(HEADER.levels) + row] = isZero ? LEVEL_ZERO : LEVEL_OUTLIER;
    graph.setField(HEADER.outlierCount, graph.field(HEADER.outlierCount) + 1);
  }

  /**
   * Codes of the rows added. Where they outgrow the quantizer of the graph that is extended, all rows get new codes and are
   * linked anew: links that were chosen among other codes lead astray, at worst to a crowd of rows that now look equal.
   */
  #encodeRows(): void {
    this.#isCoded = true;
    if (!this.#image.isCoded) return;
    if (this.#inherited > 0) {
      this.#encodeFrom(this.#inherited);
      if (!hasOutgrownQuantizer(this.#image)) return;
      this.#unlinkAll();
    }
    trainQuantizer(this.#image);
    this.#image.setField(HEADER.clampedCount, 0);
    this.#encodeFrom(0);
  }

  /** Takes all rows out of the graph, to be linked again; those that were duplicates come back on level 0. */
  #unlinkAll(): void {
    const { graph, rowCount } = this.#image;
    const levels = graph.field(HEADER.levels);
    for (let row = 0; row < rowCount; row += 1) {
      if (graph.levelOf(row) === LEVEL_DUPLICATE) graph.bytes[levels + row] = 0;
    }
    for (const name of ['topLevel', 'poolUsed', 'linkedCount', 'duplicateCount'] as const) {
      graph.setField(HEADER[name], 0);
    }
    graph.setField(HEADER.entry, NONE);
    this.#next = 0;
    this.#first = 0;
  }

  #encodeFrom(first: number): void {
    const image = this.#image;
    const factor = this.#scratch.partsFor({ ef: 0, found: 0, heap: 0 }).header + SCRATCH.lanes;
    let clamped = image.field(HEADER.clampedCount);
    for (let row = first; row < image.rowCount; row += 1) {
      if (isOutside(image.graph.levelOf(row))) continue;
      const vector = image.rowAddress(row);
      clamped += image.encode(vector, image.squaredNorm(row), factor, image.codeAddress(row));
    }
    image.setField(HEADER.clampedCount, clamped);
  }
}

/** The level of each row: l or more with probability m^-l. Whole numbers only, so that every engine draws the same. */
function drawLevels(rowCount: number, m: number, random: Random): Uint8Array {
  const levels = new Uint8Array(rowCount);
  for (let row = 0; row < rowCount; row += 1) {
    let level = 0;
    while (level < LEVEL_MAX && nextBelow(random, m) === 0) level += 1;
    levels[row] = level;
  }
  return levels;
}

function countPoolWords(levels: Uint8Array, m: number): number {
  let words = 0;
  for (const level of levels) words += poolWordsOf(level, m);
  return words;
}

/** Copies a graph into the first rows of a larger image. Ordinals, links, duplicates and deletions stay as they are. */
function copyGraph(base: HnswSegment, image: GraphImage): void {
  const from = base.image;
  const source = from.graph;
  const target = image.graph;
  const counts = ['entry', 'topLevel', 'poolUsed', 'linkedCount', 'outlierCount'] as const;
  const more = ['duplicateCount', 'deletedCount', 'clampedCount', 'step'] as const;
  for (const name of [...counts, ...more]) image.setField(HEADER[name], from.field(HEADER[name]));
  const { rowCount, options } = base;
  const copy = (
    name: 'levels' | 'upper' | 'links' | 'pool' | 'norms' | 'deleted',
    bytes: number,
  ) => {
    const start = from.field(HEADER[name]);
    target.bytes.set(source.bytes.subarray(start, start + bytes), image.field(HEADER[name]));
  };
  copy('levels', rowCount);
  copy('upper', rowCount * 4);
  copy('links', rowCount * 8 * options.m);
  copy('pool', from.field(HEADER.poolUsed) * 4);
  copy('norms', rowCount * 4);
  copy('deleted', ((rowCount + 31) >>> 5) * 4);
  if (from.isCoded) {
    const start = from.field(HEADER.centres);
    const centres = source.bytes.subarray(start, start + options.dimension * 4);
    target.bytes.set(centres, image.field(HEADER.centres));
    const codes = source.bytes.subarray(from.codeAddress(0), from.codeAddress(rowCount));
    target.bytes.set(codes, image.codeAddress(0));
  }
  for (let row = 0; row < rowCount; row += 1) {
    base.copyRow(row, target.floats, image.rowAddress(row) >>> 2);
  }
}
