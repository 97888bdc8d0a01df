/**
 * Stable radix sort of row numbers by one 32-bit word per row: three passes of 11 bits, least significant first. A pass in
 * which all rows fall into one bucket is skipped, so small ranges cost one or two passes.
 */
const DIGIT_BITS = 11;
const BUCKETS = 1 << DIGIT_BITS;
const MASK = BUCKETS - 1;

/** `words[row]` is the key of `row`. Returns the rows in order; `order` itself is not changed. */
export function radixSort(order: Int32Array, words: Uint32Array): Int32Array {
  const length = order.length;
  const counts = new Int32Array(BUCKETS * 3);
  for (let index = 0; index < length; index += 1) {
    const word = words[order[index]!]!;
    counts[word & MASK]! += 1;
    counts[BUCKETS + ((word >>> DIGIT_BITS) & MASK)]! += 1;
    counts[BUCKETS * 2 + (word >>> (DIGIT_BITS * 2))]! += 1;
  }
  let source: Int32Array = order;
  let target: Int32Array = new Int32Array(length);
  for (let pass = 0; pass < 3; pass += 1) {
    const histogram = counts.subarray(pass * BUCKETS, (pass + 1) * BUCKETS);
    if (length === 0 || histogram.includes(length)) continue;
    scatter(source, target, words, pass * DIGIT_BITS, histogram);
    const spare = source === order ? new Int32Array(length) : source;
    source = target;
    target = spare;
  }
  return source === order ? order.slice() : source;
}

/** One counting-sort pass. Turns the histogram into bucket starts on the way. */
function scatter(
  source: Int32Array,
  target: Int32Array,
  words: Uint32Array,
  shift: number,
  histogram: Int32Array,
): void {
  let start = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const count = histogram[bucket]!;
    histogram[bucket] = start;
    start += count;
  }
  for (let index = 0; index < source.length; index += 1) {
    const row = source[index]!;
    const bucket = (words[row]! >>> shift) & MASK;
    const at = histogram[bucket]!;
    target[at] = row;
    histogram[bucket] = at + 1;
  }
}
