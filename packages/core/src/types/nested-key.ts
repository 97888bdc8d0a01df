/**
 * Arrays, maps and structs in order keys. Part of the file format, do not change.
 *
 *   array    per element 01 and its key, or 02 for null; ended by 00. Then u8 the dimensions, and for each of them length and
 *            number of the first element as u32 big-endian, the latter with its sign flipped
 *   struct   per field 01 and its key, or 02 for null
 *   map      as the array of entries that it is
 *
 * So arrays are ordered element by element, a null above all else, then by their number, then by their shape: PostgreSQL's order.
 */
import { entriesType } from './data-type.ts';
import type { DataType } from './data-type.ts';
import { ARRAY_DIMENSIONS_MAX, ArrayValue, StructValue } from './nested-value.ts';
import type { Scalar } from './scalar.ts';

/** What the parts are written with: an `OrderKeyWriter`. */
interface PartWriter {
  writeRaw(bytes: Uint8Array): void;
  writeScalar(
    column: {
      readonly type: DataType;
      readonly descending: boolean;
      readonly nullable: boolean;
      readonly nullsFirst: boolean;
    },
    value: Scalar,
  ): void;
}

const END = Uint8Array.of(0);
const PRESENT = Uint8Array.of(1);
const NULL = Uint8Array.of(2);
const SIGN = 0x8000_0000;

export function writeNestedKey(
  writer: PartWriter,
  type: DataType,
  value: NonNullable<Scalar>,
): void {
  if (type.kind === 'struct') {
    const { fields } = value as StructValue;
    for (const [index, field] of type.fields.entries())
      writePart(writer, field.type, fields[index]!);
    return;
  }
  const { lengths, lowerBounds, elements } = value as ArrayValue;
  const element = elementOf(type);
  for (const one of elements) writePart(writer, element, one);
  writer.writeRaw(END);
  writer.writeRaw(Uint8Array.of(lengths.length));
  for (const [index, length] of lengths.entries()) {
    writer.writeRaw(uint32Bytes(length));
    writer.writeRaw(uint32Bytes(lowerBounds[index]! ^ SIGN));
  }
}

function elementOf(type: DataType): DataType {
  if (type.kind === 'map') return entriesType(type).element;
  return type.kind === 'array' ? type.element : type;
}

function writePart(writer: PartWriter, type: DataType, value: Scalar): void {
  if (value === null) {
    writer.writeRaw(NULL);
    return;
  }
  writer.writeRaw(PRESENT);
  writer.writeScalar({ type, descending: false, nullable: false, nullsFirst: false }, value);
}

function uint32Bytes(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/**
 * Reads what `writeNestedKey` wrote; undefined for bytes of another form. `byte` answers the next one,
 * `part` reads the key of a value.
 */
export function readNestedKey(
  type: DataType,
  byte: () => number,
  part: (of: DataType) => Scalar,
): NonNullable<Scalar> | undefined {
  if (type.kind === 'struct') {
    const fields: Scalar[] = [];
    for (const field of type.fields) {
      const marker = byte();
      if (marker !== 1 && marker !== 2) return undefined;
      fields.push(marker === 1 ? part(field.type) : null);
    }
    return new StructValue(fields);
  }
  const element = elementOf(type);
  const elements: Scalar[] = [];
  for (let marker = byte(); marker !== 0; marker = byte()) {
    if (marker !== 1 && marker !== 2) return undefined;
    elements.push(marker === 1 ? part(element) : null);
  }
  const dimensions = byte();
  if (dimensions > ARRAY_DIMENSIONS_MAX) return undefined;
  const word = (): number => ((byte() << 24) | (byte() << 16) | (byte() << 8) | byte()) >>> 0;
  const lengths: number[] = [];
  const lowerBounds: number[] = [];
  for (let index = 0; index < dimensions; index += 1) {
    lengths.push(word());
    lowerBounds.push((word() ^ SIGN) | 0);
  }
  return new ArrayValue(lengths, lowerBounds, elements);
}
