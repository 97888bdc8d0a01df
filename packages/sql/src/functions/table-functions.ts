/** Functions that answer rows, for FROM. */
import { arrayTables, integerSeries, jsonTables } from '@alopex-db/core/compute';
import type { TableFunction } from '@alopex-db/core/exec';
import {
  BOOLEAN,
  INT32,
  INT64,
  JSONB,
  JSON_TYPE,
  TEXT,
  structType,
  type DataType,
} from '@alopex-db/core/types';
import type { ArgumentType, Overload, ReturnType } from './function-def.ts';

/** An overload answers the type of its one column, or a struct of its columns. */
export interface TableFunctionDef {
  readonly name: string;
  readonly summary: string;
  readonly overloads: readonly Overload<TableFunction>[];
  /** Name of the one column; absent: that of the function. */
  readonly column?: string | undefined;
}

function overload(
  args: readonly ArgumentType[],
  returns: ReturnType,
  implementation: TableFunction,
): Overload<TableFunction> {
  return { args, returns, implementation };
}

function define(
  name: string,
  summary: string,
  overloads: readonly Overload<TableFunction>[],
  column?: string,
): TableFunctionDef {
  return { name, summary, overloads, ...(column === undefined ? {} : { column }) };
}

function elementOf([type]: readonly DataType[]): DataType {
  return type!.kind === 'array' ? type!.element : type!;
}

function entryOf([type]: readonly DataType[]): DataType {
  if (type!.kind !== 'map') return type!;
  return structType([
    { name: 'key', type: type!.key },
    { name: 'value', type: type!.value },
  ]);
}

const EACH = structType([
  { name: 'key', type: TEXT },
  { name: 'value', type: JSONB },
  { name: 'type', type: TEXT },
  { name: 'atom', type: TEXT },
  { name: 'id', type: INT32 },
  { name: 'parent', type: INT32 },
  { name: 'fullkey', type: TEXT },
  { name: 'path', type: TEXT },
]);

function pair(value: DataType): DataType {
  return structType([
    { name: 'key', type: TEXT },
    { name: 'value', type: value },
  ]);
}

function jsonFunctions(prefix: 'json' | 'jsonb', type: DataType): readonly TableFunctionDef[] {
  const tables = jsonTables[prefix];
  return [
    define(
      `${prefix}_array_elements`,
      'The elements of an array.',
      [overload([type], type, tables.elements)],
      'value',
    ),
    define(
      `${prefix}_array_elements_text`,
      'The elements of an array as text.',
      [overload([type], TEXT, tables.elementsText)],
      'value',
    ),
    define(`${prefix}_object_keys`, 'The keys of an object.', [
      overload([type], TEXT, tables.keys),
    ]),
    define(`${prefix}_each_text`, 'Keys and values of an object, the values as text.', [
      overload([type], pair(TEXT), tables.eachText),
    ]),
  ];
}

const SERIES = [INT32, INT64].flatMap((type) => [
  overload([type, type], type, integerSeries),
  overload([type, type, type], type, integerSeries),
]);

export const TABLE_FUNCTIONS: readonly TableFunctionDef[] = [
  define('generate_series', 'Numbers from one to another.', SERIES),
  define('unnest', 'The elements of an array, or the entries of a map.', [
    overload(['any-array'], elementOf, arrayTables.unnest),
    overload(['any-map'], entryOf, arrayTables.unnestMap),
  ]),
  define('generate_subscripts', 'The positions of an array along a dimension.', [
    overload(['any-array', INT32], INT32, arrayTables.subscripts),
    overload(['any-array', INT32, BOOLEAN], INT32, arrayTables.subscripts),
  ]),
  define('string_to_table', 'The parts of a text between delimiters.', [
    overload([TEXT, TEXT], TEXT, arrayTables.textParts),
    overload([TEXT, TEXT, TEXT], TEXT, arrayTables.textParts),
  ]),
  ...jsonFunctions('json', JSON_TYPE),
  ...jsonFunctions('jsonb', JSONB),
  define('jsonb_each', 'Keys and values of an object.', [
    overload([JSONB], pair(JSONB), jsonTables.jsonb.each),
  ]),
  define('json_each', 'Members of an object or elements of an array, with their keys and paths.', [
    overload([JSONB], EACH, jsonTables.each),
    overload([JSON_TYPE], EACH, jsonTables.each),
    overload([TEXT], EACH, jsonTables.each),
  ]),
  define('json_tree', 'All values inside a JSON value at any depth, with their paths.', [
    overload([JSONB], EACH, jsonTables.tree),
    overload([JSON_TYPE], EACH, jsonTables.tree),
    overload([TEXT], EACH, jsonTables.tree),
  ]),
];

const BY_NAME: ReadonlyMap<string, TableFunctionDef> = new Map(
  TABLE_FUNCTIONS.map((entry) => [entry.name, entry]),
);

export function findTableFunction(name: string): TableFunctionDef | undefined {
  return BY_NAME.get(name);
}
