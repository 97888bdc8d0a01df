/**
 * Functions and operators over JSON and JSONB, as PostgreSQL defines them, and SQLite's spellings. A JSON value is its text: of
 * JSONB the canonical one. Functions that answer JSON leave the order and the digits of their input as they are.
 */
import { AlopexError } from '../../base/errors.ts';
import { createColumnBuilder } from '../../types/create-column-builder.ts';
import type { DataType } from '../../types/data-type.ts';
import { scalarAt } from '../../types/scalar-at.ts';
import type { Scalar } from '../../types/scalar.ts';
import { strictFunction } from '../define-function.ts';
import type { ScalarFunction } from '../scalar-function.ts';
import { containsJson } from './compare-json.ts';
import { changeAt, parsePath, stepInto, stepIntoJsonb, walkPath } from './json-path.ts';
import { isArray, isObject, jsonTypeOf, type JsonValue } from '../../types/json/json-value.ts';
import { parseJson } from '../../types/json/parse-json.ts';
import { jsonText, toJson, toJsonKey } from './to-json.ts';
import { prettyJsonb, writeJson, writeJsonb } from '../../types/json/write-json.ts';

type Writer = (value: JsonValue) => string;

/** What exists for both types. `write` makes their text, `into` is their step by `->`. */
function accessors(write: Writer, into: typeof stepInto) {
  const shown = (value: JsonValue | undefined): string | null =>
    value === undefined ? null : write(value);
  return {
    /** `->` with a key or a position. */
    get: strictFunction('->', ([json, step]) => shown(into(parse(json!), step as string | number))),
    /** `->>` with a key or a position. */
    getText: strictFunction('->>', ([json, step]) =>
      jsonText(into(parse(json!), step as string | number)),
    ),
    /** `#>` */
    getPath: strictFunction('#>', ([json, path]) =>
      shown(walkPath(parse(json!), parsePath(path as string))),
    ),
    /** `#>>` */
    getPathText: strictFunction('#>>', ([json, path]) =>
      jsonText(walkPath(parse(json!), parsePath(path as string))),
    ),
    extractPath: strictFunction('extract_path', ([json, ...steps]) =>
      shown(walkPath(parse(json!), steps.map(String))),
    ),
    extractPathText: strictFunction('extract_path_text', ([json, ...steps]) =>
      jsonText(walkPath(parse(json!), steps.map(String))),
    ),
    typeOf: strictFunction('typeof', ([json]) => jsonTypeOf(parse(json!))),
    arrayLength: strictFunction('array_length', ([json]) => arrayOf(parse(json!)).length),
    stripNulls: strictFunction('strip_nulls', ([json]) => write(withoutNulls(parse(json!)))),
    toJson: typedFunction('to_json', ([value], [type]) => write(toJson(value!, type!))),
    buildArray: typedFunction('build_array', (values, types) =>
      write(values.map((value, index) => toJson(value, types[index]!))),
    ),
    buildObject: typedFunction('build_object', (values, types) => write(objectOf(values, types))),
  } as const;
}

export const jsonFunctions = accessors(writeJson, stepInto);

export const jsonbFunctions = {
  ...accessors(writeJsonb, stepIntoJsonb),
  /** `@>` */
  contains: strictFunction('@>', ([whole, part]) => containsJson(parse(whole!), parse(part!))),
  /** `<@` */
  containedBy: strictFunction('<@', ([part, whole]) => containsJson(parse(whole!), parse(part!))),
  /** `?` */
  hasKey: strictFunction('?', ([json, key]) => hasKey(parse(json!), key as string)),
  /** `?|` with a text[] literal. */
  hasAnyKey: strictFunction('?|', ([json, keys]) => {
    const value = parse(json!);
    return parsePath(keys as string).some((key) => hasKey(value, key));
  }),
  /** `?&` with a text[] literal. */
  hasAllKeys: strictFunction('?&', ([json, keys]) => {
    const value = parse(json!);
    return parsePath(keys as string).every((key) => hasKey(value, key));
  }),
  /** `||` */
  concat: strictFunction('||', ([left, right]) =>
    writeJsonb(concatenated(parse(left!), parse(right!))),
  ),
  /** `-` with a key. */
  removeKey: strictFunction('-', ([json, key]) =>
    writeJsonb(withoutKey(parse(json!), key as string)),
  ),
  /** `-` with a position. */
  removeElement: strictFunction('-', ([json, position]) =>
    writeJsonb(withoutElement(parse(json!), position as number)),
  ),
  /** `#-` */
  removePath: strictFunction('#-', ([json, path]) =>
    writeJsonb(changeAt(parse(json!), parsePath(path as string), () => undefined)),
  ),
  /** (jsonb, path, jsonb [, create if missing]) */
  set: strictFunction('jsonb_set', ([json, path, value, create]) =>
    writeJsonb(
      changeAt(parse(json!), parsePath(path as string), (found) =>
        found === undefined && create === false ? undefined : parse(value!),
      ),
    ),
  ),
  /** (jsonb, path, jsonb [, after]) */
  insert: strictFunction('jsonb_insert', ([json, path, value, after]) =>
    writeJsonb(inserted(parse(json!), parsePath(path as string), parse(value!), after === true)),
  ),
  pretty: strictFunction('jsonb_pretty', ([json]) => prettyJsonb(parse(json!))),
  isValid: strictFunction('json_valid', ([text]) => isValid(text as string)),
  /** (jsonb, path, …): each path taken away. */
  remove: strictFunction('json_remove', ([json, ...paths]) =>
    writeJsonb(
      paths.reduce<JsonValue>(
        (value, path) => changeAt(value, parsePath(path as string), () => undefined),
        parse(json!),
      ),
    ),
  ),
  /** (jsonb, path, value, …): json_set makes and replaces, json_insert only makes, json_replace only replaces. */
  setAll: pairsFunction('json_set', (_found, value) => value),
  insertAll: pairsFunction('json_insert', (found, value) => found ?? value),
  replaceAll: pairsFunction('json_replace', (found, value) =>
    found === undefined ? undefined : value,
  ),
} as const;

