/**
 * Order keys: tuples of values as bytes that compare (unsigned, a prefix first) as the values do. Primary keys, index
 * entries, sorting, grouping and joining all rest on this one encoding; on disk it is part of the file format, do not change.
 *
 *   column    = [presence] value            presence only where the column is nullable
 *   presence  = 01 present, 02 null last, 00 null first
 *   boolean     1 byte, 0 or 1
 *   int16, int32, int64, timestamp          big-endian, sign bit flipped; 2, 4, 8 and 8 bytes
 *   float32, float64                        big-endian IEEE 754; negative: all bits inverted, else sign bit flipped;
 *                                           -0 is written as 0, every NaN as the one above Infinity
 *   text, bytea bytes with 00 as 00 FF, ended by 00 00
 *   uuid        16 bytes
 *   date        as int32; time, timestamptz as int64
 *   numeric     see `numeric-key.ts`
 *   interval    its length in days of 24 hours and months of 30 days, then the rest in microseconds, both as int64
 *   array, map, struct                      see `nested-key.ts`
 *   vector      per element 01 and a float32 as above, ended by 00 (pgvector's order: element by element, then length)
 *
 * DESC inverts the bytes of the value, not the presence byte: where nulls stand is said separately.
 */
import { AlopexError } from '../base/errors.ts';
import { assert } from '../base/assert.ts';
import { decodeUtf8 } from '../base/bytes.ts';
import type { ByteCursor } from '../base/varint.ts';
import type { ColumnVector } from './column-vector.ts';
import { isValid } from './column-vector.ts';
import type { DataType } from './data-type.ts';
import { growBytes } from './growable.ts';
import { integerScalar, presentScalarAt, vectorAt } from './scalar-at.ts';
import { INTERVAL_BYTES, Interval, intervalLength, readInterval } from './interval.ts';
import { decodeNumeric, formatNumeric, numericOf } from './numeric.ts';
import { jsonKey } from './json/json-key.ts';
import { numericKey, readNumericKey } from './numeric-key.ts';
import { readNestedKey, writeNestedKey } from './nested-key.ts';
import { readNested } from './nested-codec.ts';
import type { Scalar } from './scalar.ts';

/** How one column of a key is written. */
export interface OrderKeyColumn {
  readonly type: DataType;
  readonly descending: boolean;
  /** False: the column is never null and has no presence byte. */
  readonly nullable: boolean;
  readonly nullsFirst: boolean;
}

/** Ascending, nulls last; `nullable` false for NOT NULL columns. */
export function ascendingKey(type: DataType, nullable = false): OrderKeyColumn {
  return { type, descending: false, nullable, nullsFirst: false };
}

/** Descending, nulls first (PostgreSQL's default for DESC). */
export function descendingKey(type: DataType, nullable = false): OrderKeyColumn {
  return { type, descending: true, nullable, nullsFirst: true };
}

const PRESENT = 1;
const NULL_FIRST = 0;
const NULL_LAST = 2;
const SIGN = 0x8000_0000;
const TWO_32 = 0x1_0000_0000;
const UTF8_BYTES_PER_UNIT = 3;
const encoder = new TextEncoder();

/** Writes keys into one growing buffer; nothing is allocated per key once it is large enough. */
export class OrderKeyWriter {
  /** The key is bytes[0 .. length). Replaced when it grows. */
  bytes: Uint8Array;
  length = 0;
  readonly #float64 = new Float64Array(1);
  readonly #words = new Uint32Array(this.#float64.buffer);
  readonly #float32 = new Float32Array(1);
  readonly #word = new Uint32Array(this.#float32.buffer);
  readonly #int64 = new BigInt64Array(1);
  readonly #int64Words = new Uint32Array(this.#int64.buffer);
  #scratch: Uint8Array = new Uint8Array(64);

  constructor(capacity = 64) {
    this.bytes = new Uint8Array(capacity);
  }

  /** Back to `length` bytes: keep a written prefix, or begin a new key with 0. */
  reset(length = 0): void {
    this.length = length;
  }

  /** The key as bytes of its own. */
  copy(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  writeRaw(source: Uint8Array): void {
    this.#room(source.length);
    this.bytes.set(source, this.length);
    this.length += source.length;
  }

  writeScalar(column: OrderKeyColumn, value: Scalar): void {
    if (value === null) {
      this.#writeNull(column);
      return;
    }
    if (column.nullable) this.#byte(PRESENT);
    const start = this.length;
    this.#writeValue(column.type, value);
    if (column.descending) this.#invert(start);
  }

  /** Writes value `index` of a vector, without making a scalar of it. */
  writeColumn(column: OrderKeyColumn, values: ColumnVector, index: number): void {
    if (!isValid(values, index)) {
      this.#writeNull(column);
      return;
    }
    if (column.nullable) this.#byte(PRESENT);
    const start = this.length;
    this.#writeElement(values, index);
    if (column.descending) this.#invert(start);
  }

  #writeNull(column: OrderKeyColumn): void {
    assert(column.nullable, 'a null stands only in a nullable key column');
    this.#byte(column.nullsFirst ? NULL_FIRST : NULL_LAST);
  }

