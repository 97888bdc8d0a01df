/**
 * Nodes of the ordered map's B+tree: layout, comparison and search, as free functions over one Int32Array.
 *
 *   node  := count | prefix length | next or first child | previous | prefix (3) | unused | heads | entries | children
 *   entry := reference | version high | version low
 *
 * There is one head per entry. Only inner nodes have children; an inner node's entry i separates child i (entries before it)
 * from child i + 1 (it and what follows).
 *
 * - The prefix length is the number of leading bytes that all keys of the node share; the first twelve of them stand in the
 *   node itself. A head is the next 31 bits, big endian, padded with zeros: a number that orders like the bytes. A
 *   search compares heads, without a branch to mispredict, and touches a key only where heads are equal.
 * - A version is kept as two words; their order is that of the numbers, not of the words.
 * - Entries order by key, then version, newest first.
 *
 * Measured, Node 24, keys of 16 bytes and values of 100, random order, nanoseconds a call, against the same tree without heads:
 * 1M entries get 1,000 instead of 2,200 and put 1,150 instead of 2,100, where one random access to memory takes 210;
 * 20,000 entries get 230 instead of 490. In ascending order put 180, a step of a scan 16.
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
/** The first bytes of the prefix, four a word, big endian. */
const PREFIX_BYTES = 4;
const PREFIX_BYTES_KEPT = 12;
export const HEADS = 8;
export const ENTRIES = HEADS + CAPACITY;
/** Words of an entry, and what stands in them. */
export const ENTRY_SIZE = 3;
export const VERSION_HIGH = 1;
export const VERSION_LOW = 2;
export const CHILDREN = ENTRIES + CAPACITY * ENTRY_SIZE;
export const LEAF_SIZE = CHILDREN;
export const INNER_SIZE = CHILDREN + CAPACITY;
export const NONE = -1;

/** The version of the entry whose words begin at `at`. */
export function versionAt(nodes: Int32Array, at: number): number {
  return nodes[at + VERSION_HIGH]! * 0x1_0000_0000 + (nodes[at + VERSION_LOW]! >>> 0);
}

/** The first 31 bits of [at, end). */
export function headOf(bytes: Uint8Array, at: number, end: number): number {
  return wordOf(bytes, at, end) >>> 1;
}