function parse(value: NonNullable<Scalar>): JsonValue {
  return parseJson(value as string);
}

/** A function over values and their types, nulls included. */
function typedFunction(
  name: string,
  compute: (values: readonly Scalar[], types: readonly DataType[]) => Scalar,
): ScalarFunction {
  return {
    name,
    volatility: 'immutable',
    onNull: 'call',
    evaluate: (args, rowCount, type) => {
      const builder = createColumnBuilder(type, rowCount);
      const types = args.map((column) => column.type);
      for (let row = 0; row < rowCount; row += 1) {
        builder.append(
          compute(
            args.map((column) => scalarAt(column, row)),
            types,
          ),
        );
      }
      return builder.finish();
    },
  };
}

function pairsFunction(
  name: string,
  change: (found: JsonValue | undefined, value: JsonValue) => JsonValue | undefined,
): ScalarFunction {
  return typedFunction(name, ([json, ...rest], [, ...types]) => {
    if (json === null || json === undefined) return null;
    let value = parse(json);
    for (let index = 0; index + 1 < rest.length; index += 2) {
      const path = rest[index];
      if (path === null) return null;
      const next = toJson(rest[index + 1]!, types[index + 1]!);
      value = changeAt(value, parsePath(path as string), (found) => change(found, next));
    }
    return writeJsonb(value);
  });
}

function objectOf(values: readonly Scalar[], types: readonly DataType[]): JsonValue {
  if (values.length % 2 !== 0) {
    throw new AlopexError(
      'ALX_INVALID_ARGUMENT',
      'argument list must have even number of elements',
      {
        hint: 'The arguments of json_build_object must be keys and values by turns.',
      },
    );
  }
  const members = new Map<string, JsonValue>();
  for (let index = 0; index < values.length; index += 2) {
    const key = values[index];
    if (key === null || key === undefined) {
      throw new AlopexError('ALX_INVALID_ARGUMENT', `argument ${index + 1}: key must not be null`);
    }
    members.set(toJsonKey(key, types[index]!), toJson(values[index + 1]!, types[index + 1]!));
  }
  return members;
}

function arrayOf(value: JsonValue): readonly JsonValue[] {
  if (isArray(value)) return value;
  const what = isObject(value) ? 'a non-array' : 'a scalar';
  throw new AlopexError('ALX_INVALID_ARGUMENT', `cannot get array length of ${what}`);
}

function hasKey(value: JsonValue, key: string): boolean {
  if (isObject(value)) return value.has(key);
  return isArray(value) ? value.includes(key) : value === key;
}

function concatenated(left: JsonValue, right: JsonValue): JsonValue {
  if (isObject(left) && isObject(right)) return new Map([...left, ...right]);
  const listed = (value: JsonValue): readonly JsonValue[] => (isArray(value) ? value : [value]);
  return [...listed(left), ...listed(right)];
}

function withoutKey(value: JsonValue, key: string): JsonValue {
  if (isObject(value)) return new Map([...value].filter(([name]) => name !== key));
  if (isArray(value)) return value.filter((element) => element !== key);
  throw new AlopexError('ALX_INVALID_ARGUMENT', 'cannot delete from scalar');
}

function withoutElement(value: JsonValue, position: number): JsonValue {
  if (isObject(value)) {
    throw new AlopexError('ALX_INVALID_ARGUMENT', 'cannot delete from object using integer index', {
      hint: 'Name the key as text.',
    });
  }
  if (!isArray(value)) throw new AlopexError('ALX_INVALID_ARGUMENT', 'cannot delete from scalar');
  const at = position < 0 ? value.length + position : position;
  return at < 0 || at >= value.length ? value : value.toSpliced(at, 1);
}

function withoutNulls(value: JsonValue): JsonValue {
  if (isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const kept = [...value].filter(([, member]) => member !== null);
  return new Map(kept.map(([key, member]) => [key, withoutNulls(member)]));
}

function inserted(
  value: JsonValue,
  path: readonly string[],
  added: JsonValue,
  after: boolean,
): JsonValue {
  const parent = path.slice(0, -1);
  const holder = walkPath(value, parent);
  const last = path.at(-1);
  if (holder === undefined || last === undefined) return value;
  if (isArray(holder)) {
    const position = Number(last);
    const at = position < 0 ? Math.max(0, holder.length + position) : position;
    const spliced = holder.toSpliced(Math.min(holder.length, after ? at + 1 : at), 0, added);
    return parent.length === 0 ? spliced : changeAt(value, parent, () => spliced);
  }
  return changeAt(value, path, (found) => {
    if (found === undefined) return added;
    throw new AlopexError('ALX_INVALID_ARGUMENT', 'cannot replace existing key', {
      hint: 'Use the function jsonb_set to replace key value.',
    });
  });
}

function isValid(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch {
    return false;
  }
}
