/**
 * Arrays, maps and structs as bytes: what a column holds for one value, and a row. Part of the file format, do not change.
 *
 *   array    u8   dimensions, 0 to 6; 0 ends the value
 *            u8   1 = some element is null
 *            per dimension: u32 length, i32 number of the first element
 *            null bitmap if there are nulls: one bit an element, least significant first, set = null
 *            elements of a fixed width: one after another, a null's zero
 *            others: u32 end of each, counted from behind the ends, then their bytes
 *   struct   null bitmap, one bit a field; u32 end of each field, counted from behind the ends, then their bytes
 *   map      an array of structs of key and value
 *
 * Fixed widths: boolean 1, int16 2, int32, float32 and date 4, int64, float64 and the times 8, uuid and interval 16. All little-endian.
 */
import { assert } from '../base/assert.ts';
import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import { readUint32 } from '../base/little-endian.ts';
import { AlopexError } from '../base/errors.ts';
import { entriesType } from './data-type.ts';
import type { DataType, TypeKind } from './data-type.ts';
import { growBytes } from './growable.ts';
import { readInterval, writeInterval } from './interval.ts';
import type { Interval } from './interval.ts';
import { ARRAY_DIMENSIONS_MAX, ArrayValue, EMPTY_ARRAY, StructValue } from './nested-value.ts';
import { encodeNumeric, numericOf, numericTextAt } from './numeric.ts';
import type { Scalar } from './scalar.ts';

const WIDTHS: Partial<Readonly<Record<TypeKind, number>>> = Object.freeze({
  boolean: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  float32: 4,
  float64: 8,
  date: 4,
  time: 8,
  timestamp: 8,
  timestamptz: 8,
  uuid: 16,
  interval: 16,
});

const HEADER_BYTES = 2;
const DIMENSION_BYTES = 8;
const HAS_NULLS = 1;

/** Bytes of one value of a fixed width; 0 for all others. */
function widthOf(type: DataType): number {
  return WIDTHS[type.kind] ?? 0;
}

/** Writes values one behind another into a buffer that grows. */
export class NestedWriter {
  /** Written is bytes[0 .. length). Replaced when it grows. */
  bytes: Uint8Array = new Uint8Array(64);
  length = 0;
  #view = new DataView(this.bytes.buffer);

  reset(): void {
    this.length = 0;
  }