  #writeValue(type: DataType, value: NonNullable<Scalar>): void {
    switch (type.kind) {
      case 'boolean':
        this.#byte(value === true ? 1 : 0);
        return;
      case 'int16':
        this.#int16(value as number);
        return;
      case 'int32':
      case 'date':
        this.#uint32((value as number) ^ SIGN);
        return;
      case 'int64':
      case 'time':
      case 'timestamp':
      case 'timestamptz':
        if (typeof value === 'bigint') this.#wideInt64(value);
        else this.#narrowInt64(value as number);
        return;
      case 'float32':
        this.#writeFloat32(value as number);
        return;
      case 'float64':
        this.#writeFloat64(value as number);
        return;
      case 'text':
        this.#writeText(value as string);
        return;
      case 'bytea': {
        const bytes = value as Uint8Array;
        this.#writeEscaped(bytes, 0, bytes.length);
        return;
      }
      case 'uuid':
        this.writeRaw(value as Uint8Array);
        return;
      case 'numeric':
        this.writeRaw(numericKey(numericOf(value as string)));
        return;
      case 'interval':
        this.#writeInterval(value as Interval);
        return;
      case 'vector':
        this.#writeVector(value as Float32Array);
        return;
      case 'json':
      case 'jsonb':
        this.writeRaw(jsonKey(value as string));
        return;
      case 'array':
      case 'map':
      case 'struct':
        writeNestedKey(this, type, value);
        return;
      case 'null':
        assert(false, 'a value of type null is null');
    }
  }

  #writeElement(column: ColumnVector, index: number): void {
    switch (column.type.kind) {
      case 'text':
      case 'bytea':
        this.#writeEscaped(column.data!, column.offsets![index]!, column.offsets![index + 1]!);
        return;
      case 'uuid':
        this.writeRaw(column.data!.subarray(index * 16, index * 16 + 16));
        return;
      case 'json':
      case 'jsonb':
        this.#writeValue(column.type, presentScalarAt(column, index)!);
        return;
      case 'numeric': {
        const { data, offsets } = column;
        this.writeRaw(numericKey(decodeNumeric(data!, offsets![index]!, offsets![index + 1]!)));
        return;
      }
      case 'interval':
        this.#writeInterval(readInterval(column.data!, index * INTERVAL_BYTES));
        return;
      case 'vector':
        this.#writeVector(vectorAt(column, index));
        return;
      case 'array':
      case 'map':
      case 'struct': {
        const { type, data, offsets } = column;
        writeNestedKey(this, type, readNested(type, data!, offsets![index]!, offsets![index + 1]!));
        return;
      }
      case 'boolean':
        this.#byte(column.values[index] === 0 ? 0 : 1);
        return;
      default:
        this.#writeValue(column.type, column.values[index]!);
    }
  }

  #writeInterval(interval: Interval): void {
    const { days, microseconds } = intervalLength(interval);
    this.#narrowInt64(days);
    this.#narrowInt64(microseconds);
  }

  #room(extra: number): void {
    if (this.length + extra > this.bytes.length)
      this.bytes = growBytes(this.bytes, this.length + extra);
  }

  #invert(start: number): void {
    for (let index = start; index < this.length; index += 1) this.bytes[index]! ^= 0xff;
  }

  #byte(value: number): void {
    this.#room(1);
    this.bytes[this.length] = value;
    this.length += 1;
  }

  #int16(value: number): void {
    this.#room(2);
    this.bytes[this.length] = (value >> 8) ^ 0x80;
    this.bytes[this.length + 1] = value;
    this.length += 2;
  }

  #uint32(value: number): void {
    this.#room(4);
    const { bytes, length } = this;
    bytes[length] = value >>> 24;
    bytes[length + 1] = value >>> 16;
    bytes[length + 2] = value >>> 8;
    bytes[length + 3] = value;
    this.length = length + 4;
  }

  #narrowInt64(value: number): void {
    const high = Math.floor(value / TWO_32);
    this.#uint32(high ^ SIGN);
    this.#uint32(value - high * TWO_32);
  }

  #wideInt64(value: bigint): void {
    this.#int64[0] = value;
    this.#uint32(this.#int64Words[1]! ^ SIGN);
    this.#uint32(this.#int64Words[0]!);
  }

  #writeFloat32(value: number): void {
    // NaN's sign and payload are the machine's choice, so the one NaN is written by hand.
    this.#float32[0] = value === 0 ? 0 : value;
    const bits = Number.isNaN(value) ? 0x7fc0_0000 : this.#word[0]!;
    this.#uint32(bits >= SIGN ? ~bits : bits ^ SIGN);
  }

  #writeFloat64(value: number): void {
    this.#float64[0] = value === 0 ? 0 : value;
    const nan = Number.isNaN(value);
    const high = nan ? 0x7ff8_0000 : this.#words[1]!;
    const low = nan ? 0 : this.#words[0]!;
    this.#uint32(high >= SIGN ? ~high : high ^ SIGN);
    this.#uint32(high >= SIGN ? ~low : low);
  }

  #writeText(text: string): void {
    if (this.#writeAscii(text)) return;
    this.#scratch = growBytes(this.#scratch, text.length * UTF8_BYTES_PER_UNIT);
    const { written } = encoder.encodeInto(text, this.#scratch);
    this.#writeEscaped(this.#scratch, 0, written);
  }

  /** The common case: only characters 01 to 7F. Writes nothing and answers false for any other text. */
  #writeAscii(text: string): boolean {
    const size = text.length;
    this.#room(size + 2);
    const { bytes, length } = this;
    for (let index = 0; index < size; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit === 0 || unit >= 0x80) return false;
      bytes[length + index] = unit;
    }
    bytes[length + size] = 0;
    bytes[length + size + 1] = 0;
    this.length = length + size + 2;
    return true;
  }

  #writeEscaped(source: Uint8Array, start: number, end: number): void {
    this.#room((end - start) * 2 + 2);
    const bytes = this.bytes;
    let at = this.length;
    for (let index = start; index < end; index += 1) {
      const byte = source[index]!;
      bytes[at] = byte;
      at += 1;
      if (byte === 0) {
        bytes[at] = 0xff;
        at += 1;
      }
    }
    bytes[at] = 0;
    bytes[at + 1] = 0;
    this.length = at + 2;
  }

  #writeVector(vector: Float32Array): void {
    for (let index = 0; index < vector.length; index += 1) {
      this.#byte(1);
      this.#writeFloat32(vector[index]!);
    }
    this.#byte(0);
  }
}

