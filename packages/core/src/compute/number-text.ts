/** Numbers from text, as PostgreSQL's input functions read them; the texts of their failures too. */
import { AlopexError } from '../base/errors.ts';
import type { DataType } from '../types/data-type.ts';
import { typeName } from '../types/data-type.ts';
import { integerScalar } from '../types/scalar-at.ts';

export const INT64_MIN = -(2n ** 63n);
export const INT64_MAX = 2n ** 63n - 1n;

/** `invalid input syntax for type integer: "abc"` */
export function invalidSyntax(type: DataType, text: string): AlopexError {
  const name =
    type.kind === 'timestamp'
      ? 'timestamp'
      : typeName({ ...type, dimension: undefined } as DataType);
  const shown = text.length <= 80 ? text : `${text.slice(0, 77)}...`;
  return new AlopexError('ALX_CAST_FAILURE', `invalid input syntax for type ${name}: "${shown}"`);
}

/** `integer out of range` */
export function outOfRange(type: DataType): AlopexError {
  return new AlopexError('ALX_OUT_OF_RANGE', `${typeName(type)} out of range`);
}

function textOutOfRange(type: DataType, text: string): AlopexError {
  return new AlopexError(
    'ALX_OUT_OF_RANGE',
    `value "${text.trim()}" is out of range for type ${typeName(type)}`,
  );
}

const DECIMAL = /^\s*[+-]?\d+(?:_\d+)*\s*$/;
const PREFIXED = /^\s*([+-]?)(0x(?:_?[0-9a-f])+|0o(?:_?[0-7])+|0b(?:_?[01])+)\s*$/i;

/** int16, int32 and int64, decimal or with 0x, 0o, 0b, underscores between digits. */
export function parseInteger(text: string, type: DataType): number | bigint {
  let value: number | bigint;
  if (DECIMAL.test(text)) {
    const digits = text.includes('_') ? text.replaceAll('_', '') : text;
    value = Number(digits) + 0;
    if (!Number.isSafeInteger(value)) value = BigInt(digits.trim().replace(/^\+/, ''));
  } else {
    const match = PREFIXED.exec(text);
    if (match === null) throw invalidSyntax(type, text);
    const magnitude = BigInt(match[2]!.replaceAll('_', ''));
    value = integerScalar(match[1] === '-' ? -magnitude : magnitude);
  }
  if (!fitsInteger(value, type)) throw textOutOfRange(type, text);
  // Turns -0 into 0.
  return typeof value === 'number' ? value + 0 : value;
}

/** True when an integer lies in the range of int16, int32 or int64. */
export function fitsInteger(value: number | bigint, type: DataType): boolean {
  if (type.kind === 'int16') return value >= -32_768 && value <= 32_767;
  if (type.kind === 'int32') return value >= -2_147_483_648 && value <= 2_147_483_647;
  return value >= INT64_MIN && value <= INT64_MAX;
}

const FLOAT = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i;
const SPECIAL = /^\s*([+-]?)(nan|inf|infinity)\s*$/i;

/** float32 and float64. Values that do not fit are errors, as in PostgreSQL. */
export function parseFloatText(text: string, type: DataType): number {
  if (FLOAT.test(text)) {
    const exact = Number(text);
    const value = type.kind === 'float32' ? Math.fround(exact) : exact;
    const vanished = value === 0 && /[1-9]/.test(text.replace(/e.*/i, ''));
    if (!Number.isFinite(value) || vanished) {
      throw new AlopexError(
        'ALX_OUT_OF_RANGE',
        `"${text.trim()}" is out of range for type ${typeName(type)}`,
      );
    }
    return value;
  }
  const match = SPECIAL.exec(text);
  if (match === null) throw invalidSyntax(type, text);
  if (match[2]!.toLowerCase() === 'nan') return Number.NaN;
  return match[1] === '-' ? -Infinity : Infinity;
}

const TRUE_WORDS = ['true', 'yes', 'on', '1'] as const;
const FALSE_WORDS = ['false', 'no', 'off', '0'] as const;

/** Any unique beginning of true, false, yes, no, on, off; 1 and 0. */
export function parseBoolean(text: string, type: DataType): boolean {
  const word = text.trim().toLowerCase();
  if (word !== '' && word !== 'o') {
    if (TRUE_WORDS.some((name) => name.startsWith(word))) return true;
    if (FALSE_WORDS.some((name) => name.startsWith(word))) return false;
  }
  throw invalidSyntax(type, text);
}

/** Rounds half to even, as PostgreSQL turns floats into integers. */
export function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