  /** Appends the bytes of one value that is not null. */
  write(type: DataType, value: NonNullable<Scalar>): void {
    switch (type.kind) {
      case 'array':
        return this.#writeArray(type.element, value as ArrayValue);
      case 'map':
        return this.#writeArray(entriesType(type).element, value as ArrayValue);
      case 'struct':
        return this.#writeStruct(
          type.fields.map((field) => field.type),
          value as StructValue,
        );
      case 'text':
      case 'json':
      case 'jsonb':
        return this.#append(encodeUtf8(value as string));
      case 'numeric':
        return this.#append(encodeNumeric(numericOf(value as string)));
      case 'bytea':
        return this.#append(value as Uint8Array);
      case 'vector': {
        const floats = value as Float32Array;
        const at = this.#take(floats.length * 4);
        for (let index = 0; index < floats.length; index += 1)
          this.#view.setFloat32(at + index * 4, floats[index]!, true);
        return;
      }
      case 'null':
        return assert(false, 'a value of type null is null');
      default:
        return this.#writeFixed(type, value);
    }
  }

  #writeFixed(type: DataType, value: NonNullable<Scalar>): void {
    const at = this.#take(widthOf(type));
    const view = this.#view;
    switch (type.kind) {
      case 'boolean':
        this.bytes[at] = value === true ? 1 : 0;
        return;
      case 'int16':
        return view.setInt16(at, value as number, true);
      case 'int32':
      case 'date':
        return view.setInt32(at, value as number, true);
      case 'int64':
      case 'time':
      case 'timestamp':
      case 'timestamptz':
        return view.setBigInt64(at, BigInt(value as number | bigint), true);
      case 'float32':
        return view.setFloat32(at, value as number, true);
      case 'float64':
        return view.setFloat64(at, value as number, true);
      case 'uuid':
        return this.bytes.set(value as Uint8Array, at);
      case 'interval':
        return writeInterval(this.bytes, at, value as Interval);
      default:
        assert(false, 'the type has a fixed width');
    }
  }

  #writeArray(element: DataType, value: ArrayValue): void {
    const { lengths, lowerBounds, elements } = value;
    const hasNulls = elements.includes(null);
    const header = this.#take(HEADER_BYTES + lengths.length * DIMENSION_BYTES);
    this.bytes[header] = lengths.length;
    this.bytes[header + 1] = hasNulls ? HAS_NULLS : 0;
    for (const [index, length] of lengths.entries()) {
      const at = header + HEADER_BYTES + index * DIMENSION_BYTES;
      this.#view.setUint32(at, length, true);
      this.#view.setInt32(at + 4, lowerBounds[index]!, true);
    }
    if (hasNulls) this.#writeNulls(elements);
    const width = widthOf(element);
    if (width === 0) return this.#writeParts(elements, () => element);
    for (const one of elements) {
      if (one === null) this.#take(width);
      else this.#writeFixed(element, one);
    }
  }

  #writeStruct(types: readonly DataType[], { fields }: StructValue): void {
    assert(fields.length === types.length, 'a struct has a value for each field');
    this.#writeNulls(fields);
    this.#writeParts(fields, (index) => types[index]!);
  }

  #writeNulls(values: readonly Scalar[]): void {
    const at = this.#take((values.length + 7) >>> 3);
    for (let index = 0; index < values.length; index += 1) {
      if (values[index] === null) this.bytes[at + (index >>> 3)]! |= 1 << (index & 7);
    }
  }

  #writeParts(values: readonly Scalar[], typeAt: (index: number) => DataType): void {
    const ends = this.#take(values.length * 4);
    const start = this.length;
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index]!;
      if (value !== null) this.write(typeAt(index), value);
      this.#view.setUint32(ends + index * 4, this.length - start, true);
    }
  }

  #append(source: Uint8Array): void {
    const at = this.#take(source.length);
    this.bytes.set(source, at);
  }

  /** Room for `size` bytes, zero; answers where it begins. */
  #take(size: number): number {
    const at = this.length;
    if (at + size > this.bytes.length) {
      this.bytes = growBytes(this.bytes, at + size);
      this.#view = new DataView(this.bytes.buffer);
    }
    this.bytes.fill(0, at, at + size);
    this.length = at + size;
    return at;
  }
}

