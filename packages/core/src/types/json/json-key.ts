/**
 * JSONB values as bytes that sort as the values do (`compute/json/compare-json`): a byte for the kind, then
 *
 *   string   its UTF-8 with zeros escaped, ended by two zeros
 *   number   its NUMERIC key
 *   array    the number of elements (4 bytes, big endian), then the elements
 *   object   the number of members (4), then by turns the keys, shortest first (length (4), UTF-8), and their values
 */
import { concatBytes, encodeUtf8 } from '../../base/bytes.ts';
import { numericKey } from '../numeric-key.ts';
import { numericOf } from '../numeric.ts';
import { isArray, JsonNumber, plainNumber, type JsonValue } from './json-value.ts';
import { parseJson } from './parse-json.ts';
import { sortedKeys } from './write-json.ts';

const KIND = Object.freeze({
  emptyArray: 1,
  null: 2,
  string: 3,
  number: 4,
  false: 5,
  true: 6,
  array: 7,
  object: 8,
} as const);

export function jsonKey(text: string): Uint8Array {
  const parts: Uint8Array[] = [];
  writeKey(parseJson(text), parts);
  return concatBytes(...parts);
}

function writeKey(value: JsonValue, parts: Uint8Array[]): void {
  if (value === null) parts.push(Uint8Array.of(KIND.null));
  else if (typeof value === 'boolean') parts.push(Uint8Array.of(value ? KIND.true : KIND.false));
  else if (typeof value === 'string')
    parts.push(Uint8Array.of(KIND.string), escaped(encodeUtf8(value)));
  else if (value instanceof JsonNumber)
    parts.push(Uint8Array.of(KIND.number), numericKey(numericOf(plainNumber(value.text))));
  else if (isArray(value)) {
    if (value.length === 0) {
      parts.push(Uint8Array.of(KIND.emptyArray));
      return;
    }
    parts.push(Uint8Array.of(KIND.array), count(value.length));
    for (const element of value) writeKey(element, parts);
  } else {
    parts.push(Uint8Array.of(KIND.object), count(value.size));
    for (const key of sortedKeys(value)) {
      const bytes = encodeUtf8(key);
      parts.push(count(bytes.length), bytes);
      writeKey(value.get(key)!, parts);
    }
  }
}

function count(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function escaped(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (const byte of bytes) {
    out.push(byte);
    if (byte === 0) out.push(0xff);
  }
  out.push(0, 0);
  return Uint8Array.from(out);
}
