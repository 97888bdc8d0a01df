/**
 * The order of arrays, maps and structs: element by element with a null above all else, then by number of elements, then by
 * dimensions, lengths and the number of the first element. `types/nested-key` writes the same order as bytes.
 */
import { entriesType } from '../../types/data-type.ts';
import type { DataType } from '../../types/data-type.ts';
import type { ArrayValue, StructValue } from '../../types/nested-value.ts';
import type { Scalar } from '../../types/scalar.ts';

/** Order of two values of a type that are not null. */
type CompareScalars = (type: DataType, left: Scalar, right: Scalar) => number;

export function compareNested(
  type: DataType,
  left: Scalar,
  right: Scalar,
  compare: CompareScalars,
): number {
  if (type.kind === 'struct') {
    const leftFields = (left as StructValue).fields;
    const rightFields = (right as StructValue).fields;
    for (const [index, field] of type.fields.entries()) {
      const order = compareParts(field.type, leftFields[index]!, rightFields[index]!, compare);
      if (order !== 0) return order;
    }
    return 0;
  }
  const element =
    type.kind === 'map' ? entriesType(type).element : type.kind === 'array' ? type.element : type;
  return compareArrays(element, left as ArrayValue, right as ArrayValue, compare);
}

function compareArrays(
  element: DataType,
  left: ArrayValue,
  right: ArrayValue,
  compare: CompareScalars,
): number {
  const count = Math.min(left.elements.length, right.elements.length);
  for (let index = 0; index < count; index += 1) {
    const order = compareParts(element, left.elements[index]!, right.elements[index]!, compare);
    if (order !== 0) return order;
  }
  return (
    left.elements.length - right.elements.length ||
    left.lengths.length - right.lengths.length ||
    compareNumberLists(left.lengths, right.lengths) ||
    compareNumberLists(left.lowerBounds, right.lowerBounds)
  );
}

function compareParts(
  type: DataType,
  left: Scalar,
  right: Scalar,
  compare: CompareScalars,
): number {
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  return compare(type, left, right);
}

function compareNumberLists(left: readonly number[], right: readonly number[]): number {
  for (const [index, number] of left.entries()) {
    const difference = number - right[index]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
