/**
 * The heap of the k closest rows; TypeScript twin of `assembly/top-k.ts`. Entry i of a heap at word h: ordinal in
 * words[h + 2i], order key in words[h + 2i + 1]; the farthest entry stands first.
 */

/** Puts an entry into a heap that has room, making it one larger. */
export function pushEntry(
  words: Int32Array,
  heap: number,
  count: number,
  ordinal: number,
  key: number,
): void {
  let hole = count;
  while (hole > 0) {
    const parent = (hole - 1) >> 1;
    if (!isFarther(key, ordinal, words[heap + 2 * parent + 1]!, words[heap + 2 * parent]!)) break;
    copyEntry(words, heap, parent, hole);
    hole = parent;
  }
  words[heap + 2 * hole] = ordinal;
  words[heap + 2 * hole + 1] = key;
}

/** Puts an entry into a full heap in place of the farthest one, unless it is farther itself. */
export function replaceFarthest(
  words: Int32Array,
  heap: number,
  count: number,
  ordinal: number,
  key: number,
): void {
  if (isFarther(words[heap + 1]!, words[heap]!, key, ordinal))
    siftDown(words, heap, count, ordinal, key);
}

/** Turns a heap into an ascending array: closest first, equal ones by ordinal. */
export function sortHeap(words: Int32Array, heap: number, count: number): void {
  for (let last = count - 1; last > 0; last -= 1) {
    const ordinal = words[heap + 2 * last]!;
    const key = words[heap + 2 * last + 1]!;
    copyEntry(words, heap, 0, last);
    siftDown(words, heap, last, ordinal, key);
  }
}

/** Sinks an entry from the root, whose place is free. */
function siftDown(
  words: Int32Array,
  heap: number,
  count: number,
  ordinal: number,
  key: number,
): void {
  let hole = 0;
  for (;;) {
    let child = 2 * hole + 1;
    if (child >= count) break;
    if (child + 1 < count && isEntryFarther(words, heap, child + 1, child)) child += 1;
    if (!isFarther(words[heap + 2 * child + 1]!, words[heap + 2 * child]!, key, ordinal)) break;
    copyEntry(words, heap, child, hole);
    hole = child;
  }
  words[heap + 2 * hole] = ordinal;
  words[heap + 2 * hole + 1] = key;
}

function isEntryFarther(words: Int32Array, heap: number, left: number, right: number): boolean {
  return isFarther(
    words[heap + 2 * left + 1]!,
    words[heap + 2 * left]!,
    words[heap + 2 * right + 1]!,
    words[heap + 2 * right]!,
  );
}

/** Ordinals are unsigned 32-bit numbers that int32 words hold as signed ones. */
function isFarther(key: number, ordinal: number, otherKey: number, otherOrdinal: number): boolean {
  return key !== otherKey ? key > otherKey : ordinal >>> 0 > otherOrdinal >>> 0;
}

function copyEntry(words: Int32Array, heap: number, from: number, to: number): void {
  words[heap + 2 * to] = words[heap + 2 * from]!;
  words[heap + 2 * to + 1] = words[heap + 2 * from + 1]!;
}
