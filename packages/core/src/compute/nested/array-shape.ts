/** Making, taking apart and changing arrays by position, with the rules of PostgreSQL. */
import { AlopexError } from '../../base/errors.ts';
import {
  ARRAY_DIMENSIONS_MAX,
  ARRAY_ELEMENTS_MAX,
  ArrayValue,
  EMPTY_ARRAY,
  arrayTooLarge,
  listValue,
} from '../../types/nested-value.ts';
import type { Scalar } from '../../types/scalar.ts';

/** `ARRAY[a, b]` of arrays: one dimension more than its parts, which must be alike. */
export function stackArrays(parts: readonly (ArrayValue | null)[]): ArrayValue {
  const first = parts[0];
  if (first === undefined || first === null) return unequalParts(parts);
  if (first.elements.length === 0) return unequalParts(parts);
  if (first.lengths.length === ARRAY_DIMENSIONS_MAX) throw tooManyDimensions();
  const elements: Scalar[] = [];
  for (const part of parts) {
    if (part === null || !sameShape(first, part)) throw unevenArrays();
    for (const element of part.elements) elements.push(element);
  }
  return new ArrayValue([parts.length, ...first.lengths], [1, ...first.lowerBounds], elements);
}

/** Nulls and empty arrays alone give the empty array. */
function unequalParts(parts: readonly (ArrayValue | null)[]): ArrayValue {
  if (parts.some((part) => part !== null && part.elements.length > 0)) throw unevenArrays();
  return EMPTY_ARRAY;
}

function sameShape(left: ArrayValue, right: ArrayValue): boolean {
  return (
    left.lengths.length === right.lengths.length &&
    left.lengths.every(
      (length, index) =>
        length === right.lengths[index] && left.lowerBounds[index] === right.lowerBounds[index],
    )
  );
}

/** `a[i][j]`: null outside of the array, or with another number of subscripts than it has dimensions. */
export function elementAt(array: ArrayValue, subscripts: readonly number[]): Scalar {
  const at = offsetOf(array, subscripts);
  return at < 0 ? null : array.elements[at]!;
}

function offsetOf({ lengths, lowerBounds }: ArrayValue, subscripts: readonly number[]): number {
  if (subscripts.length !== lengths.length) return -1;
  let offset = 0;
  for (const [dimension, length] of lengths.entries()) {
    const index = subscripts[dimension]! - lowerBounds[dimension]!;
    if (index < 0 || index >= length) return -1;
    offset = offset * length + index;
  }
  return offset;
}

export interface SliceBound {
  /** Undefined: from the first, or to the last. */
  readonly lower: number | undefined;
  readonly upper: number | undefined;
}

/** `a[1:2][:3]`: what lies within the bounds; dimensions behind the last bound are whole. Counts from 1. */
export function sliceArray(array: ArrayValue, bounds: readonly SliceBound[]): ArrayValue {
  const { lengths, lowerBounds, elements } = array;
  if (bounds.length > lengths.length) return EMPTY_ARRAY;
  const from: number[] = [];
  const sizes: number[] = [];
  for (const [dimension, length] of lengths.entries()) {
    const first = lowerBounds[dimension]!;
    const bound = bounds[dimension];
    const lower = Math.max(first, bound?.lower ?? first);
    const upper = Math.min(first + length - 1, bound?.upper ?? first + length - 1);
    if (lower > upper) return EMPTY_ARRAY;
    from.push(lower - first);
    sizes.push(upper - lower + 1);
  }
  const taken: Scalar[] = [];
  const collect = (dimension: number, offset: number): void => {
    for (let index = 0; index < sizes[dimension]!; index += 1) {
      const at = offset * lengths[dimension]! + from[dimension]! + index;
      if (dimension + 1 === lengths.length) taken.push(elements[at]!);
      else collect(dimension + 1, at);
    }
  };
  collect(0, 0);
  return new ArrayValue(
    sizes,
    sizes.map(() => 1),
    taken,
  );
}

/** `a[i] = v`: a one-dimensional array grows to hold the position, nulls fill what lies between. */
export function withElement(
  array: ArrayValue,
  subscripts: readonly number[],
  value: Scalar,
): ArrayValue {
  if (array.elements.length === 0) {
    return new ArrayValue(
      subscripts.map(() => 1),
      subscripts,
      [value],
    );
  }
  if (subscripts.length !== array.lengths.length) throw wrongSubscriptCount();
  const at = offsetOf(array, subscripts);
  if (at >= 0) {
    return new ArrayValue(array.lengths, array.lowerBounds, array.elements.with(at, value));
  }
  if (subscripts.length > 1) throw subscriptOutOfRange();
  const grown = grownTo(array, subscripts[0]!, subscripts[0]!);
  return withElement(grown, subscripts, value);
}

/** A one-dimensional array that covers [lower, upper] as well. */
function grownTo(array: ArrayValue, lower: number, upper: number): ArrayValue {
  const first = array.lowerBounds[0]!;
  const last = first + array.lengths[0]! - 1;
  const from = Math.min(first, lower);
  const size = Math.max(last, upper) - from + 1;
  if (size > ARRAY_ELEMENTS_MAX) throw arrayTooLarge();
  const elements: Scalar[] = Array.from({ length: size }, () => null);
  for (const [index, element] of array.elements.entries()) elements[first - from + index] = element;
  return new ArrayValue([size], [from], elements);
}

