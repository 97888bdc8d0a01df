/**
 * Sorted arrays of candidates. An entry is a u64: the order key of its distance (u32), its row, and in the lowest bit
 * whether its links were walked; so entries sort by distance, then by row. AssemblyScript, twin of
 * `src/kernels/hnsw-pool.ts`.
 *
 * One sorted array in place of the two heaps of the paper: at the sizes of a search (tens to hundreds) moving a few words
 * costs less than two heaps' branches, and the worst entry is known without looking.
 */
export const WALKED: u64 = 1;

export function entryOf(distance: f32, row: u32): u64 {
  const bits = reinterpret<i32>(distance + 0); // + 0 makes -0 and 0 one key
  const key = bits ^ ((bits >> 31) | <i32>0x80000000);
  return ((<u64>(<u32>key)) << 32) | ((<u64>row) << 1);
}

export function distanceOf(entry: u64): f32 {
  const key = <i32>(entry >> 32);
  return reinterpret<f32>(key ^ ((~key >> 31) | <i32>0x80000000));
}

export function rowOf(entry: u64): u32 {
  return <u32>entry >>> 1;
}

/** The first place in [from, count) whose entry is not below `entry`. */
function placeOf(entries: usize, from: u32, count: u32, entry: u64): u32 {
  let low = from;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (load<u64>(entries + ((<usize>middle) << 3)) < entry) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Puts an entry into the sorted `count` of at most `capacity`, dropping the last when full; answers its place. */
export function insertEntry(entries: usize, count: u32, capacity: u32, entry: u64): u32 {
  const place = placeOf(entries, 0, count, entry);
  if (place >= capacity) return place;
  const start = entries + ((<usize>place) << 3);
  let hole = entries + ((<usize>(count < capacity ? count : capacity - 1)) << 3);
  while (hole >= start + 32) {
    const upper = v128.load(hole - 16);
    const lower = v128.load(hole - 32);
    v128.store(hole - 8, upper);
    v128.store(hole - 24, lower);
    hole -= 32;
  }
  for (; hole > start; hole -= 8) store<u64>(hole, load<u64>(hole - 8));
  store<u64>(start, entry);
  return place;
}

/**
 * Puts an entry into the sorted range [head, count) that is emptied from its head, moving the shorter way: the place before
 * the head is free, if there is one. Answers the new head; the caller counts one more unless the head moved.
 */
export function insertBehindHead(
  entries: usize,
  head: u32,
  count: u32,
  capacity: u32,
  entry: u64,
): u32 {
  const place = placeOf(entries, head, count, entry);
  if (head > 0 && (place - head < count - place || count == capacity)) {
    const target = entries + ((<usize>(head - 1)) << 3);
    memory.copy(target, target + 8, (<usize>(place - head)) << 3);
    store<u64>(entries + ((<usize>(place - 1)) << 3), entry);
    return head - 1;
  }
  if (place >= capacity) return head;
  const target = entries + ((<usize>place) << 3);
  const last = count < capacity ? count : capacity - 1;
  memory.copy(target + 8, target, (<usize>(last - place)) << 3);
  store<u64>(target, entry);
  return head;
}
