/** JSON values as rows: PostgreSQL's set functions, and SQLite's json_each and json_tree. */
import { AlopexError } from '../../base/errors.ts';
import {
  JsonNumber,
  isArray,
  isObject,
  jsonTypeOf,
  plainNumber,
  type JsonObject,
  type JsonValue,
} from '../../types/json/json-value.ts';
import { parseJson } from '../../types/json/parse-json.ts';
import { writeJson, writeJsonb } from '../../types/json/write-json.ts';
import type { Scalar } from '../../types/scalar.ts';
import { jsonText } from '../json/to-json.ts';
import type { TableFunction } from './table-function.ts';

/** What exists for both types. `write` makes their text. */
function setFunctions(write: (value: JsonValue) => string, prefix: 'json' | 'jsonb') {
  return {
    elements: table(`${prefix}_array_elements`, function* (value) {
      for (const element of arrayOf(value, `${prefix}_array_elements`)) yield [write(element)];
    }),
    elementsText: table(`${prefix}_array_elements_text`, function* (value) {
      for (const element of arrayOf(value, `${prefix}_array_elements_text`))
        yield [jsonText(element)];
    }),
    each: table(`${prefix}_each`, function* (value) {
      for (const [key, member] of objectOf(value, `${prefix}_each`)) yield [key, write(member)];
    }),
    eachText: table(`${prefix}_each_text`, function* (value) {
      for (const [key, member] of objectOf(value, `${prefix}_each_text`))
        yield [key, jsonText(member)];
    }),
    keys: table(`${prefix}_object_keys`, function* (value) {
      for (const key of objectOf(value, `${prefix}_object_keys`).keys()) yield [key];
    }),
  };
}

function table(
  name: string,
  rows: (value: JsonValue) => Iterable<readonly Scalar[]>,
): TableFunction {
  return { name, strict: true, rows: ([text]) => rows(parseJson(text as string)) };
}

function arrayOf(value: JsonValue, name: string): readonly JsonValue[] {
  if (isArray(value)) return value;
  const what = isObject(value) ? 'an object' : 'a scalar';
  throw new AlopexError(
    'ALX_INVALID_ARGUMENT',
    name.endsWith('text') || name.endsWith('elements')
      ? `cannot extract elements from ${what}`
      : `cannot call ${name} on ${what}`,
  );
}

function objectOf(value: JsonValue, name: string): JsonObject {
  if (isObject(value)) return value;
  const what = isArray(value) ? 'an array' : jsonTypeOf(value) === 'null' ? 'a null' : 'a scalar';
  throw new AlopexError(
    'ALX_INVALID_ARGUMENT',
    name.includes('each')
      ? `cannot deconstruct ${isArray(value) ? 'an array as an object' : 'a scalar'}`
      : `cannot call ${name} on ${what === 'a null' ? 'a scalar' : what}`,
  );
}

/**
 * Members of an object by key and elements of an array by position, with SQLite's columns: key, value, type, atom, id, parent,
 * fullkey, path. Values are JSON.
 */
const each: TableFunction = {
  name: 'json_each',
  strict: true,
  *rows([text]) {
    const root = parseJson(text as string);
    const ids = { next: 0 };
    if (!isArray(root) && !isObject(root)) {
      yield row(null, root, ids.next, null, '$', '$');
      return;
    }
    ids.next = 1;
    for (const [key, step, member] of members(root)) {
      yield row(key, member, ids.next, null, `$${step}`, '$');
      ids.next += 1;
    }
  },
};

/** json_each over all values at any depth, the whole first. */
const tree: TableFunction = {
  name: 'json_tree',
  strict: true,
  *rows([text]) {
    const stack: Place[] = [
      { key: null, value: parseJson(text as string), parent: null, fullKey: '$', path: '$' },
    ];
    let id = 0;
    for (let place = stack.pop(); place !== undefined; place = stack.pop()) {
      const { key, value, parent, fullKey, path } = place;
      yield row(key, value, id, parent, fullKey, path);
      const own = id;
      id += 1;
      const below = Array.from(members(value), ([name, step, member]): Place => ({
        key: name,
        value: member,
        parent: own,
        fullKey: fullKey + step,
        path: fullKey,
      }));
      for (const next of below.reverse()) stack.push(next);
    }
  },
};

interface Place {
  readonly key: string | null;
  readonly value: JsonValue;
  readonly parent: number | null;
  readonly fullKey: string;
  readonly path: string;
}

function* members(value: JsonValue): Iterable<readonly [string, string, JsonValue]> {
  if (isArray(value)) {
    for (const [index, element] of value.entries()) yield [String(index), `[${index}]`, element];
  } else if (isObject(value)) {
    for (const [key, member] of value) {
      const plain = /^[A-Za-z_][A-Za-z0-9_]*$/.test(key);
      yield [key, plain ? `.${key}` : `."${key}"`, member];
    }
  }
}

function row(
  key: string | null,
  value: JsonValue,
  id: number,
  parent: number | null,
  fullKey: string,
  path: string,
): readonly Scalar[] {
  const isLeaf = !isArray(value) && !isObject(value);
  const atom = !isLeaf
    ? null
    : value instanceof JsonNumber
      ? plainNumber(value.text)
      : jsonText(value);
  return [key, writeJsonb(value), jsonTypeOf(value), atom, id, parent, fullKey, path];
}

export const jsonTables = {
  json: setFunctions(writeJson, 'json'),
  jsonb: setFunctions(writeJsonb, 'jsonb'),
  each,
  tree,
} as const;
