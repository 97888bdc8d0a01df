/** Mathematical functions. */
import {
  absoluteFunction,
  arithmeticFunction,
  factorialFunction,
  gcdFunction,
  lcmFunction,
  mathFunctions as math,
} from '@alopex-db/core/compute';
import type { ScalarFunction } from '@alopex-db/core/exec';
import { BOOLEAN, FLOAT64, INT32, INT64, type DataType } from '@alopex-db/core/types';
import type { Overload, ScalarDef } from './function-def.ts';
import { INTEGERS, NUMBERS } from './operators.ts';

type Extra = Partial<Pick<ScalarDef, 'aliases'>>;

function define(
  name: string,
  summary: string,
  overloads: readonly Overload<ScalarFunction>[],
  extra: Extra = {},
): ScalarDef {
  return { kind: 'scalar', name, group: 'math', summary, overloads, ...extra };
}

/** `count` doubles to a double. */
function real(
  name: string,
  summary: string,
  implementation: ScalarFunction,
  count = 1,
  extra: Extra = {},
): ScalarDef {
  const args = Array.from({ length: count }, () => FLOAT64);
  return define(name, summary, [{ args, returns: FLOAT64, implementation }], extra);
}

function perType(
  types: readonly DataType[],
  count: number,
  make: (type: DataType) => ScalarFunction,
): readonly Overload<ScalarFunction>[] {
  return types.map((type) => ({
    args: Array.from({ length: count }, () => type),
    returns: type,
    implementation: make(type),
  }));
}

/** One argument, or a second one with the number of decimal places. */
function rounding(
  name: string,
  summary: string,
  whole: ScalarFunction,
  places: ScalarFunction,
): ScalarDef {
  return define(name, summary, [
    { args: [FLOAT64], returns: FLOAT64, implementation: whole },
    { args: [FLOAT64, INT32], returns: FLOAT64, implementation: places },
  ]);
}

export const MATH_FUNCTIONS: readonly ScalarDef[] = [
  define('abs', 'The number without its sign.', perType(NUMBERS, 1, absoluteFunction)),
  real('sign', '-1, 0 or 1 as the number is negative, zero or positive.', math.sign),
  rounding(
    'round',
    'The nearest whole number, or the nearest with so many decimal places.',
    math.round,
    math.roundTo,
  ),
  rounding(
    'trunc',
    'The number cut towards zero, at so many decimal places.',
    math.trunc,
    math.truncTo,
  ),
  real('floor', 'The largest whole number that is not greater.', math.floor),
  real('ceil', 'The smallest whole number that is not less.', math.ceil, 1, {
    aliases: ['ceiling'],
  }),
  define(
    'mod',
    'Remainder of an integer division.',
    perType(INTEGERS, 2, (type) => arithmeticFunction('%', type)),
  ),
  real('power', 'The first number raised to the power of the second.', math.power, 2, {
    aliases: ['pow'],
  }),
  real('sqrt', 'Square root.', math.sqrt),
  real('cbrt', 'Cube root.', math.cbrt),
  real('exp', 'e raised to the power of the number.', math.exp),
  real('ln', 'Natural logarithm.', math.ln),
  define('log', 'Logarithm to base 10, or to the base that comes first.', [
    { args: [FLOAT64], returns: FLOAT64, implementation: math.log10 },
    { args: [FLOAT64, FLOAT64], returns: FLOAT64, implementation: math.log },
  ]),
  real('log2', 'Logarithm to base 2.', math.log2),
  real('log10', 'Logarithm to base 10.', math.log10),
  real('sin', 'Sine of an angle in radians.', math.sin),
  real('cos', 'Cosine of an angle in radians.', math.cos),
  real('tan', 'Tangent of an angle in radians.', math.tan),
  real('cot', 'Cotangent of an angle in radians.', math.cot),
  real('asin', 'Inverse sine.', math.asin),
  real('acos', 'Inverse cosine.', math.acos),
  real('atan', 'Inverse tangent.', math.atan),
  real('atan2', 'Angle of the point whose y comes first and x second.', math.atan2, 2),
  real('sinh', 'Hyperbolic sine.', math.sinh),
  real('cosh', 'Hyperbolic cosine.', math.cosh),
  real('tanh', 'Hyperbolic tangent.', math.tanh),
  real('asinh', 'Inverse hyperbolic sine.', math.asinh),
  real('acosh', 'Inverse hyperbolic cosine.', math.acosh),
  real('atanh', 'Inverse hyperbolic tangent.', math.atanh),
  real('degrees', 'Radians to degrees.', math.degrees),
  real('radians', 'Degrees to radians.', math.radians),
  real('pi', 'The ratio of a circle to its diameter.', math.pi, 0),
  real('random', 'A random number from 0 up to, but not, 1.', math.random, 0),
  define('gcd', 'Greatest common divisor.', perType([INT32, INT64], 2, gcdFunction)),
  define('lcm', 'Least common multiple.', perType([INT32, INT64], 2, lcmFunction)),
  define('factorial', 'Product of the whole numbers up to the argument.', [
    { args: [INT64], returns: INT64, implementation: factorialFunction },
  ]),
  define('isnan', 'Whether the value is NaN.', [
    { args: [FLOAT64], returns: BOOLEAN, implementation: math.isnan },
  ]),
  define(
    'width_bucket',
    'Number of the bucket of equal width, between two bounds, in which the first argument lies.',
    [
      {
        args: [FLOAT64, FLOAT64, FLOAT64, INT32],
        returns: INT32,
        implementation: math.widthBucket,
      },
    ],
  ),
];
