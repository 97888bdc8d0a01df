/** Builders of columns that lie in bytes: text, bytea and numeric (offsets and data), uuid and interval (16 bytes a value). */
import { assert } from '../base/assert.ts';
import { ColumnBuilder } from './column-builder.ts';
import { bytesColumn, uuidColumn } from './column-vector.ts';
import type { ColumnVector } from './column-vector.ts';
import type { DataType } from './data-type.ts';
import { growBytes, growInt32 } from './growable.ts';
import { isInterval, writeInterval } from './interval.ts';
import { encodeNumeric, numericOf } from './numeric.ts';
import type { Scalar } from './scalar.ts';

const encoder = new TextEncoder();
/** UTF-8 takes at most three bytes a UTF-16 unit. */
const UTF8_BYTES_PER_UNIT = 3;
/** Below this, a loop over ASCII characters beats the call of the encoder. */
const SHORT_TEXT = 24;
/** Copies shorter than this are loops: `Uint8Array.set` costs more to call. */
const SHORT_COPY = 24;

export class BytesColumnBuilder extends ColumnBuilder {
  #offsets: Int32Array;
  #data: Uint8Array;
  /** Invariant: equals `#offsets[count]`. */
  #end = 0;

  constructor(type: DataType, capacity: number) {
    super(type);
    this.#offsets = new Int32Array(capacity + 1);
    this.#data = new Uint8Array(capacity * 8);
  }

  protected reserve(extra: number): void {
    this.#offsets = growInt32(this.#offsets, this.count + extra + 1);
  }

  protected capacity(): number {
    return this.#offsets.length - 1;
  }

  protected put(value: NonNullable<Scalar>): void {
    if (this.type.kind === 'numeric') {
      const bytes = encodeNumeric(numericOf(value as string));
      this.#copy(bytes, 0, bytes.length);
    } else if (typeof value === 'string') {
      this.#putText(value);
    } else {
      assert(value instanceof Uint8Array, 'bytes are a Uint8Array');
      this.#copy(value, 0, value.length);
    }
    this.#offsets[this.count + 1] = this.#end;
  }

  #putText(text: string): void {
    const data = growBytes(this.#data, this.#end + text.length * UTF8_BYTES_PER_UNIT);
    this.#data = data;
    if (text.length <= SHORT_TEXT) {
      let index = 0;
      for (; index < text.length; index += 1) {
        const unit = text.charCodeAt(index);
        if (unit >= 0x80) break;
        data[this.#end + index] = unit;
      }
      if (index === text.length) {
        this.#end += index;
        return;
      }
    }
    this.#end += encoder.encodeInto(text, data.subarray(this.#end)).written;
  }

  /** Appends bytes [start, end) of `source` as one value: text that is UTF-8 already needs no string. */
  appendBytes(source: Uint8Array, start: number, end: number): void {
    this.reserve(1);
    this.#copy(source, start, end);
    this.count += 1;
    this.#offsets[this.count] = this.#end;
  }

  /** Writes bytes [start, end) of `source` as the value of row `count`. */
  protected putBytes(source: Uint8Array, start: number, end: number): void {
    this.#copy(source, start, end);
    this.#offsets[this.count + 1] = this.#end;
  }

  #copy(source: Uint8Array, start: number, end: number): void {
    const length = end - start;
    const data = growBytes(this.#data, this.#end + length);
    this.#data = data;
    if (length <= SHORT_COPY) {
      for (let index = 0; index < length; index += 1)
        data[this.#end + index] = source[start + index]!;
    } else {
      data.set(source.subarray(start, end), this.#end);
    }
    this.#end += length;
  }

  protected putZero(): void {
    this.#offsets[this.count + 1] = this.#end;
  }

  protected putRange(column: ColumnVector, start: number, end: number): void {
    const offsets = column.offsets!;
    const shift = this.#end - offsets[start]!;
    this.#copy(column.data!, offsets[start]!, offsets[end]!);
    const base = this.count - start;
    for (let index = start + 1; index <= end; index += 1)
      this.#offsets[base + index] = offsets[index]! + shift;
  }

  protected putSelected(column: ColumnVector, selection: Int32Array, count: number): void {
    const offsets = column.offsets!;
    const source = column.data!;
    // Room for values of average length; `#copy` grows when they are longer. Summing the lengths first would touch every
    // row twice, and rows in random order cost a cache miss each time.
    const average = (offsets[column.length]! - offsets[0]!) / column.length;
    this.#data = growBytes(this.#data, this.#end + Math.ceil(average * count));
    for (let index = 0; index < count; index += 1) {
      const row = selection[index]!;
      if (row >= 0) this.#copy(source, offsets[row]!, offsets[row + 1]!);
      this.#offsets[this.count + index + 1] = this.#end;
    }
  }

  protected build(validity: Uint8Array | undefined): ColumnVector {
    return bytesColumn(
      this.type,
      this.count,
      this.#offsets,
      this.#data,
      this.coveringValidity(validity),
    );
  }

  protected release(): void {
    this.#offsets = new Int32Array(1);
    this.#data = new Uint8Array(0);
    this.#end = 0;
  }

  protected rewind(): void {
    this.#offsets[0] = 0;
    this.#end = 0;
  }

  protected valueBytes(): number {
    return this.#offsets.byteLength + this.#data.length;
  }
}

export class SixteenByteColumnBuilder extends ColumnBuilder {
  #data: Uint8Array;

  constructor(type: DataType, capacity: number) {
    super(type);
    this.#data = new Uint8Array(capacity * 16);
  }

  protected reserve(extra: number): void {
    this.#data = growBytes(this.#data, (this.count + extra) * 16);
  }

  protected capacity(): number {
    return this.#data.length >>> 4;
  }

  protected put(value: NonNullable<Scalar>): void {
    if (isInterval(value)) {
      writeInterval(this.#data, this.count * 16, value);
      return;
    }
    assert(value instanceof Uint8Array && value.length === 16, 'a uuid is 16 bytes');
    this.#data.set(value, this.count * 16);
  }

  protected putZero(): void {
    this.#data.fill(0, this.count * 16, this.count * 16 + 16);
  }

  protected putRange(column: ColumnVector, start: number, end: number): void {
    this.#data.set(column.data!.subarray(start * 16, end * 16), this.count * 16);
  }

  protected putSelected(column: ColumnVector, selection: Int32Array, count: number): void {
    const source = column.data!;
    for (let index = 0; index < count; index += 1) {
      const to = (this.count + index) * 16;
      const from = selection[index]! * 16;
      if (from < 0) this.#data.fill(0, to, to + 16);
      else for (let byte = 0; byte < 16; byte += 1) this.#data[to + byte] = source[from + byte]!;
    }
  }

  protected build(validity: Uint8Array | undefined): ColumnVector {
    return uuidColumn(this.type, this.count, this.#data, this.coveringValidity(validity));
  }

  protected release(): void {
    this.#data = new Uint8Array(0);
  }

  protected rewind(): void {
    return undefined; // bytes behind `count` are overwritten
  }

  protected valueBytes(): number {
    return this.#data.length;
  }
}
