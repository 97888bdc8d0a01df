/** Conversions to and from NUMERIC, and the rounding that a precision and a scale ask for. */
import { AlopexError } from '../../base/errors.ts';
import type { DataType } from '../../types/data-type.ts';
import { typeName } from '../../types/data-type.ts';
import {
  formatNumeric,
  numericOf,
  parseNumeric,
  powerOfTen,
  rescale,
} from '../../types/numeric.ts';
import type { NumericValue } from '../../types/numeric.ts';
import { integerScalar } from '../../types/scalar-at.ts';
import { fitsInteger, invalidSyntax, outOfRange } from '../number-text.ts';

/** Significant digits of a double and of a real that survive on the way into a decimal. */
const FLOAT64_DIGITS = 15;
const FLOAT32_DIGITS = 6;

/** Rounds to the scale of `numeric(p, s)`. ALX_OUT_OF_RANGE when more than p digits are left. */
export function fitNumeric(value: NumericValue, type: DataType): NumericValue {
  if (type.kind !== 'numeric' || type.precision === undefined) return value;
  const { precision, scale = 0 } = type;
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return value;
    throw fieldOverflow(
      precision,
      scale,
      'A field with precision %p, scale %s cannot hold an infinite value.',
    );
  }
  const fitted = scale >= 0 ? rescale(value, scale) : rescale(roundLeft(value, scale), 0);
  const limit = powerOfTen(precision + Math.max(0, -scale));
  if (fitted.coefficient < limit && fitted.coefficient > -limit) return fitted;
  const bound = precision - scale === 0 ? '1' : `10^${precision - scale}`;
  throw fieldOverflow(
    precision,
    scale,
    `A field with precision %p, scale %s must round to an absolute value less than ${bound}.`,
  );
}

/** Rounds to tens, hundreds, …: a negative scale. */
function roundLeft(
  value: Exclude<NumericValue, number>,
  scale: number,
): Exclude<NumericValue, number> {
  const unit = -scale;
  const shifted = rescale({ coefficient: value.coefficient, scale: value.scale + unit }, 0);
  return { coefficient: shifted.coefficient * powerOfTen(unit), scale: 0 };
}

function fieldOverflow(precision: number, scale: number, detail: string): AlopexError {
  return new AlopexError('ALX_OUT_OF_RANGE', 'numeric field overflow', {
    detail: detail.replace('%p', String(precision)).replace('%s', String(scale)),
  });
}

export function parseNumericText(text: string, type: DataType): string {
  const value = parseNumeric(text);
  if (value === undefined) throw invalidSyntax({ kind: 'numeric' }, text);
  return formatNumeric(fitNumeric(value, type));
}

/** An integer, real or double as numeric. */
export function numberToNumeric(value: number | bigint, from: DataType, to: DataType): string {
  return formatNumeric(fitNumeric(decimalOf(value, from), to));
}

function decimalOf(value: number | bigint, from: DataType): NumericValue {
  if (typeof value === 'bigint') return { coefficient: value, scale: 0 };
  if (!Number.isFinite(value)) return value;
  if (Number.isSafeInteger(value) && from.kind.startsWith('int'))
    return { coefficient: BigInt(value), scale: 0 };
  const digits = from.kind === 'float32' ? FLOAT32_DIGITS : FLOAT64_DIGITS;
  // Through the number again: `toPrecision` keeps zeros at the end, which say nothing.
  return numericOf(String(Number(value.toPrecision(digits))));
}

/** Half away from zero. ALX_OUT_OF_RANGE when the integer type does not hold it. */
export function numericToInteger(value: NumericValue, to: DataType): number | bigint {
  if (typeof value === 'number') {
    const what = Number.isNaN(value) ? 'NaN' : 'infinity';
    throw new AlopexError('ALX_UNSUPPORTED', `cannot convert ${what} to ${typeName(to)}`);
  }
  const whole = rescale(value, 0).coefficient;
  if (!fitsInteger(whole, to)) throw outOfRange(to);
  return integerScalar(whole);
}
