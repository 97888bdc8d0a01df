/**
 * Merges sorted sources into one `EntryCursor`: a binary heap of cursors by their current entries, smallest on top going
 * forward, largest going backward. Once one source remains a step costs one call and no comparison.
 *
 * Turning around puts every other source to the far side of the current entry. A movement that answers `PENDING` leaves the
 * heap as it was; repeating it repeats only what did not happen.
 */
import { assert } from '../base/assert.ts';
import { compareRanges } from '../base/bytes.ts';
import { PENDING, type Pending } from '../base/pending.ts';
import type { EntryCursor, EntryKind } from '../memtable/entry.ts';
import { emptyCursor } from './empty-cursor.ts';

/** One cursor over all sources; owns them from now on. */
export function mergeCursors(sources: readonly EntryCursor[]): EntryCursor {
  if (sources.length === 0) return emptyCursor;
  return sources.length === 1 ? sources[0]! : new MergeCursor(sources);
}

export class MergeCursor implements EntryCursor {
  readonly #sources: readonly EntryCursor[];
  /** Valid sources, as a heap. */
  #heap: EntryCursor[] = [];
  #forward = true;
  #top: EntryCursor;

  constructor(sources: readonly EntryCursor[]) {
    assert(sources.length > 0, 'a merge has a source');
    this.#sources = sources;
    this.#top = sources[0]!;
  }

  get valid(): boolean {
    return this.#heap.length > 0;
  }
  get keyBytes(): Uint8Array {
    return this.#top.keyBytes;
  }
  get keyStart(): number {
    return this.#top.keyStart;
  }
  get keyEnd(): number {
    return this.#top.keyEnd;
  }
  get version(): number {
    return this.#top.version;
  }
  get kind(): EntryKind {
    return this.#top.kind;
  }
  get valueBytes(): Uint8Array {
    return this.#top.valueBytes;
  }
  get valueStart(): number {
    return this.#top.valueStart;
  }
  get valueEnd(): number {
    return this.#top.valueEnd;
  }

  seekFirst(): void | Pending {
    for (const source of this.#sources) if (source.seekFirst() === PENDING) return PENDING;
    this.#rebuild(true);
  }

  seekLast(): void | Pending {
    for (const source of this.#sources) if (source.seekLast() === PENDING) return PENDING;
    this.#rebuild(false);
  }

  seek(key: Uint8Array, version: number): void | Pending {
    for (const source of this.#sources) if (source.seek(key, version) === PENDING) return PENDING;
    this.#rebuild(true);
  }

  seekBefore(key: Uint8Array): void | Pending {
    for (const source of this.#sources) if (source.seekBefore(key) === PENDING) return PENDING;
    this.#rebuild(false);
  }

  next(): void | Pending {
    if (!this.#forward && this.#turnForward() === PENDING) return PENDING;
    if (this.#top.next() === PENDING) return PENDING;
    this.#settle();
  }

  previous(): void | Pending {
    if (this.#forward && this.#turnBackward() === PENDING) return PENDING;
    if (this.#top.previous() === PENDING) return PENDING;
    this.#settle();
  }

  close(): void {
    for (const source of this.#sources) source.close();
    this.#heap = [];
  }

  #turnForward(): void | Pending {
    const top = this.#top;
    const key = top.keyBytes.slice(top.keyStart, top.keyEnd);
    for (const source of this.#sources) {
      if (source !== top && source.seek(key, top.version) === PENDING) return PENDING;
    }
    this.#rebuild(true, top);
  }

  #turnBackward(): void | Pending {
    const top = this.#top;
    const key = top.keyBytes.slice(top.keyStart, top.keyEnd);
    for (const source of this.#sources) {
      if (source === top) continue;
      if (source.seek(key, top.version) === PENDING) return PENDING;
      const moved = source.valid ? source.previous() : source.seekLast();
      if (moved === PENDING) return PENDING;
    }
    this.#rebuild(false, top);
  }

  /** Makes the heap anew. After a turn the current source stays the current one. */
  #rebuild(forward: boolean, top?: EntryCursor): void {
    this.#forward = forward;
    this.#heap = this.#sources.filter((source) => source.valid && source !== top);
    for (let at = (this.#heap.length >>> 1) - 1; at >= 0; at -= 1) this.#siftDown(at);
    // Every other source is beyond the current entry in the new direction, or on it, so it goes on top without a comparison.
    if (top !== undefined) {
      this.#heap.unshift(top);
      for (let at = (this.#heap.length >>> 1) - 1; at > 0; at -= 1) this.#siftDown(at);
    }
    if (this.#heap.length > 0) this.#top = this.#heap[0]!;
  }

  /** Restores the heap after the source on top has moved. */
  #settle(): void {
    const heap = this.#heap;
    if (!this.#top.valid) {
      const last = heap.pop()!;
      if (heap.length === 0) return;
      if (last !== this.#top) heap[0] = last;
    }
    if (heap.length > 1) this.#siftDown(0);
    this.#top = heap[0]!;
  }

  #siftDown(from: number): void {
    const heap = this.#heap;
    const moving = heap[from]!;
    let at = from;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!this.#isBefore(heap[child]!, moving)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = moving;
  }

  #isBefore(left: EntryCursor, right: EntryCursor): boolean {
    const order = compareEntries(left, right);
    return this.#forward ? order < 0 : order > 0;
  }
}

function compareEntries(left: EntryCursor, right: EntryCursor): number {
  const order = compareRanges(
    left.keyBytes,
    left.keyStart,
    left.keyEnd,
    right.keyBytes,
    right.keyStart,
    right.keyEnd,
  );
  if (order !== 0) return order;
  return right.version - left.version || right.kind - left.kind;
}
