/**
 * `CAST(column AS wider) op constant` compared in the column's own type, where the constant fits it: then the primary key can
 * answer it and no row is converted.
 */
import { castScalar } from '@alopex-db/core/compute';
import { AlopexError } from '@alopex-db/core/base';
import type { Expression } from '@alopex-db/core/exec';
import {
  integerScalar,
  isInteger,
  numericOf,
  rescale,
  type DataType,
  type Scalar,
} from '@alopex-db/core/types';
import { integerBounds } from '../binder/type-rules.ts';

type Comparison = Expression & { readonly kind: 'compare' };

export function unwrapComparison(node: Comparison): Comparison {
  const left = narrowed(node.left, node.right);
  if (left !== undefined) return { ...node, left: left.column, right: left.constant };
  const right = narrowed(node.right, node.left);
  return right === undefined ? node : { ...node, left: right.constant, right: right.column };
}

function narrowed(
  side: Expression,
  other: Expression,
): { readonly column: Expression; readonly constant: Expression } | undefined {
  if (
    side.kind !== 'cast' ||
    !side.implicit ||
    side.input.kind !== 'column' ||
    other.kind !== 'constant'
  )
    return undefined;
  const { type } = side.input;
  if (!isInteger(type) || other.value === null) return undefined;
  const value = exactly(other.value, other.type, type);
  return value === undefined
    ? undefined
    : { column: side.input, constant: { kind: 'constant', type, value } };
}

/** A numeric constant that is an integer of the narrower type. */
function wholeNumber(value: Scalar, to: DataType): Scalar | undefined {
  const number = numericOf(String(value));
  if (
    typeof number === 'number' ||
    rescale(rescale(number, 0), number.scale).coefficient !== number.coefficient
  )
    return undefined;
  const whole = integerScalar(rescale(number, 0).coefficient);
  return exactly(whole, { kind: 'int64' }, to);
}

/** The constant as a value of the narrower type, if it is one. */
function exactly(value: Scalar, from: DataType, to: DataType): Scalar | undefined {
  const bounds = integerBounds(to)!;
  if (from.kind === 'numeric') return wholeNumber(value, to);
  if (typeof value === 'number' && !Number.isInteger(value)) return undefined;
  if (typeof value !== 'number' && typeof value !== 'bigint') return undefined;
  // A double beyond 2^53 stands for several integers, all of which a wide column could hold.
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return undefined;
  const exact = BigInt(value);
  if (exact < bounds[0] || exact > bounds[1]) return undefined;
  try {
    return castScalar(value, from, to);
  } catch (error) {
    if (error instanceof AlopexError && error.kind === 'Invalid') return undefined;
    throw error;
  }
}
