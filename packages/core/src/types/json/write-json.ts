/**
 * JSON values as text. The canonical form of JSONB is PostgreSQL's output: keys shortest first, then by bytes, a blank behind
 * colons and commas, numbers without exponents. It is what JSONB values are stored as, so equal texts are equal values.
 */
import { compareBytes, encodeUtf8 } from '../../base/bytes.ts';
import { parseJson } from './parse-json.ts';
import { isArray, JsonNumber, plainNumber, type JsonObject, type JsonValue } from './json-value.ts';

/** JSON text as the text of the same JSONB value. */
export function canonicalJson(text: string): string {
  return writeJsonb(parseJson(text));
}

export function writeJsonb(value: JsonValue): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return quoteJson(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value instanceof JsonNumber) return plainNumber(value.text);
  if (isArray(value)) return `[${value.map(writeJsonb).join(', ')}]`;
  const members = sortedKeys(value).map(
    (key) => `${quoteJson(key)}: ${writeJsonb(value.get(key)!)}`,
  );
  return `{${members.join(', ')}}`;
}

/** JSON as it was read, without blanks: order and digits stay. */
export function writeJson(value: JsonValue): string {
  if (value instanceof JsonNumber) return value.text;
  if (isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  if (!(value instanceof Map)) return writeJsonb(value);
  const members = [...value].map(([key, member]) => `${quoteJson(key)}:${writeJson(member)}`);
  return `{${members.join(',')}}`;
}

/** jsonb_pretty: four blanks a level. */
export function prettyJsonb(value: JsonValue, indent = ''): string {
  const inner = `${indent}    `;
  if (isArray(value)) {
    if (value.length === 0) return `[\n${indent}]`;
    const elements = value.map((element) => inner + prettyJsonb(element, inner));
    return `[\n${elements.join(',\n')}\n${indent}]`;
  }
  if (value instanceof Map) {
    if (value.size === 0) return `{\n${indent}}`;
    const members = sortedKeys(value).map(
      (key) => `${inner}${quoteJson(key)}: ${prettyJsonb(value.get(key)!, inner)}`,
    );
    return `{\n${members.join(',\n')}\n${indent}}`;
  }
  return writeJsonb(value);
}

export function quoteJson(text: string): string {
  return JSON.stringify(text);
}

export function sortedKeys(value: JsonObject): readonly string[] {
  return [...value.keys()].toSorted(compareKeys);
}

/** Shorter keys first, in bytes of UTF-8. */
export function compareKeys(left: string, right: string): number {
  const [a, b] = [encodeUtf8(left), encodeUtf8(right)];
  return a.length === b.length ? compareBytes(a, b) : a.length - b.length;
}
