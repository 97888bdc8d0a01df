/**
 * Floats as PostgreSQL prints them: the fewest digits that read back as the same value; scientific from 1e15 (float32:
 * 1e6) and below 1e-4, with at least two digits of exponent.
 */

/** Largest decimal exponent written without an `e`. */
const FIXED_EXPONENT_FLOAT64 = 15;
const FIXED_EXPONENT_FLOAT32 = 6;
/** Nine significant digits tell any two float32 values apart. */
const FLOAT32_DIGITS_MAX = 9;

export function formatFloat64(value: number): string {
  // The common case: an integer or short decimal that both print alike.
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-4 && magnitude < 1e15) return String(value);
  if (!Number.isFinite(value) || value === 0) return formatSpecial(value);
  return layOut(value.toExponential(), FIXED_EXPONENT_FLOAT64);
}

export function formatFloat32(value: number): string {
  if (!Number.isFinite(value) || value === 0) return formatSpecial(value);
  const magnitude = Math.abs(value);
  if (Number.isInteger(value) && magnitude < 1e6) return String(value);
  for (let digits = 1; digits < FLOAT32_DIGITS_MAX; digits += 1) {
    const text = value.toExponential(digits - 1);
    if (Math.fround(Number(text)) === value) return layOut(text, FIXED_EXPONENT_FLOAT32);
  }
  return layOut(value.toExponential(FLOAT32_DIGITS_MAX - 1), FIXED_EXPONENT_FLOAT32);
}

function formatSpecial(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  return value > 0 ? 'Infinity' : '-Infinity';
}

/** Turns `d.ddde±x` into PostgreSQL's form. */
function layOut(exponential: string, fixedExponent: number): string {
  const negative = exponential.startsWith('-');
  const [mantissa, exponentText] = exponential.slice(negative ? 1 : 0).split('e') as [
    string,
    string,
  ];
  const digits = mantissa.replace('.', '');
  const exponent = Number(exponentText);
  const sign = negative ? '-' : '';
  if (exponent >= fixedExponent || exponent < -4) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    const magnitude = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${digits[0]}${fraction}e${exponent < 0 ? '-' : '+'}${magnitude}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, '0');
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}
