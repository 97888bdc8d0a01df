/**
 * Conversion of one value: the meaning of every cast. `cast-column` has faster loops for common pairs and must agree with
 * this file. Whether a cast may happen at all is `cast-table`'s to say.
 */
import { unreachable } from '../base/assert.ts';
import { encodeUtf8, fromHex, toHex } from '../base/bytes.ts';
import { AlopexError } from '../base/errors.ts';
import type { DataType } from '../types/data-type.ts';
import {
  equalTypes,
  isInteger,
  isJson,
  isNested,
  isNumeric,
  typeName,
} from '../types/data-type.ts';
import { formatFloat32, formatFloat64 } from '../types/float-text.ts';
import { formatDate, formatTime } from '../types/date.ts';
import { formatInterval } from '../types/interval.ts';
import type { Interval } from '../types/interval.ts';
import { formatNumeric, numericOf } from '../types/numeric.ts';
import type { NumericValue } from '../types/numeric.ts';
import type { ArrayValue } from '../types/nested-value.ts';
import { integerScalar } from '../types/scalar-at.ts';
import type { Scalar } from '../types/scalar.ts';
import { formatTimestamp } from '../types/timestamp.ts';
import { formatUuid, parseUuid } from '../types/uuid.ts';
import { formatVector, parseVector } from '../types/vector-text.ts';
import {
  fitNumeric,
  numberToNumeric,
  numericToInteger,
  parseNumericText,
} from './numeric/cast-numeric.ts';
import { castNested } from './nested/cast-nested.ts';
import { castTemporal } from './temporal/cast-temporal.ts';
import { parseInterval } from './temporal/parse-interval.ts';
import {
  formatZonedTimestamp,
  parseDate,
  parseLocalTimestamp,
  parseTime,
  parseZonedTimestamp,
} from './temporal/temporal-text.ts';
import { NO_SESSION } from './temporal/time-zone.ts';
import type { ValueContext } from './temporal/time-zone.ts';
import { JsonNumber, jsonTypeOf, plainNumber } from '../types/json/json-value.ts';
import { parseJson } from '../types/json/parse-json.ts';
import { canonicalJson } from '../types/json/write-json.ts';
import {
  fitsInteger,
  invalidSyntax,
  outOfRange,
  parseBoolean,
  parseFloatText,
  parseInteger,
  roundHalfEven,
} from './number-text.ts';

/** Turns a value of type `from` into one of type `to`. Errors name the value and the type as PostgreSQL does. */
export function castScalar(
  value: Scalar,
  from: DataType,
  to: DataType,
  context: ValueContext = NO_SESSION,
): Scalar {
  if (value === null) return null;
  if (isNested(from) || (isNested(to) && from.kind !== 'null'))
    return castParts(value, from, to, context);
  if (to.kind === 'vector') return castToVector(value, from, to);
  if (from.kind === 'numeric') return castFromNumeric(numericOf(value as string), to);
  if (from.kind === to.kind) return value;
  if (to.kind === 'text') return formatScalar(value, from, context);
  if (isJson(from)) return castFromJson(value as string, from, to, context);
  if (from.kind === 'text') return parseScalar(value as string, to, context);
  if (isInteger(to)) {
    if (from.kind === 'boolean') return value === true ? 1 : 0;
    if (typeof value === 'number' || typeof value === 'bigint') return numberToInteger(value, to);
  }
  if (typeof value === 'number' || typeof value === 'bigint') {
    if (to.kind === 'float64') return Number(value);
    if (to.kind === 'float32') return toFloat32(Number(value));
    if (to.kind === 'boolean') return Number(value) !== 0;
    if (to.kind === 'numeric') return numberToNumeric(value, from, to);
  }
  const moment = castTemporal(value, from.kind, to.kind, context);
  if (moment !== undefined) return moment;
  throw impossibleCast(from, to);
}

