/**
 * The loaded segments of vector keyspaces, by table, within a budget: the least recently searched go first, but for the one
 * that is being asked for, so that a search always gets on. Segments of tables that are gone are given up by the next search.
 */
import type { FileId } from '../../base/brand.ts';
import { PENDING, type Pending } from '../../base/pending.ts';
import type { VectorSegment } from './vector-segment.ts';

export const VECTOR_INDEX_MEMORY_DEFAULT = 512 * 1024 * 1024;

export class SegmentCache {
  readonly #memoryBytesMax: number;
  /** The least recently used first. */
  readonly #segments = new Map<FileId, VectorSegment>();
  #byteLength = 0;

  constructor(memoryBytesMax: number = VECTOR_INDEX_MEMORY_DEFAULT) {
    this.#memoryBytesMax = memoryBytesMax;
  }

  /** Memory that all segments hold. */
  get byteLength(): number {
    return this.#byteLength;
  }

  get(id: FileId, open: () => VectorSegment | Pending): VectorSegment | Pending {
    const segment = this.#segments.get(id) ?? open();
    if (segment === PENDING) return PENDING;
    if (this.#segments.delete(id)) this.#byteLength -= segment.byteLength;
    this.#segments.set(id, segment);
    this.#byteLength += segment.byteLength;
    for (const [other, { byteLength }] of this.#segments) {
      if (this.#byteLength <= this.#memoryBytesMax || other === id) break;
      this.#segments.delete(other);
      this.#byteLength -= byteLength;
    }
    return segment;
  }

  forget(id: FileId): void {
    const segment = this.#segments.get(id);
    if (segment === undefined) return;
    this.#segments.delete(id);
    this.#byteLength -= segment.byteLength;
  }
}