/** The key of one tuple. In loops reuse an `OrderKeyWriter` instead. */
export function encodeOrderKey(
  columns: readonly OrderKeyColumn[],
  values: readonly Scalar[],
): Uint8Array {
  const writer = new OrderKeyWriter();
  columns.forEach((column, index) => writer.writeScalar(column, values[index] ?? null));
  return writer.copy();
}

/** Reads a tuple back; the key must end where its last column does. */
export function decodeOrderKey(
  columns: readonly OrderKeyColumn[],
  bytes: Uint8Array,
  start = 0,
  end = bytes.length,
): Scalar[] {
  const cursor: ByteCursor = { at: start };
  const values = columns.map((column) => readOrderKeyValue(column, bytes, cursor, end));
  if (cursor.at !== end) throw damagedKey();
  return values;
}

function damagedKey(): AlopexError {
  return new AlopexError('ALX_CORRUPT', 'an order key does not have the form of its columns');
}

// Scratch for reading floats bit by bit: written and read within one call, so it carries nothing over.
const float64 = new Float64Array(1);
const float64Words = new Uint32Array(float64.buffer);
const float32 = new Float32Array(1);
const float32Word = new Uint32Array(float32.buffer);

/** Reads one value at the cursor and moves it behind. ALX_CORRUPT when the bytes do not have that form. */
export function readOrderKeyValue(
  column: OrderKeyColumn,
  bytes: Uint8Array,
  cursor: ByteCursor,
  end: number,
): Scalar {
  if (column.nullable) {
    if (cursor.at >= end) throw damagedKey();
    const presence = bytes[cursor.at]!;
    cursor.at += 1;
    if (presence !== PRESENT) return null;
  }
  const mask = column.descending ? 0xff : 0;
  switch (column.type.kind) {
    case 'boolean':
      return (bytes[advance(cursor, 1, end)]! ^ mask) !== 0;
    case 'int16': {
      const at = advance(cursor, 2, end);
      return ((((bytes[at]! ^ mask ^ 0x80) << 8) | (bytes[at + 1]! ^ mask)) << 16) >> 16;
    }
    case 'int32':
    case 'date':
      return (readUint32(bytes, advance(cursor, 4, end), mask) ^ SIGN) | 0;
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return Number(readInt64(bytes, advance(cursor, 8, end), mask));
    case 'int64':
      return readInt64(bytes, advance(cursor, 8, end), mask);
    case 'float32':
      return readFloat32(bytes, advance(cursor, 4, end), mask);
    case 'float64':
      return readFloat64(bytes, advance(cursor, 8, end), mask);
    case 'text': {
      const raw = readEscaped(bytes, cursor, end, mask);
      return decodeUtf8(raw);
    }
    case 'bytea':
      return readEscaped(bytes, cursor, end, mask);
    case 'json':
    case 'jsonb':
      throw damagedKey();
    case 'uuid': {
      const at = advance(cursor, 16, end);
      const value = bytes.slice(at, at + 16);
      if (mask !== 0) for (let index = 0; index < 16; index += 1) value[index]! ^= mask;
      return value;
    }
    case 'numeric': {
      const read = readNumericKey(bytes, cursor.at, end, mask);
      if (read === undefined) throw damagedKey();
      cursor.at = read.end;
      return formatNumeric(read.value);
    }
    case 'interval': {
      const at = advance(cursor, 16, end);
      const days = Number(readInt64(bytes, at, mask));
      return new Interval(0, days, Number(readInt64(bytes, at + 8, mask)));
    }
    case 'vector':
      return readVector(bytes, cursor, end, mask);
    case 'array':
    case 'map':
    case 'struct':
      return readNestedValue(column, bytes, cursor, end);
    case 'null':
      throw damagedKey();
  }
}

