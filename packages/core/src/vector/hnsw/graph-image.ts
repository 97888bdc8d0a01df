/**
 * A graph's memory: the image at address 0, scratch behind it, and the kernels bound to it. Knows where things are, not what
 * they mean; `hnsw-build.ts` fills it, `hnsw-segment.ts` searches it.
 */
import { assert } from '../../base/assert.ts';
import { AlopexError } from '../../base/errors.ts';
import { GraphMemory, HEADER } from '../../kernels/hnsw-layout.ts';
import type { HnswFunctions } from '../../kernels/hnsw-functions.ts';
import type { KernelFunctions, Kernels } from '../../kernels/kernels.ts';
import { PAGE_BYTES, PAGES_MAX, pagesFor, type LinearMemory } from '../../kernels/linear-memory.ts';
import { METRIC_CODE } from '../../kernels/metric-code.ts';
import { SQUARES_MAX, SQUARES_MIN } from '../../kernels/reduced-distance.ts';
import { planImage, readHeader, writeHeader } from './segment-format.ts';
import type { ResolvedHnswOptions } from './options.ts';

/** Pages beyond the image that scratch may take. */
const SCRATCH_PAGES_MAX = 4096;

export class GraphImage {
  readonly kernels: Kernels;
  readonly memory: LinearMemory;
  readonly functions: KernelFunctions;
  readonly hnsw: HnswFunctions;
  readonly options: ResolvedHnswOptions;
  readonly rowCount: number;
  readonly rowStride: number;
  readonly codeStride: number;
  /** Bytes of the image that lie in memory: all of it, or all but the rows. */
  readonly residentBytes: number;
  readonly #graph: GraphMemory;

  private constructor(kernels: Kernels, memory: LinearMemory, residentBytes: number) {
    this.kernels = kernels;
    this.memory = memory;
    this.residentBytes = residentBytes;
    this.functions = kernels.bind(memory);
    this.hnsw = kernels.bindHnsw(memory);
    this.#graph = new GraphMemory(memory);
    this.options = readHeader(this.#graph.words);
    this.rowCount = this.field(HEADER.rowCount);
    this.rowStride = this.field(HEADER.rowStride);
    this.codeStride = this.field(HEADER.codeStride);
  }

  /** An image with a header and nothing else. */
  static create(
    kernels: Kernels,
    options: ResolvedHnswOptions,
    rowCount: number,
    poolWords: number,
    shared: boolean,
  ): GraphImage {
    const plan = planImage(options, rowCount, poolWords);
    const memory = createMemory(kernels, plan.imageBytes, shared);
    writeHeader(new Uint32Array(memory.buffer), options, plan);
    return new GraphImage(kernels, memory, plan.imageBytes);
  }

  /** An image whose first `residentBytes` are written by `fill` into the memory that was made for them. */
  static read(
    kernels: Kernels,
    residentBytes: number,
    shared: boolean,
    fill: (target: Uint8Array) => void,
  ): GraphImage {
    const memory = createMemory(kernels, residentBytes, shared);
    fill(new Uint8Array(memory.buffer, 0, residentBytes));
    return GraphImage.adopt(kernels, memory, residentBytes);
  }

  /** An image that lies in `memory` already, such as one that a worker has built. */
  static adopt(kernels: Kernels, memory: LinearMemory, residentBytes?: number): GraphImage {
    const words = new Uint32Array(memory.buffer);
    readHeader(words);
    const imageBytes = words[HEADER.imageBytes >>> 2]!;
    const rows = words[HEADER.rows >>> 2]!;
    const resident = residentBytes ?? imageBytes;
    const isWhole = resident === imageBytes || resident === rows;
    if (!isWhole || resident > memory.buffer.byteLength) {
      throw new AlopexError(
        'ALX_CORRUPT',
        `a vector index segment is damaged: ${resident} of its ${imageBytes} bytes are there`,
      );
    }
    return new GraphImage(kernels, memory, resident);
  }

  /** Views of the memory as it is now; not to be kept. */
  get graph(): GraphMemory {
    this.#graph.refresh();
    return this.#graph;
  }

  get hasRows(): boolean {
    return this.residentBytes === this.field(HEADER.imageBytes);
  }

  get isCoded(): boolean {
    return this.options.quantization !== 'none';
  }

  field(field: number): number {
    return this.graph.field(field);
  }

  setField(field: number, value: number): void {
    this.graph.setField(field, value);
  }

  /** The address of a row's vector. */
  rowAddress(row: number): number {
    assert(this.hasRows, 'rows are asked for where they are in memory');
    return this.field(HEADER.rows) + row * this.rowStride;
  }

  codeAddress(row: number): number {
    return this.field(HEADER.codes) + row * this.codeStride;
  }

  squaredNorm(row: number): number {
    return this.graph.floats[(this.field(HEADER.norms) >>> 2) + row]!;
  }

  /**
   * Whether vectors of this squared norm can be walked to: nothing overflows on the way, and a cosine exists. Others stay
   * outside the graph, and a search computes them one by one.
   */
  isWalkable(squaredNorm: number): boolean {
    if (!(squaredNorm <= SQUARES_MAX)) return false;
    return METRIC_CODE[this.options.metric] !== METRIC_CODE.cosine || squaredNorm >= SQUARES_MIN;
  }

  /** Makes the memory reach to `end`. */
  reserve(end: number): void {
    const missing = end - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE_BYTES));
  }

  /** Writes the SQ8 codes of a float32 vector of this squared norm; answers how many elements were cut off. */
  encode(vector: number, squaredNorm: number, factor: number, out: number): number {
    const isCosine = this.options.metric === 'cosine';
    this.graph.floats[factor >>> 2] = isCosine ? 1 / Math.sqrt(squaredNorm) : 1;
    return this.hnsw.hnswEncode(
      vector,
      0,
      this.options.dimension,
      1,
      factor,
      this.field(HEADER.centres),
      1 / this.graph.floats[HEADER.step >>> 2]!,
      out,
      0,
    );
  }
}

function createMemory(kernels: Kernels, bytes: number, shared: boolean): LinearMemory {
  const initialPages = pagesFor(bytes);
  const maximumPages = Math.min(initialPages + SCRATCH_PAGES_MAX, PAGES_MAX);
  return kernels.createMemory({ initialPages, maximumPages, shared });
}
