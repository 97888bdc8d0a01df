/**
 * Decodes a fixed-width column. One loop for each stored form, all of one pattern: a shared loop with a callback would cost
 * a call for each value. 64-bit integers come out as floats ("narrow") unless one of the batch is not a safe integer.
 */
import {
  BATCH_ROWS_MAX,
  type ColumnVector,
  type DataType,
  type Values,
} from '@alopex-db/core/types';
import { DecodedValidity, markNulls } from './decode-validity.ts';
import type { ColumnSlot } from './row-layout.ts';
import type { RowWindow } from './row-window.ts';

const NO_VALUES = new Uint8Array(0);
const TWO_32 = 0x1_0000_0000;
const UUID_BYTES = 16;
const ROWS_AT_FIRST = 16;

export class FixedColumnDecoder {
  readonly #slot: ColumnSlot;
  readonly #validity = new DecodedValidity();
  /** As many values as the largest batch so far, or a whole batch at once. */
  #values: Values;
  #capacity = ROWS_AT_FIRST;
  #wide: BigInt64Array | undefined;

  constructor(slot: ColumnSlot) {
    this.#slot = slot;
    this.#values = createValues(slot.type, ROWS_AT_FIRST);
  }

  decode(window: RowWindow, selection: Int32Array | undefined, count: number): ColumnVector {
    markNulls(this.#validity, this.#slot, window, selection, count);
    if (count > this.#capacity) {
      this.#capacity = BATCH_ROWS_MAX;
      this.#values = createValues(this.#slot.type, BATCH_ROWS_MAX);
    }
    return this.#finish(this.#decodeValues(window, selection, count), count);
  }

  #wideValues(): BigInt64Array {
    return (this.#wide ??= new BigInt64Array(BATCH_ROWS_MAX));
  }

  #decodeValues(window: RowWindow, selection: Int32Array | undefined, count: number): Values {
    const offset = this.#slot.fixedOffset;
    const values = this.#values;
    switch (this.#slot.kind) {
      case 'boolean':
        decodeBooleans(values as Uint8Array, offset, window, selection, count);
        return values;
      case 'int16':
        decodeInt16(values as Int16Array, offset, window, selection, count);
        return values;
      case 'int32':
      case 'date':
        decodeInt32(values as Int32Array, offset, window, selection, count);
        return values;
      case 'float32':
        decodeFloat32(values as Float32Array, offset, window, selection, count);
        return values;
      case 'float64':
        decodeFloat64(values as Float64Array, offset, window, selection, count);
        return values;
      case 'uuid':
      case 'interval':
        decodeUuids(values as Uint8Array, offset, window, selection, count);
        return values;
      case 'time':
      case 'timestamp':
      case 'timestamptz':
        decodeTimestamps(values as Float64Array, offset, window, selection, count);
        return values;
      default:
        if (decodeNarrow(values as Float64Array, offset, window, selection, count)) return values;
        return decodeWide(this.#wideValues(), offset, window, selection, count);
    }
  }

  #finish(values: Values, count: number): ColumnVector {
    const { type } = this.#slot;
    const validity = this.#validity.finish(count);
    if (type.kind === 'uuid' || type.kind === 'interval') {
      const data = (values as Uint8Array).subarray(0, count * UUID_BYTES);
      return { type, length: count, values: NO_VALUES, validity, offsets: undefined, data };
    }
    const exact = count === values.length ? values : values.subarray(0, count);
    return { type, length: count, values: exact, validity, offsets: undefined, data: undefined };
  }
}

function createValues(type: DataType, rows: number): Values {
  switch (type.kind) {
    case 'boolean':
      return new Uint8Array(rows);
    case 'int16':
      return new Int16Array(rows);
    case 'int32':
    case 'date':
      return new Int32Array(rows);
    case 'float32':
      return new Float32Array(rows);
    case 'uuid':
    case 'interval':
      return new Uint8Array(UUID_BYTES * rows);
    default:
      return new Float64Array(rows);
  }
}

