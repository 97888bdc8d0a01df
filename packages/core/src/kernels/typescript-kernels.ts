/** The reference twin: the kernels of `kernels.ts` in plain TypeScript, for places without WebAssembly and for tests. */
import { crc32 } from '../base/checksum.ts';
import { dotF32, l1F32, squaredL2F32 } from './float32.ts';
import { BoundTypeScriptHnsw } from './typescript-hnsw.ts';
import type { HnswFunctions } from './hnsw-functions.ts';
import { dotI8 } from './int8.ts';
import type { KernelFunctions, Kernels } from './kernels.ts';
import { PlainMemory, type LinearMemory, type MemorySize } from './linear-memory.ts';
import { METRIC_CODE, type MetricCode } from './metric-code.ts';
import { OrderKeyF32 } from './order-key-f32.ts';
import { reducedDistance } from './reduced-distance.ts';
import { pushEntry, replaceFarthest, sortHeap } from './top-k.ts';

/** Works on any memory, a `WebAssembly.Memory` included. `createMemory` makes unshared ones, whatever is asked. */
export class TypeScriptKernels implements Kernels {
  readonly kind = 'typescript';

  createMemory(size: MemorySize): LinearMemory {
    return new PlainMemory(size);
  }

  bind(memory: LinearMemory): KernelFunctions {
    return new BoundTypeScriptKernels(memory);
  }

  bindHnsw(memory: LinearMemory): HnswFunctions {
    return new BoundTypeScriptHnsw(memory);
  }
}

class BoundTypeScriptKernels implements KernelFunctions {
  readonly #memory: LinearMemory;
  readonly #orderKey = new OrderKeyF32();
  #floats: Float32Array;
  #words: Int32Array;
  #bytes: Uint8Array;
  #signed: Int8Array;

  constructor(memory: LinearMemory) {
    this.#memory = memory;
    this.#floats = new Float32Array(memory.buffer);
    this.#words = new Int32Array(memory.buffer);
    this.#bytes = new Uint8Array(memory.buffer);
    this.#signed = new Int8Array(memory.buffer);
  }

  dotF32(left: number, right: number, dim: number): number {
    this.#refresh();
    return dotF32(this.#floats, left >>> 2, this.#floats, right >>> 2, dim);
  }

  squaredL2F32(left: number, right: number, dim: number): number {
    this.#refresh();
    return squaredL2F32(this.#floats, left >>> 2, this.#floats, right >>> 2, dim);
  }

  l1F32(left: number, right: number, dim: number): number {
    this.#refresh();
    return l1F32(this.#floats, left >>> 2, this.#floats, right >>> 2, dim);
  }

  reducedDistances(
    metric: MetricCode,
    query: number,
    queryStride: number,
    rows: number,
    rowStride: number,
    dim: number,
    count: number,
    squaredNorms: number,
    out: number,
  ): void {
    this.#refresh();
    const floats = this.#floats;
    let querySquaredNorm = this.#squaredNorm(metric, query >>> 2, dim);
    for (let index = 0; index < count; index += 1) {
      const queryAt = (query + index * queryStride) >>> 2;
      const row = (rows + index * rowStride) >>> 2;
      if (queryStride !== 0) querySquaredNorm = this.#squaredNorm(metric, queryAt, dim);
      const squaredNorm =
        squaredNorms === 0
          ? this.#squaredNorm(metric, row, dim)
          : floats[(squaredNorms >>> 2) + index]!;
      floats[(out >>> 2) + index] = reducedDistance(
        floats,
        metric,
        queryAt,
        row,
        dim,
        querySquaredNorm,
        squaredNorm,
      );
    }
  }

  squaredNorms(rows: number, rowStride: number, dim: number, count: number, out: number): void {
    this.#refresh();
    const floats = this.#floats;
    for (let index = 0; index < count; index += 1) {
      const row = (rows + index * rowStride) >>> 2;
      floats[(out >>> 2) + index] = dotF32(floats, row, floats, row, dim);
    }
  }

  scanTopK(
    metric: MetricCode,
    query: number,
    rows: number,
    rowStride: number,
    dim: number,
    first: number,
    end: number,
    ordinalBase: number,
    excluded: number,
    squaredNorms: number,
    heap: number,
    heapCount: number,
    k: number,
  ): number {
    this.#refresh();
    const floats = this.#floats;
    const querySquaredNorm = this.#squaredNorm(metric, query >>> 2, dim);
    let held = heapCount;
    for (let index = first; index < end; index += 1) {
      if (excluded !== 0 && (this.#bytes[excluded + (index >>> 3)]! & (1 << (index & 7))) !== 0)
        continue;
      const row = (rows + index * rowStride) >>> 2;
      const squaredNorm =
        squaredNorms === 0
          ? this.#squaredNorm(metric, row, dim)
          : floats[(squaredNorms >>> 2) + index]!;
      const distance = reducedDistance(
        floats,
        metric,
        query >>> 2,
        row,
        dim,
        querySquaredNorm,
        squaredNorm,
      );
      const key = this.#orderKey.encode(distance);
      if (held < k) {
        pushEntry(this.#words, heap >>> 2, held, ordinalBase + index, key);
        held += 1;
      } else {
        replaceFarthest(this.#words, heap >>> 2, k, ordinalBase + index, key);
      }
    }
    return held;
  }

  sortHeap(heap: number, count: number): void {
    this.#refresh();
    sortHeap(this.#words, heap >>> 2, count);
  }

  dotI8(left: number, right: number, dim: number): number {
    this.#refresh();
    return dotI8(this.#signed, left, right, dim);
  }

  dotsI8(
    query: number,
    rows: number,
    rowStride: number,
    dim: number,
    count: number,
    out: number,
  ): void {
    this.#refresh();
    for (let index = 0; index < count; index += 1) {
      this.#words[(out >>> 2) + index] = dotI8(this.#signed, query, rows + index * rowStride, dim);
    }
  }

  fillCrc32Tables(): void {
    // The TypeScript twin of CRC-32 is `base/checksum.ts`, which has tables of its own.
  }

  crc32(_tables: number, data: number, length: number, crc: number): number {
    this.#refresh();
    return crc32(this.#bytes, data, data + length, crc);
  }

  #squaredNorm(metric: MetricCode, at: number, dim: number): number {
    return metric === METRIC_CODE.cosine ? dotF32(this.#floats, at, this.#floats, at, dim) : 0;
  }

  /** The memory may have grown since the last call. */
  #refresh(): void {
    const buffer = this.#memory.buffer;
    if (buffer === this.#floats.buffer) return;
    this.#floats = new Float32Array(buffer);
    this.#words = new Int32Array(buffer);
    this.#bytes = new Uint8Array(buffer);
    this.#signed = new Int8Array(buffer);
  }
}
