/** JavaScript arrays, Maps and objects as values of array, map and struct types. */
import { AlopexError } from '@alopex-db/core/base';
import {
  ARRAY_DIMENSIONS_MAX,
  ArrayValue,
  EMPTY_ARRAY,
  StructValue,
  listValue,
  type DataType,
  type Scalar,
} from '@alopex-db/core/types';
import type { SqlValue } from './session.ts';

type ConvertPart = (value: SqlValue | undefined, type: DataType) => Scalar;

/** Undefined for a value that is not of the type's JavaScript form. */
export function nestedParameter(
  value: SqlValue,
  type: DataType,
  convert: ConvertPart,
): Scalar | undefined {
  if (type.kind === 'array') {
    const list = ArrayBuffer.isView(value) ? elementsOf(value) : value;
    return Array.isArray(list) ? arrayParameter(list, type.element, convert) : undefined;
  }
  if (type.kind === 'map') return mapParameter(value, type, convert);
  if (type.kind !== 'struct' || !isPlainObject(value)) return undefined;
  const unknown = Object.keys(value).find(
    (name) => !type.fields.some((field) => field.name === name),
  );
  if (unknown !== undefined) {
    throw new AlopexError('ALX_TYPE_MISMATCH', `the struct has no field "${unknown}"`, {
      hint: `its fields are ${type.fields.map((field) => field.name).join(', ')}`,
    });
  }
  return new StructValue(
    type.fields.map((field) => convert(value[field.name] ?? null, field.type)),
  );
}

function elementsOf(view: ArrayBufferView): readonly SqlValue[] | undefined {
  return view instanceof Float32Array ? Array.from(view) : undefined;
}

function isPlainObject(value: SqlValue): value is Readonly<Record<string, SqlValue>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !(value instanceof Date) &&
    !(value instanceof Map)
  );
}

/** Arrays in arrays are further dimensions, so all of one depth have one length. */
function arrayParameter(
  list: readonly SqlValue[],
  element: DataType,
  convert: ConvertPart,
): ArrayValue {
  const lengths: number[] = [];
  for (let level: SqlValue | undefined = list; Array.isArray(level); level = level[0]) {
    if (lengths.length === ARRAY_DIMENSIONS_MAX) {
      throw new AlopexError(
        'ALX_LIMIT_EXCEEDED',
        `number of array dimensions exceeds the maximum allowed (${ARRAY_DIMENSIONS_MAX})`,
      );
    }
    lengths.push(level.length);
  }
  const elements: Scalar[] = [];
  const collect = (level: readonly SqlValue[], dimension: number): void => {
    if (level.length !== lengths[dimension]) throw unevenArray();
    for (const one of level) {
      if (dimension + 1 === lengths.length) {
        if (Array.isArray(one)) throw unevenArray();
        elements.push(convert(one, element));
      } else if (Array.isArray(one)) {
        collect(one, dimension + 1);
      } else {
        throw unevenArray();
      }
    }
  };
  collect(list, 0);
  if (elements.length === 0) return EMPTY_ARRAY;
  return new ArrayValue(
    lengths,
    lengths.map(() => 1),
    elements,
  );
}

function unevenArray(): AlopexError {
  return new AlopexError(
    'ALX_ARRAY_SUBSCRIPT',
    'multidimensional arrays must have array expressions with matching dimensions',
  );
}

function mapParameter(
  value: SqlValue,
  type: DataType & { readonly kind: 'map' },
  convert: ConvertPart,
): Scalar | undefined {
  const entries: Iterable<readonly [SqlValue, SqlValue]> | undefined =
    value instanceof Map ? value : isPlainObject(value) ? Object.entries(value) : undefined;
  if (entries === undefined) return undefined;
  const members: StructValue[] = [];
  for (const [key, member] of entries) {
    const converted = convert(key, type.key);
    if (converted === null) {
      throw new AlopexError('ALX_NULL_VALUE', 'a key of a map cannot be null');
    }
    members.push(new StructValue([converted, convert(member, type.value)]));
  }
  return listValue(members);
}
