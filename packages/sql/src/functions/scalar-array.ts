/** Functions and operators over arrays. */
import { arrayFunctions as arrays } from '@alopex-db/core/compute';
import type { ScalarFunction } from '@alopex-db/core/exec';
import { BOOLEAN, INT32, TEXT, arrayType, type DataType } from '@alopex-db/core/types';
import type { ArgumentType, Overload, ReturnType, ScalarDef } from './function-def.ts';
import { MAP_SIZE } from './scalar-struct.ts';

type Overloads = readonly Overload<ScalarFunction>[];

const INTS = arrayType(INT32);

function overload(
  args: readonly ArgumentType[],
  returns: ReturnType,
  implementation: ScalarFunction,
): Overload<ScalarFunction> {
  return { args, returns, implementation };
}

function define(
  name: string,
  summary: string,
  overloads: Overloads,
  aliases: readonly string[] = [],
): ScalarDef {
  return { kind: 'scalar', name, group: 'array', summary, overloads, aliases };
}

const first = (args: readonly DataType[]): DataType => args[0]!;
const second = (args: readonly DataType[]): DataType => args[1]!;

/** Overloads that arrays add to operators that others have too. */
export const ARRAY_OVERLOADS: ReadonlyMap<string, Overloads> = new Map([
  [
    '||',
    [
      overload(['any-array', 'any-array'], first, arrays.concat),
      overload(['any-array', 'any-element'], first, arrays.append),
      overload(['any-element', 'any-array'], second, arrays.prepend),
    ],
  ],
  ['@>', [overload(['any-array', 'any-array'], BOOLEAN, arrays.contains)]],
  ['<@', [overload(['any-array', 'any-array'], BOOLEAN, arrays.containedBy)]],
]);

export const ARRAY_OPERATORS: readonly ScalarDef[] = [
  {
    kind: 'scalar',
    name: '&&',
    group: 'operator',
    summary: 'Whether two arrays have an element in common.',
    overloads: [overload(['any-array', 'any-array'], BOOLEAN, arrays.overlaps)],
  },
];

export const ARRAY_FUNCTIONS: readonly ScalarDef[] = [
  define(
    'array_append',
    'The array with an element added at its end.',
    [overload(['any-array', 'any-element'], first, arrays.append)],
    ['list_append'],
  ),
  define(
    'array_prepend',
    'The array with an element added before its first.',
    [overload(['any-element', 'any-array'], second, arrays.prepend)],
    ['list_prepend'],
  ),
  define(
    'array_cat',
    'Two arrays, one after the other.',
    [overload(['any-array', 'any-array'], first, arrays.concat)],
    ['list_cat', 'list_concat', 'array_concat'],
  ),
  define(
    'array_remove',
    'The array without the elements that equal a value.',
    [overload(['any-array', 'any-element'], first, arrays.remove)],
    ['list_remove'],
  ),
  define(
    'array_replace',
    'The array with one value put in the place of another.',
    [overload(['any-array', 'any-element', 'any-element'], first, arrays.replace)],
    ['list_replace'],
  ),
  define(
    'array_length',
    'Number of elements along a dimension, which counts from 1.',
    [overload(['any-array', INT32], INT32, arrays.length)],
    ['list_length'],
  ),
  define('array_lower', 'Number of the first element along a dimension.', [
    overload(['any-array', INT32], INT32, arrays.lower),
  ]),
  define('array_upper', 'Number of the last element along a dimension.', [
    overload(['any-array', INT32], INT32, arrays.upper),
  ]),
  define('array_ndims', 'Number of dimensions; null of the empty array.', [
    overload(['any-array'], INT32, arrays.dimensionCount),
  ]),
  define('array_dims', 'The dimensions as text, such as [1:3][1:2].', [
    overload(['any-array'], TEXT, arrays.dimensions),
  ]),
  define('cardinality', 'Number of elements over all dimensions, or of entries of a map.', [
    overload(['any-array'], INT32, arrays.cardinality),
    MAP_SIZE,
  ]),
  define(
    'array_position',
    'Position of the first element that equals a value, from a position on.',
    [
      overload(['any-array', 'any-element'], INT32, arrays.position),
      overload(['any-array', 'any-element', INT32], INT32, arrays.position),
    ],
    ['list_position', 'list_indexof'],
  ),
  define(
    'array_positions',
    'Positions of all elements that equal a value.',
    [overload(['any-array', 'any-element'], INTS, arrays.positions)],
    ['list_positions'],
  ),
  define(
    'array_to_string',
    'Elements as text with a delimiter between them; nulls are left out, or written as told.',
    [
      overload(['any-array', TEXT], TEXT, arrays.toText),
      overload(['any-array', TEXT, TEXT], TEXT, arrays.toText),
    ],
    ['list_to_string'],
  ),
  define(
    'string_to_array',
    'The parts of a text between delimiters; parts that equal the third argument are null.',
    [
      overload([TEXT, TEXT], arrayType(TEXT), arrays.fromText),
      overload([TEXT, TEXT, TEXT], arrayType(TEXT), arrays.fromText),
    ],
    ['string_to_list'],
  ),
  define('array_fill', 'An array of given lengths with one value everywhere.', [
    overload(['any-element', INTS], (args) => arrayType(args[0]!), arrays.fill),
    overload(['any-element', INTS, INTS], (args) => arrayType(args[0]!), arrays.fill),
  ]),
  define('trim_array', 'The array without so many elements at its end.', [
    overload(['any-array', INT32], first, arrays.trim),
  ]),
  define(
    'array_sort',
    'The elements in order; descending, and nulls first, if told.',
    [
      overload(['any-array'], first, arrays.sort),
      overload(['any-array', BOOLEAN], first, arrays.sort),
      overload(['any-array', BOOLEAN, BOOLEAN], first, arrays.sort),
    ],
    ['list_sort'],
  ),
  define(
    'array_reverse',
    'The elements from last to first.',
    [overload(['any-array'], first, arrays.reverse)],
    ['list_reverse'],
  ),
  define(
    'list_distinct',
    'Each value once, without nulls, in order of first sight.',
    [overload(['any-array'], first, arrays.distinct)],
    ['array_distinct'],
  ),
  define(
    'list_contains',
    'Whether an element equals the value.',
    [overload(['any-array', 'any-element'], BOOLEAN, arrays.hasElement)],
    ['array_contains', 'list_has', 'array_has'],
  ),
];
