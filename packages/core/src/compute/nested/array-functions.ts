/** Functions and operators over arrays, as PostgreSQL defines them. */
import { AlopexError } from '../../base/errors.ts';
import type { DataType } from '../../types/data-type.ts';
import {
  ARRAY_ELEMENTS_MAX,
  ArrayValue,
  EMPTY_ARRAY,
  arrayTooLarge,
  listValue,
} from '../../types/nested-value.ts';
import type { Scalar } from '../../types/scalar.ts';
import { formatScalar } from '../cast-scalar.ts';
import { compareScalars } from '../compare.ts';
import type { FunctionContext, ScalarFunction } from '../scalar-function.ts';
import {
  asArray,
  elementOf,
  nullableArrayFunction,
  strictArrayFunction,
} from './array-function.ts';
import {
  concatArrays,
  elementAt,
  sliceArray,
  stackArrays,
  tooManyDimensions,
  withElement,
  withEnd,
  withSlice,
} from './array-shape.ts';
import type { SliceBound } from './array-shape.ts';
import { memberTest, sameValue } from './element-match.ts';

/** Bounds that no array reaches. */
export const SLICE_OPEN = Object.freeze({ lower: -2_147_483_648, upper: 2_147_483_647 });

/** `ARRAY[…]` of elements, or of arrays, which become a dimension. */
const construct = nullableArrayFunction('array', ({ args }) =>
  args.some((type) => type.kind === 'array')
    ? (parts) => stackArrays(parts as readonly (ArrayValue | null)[])
    : (elements) => listValue(elements.slice()),
);

const subscript = strictArrayFunction(
  'subscript',
  () =>
    ([array, ...subscripts]) =>
      elementAt(asArray(array!), subscripts as number[]),
);

/** Arguments: the array, then lower and upper bound by turns; `SLICE_OPEN` stands for a bound that is not written. */
const slice = strictArrayFunction(
  'slice',
  () =>
    ([array, ...bounds]) =>
      sliceArray(asArray(array!), readBounds(bounds)),
);

function readBounds(values: readonly Scalar[]): SliceBound[] {
  const bounds: SliceBound[] = [];
  for (let at = 0; at < values.length; at += 2) {
    const [lower, upper] = [values[at] as number, values[at + 1] as number];
    bounds.push({
      lower: lower === SLICE_OPEN.lower ? undefined : lower,
      upper: upper === SLICE_OPEN.upper ? undefined : upper,
    });
  }
  return bounds;
}

/** The array with one element changed; arguments: array, value, subscripts. A null array counts as empty. */
const assignElement = nullableArrayFunction(
  'set_element',
  () =>
    ([array, value, ...subscripts]) => {
      refuseNullSubscripts(subscripts);
      return withElement(asArray(array!) ?? EMPTY_ARRAY, subscripts as number[], value!);
    },
);

/** The array with a slice changed; arguments: array, source, bounds. A null source changes nothing. */
const assignSlice = nullableArrayFunction('set_slice', () => ([array, source, ...bounds]) => {
  refuseNullSubscripts(bounds);
  if (source === null) return array!;
  return withSlice(asArray(array!) ?? EMPTY_ARRAY, readBounds(bounds), asArray(source!));
});

function refuseNullSubscripts(subscripts: readonly Scalar[]): void {
  if (!subscripts.includes(null)) return;
  throw new AlopexError('ALX_NULL_VALUE', 'array subscript in assignment must not be null');
}

const append = nullableArrayFunction(
  'array_append',
  () =>
    ([array, value]) =>
      withEnd(asArray(array!) ?? EMPTY_ARRAY, value!, false),
);

const prepend = nullableArrayFunction(
  'array_prepend',
  () =>
    ([value, array]) =>
      withEnd(asArray(array!) ?? EMPTY_ARRAY, value!, true),
);

const concat = nullableArrayFunction('array_cat', () => ([left, right]) => {
  if (left === null) return right!;
  return right === null ? left! : concatArrays(asArray(left!), asArray(right!));
});

const remove = nullableArrayFunction('array_remove', ({ args }) => {
  const element = elementOf(args[0]);
  return ([value, unwanted]) => {
    if (value === null) return null;
    const array = asArray(value!);
    const kept = array.elements.filter((one) => !sameValue(element, one, unwanted!));
    if (kept.length === array.elements.length) return array;
    if (array.lengths.length > 1) {
      throw new AlopexError(
        'ALX_UNSUPPORTED',
        'removing elements from multidimensional arrays is not supported',
      );
    }
    return kept.length === 0 ? EMPTY_ARRAY : new ArrayValue([kept.length], array.lowerBounds, kept);
  };
});

