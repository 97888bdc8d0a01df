/**
 * The keys of a segment's rows, as its section has them. Opening decodes nothing: the hash table, which most searches do without,
 * is made when a key is first looked for.
 */
import { RowKeyTable } from '../row-key-table.ts';

/** Keys by ordinal, and ordinals by key; `RowKeyTable` is one. */
export interface SegmentKeys {
  readonly count: number;
  readonly byteLength: number;
  keyAt(ordinal: number): Uint8Array;
  /** The latest ordinal of a key, or -1. */
  find(key: Uint8Array, start?: number, end?: number): number;
}

export class StoredKeys implements SegmentKeys {
  readonly #ends: Uint32Array;
  readonly #bytes: Uint8Array;
  #table: RowKeyTable | undefined;

  constructor(ends: Uint32Array, bytes: Uint8Array) {
    this.#ends = ends;
    this.#bytes = bytes;
  }

  get count(): number {
    return this.#ends.length;
  }

  get byteLength(): number {
    return this.#ends.byteLength + this.#bytes.byteLength + (this.#table?.byteLength ?? 0);
  }

  keyAt(ordinal: number): Uint8Array {
    const start = ordinal === 0 ? 0 : this.#ends[ordinal - 1]!;
    return this.#bytes.slice(start, this.#ends[ordinal]);
  }

  find(key: Uint8Array, start = 0, end = key.length): number {
    this.#table ??= this.#makeTable();
    return this.#table.find(key, start, end);
  }

  #makeTable(): RowKeyTable {
    const table = new RowKeyTable();
    let start = 0;
    for (const end of this.#ends) {
      table.add(this.#bytes, start, end);
      start = end;
    }
    return table;
  }
}
