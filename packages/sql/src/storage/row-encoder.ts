/**
 * Writes rows into one scratch buffer: from scalars (INSERT of parameters) or straight from the columns of a batch
 * (INSERT … SELECT, UPDATE), where text stays the UTF-8 bytes that it is. Values have the column's type already.
 *
 * The bytes of the last row are valid until the next one is encoded.
 */
import { AlopexError, assert, writeVarint } from '@alopex-db/core/base';
import {
  NestedWriter,
  encodeNumeric,
  isValid,
  numericOf,
  writeInterval,
  type ColumnVector,
  type Interval,
  type Scalar,
} from '@alopex-db/core/types';
import type { ColumnSlot, RowLayout } from './row-layout.ts';
import { ScratchBytes } from './scratch-bytes.ts';

const utf8 = new TextEncoder();
const TWO_32 = 0x1_0000_0000;
/** SPEC 2.2: text and bytea values hold 1 GB at most. */
const VALUE_BYTES_MAX = 0x4000_0000;
/** Above this length the native encoder beats the loop (measured on ASCII: equal at about 30 units). */
const LOOP_LENGTH_MAX = 32;

export class RowEncoder {
  readonly layout: RowLayout;
  readonly #scratch = new ScratchBytes(512);
  readonly #nested = new NestedWriter();
  /** Where the next variable value goes. */
  #at = 0;

  constructor(layout: RowLayout) {
    this.layout = layout;
  }

  /** `values[i]` belongs to column i. */
  encodeScalars(values: readonly Scalar[]): Uint8Array {
    const columns = this.layout.columns;
    assert(values.length === columns.length, 'a row has one value for each column');
    this.#begin();
    for (let ordinal = 0; ordinal < columns.length; ordinal += 1) {
      const slot = columns[ordinal]!;
      const value = values[ordinal]!;
      if (value === null) this.#writeNull(slot);
      else this.#writeScalar(slot, value);
    }
    return this.#scratch.prefix(this.#at);
  }

  /** Row `index` of the batch columns; `columns[i]` belongs to column i and has its type. */
  encodeBatchRow(vectors: readonly ColumnVector[], index: number): Uint8Array {
    const columns = this.layout.columns;
    this.#begin();
    for (let ordinal = 0; ordinal < columns.length; ordinal += 1) {
      const slot = columns[ordinal]!;
      const vector = vectors[ordinal]!;
      if (!isValid(vector, index)) this.#writeNull(slot);
      else this.#writeVectorValue(slot, vector, index);
    }
    return this.#scratch.prefix(this.#at);
  }

