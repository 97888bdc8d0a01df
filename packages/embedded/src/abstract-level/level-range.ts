/** Range options of abstract-level as a range of keys. The bounds are bytes by now; of two the inclusive one counts. */
import { compareBytes } from '@alopex-db/core/base';
import type { KeyRange } from '@alopex-db/core';

export interface LevelRange {
  readonly gt?: Uint8Array | undefined;
  readonly gte?: Uint8Array | undefined;
  readonly lt?: Uint8Array | undefined;
  readonly lte?: Uint8Array | undefined;
  readonly reverse?: boolean | undefined;
}

export function keyRangeOf({ gt, gte, lt, lte, reverse }: LevelRange): KeyRange {
  return {
    start: gte ?? (gt === undefined ? undefined : successorOf(gt)),
    end: lte === undefined ? lt : successorOf(lte),
    reverse,
  };
}

/** What is left of a range from a key on, in its direction; undefined when the key lies outside of it. */
export function rangeFrom(range: KeyRange, target: Uint8Array): KeyRange | undefined {
  const { start, end, reverse } = range;
  if (start !== undefined && compareBytes(target, start) < 0) return undefined;
  if (end !== undefined && compareBytes(target, end) >= 0) return undefined;
  return reverse === true ? { ...range, end: successorOf(target) } : { ...range, start: target };
}

/** The least key behind another one is that key and a zero byte. */
function successorOf(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}
