/** Functions whose meaning depends on the number type: unary minus, abs, gcd, lcm, factorial, bits, greatest, least. */
import { AlopexError } from '../../base/errors.ts';
import type { DataType } from '../../types/data-type.ts';
import { isInteger } from '../../types/data-type.ts';
import { integerScalar } from '../../types/scalar-at.ts';
import type { Scalar } from '../../types/scalar.ts';
import { compareScalars } from '../compare.ts';
import { nullableFunction, strictFunction } from '../define-function.ts';
import { fitsInteger, outOfRange } from '../number-text.ts';
import type { ScalarFunction } from '../scalar-function.ts';

/** Keeps an integer result in the range of its type. */
function checked(value: number | bigint, type: DataType): number | bigint {
  const scalar = typeof value === 'bigint' ? integerScalar(value) : value + 0;
  if (isInteger(type) && !fitsInteger(scalar, type)) throw outOfRange(type);
  return scalar;
}

/** A safe number, or a bigint where the safe range is left: integer arithmetic on one value. */
function wide(value: NonNullable<Scalar>): bigint {
  return BigInt(value as number | bigint);
}

/** -x for any number type. */
export function negateFunction(type: DataType): ScalarFunction {
  if (!isInteger(type)) return strictFunction('-', ([value]) => -Number(value));
  return strictFunction('-', ([value]) =>
    checked(typeof value === 'bigint' ? -value : -(value as number), type),
  );
}

/** abs(x) for any number type. */
export function absoluteFunction(type: DataType): ScalarFunction {
  if (!isInteger(type)) return strictFunction('abs', ([value]) => Math.abs(Number(value)));
  return strictFunction('abs', ([value]) => {
    const number = value as number | bigint;
    return checked(number < 0 ? -number : number, type);
  });
}

export function gcdFunction(type: DataType): ScalarFunction {
  return strictFunction('gcd', ([left, right]) => checked(gcd(wide(left!), wide(right!)), type));
}

export function lcmFunction(type: DataType): ScalarFunction {
  return strictFunction('lcm', ([left, right]) => {
    const divisor = gcd(wide(left!), wide(right!));
    if (divisor === 0n) return 0;
    const multiple = (wide(left!) / divisor) * wide(right!);
    return checked(multiple < 0n ? -multiple : multiple, type);
  });
}

function gcd(left: bigint, right: bigint): bigint {
  let a = left < 0n ? -left : left;
  let b = right < 0n ? -right : right;
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

/** factorial(bigint) -> bigint; beyond 20! it is out of range until NUMERIC exists. */
export const factorialFunction: ScalarFunction = strictFunction('factorial', ([value]) => {
  const count = wide(value!);
  if (count < 0n)
    throw new AlopexError('ALX_OUT_OF_RANGE', 'factorial of a negative number is undefined');
  if (count > 20n) throw outOfRange({ kind: 'int64' });
  let product = 1n;
  for (let factor = 2n; factor <= count; factor += 1n) product *= factor;
  return integerScalar(product);
});

export type BitOperator = '&' | '|' | '#' | '<<' | '>>';

const WIDTHS: Readonly<Record<string, number>> = { int16: 16, int32: 32, int64: 64 };

/** `& | # << >>` on integers of one type; shifts take an integer on the right and wrap at the width, as C does. */
export function bitFunction(operator: BitOperator, type: DataType): ScalarFunction {
  const width = WIDTHS[type.kind]!;
  return strictFunction(operator, ([left, right]) =>
    integerScalar(BigInt.asIntN(width, bits(operator, wide(left!), wide(right!), width))),
  );
}

function bits(operator: BitOperator, left: bigint, right: bigint, width: number): bigint {
  switch (operator) {
    case '&':
      return left & right;
    case '|':
      return left | right;
    case '#':
      return left ^ right;
    case '<<':
      return left << BigInt.asUintN(width === 64 ? 6 : 5, right);
    case '>>':
      return left >> BigInt.asUintN(width === 64 ? 6 : 5, right);
  }
}

/** ~x */
export function bitNotFunction(): ScalarFunction {
  return strictFunction('~', ([value]) => integerScalar(~wide(value!)));
}

/** greatest(x, …) and least(x, …) of one type: nulls are ignored, all null gives null. */
export function greatestFunction(type: DataType): ScalarFunction {
  return nullableFunction('greatest', (args) => extreme(type, args, 1));
}

export function leastFunction(type: DataType): ScalarFunction {
  return nullableFunction('least', (args) => extreme(type, args, -1));
}

function extreme(type: DataType, args: readonly Scalar[], direction: 1 | -1): Scalar {
  let best: Scalar = null;
  for (const value of args) {
    if (value === null) continue;
    if (best === null || compareScalars(type, value, best) * direction > 0) best = value;
  }
  return best;
}
