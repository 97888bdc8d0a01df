/**
 * Where the parts of a graph lie: addresses in its image, which begins at address 0 of its memory, and in a scratch block.
 * TypeScript twin of `assembly/hnsw-layout.ts`; docs/formats/hnsw.md describes the image.
 */
import type { LinearMemory } from './linear-memory.ts';
import { OrderKeyF32 } from './order-key-f32.ts';

/** No row, the end of a list of links. */
export const NONE = 0xffffffff;

export const HEADER_BYTES = 192;

/**
 * Levels beyond those of a graph, part of the file format: a row on the chain of its equals; and outside the graph, a zero
 * vector under cosine, which has no distance, and an outlier, which the walk cannot compare.
 */
export const LEVEL_DUPLICATE = 253;
export const LEVEL_ZERO = 254;
export const LEVEL_OUTLIER = 255;

export function isOutside(level: number): boolean {
  return level === LEVEL_ZERO || level === LEVEL_OUTLIER;
}

/** Fields of the header, uint32 unless said otherwise; part of the file format, do not change. */
export const HEADER = Object.freeze({
  magic: 0,
  version: 8,
  headerBytes: 12,
  dimension: 16,
  metric: 20,
  quantization: 24,
  m: 28,
  efConstruction: 32,
  rowCount: 36,
  outlierCount: 40,
  linkedCount: 44,
  entry: 48,
  topLevel: 52,
  poolUsed: 56,
  poolWords: 60,
  duplicateCount: 64,
  clampedCount: 68,
  deletedCount: 72,
  rowStride: 76,
  codeStride: 80,
  /** float32 */
  step: 84,
  levels: 88,
  upper: 92,
  links: 96,
  pool: 100,
  norms: 104,
  deleted: 108,
  centres: 112,
  codes: 116,
  rows: 120,
  imageBytes: 124,
} as const);

/** Fields of a scratch block: addresses of its parts, then counters and the query's norm (float32). */
export const SCRATCH = Object.freeze({
  visited: 0,
  epoch: 4,
  nearest: 8,
  frontier: 12,
  frontierCapacity: 16,
  fresh: 20,
  selected: 24,
  pruned: 28,
  query: 32,
  queryCode: 36,
  found: 40,
  distances: 44,
  expanded: 48,
  queryRoot: 52,
  lanes: 64,
} as const);
export const SCRATCH_HEADER_BYTES = 80;

/** Typed views of a graph's memory, renewed when it has grown. */
export class GraphMemory {
  readonly #memory: LinearMemory;
  readonly #orderKey = new OrderKeyF32();
  words: Uint32Array;
  floats: Float32Array;
  bytes: Uint8Array;
  codes: Int8Array;

  constructor(memory: LinearMemory) {
    this.#memory = memory;
    this.words = new Uint32Array(memory.buffer);
    this.floats = new Float32Array(memory.buffer);
    this.bytes = new Uint8Array(memory.buffer);
    this.codes = new Int8Array(memory.buffer);
  }

  refresh(): void {
    const buffer = this.#memory.buffer;
    if (buffer === this.words.buffer) return;
    this.words = new Uint32Array(buffer);
    this.floats = new Float32Array(buffer);
    this.bytes = new Uint8Array(buffer);
    this.codes = new Int8Array(buffer);
  }

  field(address: number): number {
    return this.words[address >>> 2]!;
  }

  setField(address: number, value: number): void {
    this.words[address >>> 2] = value;
  }

  linksMax(level: number): number {
    const m = this.field(HEADER.m);
    return level === 0 ? 2 * m : m;
  }

  /** Word index of the list of a row's links on a level it has. */
  linksOf(row: number, level: number): number {
    const m = this.field(HEADER.m);
    if (level === 0) return (this.field(HEADER.links) >>> 2) + row * 2 * m;
    const block = this.words[(this.field(HEADER.upper) >>> 2) + row]!;
    // The block's first word is the head of the chain of duplicates.
    return (this.field(HEADER.pool) >>> 2) + block + 1 + (level - 1) * m;
  }

  levelOf(row: number): number {
    return this.bytes[this.field(HEADER.levels) + row]!;
  }

  /** Word index of where the first duplicate of a linked row, or the next one of a duplicate, is kept. */
  chainOf(row: number): number {
    const upper = (this.field(HEADER.upper) >>> 2) + row;
    const level = this.levelOf(row);
    if (level === 0 || level === LEVEL_DUPLICATE) return upper;
    return (this.field(HEADER.pool) >>> 2) + this.words[upper]!;
  }

  /** An order key of a distance that sorts as uint32. */
  keyOf(distance: number): number {
    return (this.#orderKey.encode(distance) ^ 0x80000000) >>> 0;
  }

  distanceOfKey(key: number): number {
    return this.#orderKey.decode(key ^ 0x80000000);
  }

  isIn(bitmap: number, row: number): boolean {
    return (this.words[(bitmap >>> 2) + (row >>> 5)]! & (1 << (row & 31))) !== 0;
  }
}
