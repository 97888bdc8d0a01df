/** Which rows of a decoded column are null. */
import { BATCH_ROWS_MAX, validityBytes } from '@alopex-db/core/types';
import type { ColumnSlot } from './row-layout.ts';
import type { RowWindow } from './row-window.ts';

/** Validity bits of a batch, made only when a null turns up: a column without nulls lets kernels skip the check. */
export class DecodedValidity {
  #bits = new Uint8Array(0);
  #used = false;

  begin(): void {
    this.#used = false;
  }

  /** Marks row `index` of `count` as null. */
  setNull(index: number, count: number): void {
    if (!this.#used) {
      if (this.#bits.length === 0) this.#bits = new Uint8Array(validityBytes(BATCH_ROWS_MAX));
      this.#bits.fill(0xff, 0, validityBytes(count));
      this.#used = true;
    }
    this.#bits[index >>> 3]! &= ~(1 << (index & 7));
  }

  finish(count: number): Uint8Array | undefined {
    return this.#used ? this.#bits.subarray(0, validityBytes(count)) : undefined;
  }
}

/** Marks the rows of a window that are null in a column: a loop of its own, so that the loop over values has no branch. */
export function markNulls(
  validity: DecodedValidity,
  slot: ColumnSlot,
  window: RowWindow,
  selection: Int32Array | undefined,
  count: number,
): void {
  validity.begin();
  const { bytes, starts } = window;
  const { nullByte, nullMask } = slot;
  for (let index = 0; index < count; index += 1) {
    const row = selection === undefined ? index : selection[index]!;
    if ((bytes[row]![starts[row]! + nullByte]! & nullMask) !== 0) validity.setNull(index, count);
  }
}
