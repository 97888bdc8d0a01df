/**
 * Nodes of the ordered map's B+tree: layout, comparison and search, as free functions over one Int32Array.
 *
 *   node  := count | prefix length | next or first child | previous | heads | references | version highs | version lows | children
 *
 * Each of the five last parts has one word per entry; only inner nodes have children. An inner node's entry i separates child
 * i (entries before it) from child i + 1 (it and what follows).
 *
 * - The prefix length is the number of leading bytes that all keys of the node share. A head is the four bytes behind the
 *   prefix, big endian, padded with zeros, with the sign bit flipped so that a signed comparison orders them as unsigned
 *   bytes. Most steps of a search compare heads only, in one or two cache lines, and touch no key.
 * - Versions are kept as two words, both compared signed (the low one with its sign bit flipped).
 * - Entries order by key, then version, newest first.
 */
import { offsetOf, slabOf } from '../memory/arena.ts';
import { lengthSize, readLength } from './entry-codec.ts';

/** Entries of a node. */
export const CAPACITY = 32;

export const COUNT = 0;
export const PREFIX = 1;
/** Of a leaf: the leaf behind it, or NONE. */
export const NEXT = 2;
/** Of an inner node: its first child. */
export const FIRST_CHILD = 2;
/** Of a leaf: the leaf before it, or NONE. */
export const PREVIOUS = 3;
export const HEADS = 4;
export const REFERENCES = HEADS + CAPACITY;
export const HIGHS = REFERENCES + CAPACITY;
export const LOWS = HIGHS + CAPACITY;
export const CHILDREN = LOWS + CAPACITY;
export const LEAF_SIZE = CHILDREN;
export const INNER_SIZE = CHILDREN + CAPACITY;
export const NONE = -1;

const SIGN = 0x8000_0000;

export function versionHigh(version: number): number {
  return Math.floor(version / 0x1_0000_0000);
}

export function versionLow(version: number): number {
  return version ^ SIGN;
}

export function joinVersion(high: number, low: number): number {
  return high * 0x1_0000_0000 + ((low ^ SIGN) >>> 0);
}

/** The four bytes at [at, end) as a word whose signed order is the bytes' order. */
export function headOf(bytes: Uint8Array, at: number, end: number): number {
  if (at + 4 <= end) {
    return (
      ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) ^ SIGN
    );
  }
  let word = 0;
  for (let index = at, shift = 24; index < end; index += 1, shift -= 8)
    word |= bytes[index]! << shift;
  return word ^ SIGN;
}

/** Order of the key of an entry and the key [start, end), whose first `from` bytes are known to be equal. */
export function compareKeyOf(
  slabs: readonly Uint8Array[],
  reference: number,
  key: Uint8Array,
  start: number,
  end: number,
  from: number,
): number {
  const slab = slabs[slabOf(reference)]!;
  const offset = offsetOf(reference) + 1;
  const length = readLength(slab, offset);
  const keyAt = offset + lengthSize(length);
  const wanted = end - start;
  const common = length < wanted ? length : wanted;
  for (let index = from; index < common; index += 1) {
    const difference = slab[keyAt + index]! - key[start + index]!;
    if (difference !== 0) return difference;
  }
  return length - wanted;
}

/** Number of leading bytes that the key of an entry shares with [start, end), at most `limit`. */
export function sharedPrefix(
  slabs: readonly Uint8Array[],
  reference: number,
  key: Uint8Array,
  start: number,
  end: number,
  limit: number,
): number {
  const slab = slabs[slabOf(reference)]!;
  const offset = offsetOf(reference) + 1;
  const length = readLength(slab, offset);
  const keyAt = offset + lengthSize(length);
  const most = Math.min(length, end - start, limit);
  let shared = 0;
  while (shared < most && slab[keyAt + shared] === key[start + shared]) shared += 1;
  return shared;
}

/** What a search looks for: a key and a version, as `versionHigh` and `versionLow` give it. One object, filled anew. */
export interface SearchTarget {
  key: Uint8Array;
  start: number;
  end: number;
  high: number;
  low: number;
}

/**
 * Number of entries of a node before the target, or with `orEqual` 1 before or equal to it. `known` bytes of the target are
 * known to equal those of every key of the node.
 */
