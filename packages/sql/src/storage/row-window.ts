/**
 * The raw rows of one batch of a scan: where each value lies, so that columns are decoded one after another in tight
 * loops, the filter's first and the others for the rows that passed.
 *
 * Relies on the cursor law that the bytes of a slot stay as they are until the cursor is closed.
 */
import { BATCH_ROWS_MAX } from '@alopex-db/core/types';
import type { ValueSlot } from '@alopex-db/core';

/** Views kept for buffers seen in a scan; a scan over blocks moves on, a memtable has few slabs. */
const VIEWS_KEPT_MAX = 64;

export class RowWindow {
  count = 0;
  readonly bytes: Uint8Array[] = [];
  readonly views: DataView[] = [];
  readonly starts = new Int32Array(BATCH_ROWS_MAX);
  readonly ends = new Int32Array(BATCH_ROWS_MAX);
  /** True when some row was written under another schema version than `schemaByte` says. */
  hasOlderRows = false;
  readonly #schemaByte: number;
  readonly #viewsByBytes = new Map<Uint8Array, DataView>();
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
    const bytes = slot.bytes;
    this.bytes[index] = bytes;
    this.views[index] = bytes === this.#lastBytes ? this.#lastView! : this.#viewOf(bytes);
    this.starts[index] = slot.start;
    this.ends[index] = slot.end;
    if (bytes[slot.start] !== this.#schemaByte) this.hasOlderRows = true;
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
