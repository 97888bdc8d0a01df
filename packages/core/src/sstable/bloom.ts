/**
 * A blocked bloom filter: every key lives in one block of 64 bytes, so a look-up costs one cache miss. Ten bits a key and six
 * probes let 1.0 % of absent keys pass (measured: see the test). Part of the file format, do not change:
 *
 *   probes (4) | blocks (4) | reserved (8) | blocks x 16 words
 *
 * Block and probes come from the 32-bit hash of the user key (`base/hash`): its high bits choose the block, the high nine
 * bits of repeated products with the golden ratio choose the bits.
 */
import { assert } from '../base/assert.ts';

export const BITS_PER_KEY_DEFAULT = 10;

const HEADER_WORDS = 4;
const BLOCK_WORDS = 16;
const BLOCK_BITS = 512;
const GOLDEN_RATIO = 0x9e3779b1;
const PROBES_MAX = 30;

/** The filter over the first `count` hashes, as words in file order. */
export function buildBloom(hashes: Uint32Array, count: number, bitsPerKey: number): Uint32Array {
  assert(bitsPerKey >= 1 && bitsPerKey <= 50, 'bits per key lie between 1 and 50');
  const blocks = Math.max(1, Math.ceil((count * bitsPerKey) / BLOCK_BITS));
  // Crowded blocks weigh more than the textbook's 0.69 bits per key allows for, hence 0.6.
  const probes = Math.min(PROBES_MAX, Math.max(1, Math.round(bitsPerKey * 0.6)));
  const words = new Uint32Array(HEADER_WORDS + blocks * BLOCK_WORDS);
  words[0] = probes;
  words[1] = blocks;
  for (let index = 0; index < count; index += 1) {
    const hash = hashes[index]!;
    const start = blockStart(hash, blocks);
    let mixed = Math.imul(hash, GOLDEN_RATIO);
    for (let probe = 0; probe < probes; probe += 1) {
      const bit = mixed >>> 23;
      words[start + (bit >>> 5)]! |= 1 << (bit & 31);
      mixed = Math.imul(mixed, GOLDEN_RATIO);
    }
  }
  return words;
}

/** False only if no key with this hash was added. */
export function bloomMayContain(words: Uint32Array, hash: number): boolean {
  const start = blockStart(hash, words[1]!);
  let mixed = Math.imul(hash, GOLDEN_RATIO);
  for (let probes = words[0]!; probes > 0; probes -= 1) {
    const bit = mixed >>> 23;
    if (((words[start + (bit >>> 5)]! >>> (bit & 31)) & 1) === 0) return false;
    mixed = Math.imul(mixed, GOLDEN_RATIO);
  }
  return true;
}

/** Whether words read from a file have the shape of a filter. */
export function isBloom(words: Uint32Array): boolean {
  if (words.length < HEADER_WORDS + BLOCK_WORDS) return false;
  const probes = words[0]!;
  return (
    probes >= 1 && probes <= PROBES_MAX && words.length === HEADER_WORDS + words[1]! * BLOCK_WORDS
  );
}

function blockStart(hash: number, blocks: number): number {
  return HEADER_WORDS + Math.floor((hash * blocks) / 0x1_0000_0000) * BLOCK_WORDS;
}
