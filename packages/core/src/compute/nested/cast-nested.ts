/** Conversions to and from arrays, maps and structs: part by part, or through their text. */
import { entriesType, isNested } from '../../types/data-type.ts';
import type { DataType } from '../../types/data-type.ts';
import { ArrayValue, StructValue, listValue } from '../../types/nested-value.ts';
import type { Scalar } from '../../types/scalar.ts';
import { formatArray, parseArray } from './array-text.ts';
import { formatMap, formatStruct, parseMap, parseStruct } from './struct-text.ts';

/** How parts are converted: `castScalar` with the context of the statement. */
export type CastPart = (value: Scalar, from: DataType, to: DataType) => Scalar;

const TEXT: DataType = { kind: 'text' };

/** Undefined where there is no such conversion. */
export function castNested(
  value: NonNullable<Scalar>,
  from: DataType,
  to: DataType,
  cast: CastPart,
): Scalar | undefined {
  if (to.kind === 'text') return formatNested(value, from, cast);
  if (from.kind === 'text') return parseNested(value as string, to, cast);
  if (from.kind === 'vector' && to.kind === 'array')
    return listValue(Array.from(value as Float32Array, (one) => cast(one, FLOAT32, to.element)));
  if (from.kind === 'array' && to.kind === 'array')
    return castElements(value as ArrayValue, (one) => cast(one, from.element, to.element));
  if (from.kind === 'map' && to.kind === 'map') {
    const source = entriesType(from).element;
    const target = entriesType(to).element;
    return castElements(value as ArrayValue, (one) => cast(one, source, target));
  }
  if (from.kind === 'struct' && to.kind === 'struct' && from.fields.length === to.fields.length) {
    const { fields } = value as StructValue;
    return new StructValue(
      to.fields.map((field, index) => cast(fields[index]!, from.fields[index]!.type, field.type)),
    );
  }
  return undefined;
}

const FLOAT32: DataType = { kind: 'float32' };

function castElements(value: ArrayValue, cast: (element: Scalar) => Scalar): ArrayValue {
  const { lengths, lowerBounds, elements } = value;
  return new ArrayValue(lengths, lowerBounds, elements.map(cast));
}

function formatNested(value: NonNullable<Scalar>, from: DataType, cast: CastPart): string {
  const format = (type: DataType, part: NonNullable<Scalar>): string => {
    // PostgreSQL prints a boolean in an array as its output function does, not as its cast does.
    if (type.kind === 'boolean') return part === true ? 't' : 'f';
    return isNested(type) ? formatNested(part, type, cast) : (cast(part, type, TEXT) as string);
  };
  if (from.kind === 'map') return formatMap(from.key, from.value, value as ArrayValue, format);
  if (from.kind === 'struct') return formatStruct(from.fields, value as StructValue, format);
  const element = from.kind === 'array' ? from.element : from;
  return formatArray(value as ArrayValue, (part) => format(element, part));
}

function parseNested(text: string, to: DataType, cast: CastPart): NonNullable<Scalar> {
  const parse = (type: DataType, part: string): Scalar => cast(part, TEXT, type);
  if (to.kind === 'map') return parseMap(to.key, to.value, text, parse);
  if (to.kind === 'struct') return parseStruct(to.fields, text, parse);
  const element = to.kind === 'array' ? to.element : to;
  return parseArray(text, (part) => cast(part, TEXT, element)!);
}
