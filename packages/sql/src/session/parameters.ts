/**
 * Parameters: from the JavaScript values of a call to scalars of the types the statement was compiled with. Values are
 * bound, never spliced into text. A value that does not fit names its position and the cure.
 */
import { AlopexError } from '@alopex-db/core/base';
import { NO_SESSION, castScalar, type TimeZone, type ValueContext } from '@alopex-db/core/compute';
import {
  BOOLEAN,
  BYTEA,
  FLOAT64,
  INT64,
  JSONB,
  TEXT,
  TIMESTAMP,
  arrayType,
  formatVector,
  isInterval,
  makeInterval,
  typeName,
  vectorType,
  type DataType,
  type Interval,
  type Scalar,
} from '@alopex-db/core/types';
import type { ParameterList } from '../ast/statement.ts';
import { writeJsonParameter } from './json-parameter.ts';
import { nestedParameter } from './nested-parameter.ts';
import type { Params, SqlValue } from './session.ts';

const NO_PARAMETERS: readonly SqlValue[] = Object.freeze([]);

/** The values by position; named ones are looked up by the statement's names. */
export function orderParameters(
  params: Params | undefined,
  list: ParameterList,
): readonly SqlValue[] {
  if (params === undefined) return checkCount(NO_PARAMETERS, list);
  if (isPositional(params)) {
    if (list.style === 'named') throw namedExpected(list);
    return checkCount(params, list);
  }
  if (list.style !== 'named') {
    if (list.style === 'none') return checkCount(Object.values(params), list);
    throw new AlopexError('ALX_PARAMETER', 'the statement has positional parameters', {
      hint: 'pass an array of values',
    });
  }
  const unknown = Object.keys(params).find((name) => !list.names.includes(name));
  if (unknown !== undefined) {
    throw new AlopexError('ALX_PARAMETER', `the statement has no parameter $${unknown}`, {
      hint: `it has ${list.names.map((name) => `$${name}`).join(', ')}`,
    });
  }
  return list.names.map((name) => {
    const value = params[name];
    if (value !== undefined) return value;
    throw new AlopexError('ALX_PARAMETER', `no value for parameter $${name}`);
  });
}

export function isPositional(params: Params | undefined): params is readonly SqlValue[] {
  return Array.isArray(params);
}

function checkCount(values: readonly SqlValue[], list: ParameterList): readonly SqlValue[] {
  if (values.length === list.count) return values;
  if (list.style === 'named') throw namedExpected(list);
  throw wrongCount(values.length, list.count);
}

export function wrongCount(given: number, needed: number): AlopexError {
  return new AlopexError(
    'ALX_PARAMETER',
    `the statement needs ${needed} ${needed === 1 ? 'parameter' : 'parameters'}, ${given} given`,
    {
      hint: needed === 0 ? 'Leave the values out.' : `Pass one value for each of $1 to $${needed}.`,
    },
  );
}

function namedExpected(list: ParameterList): AlopexError {
  return new AlopexError('ALX_PARAMETER', 'the statement has named parameters', {
    hint: `pass an object with ${list.names.join(', ')}`,
  });
}

/** What text without a zone of its own is read by. */
export function zoneContext(timeZone: TimeZone): ValueContext {
  return timeZone === NO_SESSION.timeZone ? NO_SESSION : { ...NO_SESSION, timeZone };
}

/** Converts every value to its type. */
export function convertParameters(
  values: readonly SqlValue[],
  types: readonly DataType[],
  context: ValueContext = NO_SESSION,
): Scalar[] {
  const scalars: Scalar[] = [];
  for (let index = 0; index < types.length; index += 1) {
    scalars.push(convertParameter(values[index], types[index]!, index, context));
  }
  return scalars;
}

/**
 * Text is stored as UTF-8, which has no half of a surrogate pair: two different ill-formed texts would become the same bytes.
 * U+0000 is refused as PostgreSQL refuses it.
 */
