/**
 * The ordered map of memtables and write sets: a B+tree whose entries are references into an arena, ordered by key and then
 * version, newest first. Grows only; what a reference points at never changes.
 *
 * 1. `find` answers a point read: the newest entry of a key at or below a version.
 * 2. `locate` and then `insertLocated` or `replaceLocated` check and write with one search.
 * 3. Ascending keys are noticed: then the end of the map is tried first, and full leaves at the end are not halved.
 *
 * Invariants: leaves hang together by next and previous in key order; every leaf but a new map's only one has an entry; a key and version
 * occurs once; `shape` changes whenever entries change places, which is how cursors notice.
 */
import { assert } from '../base/assert.ts';
import { offsetOf, slabOf, type Arena } from '../memory/arena.ts';
import {
  CAPACITY,
  CHILDREN,
  compareKeyOf,
  COUNT,
  ENTRIES,
  ENTRY_SIZE,
  FIRST_CHILD,
  headOf,
  INNER_SIZE,
  LEAF_SIZE,
  moveEntries,
  NEXT,
  NONE,
  placeEntry,
  PREFIX,
  PREVIOUS,
  refreshHeads,
  searchNode,
  setPrefix,
  sharedPrefix,
  shiftUp,
  versionAt,
  type SearchTarget,
} from './btree-node.ts';
import { lengthSize, readLength } from './entry-codec.ts';

const HEIGHT_MAX = 16;
const NO_LIMIT = 0x7fff_ffff;
const NO_BYTES = new Uint8Array(0);

export class OrderedMap {
  readonly #slabs: readonly Uint8Array[];
  readonly #shared: boolean;
  #nodes: Int32Array;
  /** Words of `#nodes` in use. */
  #nodesUsed = 0;
  #root = 0;
  /** Inner levels above the leaves. */
  #height = 0;
  #lastLeaf = 0;
  #firstLeaf = 0;
  #size = 0;
  #shape = 0;
  /** Whether the newest entry went to the end: then the next one is tried there first. */
  #ascending = true;

  readonly #target: SearchTarget = { key: NO_BYTES, start: 0, end: 0, version: 0 };
  // Where the last locate or find ended, and the way there.
  #leaf = 0;
  #index = 0;
  #pathKnown = false;
  readonly #pathNodes = new Int32Array(HEIGHT_MAX);
  readonly #pathIndexes = new Int32Array(HEIGHT_MAX);

  /** What `find` and `locate` found. */
  foundReference = NONE;
  foundVersion = 0;

  constructor(arena: Arena, shared: boolean) {
    this.#slabs = arena.slabs;
    this.#shared = shared && typeof SharedArrayBuffer !== 'undefined';
    this.#nodes = this.#makeNodes(LEAF_SIZE);
    this.clear();
  }

  get size(): number {
    return this.#size;
  }

  /** Bytes of the tree itself, without what its entries refer to. */
  get allocatedBytes(): number {
    return this.#nodes.byteLength;
  }

  /** Forgets all entries and keeps the memory. */
  clear(): void {
    this.#nodesUsed = 0;
    this.#size = 0;
    this.#height = 0;
    this.#shape += 1;
    this.#ascending = true;
    const leaf = this.#makeNode(LEAF_SIZE);
    this.#nodes[leaf + NEXT] = NONE;
    this.#nodes[leaf + PREVIOUS] = NONE;
    this.#root = leaf;
    this.#firstLeaf = leaf;
    this.#lastLeaf = leaf;
  }

