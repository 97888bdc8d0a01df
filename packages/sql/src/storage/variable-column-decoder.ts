/**
 * Decodes text, bytea and vector columns: the bytes of a batch end up one after another in one buffer, strings stay UTF-8.
 * A vector column of fixed dimension has no offsets: rows of floats lie contiguously, so that kernels run over it.
 */
import { assert } from '@alopex-db/core/base';
import { BATCH_ROWS_MAX, type ColumnVector } from '@alopex-db/core/types';
import { DecodedValidity, markNulls } from './decode-validity.ts';
import type { ColumnSlot, RowLayout } from './row-layout.ts';
import type { RowWindow } from './row-window.ts';

const NO_VALUES = new Uint8Array(0);
/** Up to this many bytes a loop beats the view that `set` needs. */
const LOOP_LENGTH_MAX = 24;
const ROWS_AT_FIRST = 16;

export class VariableColumnDecoder {
  readonly #layout: RowLayout;
  readonly #slot: ColumnSlot;
  readonly #validity = new DecodedValidity();
  #offsets = new Int32Array(ROWS_AT_FIRST + 1);
  /** Bytes a row has at fixed dimension; 0 = rows differ. */
  readonly #strideBytes: number;
  #data = new Uint8Array(256);

  constructor(layout: RowLayout, slot: ColumnSlot) {
    this.#layout = layout;
    this.#slot = slot;
    this.#strideBytes = slot.type.kind === 'vector' ? 4 * (slot.type.dimension ?? 0) : 0;
  }

  decode(window: RowWindow, selection: Int32Array | undefined, count: number): ColumnVector {
    markNulls(this.#validity, this.#slot, window, selection, count);
    const { endOffsetsStart, variableStart } = this.#layout;
    const variable = this.#slot.variableIndex;
    const endAt = endOffsetsStart + 4 * variable;
    const { bytes, views, starts } = window;
    if (count >= this.#offsets.length) this.#offsets = new Int32Array(BATCH_ROWS_MAX + 1);
    const offsets = this.#offsets;
    const stride = this.#strideBytes;
    let at = 0;
    offsets[0] = 0;
    for (let index = 0; index < count; index += 1) {
      const row = selection === undefined ? index : selection[index]!;
      const start = starts[row]!;
      const view = views[row]!;
      const from = variable === 0 ? 0 : view.getUint32(start + endAt - 4, true);
      const to = view.getUint32(start + endAt, true);
      const length = to - from;
      this.#reserve(at + (length > stride ? length : stride), at);
      this.#copy(bytes[row]!, start + variableStart + from, length, at);
      if (stride > 0 && length === 0) this.#data.fill(0, at, at + stride);
      at += stride > 0 ? stride : length;
      offsets[index + 1] = at;
    }
    return this.#finish(count, at);
  }

  #copy(source: Uint8Array, from: number, length: number, at: number): void {
    const data = this.#data;
    if (length <= LOOP_LENGTH_MAX) {
      for (let index = 0; index < length; index += 1) data[at + index] = source[from + index]!;
    } else {
      data.set(source.subarray(from, from + length), at);
    }
  }

  #reserve(length: number, written: number): void {
    if (length <= this.#data.length) return;
    const grown = new Uint8Array(Math.max(length, this.#data.length * 2));
    grown.set(this.#data.subarray(0, written));
    this.#data = grown;
  }

  #finish(count: number, end: number): ColumnVector {
    const { type } = this.#slot;
    const validity = this.#validity.finish(count);
    const offsets = this.#offsets.subarray(0, count + 1);
    if (type.kind !== 'vector') {
      const data = this.#data.subarray(0, end);
      return { type, length: count, values: NO_VALUES, validity, offsets, data };
    }
    assert(end % 4 === 0, 'a stored vector is whole floats');
    const values = new Float32Array(this.#data.buffer, 0, end >>> 2);
    if (this.#strideBytes > 0)
      return { type, length: count, values, validity, offsets: undefined, data: undefined };
    for (let index = 0; index <= count; index += 1) offsets[index]! >>>= 2;
    return { type, length: count, values, validity, offsets, data: undefined };
  }
}
