/** Functions over structs and maps. */
import { AlopexError } from '../../base/errors.ts';
import { assert } from '../../base/assert.ts';
import type { ArrayValue } from '../../types/nested-value.ts';
import { StructValue, listValue, mapValue } from '../../types/nested-value.ts';
import type { Scalar } from '../../types/scalar.ts';
import { nullableArrayFunction, strictArrayFunction } from './array-function.ts';
import { sameValue } from './element-match.ts';

/** The arguments as fields, in order; the call's type names them. */
const pack = nullableArrayFunction(
  'struct_pack',
  () => (values) => new StructValue(values.slice()),
);

/** Arguments: the struct and the name of a field, which is a constant. */
const field = strictArrayFunction('struct_extract', ({ args }) => {
  const [type] = args;
  assert(type?.kind === 'struct', 'the argument is a struct');
  return ([value, name]) => {
    const index = type.fields.findIndex((one) => one.name === name);
    return (value as StructValue).fields[index]!;
  };
});

/** A map of two arrays, keys and values. */
const map = strictArrayFunction('map', ({ args }) => ([keys, values]) => {
  const [keyArray] = args;
  assert(keyArray?.kind === 'array', 'the keys are an array');
  const keyList = (keys as ArrayValue).elements;
  const valueList = (values as ArrayValue).elements;
  if (keyList.length !== valueList.length) {
    throw new AlopexError(
      'ALX_ARRAY_SUBSCRIPT',
      `a map of ${keyList.length} keys cannot have ${valueList.length} values`,
    );
  }
  if (keyList.includes(null))
    throw new AlopexError('ALX_NULL_VALUE', 'a key of a map cannot be null');
  for (const [index, key] of keyList.entries()) {
    const first = keyList.findIndex((other) => sameValue(keyArray.element, key, other));
    if (first < index) throw new AlopexError('ALX_INVALID_ARGUMENT', 'keys of a map must differ');
  }
  return mapValue(keyList, valueList);
});

const emptyMap = nullableArrayFunction('map', () => () => listValue([]));

/** The value of a key; null where it is not there. */
const element = strictArrayFunction('map_extract', ({ args }) => {
  const [type] = args;
  assert(type?.kind === 'map', 'the argument is a map');
  return ([value, key]) =>
    entryOf(value!, (one) => sameValue(type.key, one, key!))?.fields[1] ?? null;
});

const hasKey = strictArrayFunction('map_contains', ({ args }) => {
  const [type] = args;
  assert(type?.kind === 'map', 'the argument is a map');
  return ([value, key]) => entryOf(value!, (one) => sameValue(type.key, one, key!)) !== undefined;
});

function entryOf(
  map: NonNullable<Scalar>,
  test: (key: Scalar) => boolean,
): StructValue | undefined {
  const { elements } = map as ArrayValue;
  return (elements as readonly StructValue[]).find((entry) => test(entry.fields[0]!));
}

const keys = strictArrayFunction(
  'map_keys',
  () =>
    ([value]) =>
      fieldOfAll(value!, 0),
);

const values = strictArrayFunction(
  'map_values',
  () =>
    ([value]) =>
      fieldOfAll(value!, 1),
);

function fieldOfAll(map: NonNullable<Scalar>, index: number): ArrayValue {
  const { elements } = map as ArrayValue;
  return listValue(elements.map((entry) => (entry as StructValue).fields[index]!));
}

/** The entries as an array of structs: the form a map has inside. */
const entries = strictArrayFunction(
  'map_entries',
  () =>
    ([value]) =>
      value!,
);

const size = strictArrayFunction(
  'cardinality',
  () =>
    ([value]) =>
      (value as ArrayValue).elements.length,
);

export const structFunctions = {
  element,
  emptyMap,
  entries,
  field,
  hasKey,
  keys,
  map,
  pack,
  size,
  values,
} as const;
