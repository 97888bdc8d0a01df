/** Finding elements by value: through a Set where JavaScript's equality is SQL's, else by comparing. */
import type { DataType } from '../../types/data-type.ts';
import type { Scalar } from '../../types/scalar.ts';
import { compareScalars } from '../compare.ts';

/** Kinds whose equal values are the same value to a Set: NaN equals itself there, and 0 equals -0. */
const PLAIN_KINDS: ReadonlySet<string> = new Set([
  'boolean',
  'int16',
  'int32',
  'int64',
  'float32',
  'float64',
  'text',
  'date',
  'time',
  'timestamp',
  'timestamptz',
]);

/** Below this many values comparing each is cheaper than building a Set. */
const SET_SIZE_MIN = 8;

/** Whether a value is among `values`; nulls are among nothing. */
export function memberTest(
  type: DataType,
  values: readonly Scalar[],
): (value: NonNullable<Scalar>) => boolean {
  if (PLAIN_KINDS.has(type.kind) && values.length >= SET_SIZE_MIN) {
    const set = new Set(values);
    return (value) => set.has(value);
  }
  return (value) => values.some((one) => one !== null && compareScalars(type, one, value) === 0);
}

/** IS NOT DISTINCT FROM. */
export function sameValue(type: DataType, left: Scalar, right: Scalar): boolean {
  if (left === null || right === null) return left === right;
  return compareScalars(type, left, right) === 0;
}