function readNestedValue(
  { type, descending }: OrderKeyColumn,
  bytes: Uint8Array,
  cursor: ByteCursor,
  end: number,
): Scalar {
  const mask = descending ? 0xff : 0;
  const value = readNestedKey(
    type,
    () => bytes[advance(cursor, 1, end)]! ^ mask,
    (part) =>
      readOrderKeyValue(
        { type: part, descending, nullable: false, nullsFirst: false },
        bytes,
        cursor,
        end,
      ),
  );
  if (value === undefined) throw damagedKey();
  return value;
}

function advance(cursor: ByteCursor, size: number, end: number): number {
  const at = cursor.at;
  if (at + size > end) throw damagedKey();
  cursor.at = at + size;
  return at;
}

function readUint32(bytes: Uint8Array, at: number, mask: number): number {
  const word = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  return (mask === 0 ? word : ~word) >>> 0;
}

function readInt64(bytes: Uint8Array, at: number, mask: number): number | bigint {
  const high = (readUint32(bytes, at, mask) ^ SIGN) | 0;
  const low = readUint32(bytes, at + 4, mask);
  const narrow = high * TWO_32 + low;
  if (Number.isSafeInteger(narrow)) return narrow;
  return integerScalar(BigInt(high) * BigInt(TWO_32) + BigInt(low));
}

function readFloat32(bytes: Uint8Array, at: number, mask: number): number {
  const word = readUint32(bytes, at, mask);
  float32Word[0] = word >= SIGN ? word ^ SIGN : ~word;
  return float32[0]!;
}

function readFloat64(bytes: Uint8Array, at: number, mask: number): number {
  const high = readUint32(bytes, at, mask);
  const low = readUint32(bytes, at + 4, mask);
  float64Words[1] = high >= SIGN ? high ^ SIGN : ~high;
  float64Words[0] = high >= SIGN ? low : ~low;
  return float64[0]!;
}

function readEscaped(bytes: Uint8Array, cursor: ByteCursor, end: number, mask: number): Uint8Array {
  const zero = mask;
  let at = cursor.at;
  let escapes = 0;
  for (; ; at += 1) {
    if (at + 1 >= end) throw damagedKey();
    if (bytes[at] !== zero) continue;
    if ((bytes[at + 1]! ^ mask) === 0) break;
    escapes += 1;
    at += 1;
  }
  const value = new Uint8Array(at - cursor.at - escapes);
  let from = cursor.at;
  for (let index = 0; index < value.length; index += 1) {
    const byte = bytes[from]! ^ mask;
    value[index] = byte;
    from += byte === 0 ? 2 : 1;
  }
  cursor.at = at + 2;
  return value;
}

function readVector(
  bytes: Uint8Array,
  cursor: ByteCursor,
  end: number,
  mask: number,
): Float32Array {
  const elements: number[] = [];
  while ((bytes[advance(cursor, 1, end)]! ^ mask) !== 0) {
    elements.push(readFloat32(bytes, advance(cursor, 4, end), mask));
  }
  return Float32Array.from(elements);
}