const replace = nullableArrayFunction('array_replace', ({ args }) => {
  const element = elementOf(args[0]);
  return ([value, from, to]) => {
    if (value === null) return null;
    const { lengths, lowerBounds, elements } = asArray(value!);
    const changed = elements.map((one) => (sameValue(element, one, from!) ? to! : one));
    return new ArrayValue(lengths, lowerBounds, changed);
  };
});

const cardinality = strictArrayFunction(
  'cardinality',
  () =>
    ([array]) =>
      asArray(array!).elements.length,
);

const dimensionCount = strictArrayFunction(
  'array_ndims',
  () =>
    ([array]) =>
      asArray(array!).lengths.length || null,
);

const dimensions = strictArrayFunction('array_dims', () => ([value]) => {
  const { lengths, lowerBounds } = asArray(value!);
  if (lengths.length === 0) return null;
  return lengths
    .map((length, index) => `[${lowerBounds[index]!}:${lowerBounds[index]! + length - 1}]`)
    .join('');
});

/** A number of dimension `args[1]`, which counts from 1. */
function ofDimension(
  name: string,
  compute: (length: number, lowerBound: number) => number,
): ScalarFunction {
  return strictArrayFunction(name, () => ([value, dimension]) => {
    const { lengths, lowerBounds } = asArray(value!);
    const length = lengths[(dimension as number) - 1];
    return length === undefined ? null : compute(length, lowerBounds[(dimension as number) - 1]!);
  });
}

function requireList(array: ArrayValue): void {
  if (array.lengths.length <= 1) return;
  throw new AlopexError(
    'ALX_UNSUPPORTED',
    'searching for elements in multidimensional arrays is not supported',
  );
}

const position = nullableArrayFunction('array_position', ({ args }) => {
  const element = elementOf(args[0]);
  return ([value, wanted, start]) => {
    if (value === null) return null;
    if (start === null)
      throw new AlopexError('ALX_NULL_VALUE', 'initial position must not be null');
    const array = asArray(value!);
    requireList(array);
    const first = array.lowerBounds[0] ?? 1;
    const from = Math.max(0, ((start as number | undefined) ?? first) - first);
    const found = array.elements.findIndex(
      (one, index) => index >= from && sameValue(element, one, wanted!),
    );
    return found < 0 ? null : found + first;
  };
});

const positions = nullableArrayFunction('array_positions', ({ args }) => {
  const element = elementOf(args[0]);
  return ([value, wanted]) => {
    if (value === null) return null;
    const array = asArray(value!);
    requireList(array);
    const first = array.lowerBounds[0] ?? 1;
    const found: number[] = [];
    for (const [index, one] of array.elements.entries())
      if (sameValue(element, one, wanted!)) found.push(index + first);
    return listValue(found);
  };
});

const contains = containment('@>', (left, right, element) => containsAll(left, right, element));
const containedBy = containment('<@', (left, right, element) => containsAll(right, left, element));

function containment(
  name: string,
  compute: (left: ArrayValue, right: ArrayValue, element: DataType) => boolean,
): ScalarFunction {
  return strictArrayFunction(name, ({ args }) => {
    const element = elementOf(args[0]);
    return ([left, right]) => compute(asArray(left!), asArray(right!), element);
  });
}

function containsAll(whole: ArrayValue, part: ArrayValue, element: DataType): boolean {
  const isMember = memberTest(element, whole.elements);
  return part.elements.every((one) => one !== null && isMember(one));
}

const overlaps = containment('&&', (left, right, element) => {
  const isMember = memberTest(element, left.elements);
  return right.elements.some((one) => one !== null && isMember(one));
});

const hasElement = nullableArrayFunction('list_contains', ({ args }) => {
  const element = elementOf(args[0]);
  return ([array, wanted]) => {
    if (array === null) return null;
    return asArray(array!).elements.some(
      (one) => one !== null && wanted !== null && sameValue(element, one, wanted!),
    );
  };
});

/** Elements as text with a delimiter between them; nulls are left out, or written as the third argument. */
const toText = nullableArrayFunction('array_to_string', ({ args, context }) => {
  const element = elementOf(args[0]);
  return ([array, delimiter, nullText]) => {
    if (array === null || delimiter === null) return null;
    const parts: string[] = [];
    for (const one of asArray(array!).elements) {
      if (one !== null) parts.push(elementText(one, element, context));
      else if (typeof nullText === 'string') parts.push(nullText);
    }
    return parts.join(delimiter as string);
  };
});

