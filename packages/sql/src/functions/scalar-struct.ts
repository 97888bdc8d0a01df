/** Functions over maps; structs are made and read by the binder, which knows their fields. */
import { structFunctions as structs } from '@alopex-db/core/compute';
import type { ScalarFunction } from '@alopex-db/core/exec';
import {
  BOOLEAN,
  INT32,
  arrayType,
  entriesType,
  mapType,
  type DataType,
} from '@alopex-db/core/types';
import type { Overload, ReturnType, ScalarDef } from './function-def.ts';

/** A function of a map; `rest` are the arguments behind it. */
function define(
  name: string,
  summary: string,
  implementation: ScalarFunction,
  returns: ReturnType,
  rest: Overload<ScalarFunction>['args'] = [],
): ScalarDef {
  const overloads = [{ args: ['any-map', ...rest] as const, returns, implementation }];
  return { kind: 'scalar', name, group: 'map', summary, overloads };
}

type MapType = DataType & { readonly kind: 'map' };

function ofMap(returns: (type: MapType) => DataType): ReturnType {
  return ([type]) => returns(type as MapType);
}

export const MAP_SIZE: Overload<ScalarFunction> = {
  args: ['any-map'],
  returns: INT32,
  implementation: structs.size,
};

export const MAP_FUNCTIONS: readonly ScalarDef[] = [
  {
    kind: 'scalar',
    name: 'map',
    group: 'map',
    summary: 'A map of an array of keys and an array of values.',
    overloads: [
      {
        args: ['any-array', 'other-array'],
        returns: ([keys, values]) => mapType(elementType(keys!), elementType(values!)),
        implementation: structs.map,
      },
    ],
  },
  define(
    'map_keys',
    'The keys of a map.',
    structs.keys,
    ofMap((type) => arrayType(type.key)),
  ),
  define(
    'map_values',
    'The values of a map.',
    structs.values,
    ofMap((type) => arrayType(type.value)),
  ),
  define(
    'map_entries',
    'Keys and values of a map as structs.',
    structs.entries,
    ofMap(entriesType),
  ),
  define(
    'map_extract',
    'The value of a key; null where it is not there. Written m[key] as well.',
    structs.element,
    ofMap((type) => type.value),
    ['map-key'],
  ),
  define('map_contains', 'Whether a map has the key.', structs.hasKey, BOOLEAN, ['map-key']),
];

function elementType(type: DataType): DataType {
  return type.kind === 'array' ? type.element : type;
}
