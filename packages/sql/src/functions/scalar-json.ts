/** Functions and operators over JSON and JSONB. */
import { jsonbFunctions, jsonFunctions } from '@alopex-db/core/compute';
import type { ScalarFunction } from '@alopex-db/core/exec';
import { BOOLEAN, INT32, JSON_TYPE, JSONB, TEXT, type DataType } from '@alopex-db/core/types';
import type { ArgumentType, Overload, ScalarDef } from './function-def.ts';

type Overloads = readonly Overload<ScalarFunction>[];

function overload(
  args: readonly ArgumentType[],
  returns: DataType,
  implementation: ScalarFunction,
  variadic = false,
): Overload<ScalarFunction> {
  return variadic ? { args, returns, implementation, variadic } : { args, returns, implementation };
}

function define(
  name: string,
  summary: string,
  overloads: Overloads,
  aliases: readonly string[] = [],
): ScalarDef {
  return { kind: 'scalar', name, aliases, group: 'json', summary, overloads };
}

/** The same accessor for both types; `key` is what it is asked with. */
function ofBoth(
  name: 'get' | 'getText' | 'getPath' | 'getPathText',
  key: DataType,
  returnsText: boolean,
): Overloads {
  return [
    overload([JSONB, key], returnsText ? TEXT : JSONB, jsonbFunctions[name]),
    overload([JSON_TYPE, key], returnsText ? TEXT : JSON_TYPE, jsonFunctions[name]),
  ];
}

/** Overloads that JSON adds to operators that others have too. */
export const JSON_OVERLOADS: ReadonlyMap<string, Overloads> = new Map([
  [
    '-',
    [
      overload([JSONB, TEXT], JSONB, jsonbFunctions.removeKey),
      overload([JSONB, INT32], JSONB, jsonbFunctions.removeElement),
    ],
  ],
  ['||', [overload([JSONB, JSONB], JSONB, jsonbFunctions.concat)]],
]);

export const JSON_OPERATORS: readonly ScalarDef[] = [
  define('->', 'Member of an object by key, or element of an array by position, as JSON.', [
    ...ofBoth('get', TEXT, false),
    ...ofBoth('get', INT32, false),
  ]),
  define('->>', 'Member or element as text.', [
    ...ofBoth('getText', TEXT, true),
    ...ofBoth('getText', INT32, true),
  ]),
  define('#>', 'Value at a path such as {a,0}, as JSON.', ofBoth('getPath', TEXT, false)),
  define('#>>', 'Value at a path as text.', ofBoth('getPathText', TEXT, true)),
  define('@>', 'Whether the left value contains the right one.', [
    overload([JSONB, JSONB], BOOLEAN, jsonbFunctions.contains),
  ]),
  define('<@', 'Whether the left value is contained in the right one.', [
    overload([JSONB, JSONB], BOOLEAN, jsonbFunctions.containedBy),
  ]),
  define('?', 'Whether a key or string element is there.', [
    overload([JSONB, TEXT], BOOLEAN, jsonbFunctions.hasKey),
  ]),
  define('?|', 'Whether one of the keys {a,b} is there.', [
    overload([JSONB, TEXT], BOOLEAN, jsonbFunctions.hasAnyKey),
  ]),
  define('?&', 'Whether all of the keys {a,b} are there.', [
    overload([JSONB, TEXT], BOOLEAN, jsonbFunctions.hasAllKeys),
  ]),
  define('#-', 'The value without what stands at a path.', [
    overload([JSONB, TEXT], JSONB, jsonbFunctions.removePath),
  ]),
];

