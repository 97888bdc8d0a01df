/** SQL values as JSON values, and back to the plain text that `->>` shows. */
import { assert } from '../../base/assert.ts';
import type { DataType } from '../../types/data-type.ts';
import type { Scalar } from '../../types/scalar.ts';
import { formatScalar } from '../cast-scalar.ts';
import { JsonNumber, type JsonValue } from '../../types/json/json-value.ts';
import { ArrayValue, StructValue } from '../../types/nested-value.ts';
import { parseJson } from '../../types/json/parse-json.ts';
import { writeJsonb } from '../../types/json/write-json.ts';

const NUMBERS: ReadonlySet<string> = new Set([
  'int16',
  'int32',
  'int64',
  'float32',
  'float64',
  'numeric',
]);

/** to_jsonb: numbers, booleans and JSON as they are, vectors and arrays as arrays, maps and structs as objects, else text. */
export function toJson(value: Scalar, type: DataType): JsonValue {
  if (value === null) return null;
  if (typeof value === 'boolean') return value;
  if (type.kind === 'json' || type.kind === 'jsonb') return parseJson(value as string);
  if (value instanceof Float32Array)
    return Array.from(value, (element) => new JsonNumber(String(element)));
  if (value instanceof ArrayValue) return arrayToJson(value, type);
  if (value instanceof StructValue) return structToJson(value, type);
  const text = formatScalar(value, type);
  // JSON has no NaN and no infinities.
  if (NUMBERS.has(type.kind)) return /^-?\d/.test(text) ? new JsonNumber(text) : text;
  return type.kind === 'timestamp' ? text.replace(' ', 'T') : text;
}

function arrayToJson(value: ArrayValue, type: DataType): JsonValue {
  if (type.kind === 'map') {
    const entries = value.elements.map((entry) => (entry as StructValue).fields);
    return new Map(
      entries.map(([key, member]) => [toJsonKey(key!, type.key), toJson(member!, type.value)]),
    );
  }
  assert(type.kind === 'array', 'an array has the type of one');
  const elements = value.elements.map((element) => toJson(element, type.element));
  // Row-major: the last dimension is folded first.
  return value.lengths.slice(1).reduceRight<JsonValue[]>(chunked, elements);
}

function chunked(elements: JsonValue[], length: number): JsonValue[] {
  const chunks: JsonValue[] = [];
  for (let at = 0; at < elements.length; at += length) chunks.push(elements.slice(at, at + length));
  return chunks;
}

function structToJson(value: StructValue, type: DataType): JsonValue {
  assert(type.kind === 'struct', 'a struct has the type of one');
  return new Map(
    type.fields.map((field, index) => [field.name, toJson(value.fields[index]!, field.type)]),
  );
}

/** A key of an object: the value's text. */
export function toJsonKey(value: NonNullable<Scalar>, type: DataType): string {
  return typeof value === 'string' ? value : formatScalar(value, type);
}

/** What `->>` shows: a string without its quotes, null as NULL, everything else as JSON. */
export function jsonText(value: JsonValue | undefined): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : writeJsonb(value);
}