export function searchNode(
  nodes: Int32Array,
  node: number,
  slabs: readonly Uint8Array[],
  target: SearchTarget,
  known: number,
  orEqual: number,
): number {
  const count = nodes[node + COUNT]!;
  if (count === 0) return 0;
  const { key, start, end, high, low } = target;
  const prefix = nodes[node + PREFIX]!;
  if (prefix > known) {
    const order = comparePrefix(slabs, nodes[node + REFERENCES]!, target, known, prefix);
    if (order !== 0) return order > 0 ? 0 : count;
  }
  const head = headOf(key, start + prefix, end);
  const heads = node + HEADS;
  let first = 0;
  let last = count;
  while (first < last) {
    const middle = (first + last) >>> 1;
    const found = nodes[heads + middle]!;
    if (found < head) first = middle + 1;
    else if (found > head) last = middle;
    else {
      let order = compareKeyOf(slabs, nodes[node + REFERENCES + middle]!, key, start, end, prefix);
      if (order === 0) {
        order = high - nodes[node + HIGHS + middle]!;
        if (order === 0) order = low - nodes[node + LOWS + middle]!;
      }
      if (order < orEqual) first = middle + 1;
      else last = middle;
    }
  }
  return first;
}

/** Order of the first `prefix` bytes of an entry's key, which has as many, and the target. */
function comparePrefix(
  slabs: readonly Uint8Array[],
  reference: number,
  target: SearchTarget,
  from: number,
  prefix: number,
): number {
  const { key, start, end } = target;
  const slab = slabs[slabOf(reference)]!;
  const offset = offsetOf(reference) + 1;
  const keyAt = offset + lengthSize(readLength(slab, offset));
  const common = end - start < prefix ? end - start : prefix;
  for (let index = from; index < common; index += 1) {
    const difference = slab[keyAt + index]! - key[start + index]!;
    if (difference !== 0) return difference;
  }
  return prefix - common;
}

/** Puts an entry (and in an inner node the child behind it) at `index` of a node with room. The prefix still holds. */
export function placeEntry(
  nodes: Int32Array,
  node: number,
  index: number,
  head: number,
  reference: number,
  high: number,
  low: number,
): void {
  const count = nodes[node + COUNT]!;
  if (index < count) {
    shiftUp(nodes, node + HEADS, index, count);
    shiftUp(nodes, node + REFERENCES, index, count);
    shiftUp(nodes, node + HIGHS, index, count);
    shiftUp(nodes, node + LOWS, index, count);
  }
  nodes[node + HEADS + index] = head;
  nodes[node + REFERENCES + index] = reference;
  nodes[node + HIGHS + index] = high;
  nodes[node + LOWS + index] = low;
  nodes[node + COUNT] = count + 1;
}

/** Moves words [index, count) of a part up by one. A loop: at this size copyWithin costs more than it moves. */
export function shiftUp(nodes: Int32Array, part: number, index: number, count: number): void {
  for (let at = part + count; at > part + index; at -= 1) nodes[at] = nodes[at - 1]!;
}

/** Copies entries [from, count) of one node to the beginning of an empty one; both counts are set. */
export function moveEntries(nodes: Int32Array, source: number, from: number, target: number): void {
  const count = nodes[source + COUNT]!;
  for (let part = HEADS; part < CHILDREN; part += CAPACITY) {
    nodes.copyWithin(target + part, source + part + from, source + part + count);
  }
  nodes[target + COUNT] = count - from;
  nodes[source + COUNT] = from;
}

/** Sets the prefix length of a node to what its keys share, at most `limit`, and its heads to match. */
export function refreshHeads(
  nodes: Int32Array,
  node: number,
  slabs: readonly Uint8Array[],
  limit: number,
): void {
  const count = nodes[node + COUNT]!;
  if (count === 0) {
    nodes[node + PREFIX] = 0;
    return;
  }
  const first = nodes[node + REFERENCES]!;
  const slab = slabs[slabOf(first)]!;
  const offset = offsetOf(first) + 1;
  const length = readLength(slab, offset);
  const keyAt = offset + lengthSize(length);
  const last = nodes[node + REFERENCES + count - 1]!;
  const prefix = sharedPrefix(slabs, last, slab, keyAt, keyAt + length, limit);
  nodes[node + PREFIX] = prefix;
  for (let index = 0; index < count; index += 1) {
    nodes[node + HEADS + index] = headOfEntry(slabs, nodes[node + REFERENCES + index]!, prefix);
  }
}

function headOfEntry(slabs: readonly Uint8Array[], reference: number, prefix: number): number {
  const slab = slabs[slabOf(reference)]!;
  const offset = offsetOf(reference) + 1;
  const length = readLength(slab, offset);
  const keyAt = offset + lengthSize(length);
  return headOf(slab, keyAt + prefix, keyAt + length);
}