function decodeBooleans(
  out: Uint8Array,
  offset: number,
  window: RowWindow,
  selection: Int32Array | undefined,
  count: number,
): void {
  const { bytes, starts } = window;
  for (let index = 0; index < count; index += 1) {
    const row = selection === undefined ? index : selection[index]!;
    out[index] = bytes[row]![starts[row]! + offset]!;
  }
}

function decodeInt16(
  out: Int16Array,
  offset: number,
  window: RowWindow,
  selection: Int32Array | undefined,
  count: number,
): void {
  const { views, starts } = window;
  for (let index = 0; index < count; index += 1) {
    const row = selection === undefined ? index : selection[index]!;
    out[index] = views[row]!.getInt16(starts[row]! + offset, true);
  }
}

function decodeInt32(
  out: Int32Array,
  offset: number,
  window: RowWindow,
  selection: Int32Array | undefined,
  count: number,
): void {
  const { views, starts } = window;
  for (let index = 0; index < count; index += 1) {
    const row = selection === undefined ? index : selection[index]!;
    out[index] = views[row]!.getInt32(starts[row]! + offset, true);
  }
}

function decodeFloat32(
  out: Float32Array,
  offset: number,
  window: RowWindow,
  selection: Int32Array | undefined,
  count: number,
): void {
  const { views, starts } = window;
  for (let index = 0; index < count; index += 1) {
    const row = selection === undefined ? index : selection[index]!;
    out[index] = views[row]!.getFloat32(starts[row]! + offset, true);
  }
}

function decodeFloat64(
  out: Float64Array,
  offset: number,
  window: RowWindow,
  selection: Int32Array | undefined,
  count: number,
): void {
  const { views, starts } = window;
  for (let index = 0; index < count; index += 1) {
    const row = selection === undefined ? index : selection[index]!;
    out[index] = views[row]!.getFloat64(starts[row]! + offset, true);
  }
}

/** 64-bit integers as floats; false when one is not a safe integer. */
/** Timestamps are always doubles: far from 1970 they are rounded to what a double holds, never wide. */
function decodeTimestamps(
  out: Float64Array,
  offset: number,
  window: RowWindow,
  selection: Int32Array | undefined,
  count: number,
): void {
  const { views, starts } = window;
  for (let index = 0; index < count; index += 1) {
    const row = selection === undefined ? index : selection[index]!;
    const view = views[row]!;
    const at = starts[row]! + offset;
    out[index] = view.getInt32(at + 4, true) * TWO_32 + view.getUint32(at, true);
  }
}

function decodeNarrow(
  out: Float64Array,
  offset: number,
  window: RowWindow,
  selection: Int32Array | undefined,
  count: number,
): boolean {
  const { views, starts } = window;
  for (let index = 0; index < count; index += 1) {
    const row = selection === undefined ? index : selection[index]!;
    const view = views[row]!;
    const at = starts[row]! + offset;
    const value = view.getInt32(at + 4, true) * TWO_32 + view.getUint32(at, true);
    if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) return false;
    out[index] = value;
  }
  return true;
}

function decodeWide(
  out: BigInt64Array,
  offset: number,
  window: RowWindow,
  selection: Int32Array | undefined,
  count: number,
): BigInt64Array {
  const { views, starts } = window;
  for (let index = 0; index < count; index += 1) {
    const row = selection === undefined ? index : selection[index]!;
    out[index] = views[row]!.getBigInt64(starts[row]! + offset, true);
  }
  return out;
}

function decodeUuids(
  out: Uint8Array,
  offset: number,
  window: RowWindow,
  selection: Int32Array | undefined,
  count: number,
): void {
  const { bytes, starts } = window;
  for (let index = 0; index < count; index += 1) {
    const row = selection === undefined ? index : selection[index]!;
    const source = bytes[row]!;
    const from = starts[row]! + offset;
    const to = index * UUID_BYTES;
    for (let byte = 0; byte < UUID_BYTES; byte += 1) out[to + byte] = source[from + byte]!;
  }
}
