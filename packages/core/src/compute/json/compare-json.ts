/**
 * Order and containment of JSONB as in PostgreSQL: objects before arrays before booleans before numbers before strings before
 * null, from greatest to least; of two arrays or objects the one with more members is greater.
 */
import { compareBytes, encodeUtf8 } from '../../base/bytes.ts';
import {
  compareNumbers,
  isArray,
  isObject,
  JsonNumber,
  jsonTypeOf,
  type JsonObject,
  type JsonValue,
} from '../../types/json/json-value.ts';
import { parseJson } from '../../types/json/parse-json.ts';
import { compareKeys, sortedKeys } from '../../types/json/write-json.ts';

const RANK = Object.freeze({ null: 0, string: 1, number: 2, boolean: 3, array: 4, object: 5 });

export function compareJson(left: JsonValue, right: JsonValue): number {
  const [a, b] = [RANK[jsonTypeOf(left)], RANK[jsonTypeOf(right)]];
  if (a !== b) {
    // PostgreSQL's historic exception: an empty array is less than anything.
    if (isArray(left) && left.length === 0) return -1;
    if (isArray(right) && right.length === 0) return 1;
    return a < b ? -1 : 1;
  }
  if (isArray(left) && isArray(right)) return compareArrays(left, right);
  if (isObject(left) && isObject(right)) return compareObjects(left, right);
  if (left instanceof JsonNumber && right instanceof JsonNumber) return compareNumbers(left, right);
  if (typeof left === 'string' && typeof right === 'string')
    return compareBytes(encodeUtf8(left), encodeUtf8(right));
  return Number(left) - Number(right);
}

/**
 * The same over texts; equal texts are equal without being read. The slot of an absent row is empty, as no JSON text is:
 * loops over whole columns ask about it too, and throw the answer away.
 */
export function compareJsonText(left: string, right: string): number {
  if (left === '' || right === '') return left.length - right.length;
  return left === right ? 0 : compareJson(parseJson(left), parseJson(right));
}

function compareArrays(left: readonly JsonValue[], right: readonly JsonValue[]): number {
  if (left.length !== right.length) return left.length - right.length;
  for (const [index, value] of left.entries()) {
    const order = compareJson(value, right[index]!);
    if (order !== 0) return order;
  }
  return 0;
}

function compareObjects(left: JsonObject, right: JsonObject): number {
  if (left.size !== right.size) return left.size - right.size;
  const rightKeys = sortedKeys(right);
  for (const [index, key] of sortedKeys(left).entries()) {
    const order =
      compareKeys(key, rightKeys[index]!) || compareJson(left.get(key)!, right.get(key)!);
    if (order !== 0) return order;
  }
  return 0;
}

/** `@>`: everything in `part` is in `whole`, at the same place. */
export function containsJson(whole: JsonValue, part: JsonValue, isTop = true): boolean {
  if (isObject(part)) {
    if (!isObject(whole)) return false;
    for (const [key, value] of part) {
      const found = whole.get(key);
      if (found === undefined || !containsJson(found, value, false)) return false;
    }
    return true;
  }
  if (isArray(part)) {
    if (!isArray(whole)) return false;
    return part.every((value) => whole.some((element) => containsJson(element, value, false)));
  }
  // An array at the top contains a bare element.
  if (isTop && isArray(whole)) return whole.some((element) => containsJson(element, part, false));
  return !isObject(whole) && !isArray(whole) && compareJson(whole, part) === 0;
}
