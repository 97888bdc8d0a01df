/**
 * The k nearest rows met so far: a binary heap whose root is the worst of them, so that most candidates cost one
 * comparison. Rows without a score (NULL, NaN) come last; equal ones in key order.
 */
import { compareRanges } from '@alopex-db/core/base';
import type { ValueSlot } from '@alopex-db/core';

export interface NearRow {
  /** Smaller is nearer; Infinity stands for no score. */
  readonly rank: number;
  /** What the user sees; null for no vector. */
  readonly score: number | null;
  readonly key: Uint8Array;
}

/** NaN and null have no place among numbers: after all of them. */
export function rankOf(score: number | null, closerIsHigher: boolean): number {
  if (score === null || Number.isNaN(score)) return Number.POSITIVE_INFINITY;
  return closerIsHigher ? -score : score;
}

export class NearestRows {
  readonly #limit: number;
  readonly #closerIsHigher: boolean;
  readonly #heap: NearRow[] = [];

  constructor(limit: number, closerIsHigher: boolean) {
    this.#limit = limit;
    this.#closerIsHigher = closerIsHigher;
  }

  /** The key is copied when the row is taken. */
  offer(score: number | null, key: ValueSlot): void {
    if (this.#limit === 0) return;
    const rank = rankOf(score, this.#closerIsHigher);
    const heap = this.#heap;
    if (heap.length === this.#limit) {
      if (!this.#isNearer(rank, key, heap[0]!)) return;
      heap[0] = { rank, score, key: key.bytes.slice(key.start, key.end) };
      this.#sink();
      return;
    }
    heap.push({ rank, score, key: key.bytes.slice(key.start, key.end) });
    this.#rise(heap.length - 1);
  }

  /** Nearest first. */
  sorted(): NearRow[] {
    return this.#heap.toSorted((left, right) => (isAfter(left, right) ? 1 : -1));
  }

  #isNearer(rank: number, key: ValueSlot, worst: NearRow): boolean {
    if (rank !== worst.rank) return rank < worst.rank;
    return compareRanges(key.bytes, key.start, key.end, worst.key, 0, worst.key.length) < 0;
  }

  #rise(from: number): void {
    const heap = this.#heap;
    for (let at = from; at > 0;) {
      const parent = (at - 1) >>> 1;
      if (!isAfter(heap[at]!, heap[parent]!)) return;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  }

  #sink(): void {
    const heap = this.#heap;
    for (let at = 0; ;) {
      let child = 2 * at + 1;
      if (child >= heap.length) return;
      if (child + 1 < heap.length && isAfter(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isAfter(heap[child]!, heap[at]!)) return;
      [heap[at], heap[child]] = [heap[child]!, heap[at]!];
      at = child;
    }
  }
}

function isAfter(left: NearRow, right: NearRow): boolean {
  if (left.rank !== right.rank) return left.rank > right.rank;
  return compareRanges(left.key, 0, left.key.length, right.key, 0, right.key.length) > 0;
}
