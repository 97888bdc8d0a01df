/**
 * Mathematical functions with PostgreSQL's results and domain errors. Unless said otherwise they take and give double
 * precision.
 */
import { AlopexError } from '../../base/errors.ts';
import { float64Function, nullableFunction, strictFunction } from '../define-function.ts';
import { roundHalfEven } from '../number-text.ts';

function powerError(message: string): AlopexError {
  return new AlopexError('ALX_POWER_ARGUMENT', message);
}

function bucketError(message: string): AlopexError {
  return new AlopexError('ALX_WIDTH_BUCKET_ARGUMENT', message);
}

function outOfRange(what: 'overflow' | 'underflow'): AlopexError {
  return new AlopexError('ALX_OUT_OF_RANGE', `value out of range: ${what}`);
}

const inputOutOfRange = 'input is out of range';

/** A function that fails for arguments outside [least, greatest]. */
function within(name: string, least: number, greatest: number, compute: (value: number) => number) {
  return float64Function(name, (value) => {
    if (value < least || value > greatest)
      throw new AlopexError('ALX_OUT_OF_RANGE', inputOutOfRange);
    return compute(value);
  });
}

/** sin and its kin are undefined at infinity. */
function finite(name: string, compute: (value: number) => number) {
  return float64Function(name, (value) => {
    if (value === Infinity || value === -Infinity)
      throw new AlopexError('ALX_OUT_OF_RANGE', inputOutOfRange);
    return compute(value);
  });
}

export const mathFunctions = {
  /** 0 for NaN, as PostgreSQL has it. */
  sign: float64Function('sign', (value) => Number(value > 0) - Number(value < 0)),
  /** Half to even, as PostgreSQL rounds double precision. */
  round: float64Function('round', roundHalfEven),
  /** (double precision, integer): half away from zero on the decimal form, as NUMERIC rounds. */
  roundTo: strictFunction('round', ([value, digits]) =>
    roundDecimal(Number(value), Number(digits)),
  ),
  floor: float64Function('floor', Math.floor),
  ceil: float64Function('ceil', Math.ceil),
  trunc: float64Function('trunc', Math.trunc),
  truncTo: strictFunction('trunc', ([value, digits]) =>
    truncateDecimal(Number(value), Number(digits)),
  ),
  sqrt: float64Function('sqrt', (value) => {
    if (value < 0) throw powerError('cannot take square root of a negative number');
    return Math.sqrt(value);
  }),
  cbrt: float64Function('cbrt', Math.cbrt),
  exp: float64Function('exp', (value) => {
    const result = Math.exp(value);
    if (result === Infinity && value !== Infinity) throw outOfRange('overflow');
    return result;
  }),
  ln: float64Function('ln', (value) => Math.log(positive(value))),
  log10: float64Function('log10', (value) => Math.log10(positive(value))),
  log2: float64Function('log2', (value) => Math.log2(positive(value))),
  /** (base, value) */
  log: strictFunction('log', ([base, value]) => {
    const scale = Math.log(positive(Number(base)));
    if (scale === 0) throw new AlopexError('ALX_DIVISION_BY_ZERO', 'division by zero');
    return Math.log(positive(Number(value))) / scale;
  }),
  power: strictFunction('power', ([base, exponent]) => power(Number(base), Number(exponent))),
  sin: finite('sin', Math.sin),
  cos: finite('cos', Math.cos),
  tan: finite('tan', Math.tan),
  cot: finite('cot', (value) => 1 / Math.tan(value)),
  asin: within('asin', -1, 1, Math.asin),
  acos: within('acos', -1, 1, Math.acos),
  atan: float64Function('atan', Math.atan),
  atan2: strictFunction('atan2', ([y, x]) => Math.atan2(Number(y), Number(x))),
  sinh: float64Function('sinh', Math.sinh),
  cosh: float64Function('cosh', Math.cosh),
  tanh: float64Function('tanh', Math.tanh),
  asinh: float64Function('asinh', Math.asinh),
  acosh: within('acosh', 1, Infinity, Math.acosh),
  atanh: within('atanh', -1, 1, Math.atanh),
  degrees: float64Function('degrees', (value) => (value * 180) / Math.PI),
  radians: float64Function('radians', (value) => (value * Math.PI) / 180),
  /** () */
  pi: strictFunction('pi', () => Math.PI),
  /** () in [0, 1) */
  random: nullableFunction(
    'random',
    (_args, context) =>
      ((context.nextUint32() >>> 5) * 0x400_0000 + (context.nextUint32() >>> 6)) / 2 ** 53,
    'volatile',
  ),
  /** (double precision) -> boolean */
  isnan: strictFunction('isnan', ([value]) => Number.isNaN(value)),
  /** (operand, low, high, count integer) -> integer */
  widthBucket: strictFunction('width_bucket', ([operand, low, high, count]) =>
    widthBucket(Number(operand), Number(low), Number(high), Number(count)),
  ),
} as const;