export const JSON_FUNCTIONS: readonly ScalarDef[] = [
  ...bothTypes(
    'typeof',
    'Kind of the value: object, array, string, number, boolean or null.',
    (type) => overload([type], TEXT, of(type).typeOf),
  ),
  define('json_type', 'Kind of the value: object, array, string, number, boolean or null.', [
    overload([JSONB], TEXT, jsonbFunctions.typeOf),
  ]),
  ...bothTypes('array_length', 'Number of elements of an array.', (type) =>
    overload([type], INT32, of(type).arrayLength),
  ),
  ...bothTypes('extract_path', 'Value at the path of keys and positions.', (type) =>
    overload([type, TEXT], type, of(type).extractPath, true),
  ),
  ...bothTypes('extract_path_text', 'Value at the path as text.', (type) =>
    overload([type, TEXT], TEXT, of(type).extractPathText, true),
  ),
  ...bothTypes('strip_nulls', 'The value without members that are null.', (type) =>
    overload([type], type, of(type).stripNulls),
  ),
  define('to_json', 'Any value as JSON.', [overload(['any'], JSON_TYPE, jsonFunctions.toJson)]),
  define('to_jsonb', 'Any value as JSONB.', [overload(['any'], JSONB, jsonbFunctions.toJson)]),
  ...builders('build_array', 'The arguments as an array.', 'buildArray', ['json_array']),
  ...builders('build_object', 'Keys and values by turns as an object.', 'buildObject', [
    'json_object',
  ]),
  define(
    'jsonb_set',
    'The value with a new one at a path; made if missing unless false is given.',
    [
      overload([JSONB, TEXT, JSONB], JSONB, jsonbFunctions.set),
      overload([JSONB, TEXT, JSONB, BOOLEAN], JSONB, jsonbFunctions.set),
    ],
  ),
  define(
    'jsonb_insert',
    'The value with a new one inserted before (or, with true, after) a path.',
    [
      overload([JSONB, TEXT, JSONB], JSONB, jsonbFunctions.insert),
      overload([JSONB, TEXT, JSONB, BOOLEAN], JSONB, jsonbFunctions.insert),
    ],
  ),
  define('jsonb_pretty', 'The value as indented text.', [
    overload([JSONB], TEXT, jsonbFunctions.pretty),
  ]),
  define('json_valid', 'Whether a text is JSON.', [
    overload([TEXT], BOOLEAN, jsonbFunctions.isValid),
  ]),
  define(
    'json_extract',
    'Value at a path such as $.a[0] or {a,0}.',
    ofBoth('getPath', TEXT, false),
  ),
  define('json_remove', 'The value without what stands at the paths.', [
    overload([JSONB, TEXT], JSONB, jsonbFunctions.remove, true),
  ]),
  define('json_set', 'The value with others set at paths, which are made where missing.', [
    overload([JSONB, 'any'], JSONB, jsonbFunctions.setAll, true),
  ]),
  define('json_insert', 'The value with others set at paths where nothing is.', [
    overload([JSONB, 'any'], JSONB, jsonbFunctions.insertAll, true),
  ]),
  define('json_replace', 'The value with others set at paths where something is.', [
    overload([JSONB, 'any'], JSONB, jsonbFunctions.replaceAll, true),
  ]),
];

function of(type: DataType): typeof jsonFunctions {
  return type.kind === 'jsonb' ? jsonbFunctions : jsonFunctions;
}

/** `json_name` and `jsonb_name`. */
function bothTypes(
  name: string,
  summary: string,
  make: (type: DataType) => Overload<ScalarFunction>,
): readonly ScalarDef[] {
  return [
    define(`json_${name}`, summary, [make(JSON_TYPE)]),
    define(`jsonb_${name}`, summary, [make(JSONB)]),
  ];
}

function builders(
  name: string,
  summary: string,
  key: 'buildArray' | 'buildObject',
  aliases: readonly string[],
): readonly ScalarDef[] {
  return [
    define(`json_${name}`, summary, builder(JSON_TYPE, jsonFunctions[key])),
    define(`jsonb_${name}`, summary, builder(JSONB, jsonbFunctions[key]), aliases),
  ];
}

function builder(type: DataType, implementation: ScalarFunction): Overloads {
  return [overload([], type, implementation), overload(['any'], type, implementation, true)];
}
