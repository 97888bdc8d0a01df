/**
 * A 32-bit hash of byte strings for filters and tables in memory (MurmurHash3's mixing, four bytes a step).
 * Bloom filters on disk rest on it: part of the file format, do not change. No defence against chosen keys.
 */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = (end - start) | 0;
  let at = start;
  for (const last = end - 4; at <= last; at += 4) {
    const word =
      bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    hash = mixWord(hash, word);
  }
  if (at < end) {
    let word = 0;
    for (let shift = 0; at < end; at += 1, shift += 8) word |= bytes[at]! << shift;
    hash = mixWord(hash, word);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function mixWord(hash: number, word: number): number {
  let mixed = Math.imul(word, 0xcc9e2d51);
  mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
  const turned = hash ^ mixed;
  return (Math.imul((turned << 13) | (turned >>> 19), 5) + 0xe6546b64) | 0;
}
