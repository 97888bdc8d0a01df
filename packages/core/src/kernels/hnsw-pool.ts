/**
 * Sorted arrays of candidates; TypeScript twin of `assembly/hnsw-pool.ts`. Entry i at word w: row * 2 + walked in
 * words[w + 2i], the order key of the distance in words[w + 2i + 1].
 */
/** The first place in [from, count) whose entry is not below (key, low). */
function placeOf(
  words: Uint32Array,
  entries: number,
  from: number,
  count: number,
  key: number,
  low: number,
): number {
  let first = from;
  let end = count;
  while (first < end) {
    const middle = (first + end) >>> 1;
    const at = entries + 2 * middle;
    const isBelow = words[at + 1]! < key || (words[at + 1]! === key && words[at]! < low);
    if (isBelow) first = middle + 1;
    else end = middle;
  }
  return first;
}

function writeEntry(words: Uint32Array, at: number, key: number, low: number): void {
  words[at] = low;
  words[at + 1] = key;
}

/** Puts an unwalked entry into the sorted `count` of at most `capacity`, dropping the last when full; answers its place. */
export function insertEntry(
  words: Uint32Array,
  entries: number,
  count: number,
  capacity: number,
  key: number,
  row: number,
): number {
  const place = placeOf(words, entries, 0, count, key, row * 2);
  if (place >= capacity) return place;
  const kept = count < capacity ? count : capacity - 1;
  words.copyWithin(entries + 2 * place + 2, entries + 2 * place, entries + 2 * kept);
  writeEntry(words, entries + 2 * place, key, row * 2);
  return place;
}

/** The same in the range [head, count) that is emptied from its head, moving the shorter way; answers the new head. */
export function insertBehindHead(
  words: Uint32Array,
  entries: number,
  head: number,
  count: number,
  capacity: number,
  key: number,
  row: number,
): number {
  const place = placeOf(words, entries, head, count, key, row * 2);
  if (head > 0 && (place - head < count - place || count === capacity)) {
    words.copyWithin(entries + 2 * head - 2, entries + 2 * head, entries + 2 * place);
    writeEntry(words, entries + 2 * place - 2, key, row * 2);
    return head - 1;
  }
  if (place >= capacity) return head;
  const kept = count < capacity ? count : capacity - 1;
  words.copyWithin(entries + 2 * place + 2, entries + 2 * place, entries + 2 * kept);
  writeEntry(words, entries + 2 * place, key, row * 2);
  return head;
}