function storableText(text: string, index: number): string {
  if (text.isWellFormed() && !text.includes('\0')) return text;
  const what = text.includes('\0') ? 'the character U+0000' : 'half of a surrogate pair';
  throw new AlopexError(
    'ALX_INVALID_TEXT_ENCODING',
    `parameter $${index + 1} is no valid text: it holds ${what}`,
    { hint: 'Pass bytes as a Uint8Array, or repair the text with toWellFormed().' },
  );
}

/** `index` counts from 0 and names the parameter in errors. */
export function convertParameter(
  value: SqlValue | undefined,
  type: DataType,
  index: number,
  context: ValueContext = NO_SESSION,
): Scalar {
  if (value === null) return null;
  if (value === undefined) {
    throw new AlopexError('ALX_PARAMETER', `parameter $${index + 1} is undefined`, {
      hint: 'pass null for SQL NULL',
    });
  }
  switch (type.kind) {
    case 'int16':
    case 'int32':
    case 'int64':
      return integerParameter(value, type, index);
    case 'float32':
      return typeof value === 'number'
        ? Math.fround(value)
        : otherParameter(value, type, index, context);
    case 'float64':
      return typeof value === 'number' ? value : otherParameter(value, type, index, context);
    case 'text':
      return typeof value === 'string'
        ? storableText(value, index)
        : textParameter(value, type, index);
    case 'boolean':
      return typeof value === 'boolean' ? value : otherParameter(value, type, index, context);
    case 'bytea':
      return value instanceof Uint8Array ? value : otherParameter(value, type, index, context);
    case 'numeric':
      return numericParameter(value, type, index);
    case 'date':
    case 'time':
      return value instanceof Date
        ? castScalar(dateParameter(value, index), TIMESTAMP, type)
        : otherParameter(value, type, index, context);
    case 'interval':
      if (!isInterval(value)) return otherParameter(value, type, index, context);
      return intervalParameter(value, type, index);
    case 'timestamp':
    case 'timestamptz':
      return value instanceof Date
        ? dateParameter(value, index)
        : otherParameter(value, type, index, context);
    case 'json':
    case 'jsonb':
      return jsonParameter(value, type, index);
    case 'uuid':
      if (value instanceof Uint8Array && value.length === 16) return value;
      return otherParameter(value, type, index, context);
    case 'vector':
      return vectorParameter(value, type, index);
    case 'array':
    case 'map':
    case 'struct':
      return (
        nestedParameter(value, type, (part, of) => convertParameter(part, of, index)) ??
        otherParameter(value, type, index)
      );
    case 'null':
      return null;
  }
}

/** A string is JSON text, as everywhere in PostgreSQL; anything else is the value that it stands for. */
function jsonParameter(value: SqlValue, type: DataType, index: number): Scalar {
  const text = typeof value === 'string' ? value : writeJsonParameter(value, index);
  if (text === undefined) throw mismatch(value, type, index);
  return castScalar(storableText(text, index), TEXT, type);
}

function integerParameter(value: SqlValue, type: DataType, index: number): Scalar {
  if (typeof value === 'number') {
    if (type.kind === 'int32' && (value | 0) === value) return value | 0;
    // + 0, because integers know no -0.
    if (Number.isSafeInteger(value)) return castScalar(value + 0, INT64, type);
    if (Number.isInteger(value)) {
      throw new AlopexError(
        'ALX_PARAMETER',
        `parameter $${index + 1}: ${value} is not a safe integer`,
        { hint: 'pass a bigint' },
      );
    }
    throw new AlopexError(
      'ALX_CAST_FAILURE',
      `invalid input syntax for type ${typeName(type)}: "${value}"`,
      { detail: `Parameter $${index + 1} is no whole number.` },
    );
  }
  if (typeof value === 'bigint') {
    if (BigInt.asIntN(64, value) !== value) {
      throw new AlopexError('ALX_OUT_OF_RANGE', `${typeName(type)} out of range`);
    }
    const safe = Number(value);
    return castScalar(Number.isSafeInteger(safe) ? safe : value, INT64, type);
  }
  return otherParameter(value, type, index);
}

function numericParameter(value: SqlValue, type: DataType, index: number): Scalar {
  if (typeof value === 'number') return castScalar(value, FLOAT64, type);
  if (typeof value === 'bigint') return castScalar(String(value), TEXT, type);
  return otherParameter(value, type, index);
}