function wordOf(bytes: Uint8Array, at: number, end: number): number {
  if (at + 4 <= end) {
    return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  }
  let word = 0;
  for (let index = at, shift = 24; index < end; index += 1, shift -= 8)
    word |= bytes[index]! << shift;
  return word;
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

/** What a search looks for. One object, filled anew. */
export interface SearchTarget {
  key: Uint8Array;
  start: number;
  end: number;
  version: number;
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
  const prefix = nodes[node + PREFIX]!;
  if (prefix > known) {
    const order = comparePrefix(nodes, node, slabs, target, known, prefix);
    if (order !== 0) return order > 0 ? 0 : count;
  }
  const head = headOf(target.key, target.start + prefix, target.end);
  // Heads are not negative, so a difference has the sign of the order; shifted it is a mask.
  let at = node + HEADS;
  let rest = count;
  while (rest > 1) {
    const half = rest >>> 1;
    at += half & ((nodes[at + half - 1]! - head) >> 31);
    rest -= half;
  }
  at -= (nodes[at]! - head) >> 31;
  const first = at - node - HEADS;
  if (first === count || nodes[at] !== head) return first;
  return searchEqualHeads(nodes, node, slabs, target, first, orEqual);
}

/** The same among entries whose heads equal the target's, the first of which is `from`. */
function searchEqualHeads(
  nodes: Int32Array,
  node: number,
  slabs: readonly Uint8Array[],
  target: SearchTarget,
  from: number,
  orEqual: number,
): number {
  const { key, start, end, version } = target;
  const prefix = nodes[node + PREFIX]!;
  const head = nodes[node + HEADS + from]!;
  let first = from;
  let last = nodes[node + COUNT]!;
  // Mostly the head is unique.
  if (first + 1 < last && nodes[node + HEADS + first + 1] !== head) last = first + 1;
  while (first < last) {
    const middle = (first + last) >>> 1;
    if (nodes[node + HEADS + middle] !== head) {
      last = middle;
      continue;
    }
    const entry = node + ENTRIES + middle * ENTRY_SIZE;
    let order = compareKeyOf(slabs, nodes[entry]!, key, start, end, prefix);
    if (order === 0) order = version - versionAt(nodes, entry);
    if (order < orEqual) first = middle + 1;
    else last = middle;
  }
  return first;
}

/** Order of the node's prefix, of `prefix` bytes, and the target's first bytes, of which `from` are known to be equal. */
function comparePrefix(
  nodes: Int32Array,
  node: number,
  slabs: readonly Uint8Array[],
  target: SearchTarget,
  from: number,
  prefix: number,
): number {
  const { key, start, end } = target;
  const common = end - start < prefix ? end - start : prefix;
  const kept = common < PREFIX_BYTES_KEPT ? common : PREFIX_BYTES_KEPT;
  for (let index = from; index < kept; index += 1) {
    const word = nodes[node + PREFIX_BYTES + (index >>> 2)]!;
    const difference = ((word >>> (24 - ((index & 3) << 3))) & 255) - key[start + index]!;
    if (difference !== 0) return difference;
  }
  if (common > kept) {
    const order = compareLongPrefix(slabs, nodes[node + ENTRIES]!, target, kept, common);
    if (order !== 0) return order;
  }
  return prefix - common;
}

/** Order of bytes [from, to) of an entry's key, which has as many, and the target. */
function compareLongPrefix(
  slabs: readonly Uint8Array[],
  reference: number,
  target: SearchTarget,
  from: number,
  to: number,
): number {
  const { key, start } = target;
  const slab = slabs[slabOf(reference)]!;
  const offset = offsetOf(reference) + 1;
  const keyAt = offset + lengthSize(readLength(slab, offset));
  for (let index = from; index < to; index += 1) {
    const difference = slab[keyAt + index]! - key[start + index]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Makes the first `length` bytes of a key the prefix of a node. */
export function setPrefix(
  nodes: Int32Array,
  node: number,
  key: Uint8Array,
  start: number,
  length: number,
): void {
  nodes[node + PREFIX] = length;
  const kept = length < PREFIX_BYTES_KEPT ? length : PREFIX_BYTES_KEPT;
  for (let index = 0; index < kept; index += 4) {
    nodes[node + PREFIX_BYTES + (index >>> 2)] = wordOf(key, start + index, start + kept);
  }
}

/** Puts an entry at `index` of a node with room; the prefix still holds. In an inner node the child is the caller's step. */
export function placeEntry(
  nodes: Int32Array,
  node: number,
  index: number,
  head: number,
  reference: number,
  version: number,
): void {
  const count = nodes[node + COUNT]!;
  if (index < count) {
    shiftUp(nodes, node + HEADS + index, node + HEADS + count, 1);
    shiftUp(
      nodes,
      node + ENTRIES + index * ENTRY_SIZE,
      node + ENTRIES + count * ENTRY_SIZE,
      ENTRY_SIZE,
    );
  }
  nodes[node + HEADS + index] = head;
  const entry = node + ENTRIES + index * ENTRY_SIZE;
  nodes[entry] = reference;
  nodes[entry + VERSION_HIGH] = Math.floor(version / 0x1_0000_0000);
  nodes[entry + VERSION_LOW] = version;
  nodes[node + COUNT] = count + 1;
}

/** Moves words [start, end) up by `distance`. A loop: at this size copyWithin costs more than it moves. */
export function shiftUp(nodes: Int32Array, start: number, end: number, distance: number): void {
  for (let at = end - 1; at >= start; at -= 1) nodes[at + distance] = nodes[at]!;
}

/** Copies entries [from, count) of one node to the beginning of an empty one; both counts are set. */
export function moveEntries(nodes: Int32Array, source: number, from: number, target: number): void {
  const count = nodes[source + COUNT]!;
  nodes.copyWithin(target + HEADS, source + HEADS + from, source + HEADS + count);
  nodes.copyWithin(
    target + ENTRIES,
    source + ENTRIES + from * ENTRY_SIZE,
    source + ENTRIES + count * ENTRY_SIZE,
  );
  nodes[target + COUNT] = count - from;
  nodes[source + COUNT] = from;
}

/** Sets the prefix of a node to what its keys share, at most `limit` bytes, and its heads to match. */
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
  const first = nodes[node + ENTRIES]!;
  const slab = slabs[slabOf(first)]!;
  const offset = offsetOf(first) + 1;
  const length = readLength(slab, offset);
  const keyAt = offset + lengthSize(length);
  const last = nodes[node + ENTRIES + (count - 1) * ENTRY_SIZE]!;
  const prefix = sharedPrefix(slabs, last, slab, keyAt, keyAt + length, limit);
  setPrefix(nodes, node, slab, keyAt, prefix);
  for (let index = 0; index < count; index += 1) {
    const reference = nodes[node + ENTRIES + index * ENTRY_SIZE]!;
    nodes[node + HEADS + index] = headOfEntry(slabs, reference, prefix);
  }
}

function headOfEntry(slabs: readonly Uint8Array[], reference: number, prefix: number): number {
  const slab = slabs[slabOf(reference)]!;
  const offset = offsetOf(reference) + 1;
  const length = readLength(slab, offset);
  const keyAt = offset + lengthSize(length);
  return headOf(slab, keyAt + prefix, keyAt + length);
}