  #begin(): void {
    const { variableStart, schemaVersion, bitmapStart } = this.layout;
    this.#scratch.reserve(variableStart, 0);
    const bytes = this.#scratch.bytes;
    writeVarint(bytes, 0, schemaVersion);
    bytes.fill(0, bitmapStart, variableStart);
    this.#at = variableStart;
  }

  #writeNull(slot: ColumnSlot): void {
    this.#scratch.bytes[slot.nullByte]! |= slot.nullMask;
    if (slot.variableIndex >= 0) this.#endVariable(slot);
  }

  #writeScalar(slot: ColumnSlot, value: Exclude<Scalar, null>): void {
    const { view } = this.#scratch;
    switch (slot.kind) {
      case 'boolean':
        this.#scratch.bytes[slot.fixedOffset] = value === true ? 1 : 0;
        return;
      case 'int16':
        return view.setInt16(slot.fixedOffset, value as number, true);
      case 'int32':
      case 'date':
        return view.setInt32(slot.fixedOffset, value as number, true);
      case 'int64':
      case 'time':
      case 'timestamp':
      case 'timestamptz':
        if (typeof value === 'bigint') return view.setBigInt64(slot.fixedOffset, value, true);
        return writeSafeInteger(view, slot.fixedOffset, value as number);
      case 'float32':
        return view.setFloat32(slot.fixedOffset, value as number, true);
      case 'float64':
        return view.setFloat64(slot.fixedOffset, value as number, true);
      case 'uuid':
        return this.#scratch.bytes.set(value as Uint8Array, slot.fixedOffset);
      case 'interval':
        return writeInterval(this.#scratch.bytes, slot.fixedOffset, value as Interval);
      case 'numeric': {
        const bytes = encodeNumeric(numericOf(value as string));
        this.#appendBytes(bytes, 0, bytes.length);
        return this.#endVariable(slot);
      }
      case 'text':
      case 'json':
      case 'jsonb':
        this.#appendText(value as string);
        return this.#endVariable(slot);
      case 'bytea':
        this.#appendBytes(value as Uint8Array, 0, (value as Uint8Array).length);
        return this.#endVariable(slot);
      case 'vector':
        this.#appendFloats(value as Float32Array, 0, (value as Float32Array).length);
        return this.#endVariable(slot);
      case 'array':
      case 'map':
      case 'struct': {
        const writer = this.#nested;
        writer.reset();
        writer.write(slot.type, value);
        this.#appendBytes(writer.bytes, 0, writer.length);
        return this.#endVariable(slot);
      }
      case 'null':
        assert(false, 'a table column has a type');
    }
  }

  #writeVectorValue(slot: ColumnSlot, vector: ColumnVector, index: number): void {
    const { view } = this.#scratch;
    switch (slot.kind) {
      case 'boolean':
        this.#scratch.bytes[slot.fixedOffset] = vector.values[index] as number;
        return;
      case 'int16':
        return view.setInt16(slot.fixedOffset, vector.values[index] as number, true);
      case 'int32':
      case 'date':
        return view.setInt32(slot.fixedOffset, vector.values[index] as number, true);
      case 'int64':
      case 'time':
      case 'timestamp':
      case 'timestamptz': {
        const value = vector.values[index]!;
        if (typeof value === 'bigint') return view.setBigInt64(slot.fixedOffset, value, true);
        return writeSafeInteger(view, slot.fixedOffset, value);
      }
      case 'float32':
        return view.setFloat32(slot.fixedOffset, vector.values[index] as number, true);
      case 'float64':
        return view.setFloat64(slot.fixedOffset, vector.values[index] as number, true);
      case 'uuid':
      case 'interval':
        return this.#scratch.bytes.set(
          vector.data!.subarray(index * 16, index * 16 + 16),
          slot.fixedOffset,
        );
      case 'text':
      case 'bytea':
      case 'numeric':
      case 'json':
      case 'jsonb':
      case 'array':
      case 'map':
      case 'struct':
        this.#appendBytes(vector.data!, vector.offsets![index]!, vector.offsets![index + 1]!);
        return this.#endVariable(slot);
      case 'vector': {
        const floats = vector.values as Float32Array;
        const dimension = slot.type.kind === 'vector' ? (slot.type.dimension ?? 0) : 0;
        const start = vector.offsets === undefined ? index * dimension : vector.offsets[index]!;
        const end = vector.offsets === undefined ? start + dimension : vector.offsets[index + 1]!;
        this.#appendFloats(floats, start, end);
        return this.#endVariable(slot);
      }
      case 'null':
        assert(false, 'a table column has a type');
    }
  }

  #endVariable(slot: ColumnSlot): void {
    const { endOffsetsStart, variableStart } = this.layout;
    this.#scratch.view.setUint32(
      endOffsetsStart + 4 * slot.variableIndex,
      this.#at - variableStart,
      true,
    );
  }

  #appendText(text: string): void {
    checkSize(text.length);
    // Each UTF-16 unit takes three bytes of UTF-8 at most.
    this.#scratch.reserve(this.#at + text.length * 3, this.#at);
    const bytes = this.#scratch.bytes;
    let at = this.#at;
    if (text.length <= LOOP_LENGTH_MAX) {
      let index = 0;
      for (; index < text.length; index += 1) {
        const unit = text.charCodeAt(index);
        if (unit >= 0x80) break;
        bytes[at++] = unit;
      }
      if (index === text.length) {
        this.#at = at;
        return;
      }
    }
    const { written } = utf8.encodeInto(text, bytes.subarray(this.#at));
    checkSize(written);
    this.#at += written;
  }

  #appendBytes(source: Uint8Array, start: number, end: number): void {
    const length = end - start;
    checkSize(length);
    this.#scratch.reserve(this.#at + length, this.#at);
    const bytes = this.#scratch.bytes;
    if (length <= 32) {
      for (let index = start, at = this.#at; index < end; index += 1, at += 1)
        bytes[at] = source[index]!;
    } else {
      bytes.set(source.subarray(start, end), this.#at);
    }
    this.#at += length;
  }

  #appendFloats(floats: Float32Array, start: number, end: number): void {
    if (LITTLE_ENDIAN) {
      const first = floats.byteOffset + start * 4;
      return this.#appendBytes(
        new Uint8Array(floats.buffer, first, (end - start) * 4),
        0,
        (end - start) * 4,
      );
    }
    this.#scratch.reserve(this.#at + (end - start) * 4, this.#at);
    for (let index = start; index < end; index += 1, this.#at += 4) {
      this.#scratch.view.setFloat32(this.#at, floats[index]!, true);
    }
  }
}

/** Typed arrays have the machine's byte order; every machine we know is little-endian, but the format says so itself. */
const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** A safe integer as two's complement of 64 bits: low word first. */
function writeSafeInteger(view: DataView, offset: number, value: number): void {
  view.setUint32(offset, value >>> 0, true);
  view.setInt32(offset + 4, Math.floor(value / TWO_32), true);
}

function checkSize(length: number): void {
  if (length <= VALUE_BYTES_MAX) return;
  throw new AlopexError('ALX_RESOURCES', `a value of ${length} bytes is too large`, {
    hint: 'a text or bytea value holds 1 GB at most',
  });
}