function castParts(
  value: NonNullable<Scalar>,
  from: DataType,
  to: DataType,
  context: ValueContext,
): Scalar {
  if (equalTypes(from, to)) return value;
  if (to.kind === 'vector' && from.kind === 'array') return arrayToVector(value as ArrayValue, to);
  const cast = castNested(value, from, to, (part, partFrom, partTo) =>
    castScalar(part, partFrom, partTo, context),
  );
  if (cast === undefined) throw impossibleCast(from, to);
  return cast;
}

/** As pgvector: one dimension, no nulls. */
function arrayToVector({ lengths, elements }: ArrayValue, to: DataType): Float32Array {
  if (lengths.length > 1) {
    throw new AlopexError('ALX_ARRAY_SUBSCRIPT', 'array must be 1-D');
  }
  if (elements.includes(null)) {
    throw new AlopexError('ALX_NULL_VALUE', 'array must not contain nulls');
  }
  return castToVector(formatVector(Float32Array.from(elements, Number)), { kind: 'text' }, to);
}

function castFromNumeric(value: NumericValue, to: DataType): Scalar {
  if (to.kind === 'numeric') return formatNumeric(fitNumeric(value, to));
  if (to.kind === 'text') return formatNumeric(value);
  if (isInteger(to)) return numericToInteger(value, to);
  const text = formatNumeric(value);
  if (to.kind === 'float32' || to.kind === 'float64') return parseFloatText(text, to);
  throw impossibleCast({ kind: 'numeric' }, to);
}

export function impossibleCast(from: DataType, to: DataType): AlopexError {
  return new AlopexError(
    'ALX_IMPOSSIBLE_CAST',
    `cannot cast type ${typeName(from)} to ${typeName(to)}`,
  );
}

/** A number or bigint as int16, int32 or int64; fractions round half to even. */
export function numberToInteger(value: number | bigint, to: DataType): number | bigint {
  if (typeof value === 'bigint') {
    if (!fitsInteger(value, to)) throw outOfRange(to);
    return integerScalar(value);
  }
  const rounded = roundHalfEven(value) + 0;
  if (!Number.isFinite(rounded)) throw outOfRange(to);
  const exact = Number.isSafeInteger(rounded) ? rounded : BigInt(rounded);
  if (!fitsInteger(exact, to)) throw outOfRange(to);
  return exact;
}

export function toFloat32(value: number): number {
  const rounded = Math.fround(value);
  if (!Number.isFinite(rounded) && Number.isFinite(value)) {
    throw new AlopexError('ALX_OUT_OF_RANGE', 'value out of range: overflow');
  }
  if (rounded === 0 && value !== 0)
    throw new AlopexError('ALX_OUT_OF_RANGE', 'value out of range: underflow');
  return rounded;
}

function castToVector(value: NonNullable<Scalar>, from: DataType, to: DataType): Float32Array {
  const vector = typeof value === 'string' ? parseVector(value) : value;
  if (!(vector instanceof Float32Array)) throw impossibleCast(from, to);
  checkDimension(vector.length, to);
  return vector;
}

/** ALX_VECTOR_DIMENSION unless a vector of this length fits the type. */
export function checkDimension(length: number, to: DataType): void {
  const dimension = to.kind === 'vector' ? to.dimension : undefined;
  if (dimension !== undefined && length !== dimension) {
    throw new AlopexError(
      'ALX_VECTOR_DIMENSION',
      `expected ${dimension} dimensions, not ${length}`,
    );
  }
}

