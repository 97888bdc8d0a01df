/**
 * What a SERIALIZABLE transaction has read: per keyspace a set of spans of keys, a single key being the span up to its direct
 * successor. A span holds what was looked at, found or absent, so that a phantom is nothing special.
 *
 * Spans are appended as they come and sorted and joined when somebody asks or there are too many. If there are too many even
 * then, the keyspaces with the most are taken to be read whole: memory is bounded, a span is never forgotten, and the price is
 * a conflict that need not have been one.
 */
import { compareRanges } from '../base/bytes.ts';
import type { KeyspaceId } from '../base/brand.ts';

/** From `start`, inclusive, to `end`, exclusive; without `end` to the last key. */
export interface Span {
  readonly start: Uint8Array;
  readonly end: Uint8Array | undefined;
}

export interface ReadSpanLimits {
  /** Most spans of one transaction. Default 16384. */
  readonly spanCountMax?: number | undefined;
  /** Most bytes of keys that the spans of one transaction hold. Default 4 MiB. */
  readonly keyBytesMax?: number | undefined;
}

const SPAN_COUNT_MAX = 16 * 1024;
const KEY_BYTES_MAX = 4 * 1024 * 1024;
const FIRST_KEY = new Uint8Array(0);

export class ReadSpans {
  readonly #spanCountMax: number;
  readonly #keyBytesMax: number;
  readonly #keyspaces = new Map<KeyspaceId, SpanSet>();
  #spanCount = 0;
  #keyBytes = 0;

  constructor(limits: ReadSpanLimits = {}) {
    this.#spanCountMax = limits.spanCountMax ?? SPAN_COUNT_MAX;
    this.#keyBytesMax = limits.keyBytesMax ?? KEY_BYTES_MAX;
  }

  get spanCount(): number {
    return this.#spanCount;
  }

  /** A key that was looked for, whether or not it was found. It is copied. */
  addKey(keyspace: KeyspaceId, key: Uint8Array): void {
    if (this.#keyspaces.get(keyspace)?.isWhole === true) return;
    const end = successorOf(key, 0, key.length);
    this.addSpan(keyspace, { start: end.subarray(0, key.length), end });
  }

  /** A range that was walked. The bytes of the span belong to the set from now on. */
  addSpan(keyspace: KeyspaceId, span: Span): void {
    let set = this.#keyspaces.get(keyspace);
    if (set === undefined) this.#keyspaces.set(keyspace, (set = new SpanSet()));
    if (set.isWhole) return;
    set.add(span);
    this.#spanCount += 1;
    this.#keyBytes += bytesOf(span);
    if (this.#spanCount > this.#spanCountMax || this.#keyBytes > this.#keyBytesMax) this.#shrink();
  }

  /** What was read of a keyspace, or undefined. */
  of(keyspace: KeyspaceId): SpanSet | undefined {
    return this.#keyspaces.get(keyspace);
  }

  /** Joins spans, then widens them, until at most half of what is allowed is in use: so this is not done for every read. */
  #shrink(): void {
    for (const set of this.#keyspaces.values()) set.join();
    this.#measure();
    while (this.#spanCount > this.#spanCountMax / 2 || this.#keyBytes > this.#keyBytesMax / 2) {
      let largest: SpanSet | undefined;
      for (const set of this.#keyspaces.values()) {
        if (!set.isWhole && (largest === undefined || set.keyBytes > largest.keyBytes))
          largest = set;
      }
      if (largest === undefined) return;
      largest.widen();
      this.#measure();
    }
  }

  #measure(): void {
    this.#spanCount = 0;
    this.#keyBytes = 0;
    for (const set of this.#keyspaces.values()) {
      this.#spanCount += set.size;
      this.#keyBytes += set.keyBytes;
    }
  }
}

/** The spans of one keyspace. */
export class SpanSet {
  /** Once `#joined`: ascending and apart. */
  #spans: Span[] = [];
  #joined = true;
  #whole = false;

  get size(): number {
    return this.#spans.length;
  }

  get isWhole(): boolean {
    return this.#whole;
  }

  get keyBytes(): number {
    let bytes = 0;
    for (const span of this.#spans) bytes += bytesOf(span);
    return bytes;
  }

  add(span: Span): void {
    this.#spans.push(span);
    this.#joined = this.#spans.length === 1;
  }

  /** Everything counts as read from now on. */
  widen(): void {
    this.#spans = [{ start: FIRST_KEY, end: undefined }];
    this.#joined = true;
    this.#whole = true;
  }

  /** Whether a key was read. */
  covers(key: Uint8Array): boolean {
    this.join();
    let low = 0;
    let high = this.#spans.length;
    // The last span that starts at or before the key is the only one that may hold it.
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(this.#spans[middle]!.start, key) <= 0) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return false;
    const { end } = this.#spans[low - 1]!;
    return end === undefined || compare(key, end) < 0;
  }

  /** Sorts the spans and makes one of those that overlap or touch. */
  join(): void {
    if (this.#joined) return;
    this.#joined = true;
    const sorted = this.#spans.toSorted((left, right) => compare(left.start, right.start));
    const joined: Span[] = [];
    let last = sorted[0]!; // there are two at least
    for (const span of sorted.slice(1)) {
      if (last.end === undefined) break;
      if (compare(span.start, last.end) > 0) {
        joined.push(last);
        last = span;
      } else if (span.end === undefined || compare(span.end, last.end) > 0) {
        last = { start: last.start, end: span.end };
      }
    }
    joined.push(last);
    this.#spans = joined;
  }
}

/** The first key behind a key: the key and a zero byte. */
export function successorOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const successor = new Uint8Array(end - start + 1);
  successor.set(bytes.subarray(start, end));
  return successor;
}

function bytesOf(span: Span): number {
  return span.start.length + (span.end?.length ?? 0);
}

function compare(left: Uint8Array, right: Uint8Array): number {
  return compareRanges(left, 0, left.length, right, 0, right.length);
}
