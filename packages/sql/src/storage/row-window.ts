/**
 * The raw rows of one batch of a scan: where each value lies, so that columns are decoded one after another in tight
 * loops, the filter's first and the others for the rows that passed.
 *
 * Relies on the law of `Transaction` that the bytes behind a value of a forward cursor stay as they are until it is closed;
 * values of a backward cursor are copied (`pushCopy`).
 */
import { BATCH_ROWS_MAX } from '@alopex-db/core/types';
import type { ValueSlot } from '@alopex-db/core';

/** Views kept for buffers seen in a scan; a scan over blocks moves on, a memtable has few slabs. */
const VIEWS_KEPT_MAX = 64;

const SLAB_BYTES = 65_536;
const ROWS_AT_FIRST = 16;

export class RowWindow {
  count = 0;
  readonly bytes: Uint8Array[] = [];
  readonly views: DataView[] = [];
  /** Grown as rows come: most statements read a few. */
  starts = new Int32Array(ROWS_AT_FIRST);
  /** True when some row was written under another schema version than `schemaByte` says. */
  hasOlderRows = false;
  readonly #schemaByte: number;
  readonly #viewsByBytes = new Map<Uint8Array, DataView>();
  #slab = new Uint8Array(0);
  #slabUsed = 0;
  #lastBytes: Uint8Array | undefined;
  #lastView: DataView | undefined;

  /** `schemaByte`: first byte of a row of the current schema version. Versions from 128 on always take the slow path. */
  constructor(schemaVersion: number) {
    this.#schemaByte = schemaVersion < 0x80 ? schemaVersion : -1;
  }

  clear(): void {
    this.count = 0;
    this.hasOlderRows = false;
  }

  push(slot: ValueSlot): void {
    const index = this.count++;
    if (index === this.starts.length) this.#grow();
    const bytes = slot.bytes;
    this.bytes[index] = bytes;
    this.views[index] = bytes === this.#lastBytes ? this.#lastView! : this.#viewOf(bytes);
    this.starts[index] = slot.start;
    if (bytes[slot.start] !== this.#schemaByte) this.hasOlderRows = true;
  }

  /** The same for a value whose bytes will be written again. */
  pushCopy(slot: ValueSlot): void {
    const length = slot.end - slot.start;
    if (this.#slabUsed + length > this.#slab.length) {
      // A new slab: rows of this batch still lie in the old one.
      this.#slab = new Uint8Array(Math.max(length, SLAB_BYTES));
      this.#slabUsed = 0;
    }
    const start = this.#slabUsed;
    this.#slab.set(slot.bytes.subarray(slot.start, slot.end), start);
    this.#slabUsed += length;
    this.push({ bytes: this.#slab, start, end: this.#slabUsed });
  }

  #grow(): void {
    const grown = new Int32Array(BATCH_ROWS_MAX);
    grown.set(this.starts);
    this.starts = grown;
  }

  #viewOf(bytes: Uint8Array): DataView {
    let view = this.#viewsByBytes.get(bytes);
    if (view === undefined) {
      if (this.#viewsByBytes.size >= VIEWS_KEPT_MAX) this.#viewsByBytes.clear();
      view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.#viewsByBytes.set(bytes, view);
    }
    this.#lastBytes = bytes;
    this.#lastView = view;
    return view;
  }
}