function elementText(value: NonNullable<Scalar>, type: DataType, context: FunctionContext): string {
  if (type.kind === 'boolean') return value === true ? 't' : 'f';
  return formatScalar(value, type, context);
}

const fromText = nullableArrayFunction('string_to_array', () => ([text, delimiter, nullText]) => {
  if (text === null) return null;
  return listValue(
    splitText(text as string, delimiter as string | null).map((part) =>
      part === nullText ? null : part,
    ),
  );
});

/** No delimiter (null): single characters; an empty one: the whole text. The empty text has no parts. */
export function splitText(text: string, delimiter: string | null): string[] {
  if (text === '') return [];
  if (delimiter === null) return Array.from(text);
  return delimiter === '' ? [text] : text.split(delimiter);
}

const fill = nullableArrayFunction('array_fill', () => ([value, lengthArray, boundArray]) => {
  if (lengthArray === null || boundArray === null)
    throw new AlopexError('ALX_NULL_VALUE', 'dimension array or low bound array cannot be null');
  const lengths = asArray(lengthArray!).elements;
  const bounds = boundArray === undefined ? undefined : asArray(boundArray!).elements;
  if (lengths.includes(null) || bounds?.includes(null) === true)
    throw new AlopexError('ALX_NULL_VALUE', 'dimension values cannot be null');
  if (lengths.length > 6) throw tooManyDimensions();
  if (bounds !== undefined && bounds.length !== lengths.length) {
    throw new AlopexError('ALX_ARRAY_SUBSCRIPT', 'wrong number of array subscripts', {
      detail: 'Low bound array has different size than dimensions array.',
    });
  }
  const sizes = lengths as readonly number[];
  const count = sizes.length === 0 ? 0 : sizes.reduce((product, size) => product * size, 1);
  if (sizes.some((size) => size < 0) || count > ARRAY_ELEMENTS_MAX) throw arrayTooLarge();
  if (count === 0) return EMPTY_ARRAY;
  return new ArrayValue(
    sizes,
    (bounds as readonly number[] | undefined) ?? sizes.map(() => 1),
    Array.from({ length: count }, () => value!),
  );
});

const trim = strictArrayFunction('trim_array', () => ([value, count]) => {
  const array = asArray(value!);
  const length = array.lengths[0] ?? 0;
  if ((count as number) < 0 || (count as number) > length) {
    throw new AlopexError(
      'ALX_ARRAY_SUBSCRIPT',
      `number of elements to trim must be between 0 and ${length}`,
    );
  }
  const first = array.lowerBounds[0] ?? 1;
  return sliceArray(array, [{ lower: undefined, upper: first + length - 1 - (count as number) }]);
});

/** Nulls last ascending, first descending, unless the third argument says otherwise. */
const sort = strictArrayFunction('array_sort', ({ args }) => {
  const element = elementOf(args[0]);
  return ([value, descending, nullsFirst]) => {
    const array = asArray(value!);
    requireList(array);
    const down = descending === true;
    const nullRank = (nullsFirst ?? down) === true ? -1 : 1;
    const order = (left: Scalar, right: Scalar): number => {
      if (left === null || right === null)
        return nullRank * (Number(left === null) - Number(right === null));
      return down ? compareScalars(element, right, left) : compareScalars(element, left, right);
    };
    return listOf(array, array.elements.toSorted(order));
  };
});

const reverse = strictArrayFunction('array_reverse', () => ([value]) => {
  const array = asArray(value!);
  requireList(array);
  return listOf(array, array.elements.toReversed());
});

const distinct = strictArrayFunction('list_distinct', ({ args }) => {
  const element = elementOf(args[0]);
  return ([value]) => {
    const kept: Scalar[] = [];
    for (const one of asArray(value!).elements)
      if (one !== null && !kept.some((other) => sameValue(element, one, other))) kept.push(one);
    return listValue(kept);
  };
});

function listOf({ lengths, lowerBounds }: ArrayValue, elements: readonly Scalar[]): ArrayValue {
  return new ArrayValue(lengths, lowerBounds, elements);
}

export const arrayFunctions = {
  append,
  assignElement,
  assignSlice,
  cardinality,
  concat,
  construct,
  containedBy,
  contains,
  dimensionCount,
  dimensions,
  distinct,
  fill,
  fromText,
  hasElement,
  length: ofDimension('array_length', (length) => length),
  lower: ofDimension('array_lower', (_length, lowerBound) => lowerBound),
  overlaps,
  position,
  positions,
  prepend,
  remove,
  replace,
  reverse,
  slice,
  sort,
  subscript,
  toText,
  trim,
  upper: ofDimension('array_upper', (length, lowerBound) => lowerBound + length - 1),
} as const;
