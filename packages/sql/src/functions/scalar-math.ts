/** Mathematical functions. */
import {
  absoluteFunction,
  arithmeticFunction,
  gcdFunction,
  lcmFunction,
  mathFunctions as math,
  numericFunctions as exact,
} from '@alopex-db/core/compute';
import type { ScalarFunction } from '@alopex-db/core/exec';
import { BOOLEAN, FLOAT64, INT32, INT64, NUMERIC, type DataType } from '@alopex-db/core/types';
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

/** `count` numerics to a numeric. */
function numeric(implementation: ScalarFunction, count = 1): Overload<ScalarFunction> {
  return { args: Array.from({ length: count }, () => NUMERIC), returns: NUMERIC, implementation };
}

/** Of doubles a double, of numeric numeric. */
function realOrNumeric(
  name: string,
  summary: string,
  implementation: ScalarFunction,
  exactly: ScalarFunction,
  extra: Extra = {},
): ScalarDef {
  const overloads = [{ args: [FLOAT64], returns: FLOAT64, implementation }, numeric(exactly)];
  return define(name, summary, overloads, extra);
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
  exactWhole: ScalarFunction,
  exactPlaces: ScalarFunction,
): ScalarDef {
  return define(name, summary, [
    { args: [FLOAT64], returns: FLOAT64, implementation: whole },
    { args: [FLOAT64, INT32], returns: FLOAT64, implementation: places },
    numeric(exactWhole),
    { args: [NUMERIC, INT32], returns: NUMERIC, implementation: exactPlaces },
  ]);
}

export const MATH_FUNCTIONS: readonly ScalarDef[] = [
  define('abs', 'The number without its sign.', [
    ...perType(NUMBERS, 1, absoluteFunction),
    numeric(exact.abs),
  ]),
  realOrNumeric(
    'sign',
    '-1, 0 or 1 as the number is negative, zero or positive.',
    math.sign,
    exact.sign,
  ),
  rounding(
    'round',
    'The nearest whole number, or the nearest with so many decimal places.',
    math.round,
    math.roundTo,
    exact.round,
    exact.roundTo,
  ),
  rounding(
    'trunc',
    'The number cut towards zero, at so many decimal places.',
    math.trunc,
    math.truncTo,
    exact.trunc,
    exact.truncTo,
  ),
  realOrNumeric('floor', 'The largest whole number that is not greater.', math.floor, exact.floor),
  realOrNumeric('ceil', 'The smallest whole number that is not less.', math.ceil, exact.ceil, {
    aliases: ['ceiling'],
  }),
  define('mod', 'Remainder of a division.', [
    ...perType(INTEGERS, 2, (type) => arithmeticFunction('%', type)),
    numeric(exact.modulo, 2),
  ]),
  define(
    'power',
    'The first number raised to the power of the second.',
    [
      { args: [FLOAT64, FLOAT64], returns: FLOAT64, implementation: math.power },
      numeric(exact.power, 2),
    ],
    { aliases: ['pow'] },
  ),
  define('div', 'Quotient cut towards zero.', [numeric(exact.div, 2)]),
  realOrNumeric('sqrt', 'Square root.', math.sqrt, exact.sqrt),
  real('cbrt', 'Cube root.', math.cbrt),
  realOrNumeric('exp', 'e raised to the power of the number.', math.exp, exact.exp),
  realOrNumeric('ln', 'Natural logarithm.', math.ln, exact.ln),
  define('log', 'Logarithm to base 10, or to the base that comes first.', [
    { args: [FLOAT64], returns: FLOAT64, implementation: math.log10 },
    { args: [FLOAT64, FLOAT64], returns: FLOAT64, implementation: math.log },
    numeric(exact.log10),
    numeric(exact.log, 2),
  ]),
  real('log2', 'Logarithm to base 2.', math.log2),
  realOrNumeric('log10', 'Logarithm to base 10.', math.log10, exact.log10),
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
  define('gcd', 'Greatest common divisor.', [
    ...perType([INT32, INT64], 2, gcdFunction),
    numeric(exact.gcd, 2),
  ]),
  define('lcm', 'Least common multiple.', [
    ...perType([INT32, INT64], 2, lcmFunction),
    numeric(exact.lcm, 2),
  ]),
  define('factorial', 'Product of the whole numbers up to the argument.', [
    { args: [INT64], returns: NUMERIC, implementation: exact.factorial },
  ]),
  define('isnan', 'Whether the value is NaN.', [
    { args: [FLOAT64], returns: BOOLEAN, implementation: math.isnan },
    { args: [NUMERIC], returns: BOOLEAN, implementation: exact.isNan },
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
      {
        args: [NUMERIC, NUMERIC, NUMERIC, INT32],
        returns: INT32,
        implementation: exact.widthBucket,
      },
    ],
  ),
  define('scale', 'Number of decimal places.', [
    { args: [NUMERIC], returns: INT32, implementation: exact.scale },
  ]),
  define('min_scale', 'Number of decimal places that the value needs.', [
    { args: [NUMERIC], returns: INT32, implementation: exact.minScale },
  ]),
  define('trim_scale', 'The number without zeros at the end of its decimal places.', [
    numeric(exact.trimScale),
  ]),
];
