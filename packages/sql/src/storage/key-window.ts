/** The keys of the rows of one batch, copied: a cursor shows its key in the same bytes again and again. */
import type { ValueSlot } from '@alopex-db/core';
import { BATCH_ROWS_MAX, BYTEA, bytesColumn, type ColumnVector } from '@alopex-db/core/types';

const ROWS_AT_FIRST = 16;

export class KeyWindow {
  #count = 0;
  #bytes = new Uint8Array(256);
  #offsets = new Int32Array(ROWS_AT_FIRST + 1);

  clear(): void {
    this.#count = 0;
  }

  push(slot: ValueSlot): void {
    let at = this.#offsets[this.#count]!;
    const length = slot.end - slot.start;
    if (at + length > this.#bytes.length) this.#grow(at + length);
    const bytes = this.#bytes;
    const source = slot.bytes;
    for (let from = slot.start; from < slot.end; from += 1, at += 1) bytes[at] = source[from]!;
    this.#count += 1;
    if (this.#count === this.#offsets.length) this.#growOffsets();
    this.#offsets[this.#count] = at;
  }

  /** Where the key of a row lies; valid until `clear`. */
  rangeInto(row: number, slot: ValueSlot): void {
    slot.bytes = this.#bytes;
    slot.start = this.#offsets[row]!;
    slot.end = this.#offsets[row + 1]!;
  }

  /** Keys of the selected rows as a bytea column. */
  decode(selection: Int32Array | undefined, count: number): ColumnVector {
    const offsets = new Int32Array(count + 1);
    for (let index = 0; index < count; index += 1) {
      const row = selection === undefined ? index : selection[index]!;
      offsets[index + 1] = offsets[index]! + this.#offsets[row + 1]! - this.#offsets[row]!;
    }
    const data = new Uint8Array(offsets[count]!);
    for (let index = 0; index < count; index += 1) {
      const row = selection === undefined ? index : selection[index]!;
      const end = this.#offsets[row + 1]!;
      let at = offsets[index]!;
      for (let from = this.#offsets[row]!; from < end; from += 1, at += 1) {
        data[at] = this.#bytes[from]!;
      }
    }
    return bytesColumn(BYTEA, count, offsets, data);
  }

  #growOffsets(): void {
    const grown = new Int32Array(BATCH_ROWS_MAX + 1);
    grown.set(this.#offsets);
    this.#offsets = grown;
  }

  #grow(length: number): void {
    const grown = new Uint8Array(Math.max(length, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}
