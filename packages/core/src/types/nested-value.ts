/**
 * Values made of values: arrays, structs and maps. An array has any number of dimensions up to six, each with a length and the
 * number of its first element, as in PostgreSQL; its elements stand in row-major order. A map is an array of two-field structs
 * whose keys differ.
 */
import { AlopexError } from '../base/errors.ts';
import { assert } from '../base/assert.ts';
import type { Scalar } from './scalar.ts';

export const ARRAY_DIMENSIONS_MAX = 6;
/** PostgreSQL's MaxArraySize. */
export const ARRAY_ELEMENTS_MAX = 134_217_727;

export class ArrayValue {
  /** Invariant: the product of the lengths is the number of elements; none of them for the empty array. */
  readonly lengths: readonly number[];
  /** Invariant: as many as `lengths`. */
  readonly lowerBounds: readonly number[];
  readonly elements: readonly Scalar[];

  constructor(
    lengths: readonly number[],
    lowerBounds: readonly number[],
    elements: readonly Scalar[],
  ) {
    assert(lengths.length === lowerBounds.length, 'every dimension has a lower bound');
    this.lengths = lengths;
    this.lowerBounds = lowerBounds;
    this.elements = elements;
  }

  /** For messages and logs; SQL's written form depends on the type (`compute/nested/array-text`). */
  toString(): string {
    return `{${this.elements.map(String).join(',')}}`;
  }
}

export class StructValue {
  /** In the order of the type's fields. */
  readonly fields: readonly Scalar[];

  constructor(fields: readonly Scalar[]) {
    this.fields = fields;
  }

  /** For messages and logs; SQL's written form depends on the type. */
  toString(): string {
    return `(${this.fields.map(String).join(',')})`;
  }
}

export const EMPTY_ARRAY = new ArrayValue([], [], []);

const FROM_ONE: readonly number[] = [1];

/** A one-dimensional array that counts from 1; the empty one for no elements. */
export function listValue(elements: readonly Scalar[]): ArrayValue {
  if (elements.length === 0) return EMPTY_ARRAY;
  if (elements.length > ARRAY_ELEMENTS_MAX) throw arrayTooLarge();
  return new ArrayValue([elements.length], FROM_ONE, elements);
}

/** A map from its entries in order; keys are not null and differ. */
export function mapValue(keys: readonly Scalar[], values: readonly Scalar[]): ArrayValue {
  assert(keys.length === values.length, 'every key has a value');
  return listValue(keys.map((key, index) => new StructValue([key, values[index]!])));
}

export function arrayTooLarge(): AlopexError {
  return new AlopexError(
    'ALX_LIMIT_EXCEEDED',
    `array size exceeds the maximum allowed (${ARRAY_ELEMENTS_MAX})`,
  );
}