  /** Whether the key has an entry at or below `version`; the newest such is then in the found fields. */
  find(key: Uint8Array, start: number, end: number, version: number): boolean {
    this.#setTarget(key, start, end, version);
    // Where keys ascend, most look-ups of absent keys come from inserts behind the end.
    if (this.#ascending && this.#locateAtEnd()) return false;
    this.#descend();
    let leaf = this.#leaf;
    let index = this.#index;
    if (index === this.#nodes[leaf + COUNT]) {
      leaf = this.#nodes[leaf + NEXT]!;
      if (leaf === NONE) return false;
      index = 0;
    }
    const entry = leaf + ENTRIES + index * ENTRY_SIZE;
    const reference = this.#nodes[entry]!;
    if (compareKeyOf(this.#slabs, reference, key, start, end, 0) !== 0) return false;
    this.foundReference = reference;
    this.foundVersion = versionAt(this.#nodes, entry);
    return true;
  }

  /**
   * Finds the place of (key, version). True when it is taken: the entry is then in the found fields and may be replaced;
   * false when it is free and may be filled. The place holds until the next call.
   */
  locate(key: Uint8Array, start: number, end: number, version: number): boolean {
    this.#setTarget(key, start, end, version);
    if (this.#ascending && this.#locateAtEnd()) return false;
    this.#descend();
    if (this.#index === this.#nodes[this.#leaf + COUNT]) return false;
    const entry = this.#leaf + ENTRIES + this.#index * ENTRY_SIZE;
    if (versionAt(this.#nodes, entry) !== version) return false;
    const reference = this.#nodes[entry]!;
    if (compareKeyOf(this.#slabs, reference, key, start, end, 0) !== 0) return false;
    this.foundReference = reference;
    this.foundVersion = version;
    return true;
  }

  /** Puts an entry at the free place located; its key and version are those located. */
  insertLocated(reference: number): void {
    if (this.#nodes[this.#leaf + COUNT] === CAPACITY) this.#makeRoom(reference);
    const target = this.#target;
    const leaf = this.#leaf;
    const index = this.#index;
    this.#adjustPrefix(leaf, index, target.key, target.start, target.end);
    const head = headOf(target.key, target.start + this.#nodes[leaf + PREFIX]!, target.end);
    placeEntry(this.#nodes, leaf, index, head, reference, target.version);
    this.#ascending = leaf === this.#lastLeaf && index === this.#nodes[leaf + COUNT]! - 1;
    this.#size += 1;
    this.#shape += 1;
  }

  /** Puts another entry of the same key and version at the taken place located. */
  replaceLocated(reference: number): void {
    this.#nodes[this.#leaf + ENTRIES + this.#index * ENTRY_SIZE] = reference;
  }

  /** Puts an entry; true when the key had an older one before, as far as that is to be seen in the same leaf. */
  insert(reference: number, key: Uint8Array, start: number, end: number, version: number): boolean {
    if (this.locate(key, start, end, version)) {
      this.replaceLocated(reference);
      return true;
    }
    const older = this.#keyIsHere(key, start, end);
    this.insertLocated(reference);
    return older;
  }

  // What cursors see. A place is a leaf and an index in it.

  get slabs(): readonly Uint8Array[] {
    return this.#slabs;
  }

  get nodes(): Int32Array {
    return this.#nodes;
  }

  /** Changes whenever places change. */
  get shape(): number {
    return this.#shape;
  }

  get firstLeaf(): number {
    return this.#firstLeaf;
  }

  get lastLeaf(): number {
    return this.#lastLeaf;
  }

  /** Leaf of the first place not before (key, version); `foundIndex` may lie behind the leaf's last entry. */
  leafOf(key: Uint8Array, start: number, end: number, version: number): number {
    this.#setTarget(key, start, end, version);
    this.#descend();
    return this.#leaf;
  }

  get foundIndex(): number {
    return this.#index;
  }

  /** Whether the entry at the place located has the key. */
  #keyIsHere(key: Uint8Array, start: number, end: number): boolean {
    if (this.#index === this.#nodes[this.#leaf + COUNT]) return false;
    const reference = this.#nodes[this.#leaf + ENTRIES + this.#index * ENTRY_SIZE]!;
    return compareKeyOf(this.#slabs, reference, key, start, end, 0) === 0;
  }

  #setTarget(key: Uint8Array, start: number, end: number, version: number): void {
    const target = this.#target;
    target.key = key;
    target.start = start;
    target.end = end;
    target.version = version;
  }

  /** True when the target comes behind every entry; the place is then the end. */
  #locateAtEnd(): boolean {
    const leaf = this.#lastLeaf;
    const count = this.#nodes[leaf + COUNT]!;
    if (count > 0) {
      const { key, start, end } = this.#target;
      const last = this.#nodes[leaf + ENTRIES + (count - 1) * ENTRY_SIZE]!;
      if (compareKeyOf(this.#slabs, last, key, start, end, 0) >= 0) return false;
    }
    this.#leaf = leaf;
    this.#index = count;
    this.#pathKnown = false;
    return true;
  }

  #descend(): void {
    const nodes = this.#nodes;
    const slabs = this.#slabs;
    const target = this.#target;
    let node = this.#root;
    let known = 0;
    for (let level = 0; level < this.#height; level += 1) {
      const index = searchNode(nodes, node, slabs, target, known, 1);
      this.#pathNodes[level] = node;
      this.#pathIndexes[level] = index;
      // Between two separators every key shares their prefix; outside of them nothing is known.
      const inner = index > 0 && index < nodes[node + COUNT]!;
      known = inner ? nodes[node + PREFIX]! : 0;
      node = index === 0 ? nodes[node + FIRST_CHILD]! : nodes[node + CHILDREN + index - 1]!;
    }
    this.#leaf = node;
    this.#index = searchNode(nodes, node, slabs, target, known, 0);
    this.#pathKnown = true;
  }

  /** Shortens the prefix of a node if the key to be placed at `index` does not share it. */
  #adjustPrefix(node: number, index: number, key: Uint8Array, start: number, end: number): void {
    const count = this.#nodes[node + COUNT]!;
    if (count === 0) {
      setPrefix(this.#nodes, node, key, start, end - start);
      return;
    }
    if (index > 0 && index < count) return;
    const prefix = this.#nodes[node + PREFIX]!;
    if (prefix === 0) return;
    const shared = sharedPrefix(this.#slabs, this.#nodes[node + ENTRIES]!, key, start, end, prefix);
    if (shared < prefix) refreshHeads(this.#nodes, node, this.#slabs, shared);
  }

  /** Splits the full leaf located, so that the place for `reference` is in one with room. */
  #makeRoom(reference: number): void {
    if (!this.#pathKnown) this.#descend();
    const leaf = this.#leaf;
    const index = this.#index;
    const right = this.#makeNode(LEAF_SIZE);
    const nodes = this.#nodes;
    const next = nodes[leaf + NEXT]!;
    nodes[right + NEXT] = next;
    nodes[right + PREVIOUS] = leaf;
    nodes[leaf + NEXT] = right;
    if (next === NONE) this.#lastLeaf = right;
    else nodes[next + PREVIOUS] = right;
    if (next === NONE && index === CAPACITY) {
      // At the end of the map leaves stay full: the new one starts with the entry to come, which is its separator.
      this.#leaf = right;
      this.#index = 0;
      this.#insertSeparator(reference, this.#target.version, right);
      return;
    }
    const middle = CAPACITY >>> 1;
    moveEntries(nodes, leaf, middle, right);
    refreshHeads(nodes, leaf, this.#slabs, NO_LIMIT);
    refreshHeads(nodes, right, this.#slabs, NO_LIMIT);
    if (index > middle) {
      this.#leaf = right;
      this.#index = index - middle;
    }
    this.#insertSeparator(nodes[right + ENTRIES]!, versionAt(nodes, right + ENTRIES), right);
  }

  /** Hangs `child` behind the way of the last descent, separated by an entry; splits full inner nodes on the way up. */
  #insertSeparator(entry: number, entryVersion: number, firstChild: number): void {
    let reference = entry;
    let version = entryVersion;
    let child = firstChild;
    for (let level = this.#height - 1; level >= 0; level -= 1) {
      const node = this.#pathNodes[level]!;
      const index = this.#pathIndexes[level]!;
      if (this.#nodes[node + COUNT]! < CAPACITY) {
        this.#placeSeparator(node, index, reference, version, child);
        return;
      }
      const right = this.#makeNode(INNER_SIZE);
      if (index === CAPACITY) {
        // As with leaves: at the end of the map the full node stays, and the new one starts with the child alone.
        this.#nodes[right + FIRST_CHILD] = child;
        child = right;
        continue;
      }
      const middle = CAPACITY >>> 1;
      const up = node + ENTRIES + middle * ENTRY_SIZE;
      const upReference = this.#nodes[up]!;
      const upVersion = versionAt(this.#nodes, up);
      this.#halveInner(node, middle, right);
      if (index <= middle) this.#placeSeparator(node, index, reference, version, child);
      else this.#placeSeparator(right, index - middle - 1, reference, version, child);
      reference = upReference;
      version = upVersion;
      child = right;
    }
    this.#growRoot(reference, version, child);
  }

  /** Moves what is behind separator `middle` to the empty node `right` and drops that separator. */
  #halveInner(node: number, middle: number, right: number): void {
    const nodes = this.#nodes;
    const children = node + CHILDREN;
    nodes[right + FIRST_CHILD] = nodes[children + middle]!;
    nodes.copyWithin(right + CHILDREN, children + middle + 1, children + CAPACITY);
    moveEntries(nodes, node, middle + 1, right);
    nodes[node + COUNT] = middle;
    refreshHeads(nodes, node, this.#slabs, NO_LIMIT);
    refreshHeads(nodes, right, this.#slabs, NO_LIMIT);
  }

  #placeSeparator(
    node: number,
    index: number,
    reference: number,
    version: number,
    child: number,
  ): void {
    const slab = this.#slabs[slabOf(reference)]!;
    const offset = offsetOf(reference) + 1;
    const length = readLength(slab, offset);
    const start = offset + lengthSize(length);
    this.#adjustPrefix(node, index, slab, start, start + length);
    const nodes = this.#nodes;
    const head = headOf(slab, start + nodes[node + PREFIX]!, start + length);
    const children = node + CHILDREN;
    shiftUp(nodes, children + index, children + nodes[node + COUNT]!, 1);
    placeEntry(nodes, node, index, head, reference, version);
    nodes[children + index] = child;
  }

  #growRoot(reference: number, version: number, child: number): void {
    assert(this.#height < HEIGHT_MAX, 'a tree of 32-bit references is less than 16 levels high');
    const root = this.#makeNode(INNER_SIZE);
    this.#nodes[root + FIRST_CHILD] = this.#root;
    this.#root = root;
    this.#height += 1;
    this.#placeSeparator(root, 0, reference, version, child);
  }

  #makeNode(size: number): number {
    const node = this.#nodesUsed;
    if (node + size > this.#nodes.length) {
      const grown = this.#makeNodes(Math.max(this.#nodes.length * 2, node + size));
      grown.set(this.#nodes);
      this.#nodes = grown;
    }
    this.#nodesUsed = node + size;
    this.#nodes[node + COUNT] = 0;
    this.#nodes[node + PREFIX] = 0;
    return node;
  }

  #makeNodes(length: number): Int32Array {
    return new Int32Array(
      this.#shared ? new SharedArrayBuffer(length * 4) : new ArrayBuffer(length * 4),
    );
  }
}