/** Reads the written form of a type: the input functions of PostgreSQL. */
export function parseScalar(
  text: string,
  to: DataType,
  context: ValueContext = NO_SESSION,
): Scalar {
  switch (to.kind) {
    case 'null':
    case 'text':
      return text;
    case 'boolean':
      return parseBoolean(text, to);
    case 'int16':
    case 'int32':
    case 'int64':
      return parseInteger(text, to);
    case 'float32':
    case 'float64':
      return parseFloatText(text, to);
    case 'bytea':
      return parseBytea(text, to);
    case 'numeric':
      return parseNumericText(text, to);
    case 'date':
      return parseDate(text, context);
    case 'time':
      return parseTime(text, context);
    case 'timestamp':
      return parseLocalTimestamp(text, context);
    case 'timestamptz':
      return parseZonedTimestamp(text, context);
    case 'interval':
      return parseInterval(text);
    case 'uuid':
      return parseUuid(text);
    case 'json':
      parseJson(text);
      return text;
    case 'jsonb':
      return canonicalJson(text);
    case 'vector': {
      const vector = parseVector(text);
      checkDimension(vector.length, to);
      return vector;
    }
    case 'array':
    case 'map':
    case 'struct':
      return castScalar(text, { kind: 'text' }, to, context);
    default:
      return unreachable(to);
  }
}

/** To the other JSON type, or, of a scalar of the kind that the type needs, its value. */
function castFromJson(text: string, from: DataType, to: DataType, context: ValueContext): Scalar {
  if (to.kind === 'jsonb') return canonicalJson(text);
  if (to.kind === 'json') return text;
  const value = parseJson(text);
  if (value === null) return null;
  if (to.kind === 'boolean' && typeof value === 'boolean') return value;
  if (isNumeric(to) && value instanceof JsonNumber)
    return castScalar(plainNumber(value.text), { kind: 'numeric' }, to, context);
  throw new AlopexError(
    'ALX_INVALID_ARGUMENT',
    `cannot cast ${typeName(from)} ${jsonTypeOf(value)} to type ${typeName(to)}`,
  );
}

/** `\x` and hexadecimal digits, or PostgreSQL's escape form: `\\` and `\ooo` among plain characters. */
function parseBytea(text: string, type: DataType): Uint8Array {
  if (text.startsWith('\\x')) return parseHexBytes(text.slice(2).replaceAll(/\s/g, ''));
  const source = encodeUtf8(text);
  const bytes = new Uint8Array(source.length);
  let length = 0;
  for (let at = 0; at < source.length; length += 1) {
    if (source[at] !== 0x5c) {
      bytes[length] = source[at]!;
      at += 1;
    } else if (source[at + 1] === 0x5c) {
      bytes[length] = 0x5c;
      at += 2;
    } else {
      const octal = String.fromCharCode(...source.subarray(at + 1, at + 4));
      if (!/^[0-3][0-7]{2}$/.test(octal)) throw invalidSyntax(type, text);
      bytes[length] = Number.parseInt(octal, 8);
      at += 4;
    }
  }
  return bytes.slice(0, length);
}

function parseHexBytes(digits: string): Uint8Array {
  const bytes = fromHex(digits);
  if (bytes !== undefined) return bytes;
  const foreign = /[^0-9a-f]/i.exec(digits)?.[0];
  const what = foreign === undefined ? 'data: odd number of digits' : `digit: "${foreign}"`;
  throw new AlopexError('ALX_INVALID_ARGUMENT', `invalid hexadecimal ${what}`);
}

/** The written form of a value: the output functions of PostgreSQL (booleans as `true` and `false`, as its cast does). */
export function formatScalar(
  value: NonNullable<Scalar>,
  from: DataType,
  context: ValueContext = NO_SESSION,
): string {
  switch (from.kind) {
    case 'float32':
      return formatFloat32(value as number);
    case 'float64':
      return formatFloat64(value as number);
    case 'date':
      return formatDate(value as number);
    case 'time':
      return formatTime(value as number);
    case 'timestamp':
      return formatTimestamp(value as number);
    case 'timestamptz':
      return formatZonedTimestamp(value as number, context);
    case 'interval':
      return formatInterval(value as Interval);
    case 'bytea':
      return `\\x${toHex(value as Uint8Array)}`;
    case 'uuid':
      return formatUuid(value as Uint8Array);
    case 'vector':
      return formatVector(value as Float32Array);
    case 'array':
    case 'map':
    case 'struct':
      return castScalar(value, from, { kind: 'text' }, context) as string;
    default:
      return String(value as boolean | number | bigint | string);
  }
}
