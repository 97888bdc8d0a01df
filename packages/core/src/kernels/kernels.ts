/**
 * The contract of the kernels: loops over a linear memory, implemented by WebAssembly (`wasm-kernels.ts`, source in
 * `assembly/`) and by plain TypeScript (`typescript-kernels.ts`, the reference).
 *
 * Laws
 * - Every argument called an address is a byte offset into the bound memory, below 2^32. Float32, int32 and tables are
 *   aligned to 4 bytes, heaps to 8, bytes and int8 to nothing. Strides are in bytes.
 * - Kernels own no memory and keep no state. Inputs are not written. Outputs may not overlap inputs.
 * - `dim` is 1 to 65,535; `count` may be 0.
 * - `simd` and `typescript` give the same bits for the same input (NaN payloads excepted). `relaxed` may fuse a product with
 *   a sum: its results differ in the last digits, also between processors. Never persist them, never compare them across
 *   replicas; simulation asks for another kind.
 * - Float32 sums overflow to Infinity, and Infinity - Infinity is NaN, as in any float32 arithmetic.
 */
import type { HnswFunctions } from './hnsw-functions.ts';
import type { LinearMemory, MemorySize } from './linear-memory.ts';
import type { MetricCode } from './metric-code.ts';

/** Which twin runs: WebAssembly with relaxed SIMD, with plain SIMD, or TypeScript. */
export type KernelKind = 'relaxed' | 'simd' | 'typescript';

/** One twin, ready to be bound to any number of memories. Holds compiled code, so load it once and pass it on. */
export interface Kernels {
  readonly kind: KernelKind;
  /** A memory of the sort this twin works on: zeroed, growable to `maximumPages`. */
  createMemory(size: MemorySize): LinearMemory;
  /** The kernels over one memory. They stay valid when it grows. */
  bind(memory: LinearMemory): KernelFunctions;
  /** The kernels of the graph whose image begins at address 0 of the memory. */
  bindHnsw(memory: LinearMemory): HnswFunctions;
}

export interface KernelFunctions {
  /** Sum of products, in float32. */
  dotF32(left: number, right: number, dim: number): number;
  /** Squared Euclidean distance, in float32. */
  squaredL2F32(left: number, right: number, dim: number): number;
  /** Sum of absolute differences, in float32. */
  l1F32(left: number, right: number, dim: number): number;

  /**
   * out[i] = the reduced distance of pair i: a float32 that orders as the metric does, smaller = closer. Cosine: minus the
   * cosine, NaN for a zero norm; l2: the squared distance; inner: minus the dot product; l1: the distance.
   * `queryStride` 0 compares one query with all rows. `squaredNorms` is the address of what `squaredNorms()` wrote for the
   * rows, or 0 to compute them on the way; only cosine reads it.
   */
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
  ): void;
  /** out[i] = dot(row i, row i). */
  squaredNorms(rows: number, rowStride: number, dim: number, count: number, out: number): void;

  /**
   * Offers the rows first .. end - 1 to the heap of the k closest and returns how many entries it holds then. Call it for
   * ascending ranges with the count of the call before (0 at first); then `sortHeap`. A heap is k entries of 8 bytes: the
   * row's ordinal (uint32; `ordinalBase` + its index), then the order key of its reduced distance (int32, see
   * `order-key-f32.ts`). The heap may be carried on to another memory whose ordinals are larger.
   * `rows`, `squaredNorms` (0 = compute) and `excluded` (0 = none; bit i set = skip row i; whole 32-bit words) are the
   * addresses of row 0. Equal distances order by ordinal; NaN comes last.
   */
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
  ): number;
  /** Sorts a heap of `count` entries, closest first. It is no heap afterwards. */
  sortHeap(heap: number, count: number): void;

  /** Exact dot product of int8 vectors. */
  dotI8(left: number, right: number, dim: number): number;
  /** out[i] (int32) = dotI8(query, row i). */
  dotsI8(
    query: number,
    rows: number,
    rowStride: number,
    dim: number,
    count: number,
    out: number,
  ): void;

  /** Fills the CRC32_TABLE_BYTES at `tables` that `crc32` reads; a twin may have its own and leave them alone. */
  fillCrc32Tables(tables: number): void;
  /** CRC-32 as in zlib, continuing from `crc` (0 at the start); an unsigned 32-bit number. */
  crc32(tables: number, data: number, length: number, crc: number): number;
}

/** Bytes of the tables of `crc32`. */
export const CRC32_TABLE_BYTES = 16 * 256 * 4;
