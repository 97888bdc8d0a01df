/**
 * Walks an ordered map as an `EntryCursor`. What it shows stays where it is; when entries were added since its last step it
 * finds its place again by the entry it stands on.
 */
import { offsetOf, slabOf } from '../memory/arena.ts';
import { COUNT, ENTRIES, ENTRY_SIZE, NEXT, NONE, PREVIOUS, versionAt } from './btree-node.ts';
import { lengthSize, readLength } from './entry-codec.ts';
import { VERSION_MAX, type EntryCursor, type EntryKind } from './entry.ts';
import type { OrderedMap } from './ordered-map.ts';

const NO_BYTES = new Uint8Array(0);

export class MapCursor implements EntryCursor {
  valid = false;
  keyBytes: Uint8Array = NO_BYTES;
  keyStart = 0;
  keyEnd = 0;
  version = 0;
  kind: EntryKind = 0;
  valueBytes: Uint8Array = NO_BYTES;
  valueStart = 0;
  valueEnd = 0;
  /** Where the encoded entry begins in `keyBytes`; it ends at `valueEnd`. */
  entryStart = 0;

  readonly #map: OrderedMap;
  #nodes: Int32Array;
  readonly #slabs: readonly Uint8Array[];
  #shape = -1;
  #leaf = 0;
  #index = 0;

  readonly #shownVersion: number | undefined;

  /** `shownVersion` stands in for the versions of a write set, which has none yet. */
  constructor(map: OrderedMap, shownVersion?: number) {
    this.#map = map;
    this.#shownVersion = shownVersion;
    this.#nodes = map.nodes;
    this.#slabs = map.slabs;
  }

  seekFirst(): void {
    this.#goto(this.#map.firstLeaf, 0);
  }

  seekLast(): void {
    const leaf = this.#map.lastLeaf;
    this.#gotoBefore(leaf, this.#map.nodes[leaf + COUNT]!);
  }

  seek(key: Uint8Array, version: number): void {
    const leaf = this.#map.leafOf(key, 0, key.length, version);
    this.#goto(leaf, this.#map.foundIndex);
  }

  seekBefore(key: Uint8Array): void {
    const leaf = this.#map.leafOf(key, 0, key.length, VERSION_MAX);
    this.#gotoBefore(leaf, this.#map.foundIndex);
  }

  next(): void {
    if (this.#shape !== this.#map.shape) this.#findAgain();
    const index = this.#index + 1;
    if (index < this.#nodes[this.#leaf + COUNT]!) {
      this.#index = index;
      this.#show();
    } else this.#goto(this.#leaf, index);
  }

  previous(): void {
    if (this.#shape !== this.#map.shape) this.#findAgain();
    this.#gotoBefore(this.#leaf, this.#index);
  }

  close(): void {
    this.valid = false;
  }

  #findAgain(): void {
    const leaf = this.#map.leafOf(this.keyBytes, this.keyStart, this.keyEnd, this.version);
    this.#leaf = leaf;
    this.#index = this.#map.foundIndex;
    this.#nodes = this.#map.nodes;
    this.#shape = this.#map.shape;
  }

  /** To a place, or from behind a leaf's last entry to the next leaf. */
  #goto(leaf: number, index: number): void {
    this.#nodes = this.#map.nodes;
    this.#shape = this.#map.shape;
    this.#leaf = leaf;
    this.#index = index;
    if (index >= this.#nodes[leaf + COUNT]!) {
      const next = this.#nodes[leaf + NEXT]!;
      if (next === NONE) {
        this.valid = false;
        return;
      }
      this.#leaf = next;
      this.#index = 0;
    }
    this.#show();
  }

  #gotoBefore(leaf: number, index: number): void {
    this.#nodes = this.#map.nodes;
    this.#shape = this.#map.shape;
    this.#leaf = leaf;
    this.#index = index - 1;
    if (index === 0) {
      const previous = this.#nodes[leaf + PREVIOUS]!;
      if (previous === NONE) {
        this.valid = false;
        return;
      }
      this.#leaf = previous;
      this.#index = this.#nodes[previous + COUNT]! - 1;
    }
    this.#show();
  }

  #show(): void {
    const nodes = this.#nodes;
    const entry = this.#leaf + ENTRIES + this.#index * ENTRY_SIZE;
    const reference = nodes[entry]!;
    const slab = this.#slabs[slabOf(reference)]!;
    const offset = offsetOf(reference);
    const keyLength = readLength(slab, offset + 1);
    const keyStart = offset + 1 + lengthSize(keyLength);
    const keyEnd = keyStart + keyLength;
    const valueLength = readLength(slab, keyEnd);
    const valueStart = keyEnd + lengthSize(valueLength);
    this.kind = slab[offset]! as EntryKind; // written by `writeEntry` from an EntryKind
    this.entryStart = offset;
    this.keyBytes = slab;
    this.keyStart = keyStart;
    this.keyEnd = keyEnd;
    this.version = this.#shownVersion ?? versionAt(nodes, entry);
    this.valueBytes = slab;
    this.valueStart = valueStart;
    this.valueEnd = valueStart + valueLength;
    this.valid = true;
  }
}