/** The value that lies in bytes [start, end). ALX_CORRUPT when they do not have the form of the type. */
export function readNested(
  type: DataType,
  bytes: Uint8Array,
  start: number,
  end: number,
): NonNullable<Scalar> {
  switch (type.kind) {
    case 'array':
      return readArray(type.element, bytes, start, end);
    case 'map':
      return readArray(entriesType(type).element, bytes, start, end);
    case 'struct':
      return readStruct(type, bytes, start, end);
    case 'text':
    case 'json':
    case 'jsonb':
      return decodeUtf8(bytes, start, end);
    case 'numeric':
      return numericTextAt(bytes, start, end);
    case 'bytea':
      return bytes.slice(start, end);
    case 'vector': {
      const floats = new Float32Array((end - start) >>> 2);
      const view = viewOf(bytes);
      for (let index = 0; index < floats.length; index += 1)
        floats[index] = view.getFloat32(start + index * 4, true);
      return floats;
    }
    default:
      return readFixed(type, bytes, viewOf(bytes), start);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readFixed(
  type: DataType,
  bytes: Uint8Array,
  view: DataView,
  at: number,
): NonNullable<Scalar> {
  switch (type.kind) {
    case 'boolean':
      return bytes[at] !== 0;
    case 'int16':
      return view.getInt16(at, true);
    case 'int32':
    case 'date':
      return view.getInt32(at, true);
    case 'int64': {
      const wide = view.getBigInt64(at, true);
      const narrow = Number(wide);
      return Number.isSafeInteger(narrow) ? narrow : wide;
    }
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return Number(view.getBigInt64(at, true));
    case 'float32':
      return view.getFloat32(at, true);
    case 'float64':
      return view.getFloat64(at, true);
    case 'uuid':
      return bytes.slice(at, at + 16);
    case 'interval':
      return readInterval(bytes, at);
    default:
      throw damaged();
  }
}

/** Where the elements of a stored array are, read once for all of them. */
interface ArrayFrame {
  readonly lengths: number[];
  readonly lowerBounds: number[];
  readonly count: number;
  /** First byte of the null bitmap; -1 = no nulls. */
  readonly nulls: number;
  /** First byte of the elements, or of their ends. */
  readonly body: number;
}

function readFrame(bytes: Uint8Array, start: number, end: number): ArrayFrame {
  const dimensions = bytes[start]!;
  const behind = start + HEADER_BYTES + dimensions * DIMENSION_BYTES;
  if (end - start < HEADER_BYTES || dimensions > ARRAY_DIMENSIONS_MAX || behind > end)
    throw damaged();
  const lengths: number[] = [];
  const lowerBounds: number[] = [];
  let count = dimensions === 0 ? 0 : 1;
  for (let at = start + HEADER_BYTES; at < behind; at += DIMENSION_BYTES) {
    lengths.push(readUint32(bytes, at));
    lowerBounds.push(readUint32(bytes, at + 4) | 0);
    count *= lengths.at(-1)!;
  }
  const hasNulls = bytes[start + 1] === HAS_NULLS;
  const body = behind + (hasNulls ? (count + 7) >>> 3 : 0);
  if (body > end) throw damaged();
  return { lengths, lowerBounds, count, nulls: hasNulls ? behind : -1, body };
}

function readArray(element: DataType, bytes: Uint8Array, start: number, end: number): ArrayValue {
  const { lengths, lowerBounds, count, nulls, body } = readFrame(bytes, start, end);
  if (count === 0) return EMPTY_ARRAY;
  const width = widthOf(element);
  const behind = body + count * (width === 0 ? 4 : width);
  if (behind > end) throw damaged();
  if (width === 0)
    return new ArrayValue(
      lengths,
      lowerBounds,
      readParts(() => element, bytes, nulls, body, count),
    );
  const view = viewOf(bytes);
  const elements: Scalar[] = [];
  for (let index = 0; index < count; index += 1) {
    elements.push(
      isNull(bytes, nulls, index) ? null : readFixed(element, bytes, view, body + index * width),
    );
  }
  return new ArrayValue(lengths, lowerBounds, elements);
}

function readStruct(
  type: DataType & { readonly kind: 'struct' },
  bytes: Uint8Array,
  start: number,
  end: number,
): StructValue {
  const count = type.fields.length;
  const ends = start + ((count + 7) >>> 3);
  if (ends + count * 4 > end) throw damaged();
  return new StructValue(readParts((index) => type.fields[index]!.type, bytes, start, ends, count));
}

function readParts(
  typeAt: (index: number) => DataType,
  bytes: Uint8Array,
  nulls: number,
  ends: number,
  count: number,
): Scalar[] {
  const first = ends + count * 4;
  const parts: Scalar[] = [];
  let from = first;
  for (let index = 0; index < count; index += 1) {
    const to = first + readUint32(bytes, ends + index * 4);
    if (to < from || to > bytes.length) throw damaged();
    parts.push(isNull(bytes, nulls, index) ? null : readNested(typeAt(index), bytes, from, to));
    from = to;
  }
  return parts;
}

function isNull(bytes: Uint8Array, nulls: number, index: number): boolean {
  return nulls >= 0 && (bytes[nulls + (index >>> 3)]! & (1 << (index & 7))) !== 0;
}

function damaged(): AlopexError {
  return new AlopexError(
    'ALX_CORRUPT',
    'a stored array or struct does not have the form of its type',
  );
}