function positive(value: number): number {
  if (value === 0) throw new AlopexError('ALX_LOGARITHM_ARGUMENT', 'cannot take logarithm of zero');
  if (value < 0)
    throw new AlopexError('ALX_LOGARITHM_ARGUMENT', 'cannot take logarithm of a negative number');
  return value;
}

function power(base: number, exponent: number): number {
  if (base === 1 || exponent === 0) return 1;
  if (base === 0 && exponent < 0) throw powerError('zero raised to a negative power is undefined');
  if (base < 0 && Number.isFinite(exponent) && !Number.isInteger(exponent)) {
    throw powerError('a negative number raised to a non-integer power yields a complex result');
  }
  const result = base ** exponent;
  const fromFinite = Number.isFinite(base) && Number.isFinite(exponent);
  if (result === 0 && base !== 0 && fromFinite) throw outOfRange('underflow');
  if (!Number.isFinite(result) && fromFinite) throw outOfRange('overflow');
  return result;
}

/** Moves the decimal point through the text form, so that 1.005 is the 1.005 that was written. */
function shiftDecimal(value: number, digits: number): number {
  const [mantissa, exponent = '0'] = String(value).split('e') as [string, string?];
  return Number(`${mantissa}e${Number(exponent) + digits}`);
}

/** Beyond this many digits a double has nothing to round. */
const DECIMAL_DIGITS_MAX = 400;

function roundDecimal(value: number, digits: number): number {
  if (!Number.isFinite(value) || digits > DECIMAL_DIGITS_MAX) return value;
  if (digits < -DECIMAL_DIGITS_MAX) return 0;
  const shifted = shiftDecimal(Math.abs(value), digits);
  if (!Number.isFinite(shifted)) return value;
  return Math.sign(value) * shiftDecimal(Math.round(shifted), -digits) + 0;
}

function truncateDecimal(value: number, digits: number): number {
  if (!Number.isFinite(value) || digits > DECIMAL_DIGITS_MAX) return value;
  if (digits < -DECIMAL_DIGITS_MAX) return 0;
  const shifted = shiftDecimal(value, digits);
  return Number.isFinite(shifted) ? shiftDecimal(Math.trunc(shifted), -digits) + 0 : value;
}

function widthBucket(operand: number, low: number, high: number, count: number): number {
  if (count <= 0) throw bucketError('count must be greater than zero');
  if (Number.isNaN(operand) || Number.isNaN(low) || Number.isNaN(high)) {
    throw bucketError('operand, lower bound, and upper bound cannot be NaN');
  }
  if (!Number.isFinite(low) || !Number.isFinite(high))
    throw bucketError('lower and upper bounds must be finite');
  if (low === high) throw bucketError('lower bound cannot equal upper bound');
  const share = low < high ? (operand - low) / (high - low) : (low - operand) / (low - high);
  if (share < 0) return 0;
  return share >= 1 ? count + 1 : Math.floor(share * count) + 1;
}
