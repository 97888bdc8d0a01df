/** Arrays, maps and structs as users see them: arrays in arrays, Maps, plain objects. They can be given to JSON.stringify. */
import type { ArrayValue, DataType, Scalar, StructField, StructValue } from '@alopex-db/core/types';
import { attachToJson } from './row-shape.ts';
import type { SqlValue } from './session.ts';

export type ShownPart = (value: Scalar) => SqlValue;

/** `convertPart` makes the conversion of a part's type; nulls are null. */
export function nestedConversion(
  type: DataType,
  convertPart: (type: DataType) => ShownPart,
): (value: NonNullable<Scalar>) => SqlValue {
  if (type.kind === 'map') return mapConversion(convertPart(type.key), convertPart(type.value));
  if (type.kind === 'struct') return structConversion(type.fields, convertPart);
  const show = convertPart(type.kind === 'array' ? type.element : type);
  return (value) => shownArray(value as ArrayValue, show);
}

function shownArray({ lengths, elements }: ArrayValue, show: ShownPart): SqlValue {
  if (elements.length === 0) return [];
  let at = 0;
  const level = (dimension: number): SqlValue[] => {
    const shown: SqlValue[] = [];
    for (let index = 0; index < lengths[dimension]!; index += 1) {
      if (dimension + 1 < lengths.length) {
        shown.push(level(dimension + 1));
      } else {
        shown.push(show(elements[at]!));
        at += 1;
      }
    }
    if (shown.some((one) => typeof one === 'bigint')) attachToJson(shown);
    return shown;
  };
  return level(0);
}

function mapConversion(showKey: ShownPart, showValue: ShownPart): (value: Scalar) => SqlValue {
  return (value) => {
    const map = new Map<SqlValue, SqlValue>();
    for (const entry of (value as ArrayValue).elements) {
      const [key, member] = (entry as StructValue).fields;
      map.set(showKey(key!), showValue(member!));
    }
    Object.defineProperty(map, 'toJSON', { value: mapToJson, configurable: true, writable: true });
    return map;
  };
}

function mapToJson(this: ReadonlyMap<SqlValue, SqlValue>): Record<string, SqlValue> {
  const members = Object.fromEntries(Array.from(this, ([key, value]) => [keyText(key), value]));
  attachToJson(members);
  return members;
}

function keyText(key: SqlValue): string {
  if (key instanceof Date) return key.toISOString();
  return typeof key === 'object' ? JSON.stringify(key) : String(key);
}

function structConversion(
  fields: readonly StructField[],
  convertPart: (type: DataType) => ShownPart,
): (value: Scalar) => SqlValue {
  const shows = fields.map((field) => convertPart(field.type));
  return (value) => {
    const parts = (value as StructValue).fields;
    const shown = Object.fromEntries(
      fields.map((field, index) => [field.name, shows[index]!(parts[index]!)]),
    );
    if (Object.values(shown).some((one) => typeof one === 'bigint')) attachToJson(shown);
    return shown;
  };
}
