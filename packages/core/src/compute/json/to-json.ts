/** SQL values as JSON values, and back to the plain text that `->>` shows. */
import type { DataType } from '../../types/data-type.ts';
import type { Scalar } from '../../types/scalar.ts';
import { formatScalar } from '../cast-scalar.ts';
import { JsonNumber, type JsonValue } from '../../types/json/json-value.ts';
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

/** to_jsonb: numbers, booleans and JSON as they are, vectors as arrays, everything else as its text. */
export function toJson(value: Scalar, type: DataType): JsonValue {
  if (value === null) return null;
  if (typeof value === 'boolean') return value;
  if (type.kind === 'json' || type.kind === 'jsonb') return parseJson(value as string);
  if (value instanceof Float32Array)
    return Array.from(value, (element) => new JsonNumber(String(element)));
  const text = formatScalar(value, type);
  // JSON has no NaN and no infinities.
  if (NUMBERS.has(type.kind)) return /^-?\d/.test(text) ? new JsonNumber(text) : text;
  return type.kind === 'timestamp' ? text.replace(' ', 'T') : text;
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
