/**
 * `kv.search`: a page of the keys that match a pattern. Pages end by number of pairs, by keys looked at or by bytes, whatever
 * comes first; the cursor is the last key looked at, so that the next page begins behind it, whether it matched or not.
 */
import { AlopexError, PENDING, compareBytes, prefixEnd, type Pending } from '@alopex-db/core/base';
import type { Cursor, KeyRange } from '@alopex-db/core';
import type { KvSearchPage, KvSearchRequest } from '@alopex-db/sql/session';
import { compileGlob, compileRegex, type KeyPattern } from './key-pattern.ts';
import { bytesOf } from './kv-bytes.ts';
import { pairAt, type Pair } from './kv-operations.ts';

const LIMIT = Object.freeze({ standard: 1_000, max: 10_000 });
const SCAN_BUDGET = Object.freeze({ standard: 100_000, max: 1_000_000 });
const MIB = 1024 * 1024;
const MAX_BYTES = Object.freeze({ standard: 16 * MIB, max: 100 * MIB });

/** Keys looked at before others get their turn. */
const KEYS_PER_STEP = 4_096;

export class KeySearch {
  /** What to scan; undefined when the cursor stands behind every key that may match. */
  readonly range: KeyRange | undefined;
  readonly #pattern: KeyPattern;
  readonly #limit: number;
  readonly #scanBudget: number;
  readonly #maxBytes: number;
  readonly #entries: Pair[] = [];
  #bytes = 0;
  #scanned = 0;
  #lastKey: Uint8Array | undefined;
  /** The cursor stands on a key that has not been counted. */
  #isTaking = false;
  #isAtEnd = false;

  constructor(request: KvSearchRequest) {
    const pattern = bytesOf('key', request.pattern);
    this.#pattern = request.mode === 'glob' ? compileGlob(pattern) : regexOf(request, pattern);
    this.#limit = bounded('limit', request.limit, LIMIT);
    this.#scanBudget = bounded('scanBudget', request.scanBudget, SCAN_BUDGET);
    this.#maxBytes = bounded('maxBytes', request.maxBytes, MAX_BYTES);
    this.range = rangeBehind(this.#pattern.prefix, request.cursor);
    this.#lastKey = request.cursor?.slice();
    this.#isAtEnd = this.range === undefined;
  }

  /** Looks at some keys: true when the page is complete. `PENDING` has lost nothing. */
  advance(cursor: Cursor): boolean | Pending {
    for (let left = KEYS_PER_STEP; left > 0; left -= 1) {
      if (this.#isFull()) return true;
      const found = this.#isTaking || cursor.advance();
      if (found === PENDING) return PENDING;
      if (!found) {
        this.#isAtEnd = true;
        return true;
      }
      this.#isTaking = true;
      const fits = this.#take(cursor);
      if (fits === PENDING) return PENDING;
      this.#isTaking = false;
      if (!fits) return true;
    }
    return false;
  }

  page(): KvSearchPage {
    const page = { entries: this.#entries, scanned: this.#scanned };
    return this.#isAtEnd ? page : { ...page, cursor: this.#lastKey };
  }

  #isFull(): boolean {
    return this.#entries.length >= this.#limit || this.#scanned >= this.#scanBudget;
  }

  /** False when the pair no longer fits: it begins the next page. */
  #take(cursor: Cursor): boolean | Pending {
    const { bytes, start, end } = cursor.key;
    const key = bytes.slice(start, end);
    if (this.#pattern.matches(key)) {
      if (cursor.loadValue() === PENDING) return PENDING;
      const size = key.length + cursor.value.end - cursor.value.start;
      if (this.#entries.length > 0 && this.#bytes + size > this.#maxBytes) return false;
      this.#entries.push(pairAt(cursor));
      this.#bytes += size;
    }
    this.#scanned += 1;
    this.#lastKey = key;
    return true;
  }
}

function regexOf(request: KvSearchRequest, pattern: Uint8Array): KeyPattern {
  if (request.mode === 'regex') return compileRegex(pattern);
  throw new AlopexError(
    'ALX_INVALID_ARGUMENT',
    `mode is glob or regex, got ${String(request.mode)}`,
  );
}

function rangeBehind(prefix: Uint8Array, cursor: Uint8Array | undefined): KeyRange | undefined {
  const end = prefixEnd(prefix);
  if (cursor === undefined) return { start: prefix, end, keysOnly: true };
  if (!(cursor instanceof Uint8Array)) {
    throw new AlopexError('ALX_INVALID_ARGUMENT', 'a cursor is the Uint8Array of the page before');
  }
  // The least key behind another one is that key and a zero byte.
  const behind = new Uint8Array(cursor.length + 1);
  behind.set(cursor);
  const start = compareBytes(behind, prefix) > 0 ? behind : prefix;
  return end !== undefined && compareBytes(start, end) >= 0
    ? undefined
    : { start, end, keysOnly: true };
}

function bounded(
  name: string,
  value: number | undefined,
  bounds: { readonly standard: number; readonly max: number },
): number {
  if (value === undefined) return bounds.standard;
  if (Number.isSafeInteger(value) && value >= 1 && value <= bounds.max) return value;
  throw new AlopexError(
    'ALX_INVALID_ARGUMENT',
    `${name} is a whole number from 1 to ${bounds.max}, got ${value}`,
    { hint: 'Ask for more pages with the cursor of the last one.' },
  );
}