function intervalParameter(value: Interval, type: DataType, index: number): Scalar {
  const { months, days, microseconds } = value;
  if (![months, days, microseconds].every(Number.isSafeInteger)) throw mismatch(value, type, index);
  return makeInterval(months, days, microseconds);
}

function textParameter(value: SqlValue, type: DataType, index: number): Scalar {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Date) return castScalar(dateParameter(value, index), TIMESTAMP, TEXT);
  if (value instanceof Float32Array) return formatVector(value);
  throw mismatch(value, type, index);
}

/** Text in the type's own notation, as drivers send it, and a bigint where a float is wanted. */
function otherParameter(
  value: SqlValue,
  type: DataType,
  index: number,
  context: ValueContext = NO_SESSION,
): Scalar {
  if (typeof value === 'string') return castScalar(value, TEXT, type, context);
  if (typeof value === 'bigint' && (type.kind === 'float32' || type.kind === 'float64')) {
    return castScalar(Number(value), FLOAT64, type);
  }
  throw mismatch(value, type, index);
}

function dateParameter(value: Date, index: number): number {
  const micros = value.getTime() * 1_000;
  if (!Number.isNaN(micros)) return micros;
  throw new AlopexError('ALX_DATETIME_FORMAT', `parameter $${index + 1} is an invalid Date`);
}

function vectorParameter(value: SqlValue, type: DataType, index: number): Scalar {
  const vector = toFloats(value, type, index);
  for (const element of vector) {
    if (Number.isFinite(element)) continue;
    const what = Number.isNaN(element) ? 'NaN' : 'infinite value';
    throw new AlopexError('ALX_VECTOR_ELEMENT', `${what} not allowed in vector`);
  }
  const dimension = type.kind === 'vector' ? type.dimension : undefined;
  if (dimension !== undefined && vector.length !== dimension) {
    throw new AlopexError(
      'ALX_VECTOR_DIMENSION',
      `expected ${dimension} dimensions, not ${vector.length}`,
    );
  }
  return vector;
}

function toFloats(value: SqlValue, type: DataType, index: number): Float32Array {
  if (value instanceof Float32Array) return value;
  if (typeof value === 'string') {
    return castScalar(value, TEXT, vectorType()) as Float32Array;
  }
  if (!Array.isArray(value)) throw mismatch(value, type, index);
  const floats = new Float32Array(value.length);
  for (const [position, element] of value.entries()) {
    if (typeof element !== 'number') throw mismatch(value, type, index);
    floats[position] = element;
  }
  return floats;
}

function mismatch(value: SqlValue, type: DataType, index: number): AlopexError {
  return new AlopexError(
    'ALX_TYPE_MISMATCH',
    `parameter $${index + 1} is of type ${typeName(type)} but the value is ${describe(value)}`,
  );
}

function describe(value: SqlValue): string {
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Date) return 'a Date';
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Types of the values at hand, for parameters whose type nothing in the statement tells. */
export function parameterHints(values: readonly SqlValue[]): (DataType | undefined)[] {
  return values.map(hintOf);
}

/** A list of numbers may be a vector as well as an array: where nothing says which, it is a vector. */
function listHint(list: readonly SqlValue[]): DataType | undefined {
  if (list.every((one) => typeof one === 'number')) return vectorType();
  const first = list.find((one) => one !== null);
  const element = first === undefined ? TEXT : hintOf(first);
  return element === undefined ? undefined : arrayType(element);
}

function hintOf(value: SqlValue): DataType | undefined {
  if (typeof value === 'string') return TEXT;
  if (typeof value === 'boolean') return BOOLEAN;
  if (typeof value === 'bigint') return INT64;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? INT64 : FLOAT64;
  if (value instanceof Date) return TIMESTAMP;
  if (value instanceof Float32Array) return vectorType();
  if (value instanceof Uint8Array) return BYTEA;
  if (Array.isArray(value)) return listHint(value);
  return value === null || isInterval(value) ? undefined : JSONB;
}