/** `a[1:2] = b`, for arrays of one dimension. */
export function withSlice(
  array: ArrayValue,
  bounds: readonly SliceBound[],
  source: ArrayValue,
): ArrayValue {
  const [bound, second] = bounds;
  if (bound === undefined || second !== undefined || array.lengths.length > 1) {
    throw new AlopexError(
      'ALX_UNSUPPORTED',
      'assigning to a slice of an array of several dimensions is not supported yet',
    );
  }
  const empty = array.elements.length === 0;
  if (empty && (bound.lower === undefined || bound.upper === undefined)) {
    throw new AlopexError(
      'ALX_ARRAY_SUBSCRIPT',
      'array slice subscript must provide both boundaries',
      {
        detail:
          'When assigning to a slice of an empty array value, slice boundaries must be fully specified.',
      },
    );
  }
  const lower = bound.lower ?? array.lowerBounds[0]!;
  const upper = bound.upper ?? array.lowerBounds[0]! + array.lengths[0]! - 1;
  if (upper < lower) {
    throw new AlopexError('ALX_ARRAY_SUBSCRIPT', 'upper bound cannot be less than lower bound');
  }
  const size = upper - lower + 1;
  if (source.elements.length < size) {
    throw new AlopexError('ALX_ARRAY_SUBSCRIPT', 'source array too small');
  }
  const base = empty ? new ArrayValue([1], [lower], [null]) : array;
  const grown = grownTo(base, lower, upper);
  const elements = grown.elements.slice();
  const from = lower - grown.lowerBounds[0]!;
  for (let index = 0; index < size; index += 1) elements[from + index] = source.elements[index]!;
  return new ArrayValue(grown.lengths, grown.lowerBounds, elements);
}

/** `a || b`: arrays of one dimension number, or one of one dimension less, which counts as an element. */
export function concatArrays(left: ArrayValue, right: ArrayValue): ArrayValue {
  if (left.elements.length === 0) return right;
  if (right.elements.length === 0) return left;
  const leftDepth = left.lengths.length;
  const rightDepth = right.lengths.length;
  if (leftDepth === rightDepth) {
    if (!sameTail(left, right, 1)) throw incompatibleArrays('element');
    return new ArrayValue(
      [left.lengths[0]! + right.lengths[0]!, ...left.lengths.slice(1)],
      left.lowerBounds,
      joined(left, right),
    );
  }
  if (leftDepth === rightDepth + 1) return appended(left, right, joined(left, right));
  if (rightDepth === leftDepth + 1) return appended(right, left, joined(left, right));
  throw new AlopexError('ALX_ARRAY_SUBSCRIPT', 'cannot concatenate incompatible arrays', {
    detail: `Arrays of ${leftDepth} and ${rightDepth} dimensions are not compatible for concatenation.`,
  });
}

function appended(outer: ArrayValue, inner: ArrayValue, elements: readonly Scalar[]): ArrayValue {
  const fits = inner.lengths.every(
    (length, index) =>
      length === outer.lengths[index + 1] &&
      inner.lowerBounds[index] === outer.lowerBounds[index + 1],
  );
  if (!fits) throw incompatibleArrays('element');
  return new ArrayValue(
    [outer.lengths[0]! + 1, ...outer.lengths.slice(1)],
    outer.lowerBounds,
    elements,
  );
}

function joined(left: ArrayValue, right: ArrayValue): readonly Scalar[] {
  if (left.elements.length + right.elements.length > ARRAY_ELEMENTS_MAX) throw arrayTooLarge();
  return [...left.elements, ...right.elements];
}

function sameTail(left: ArrayValue, right: ArrayValue, from: number): boolean {
  return left.lengths.every(
    (length, index) =>
      index < from ||
      (length === right.lengths[index] && left.lowerBounds[index] === right.lowerBounds[index]),
  );
}

/** `array_append(a, v)` and, with `front`, `array_prepend(v, a)`: one dimension at most. */
export function withEnd(array: ArrayValue, value: Scalar, front: boolean): ArrayValue {
  if (array.elements.length === 0) return listValue([value]);
  if (array.lengths.length > 1) {
    throw new AlopexError('ALX_ARRAY_SUBSCRIPT', 'argument must be empty or one-dimensional array');
  }
  const elements = front ? [value, ...array.elements] : [...array.elements, value];
  if (elements.length > ARRAY_ELEMENTS_MAX) throw arrayTooLarge();
  return new ArrayValue([elements.length], array.lowerBounds, elements);
}

function incompatibleArrays(what: string): AlopexError {
  return new AlopexError('ALX_ARRAY_SUBSCRIPT', 'cannot concatenate incompatible arrays', {
    detail: `Arrays with differing ${what} dimensions are not compatible for concatenation.`,
  });
}

function unevenArrays(): AlopexError {
  return new AlopexError(
    'ALX_ARRAY_SUBSCRIPT',
    'multidimensional arrays must have array expressions with matching dimensions',
  );
}

export function tooManyDimensions(): AlopexError {
  return new AlopexError(
    'ALX_LIMIT_EXCEEDED',
    `number of array dimensions exceeds the maximum allowed (${ARRAY_DIMENSIONS_MAX})`,
  );
}

function wrongSubscriptCount(): AlopexError {
  return new AlopexError('ALX_ARRAY_SUBSCRIPT', 'wrong number of array subscripts');
}

function subscriptOutOfRange(): AlopexError {
  return new AlopexError('ALX_ARRAY_SUBSCRIPT', 'array subscript out of range');
}
