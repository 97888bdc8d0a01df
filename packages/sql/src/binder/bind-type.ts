/** Type names as written to types: synonyms, lengths, dimensions, and a clear answer for what is not built yet. */
import {
  BOOLEAN,
  BYTEA,
  DATE,
  FLOAT32,
  FLOAT64,
  INT16,
  INT32,
  INT64,
  INTERVAL,
  JSONB,
  JSON_TYPE,
  NUMERIC,
  NUMERIC_PRECISION_MAX,
  TEXT,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  UUID,
  VECTOR_DIMENSION_MAX,
  arrayType,
  mapType,
  numericType,
  structType,
  vectorType,
  type DataType,
  type Metric,
} from '@alopex-db/core/types';
import type { TypeArgument, TypeName } from '../ast/name.ts';
import { errorAt } from '../errors.ts';
import { unsupported } from './bind-error.ts';
import { vectorMetric } from '../functions/vector-metric.ts';

/** A type and, for VARCHAR(n) and CHAR(n), the longest text. */
export interface BoundType {
  readonly type: DataType;
  readonly lengthMax: number | undefined;
  /** SERIAL and its kin: an integer filled by a sequence. */
  readonly serial: boolean;
}

const SIMPLE_TYPES: ReadonlyMap<string, DataType> = new Map([
  ['boolean', BOOLEAN],
  ['bool', BOOLEAN],
  ['smallint', INT16],
  ['int2', INT16],
  ['integer', INT32],
  ['int', INT32],
  ['int4', INT32],
  ['bigint', INT64],
  ['int8', INT64],
  ['real', FLOAT32],
  ['float4', FLOAT32],
  ['double precision', FLOAT64],
  ['double', FLOAT64],
  ['float8', FLOAT64],
  ['text', TEXT],
  ['bytea', BYTEA],
  ['blob', BYTEA],
  ['numeric', NUMERIC],
  ['decimal', NUMERIC],
  ['dec', NUMERIC],
  ['date', DATE],
  ['time', TIME],
  ['timestamp', TIMESTAMP],
  ['timestamptz', TIMESTAMPTZ],
  ['interval', INTERVAL],
  ['datetime', TIMESTAMP],
  ['uuid', UUID],
  ['json', JSON_TYPE],
  ['jsonb', JSONB],
]);

const SERIAL_TYPES: ReadonlyMap<string, DataType> = new Map([
  ['smallserial', INT16],
  ['serial2', INT16],
  ['serial', INT32],
  ['serial4', INT32],
  ['bigserial', INT64],
  ['serial8', INT64],
]);

/** Types of SPEC that later work brings: known names, so the answer is "not yet" instead of "no such type". */
const LATER_TYPES: ReadonlySet<string> = new Set([
  'timetz', 'bit', 'varbit',
  'tsvector', 'tsquery', 'halfvec', 'sparsevec', 'name', 'oid', 'regclass', 'money', 'xml', 'inet',
]); // prettier-ignore

const LENGTH_MAX = 10_485_760;

export function bindType(name: TypeName): DataType {
  const bound = bindColumnType(name);
  if (bound.serial) {
    throw errorAt('ALX_TYPE_NOT_FOUND', `type "${name.name}" does not exist`, name.span, {
      hint: 'SERIAL types are for column definitions only.',
    });
  }
  return bound.type;
}

export function bindColumnType(name: TypeName): BoundType {
  if (name.arrayDimensions.length > 0) return bindArrayType(name);
  const simple = SIMPLE_TYPES.get(name.name);
  if (simple !== undefined)
    return { type: checkPrecision(name, simple), lengthMax: undefined, serial: false };
  const serial = SERIAL_TYPES.get(name.name);
  if (serial !== undefined) return { type: serial, lengthMax: undefined, serial: true };
  switch (name.name) {
    case 'vector':
      return { type: bindVectorType(name), lengthMax: undefined, serial: false };
    case 'varchar':
      return { type: TEXT, lengthMax: textLength(name), serial: false };
    case 'list':
    case 'map':
    case 'struct':
      return { type: bindNestedType(name), lengthMax: undefined, serial: false };
    case 'float':
      return { type: bindFloatType(name), lengthMax: undefined, serial: false };
    case 'char':
    case 'bpchar':
      throw unsupported('the blank-padded type CHAR(n)', name.span, 'Use TEXT or VARCHAR(n).');
    default:
      if (LATER_TYPES.has(name.name))
        throw unsupported(`the type ${name.name.toUpperCase()}`, name.span);
      throw errorAt('ALX_TYPE_NOT_FOUND', `type "${name.name}" does not exist`, name.span);
  }
}

function bindArrayType(name: TypeName): BoundType {
  const { lengthMax, serial, type } = bindColumnType({ ...name, arrayDimensions: [] });
  if (serial) {
    throw errorAt('ALX_UNSUPPORTED', `array of serial is not implemented`, name.span);
  }
  if (lengthMax !== undefined)
    throw unsupported('an array of VARCHAR(n)', name.span, 'Use TEXT[] with a CHECK.');
  return { type: arrayType(type), lengthMax: undefined, serial: false };
}

/** LIST(T), MAP(K, V) and STRUCT(a T, …). */
function bindNestedType(name: TypeName): DataType {
  if (name.name === 'struct') {
    if (name.args.length === 0) throw wrongTypeArguments(name, 'fields, as in STRUCT(a INTEGER)');
    const fields = name.args.map((argument) => {
      if (argument.kind !== 'type-field')
        throw wrongTypeArguments(name, 'fields, as in STRUCT(a INTEGER)');
      return { name: argument.name.name, type: bindType(argument.type) };
    });
    const twice = fields.find(
      (field, index) => fields.findIndex((other) => other.name === field.name) < index,
    );
    if (twice === undefined) return structType(fields);
    throw errorAt(
      'ALX_DUPLICATE_COLUMN',
      `field "${twice.name}" specified more than once`,
      name.span,
    );
  }
  const parts = name.args.map((argument) => {
    if (argument.kind !== 'type-name') throw wrongTypeArguments(name, 'types');
    return bindType(argument);
  });
  const [first, second] = parts;
  if (name.name === 'list' && first !== undefined && second === undefined) return arrayType(first);
  if (name.name === 'map' && first !== undefined && second !== undefined && parts.length === 2)
    return mapType(first, second);
  throw wrongTypeArguments(
    name,
    name.name === 'list' ? 'one type, as in LIST(INTEGER)' : 'two types, as in MAP(TEXT, INTEGER)',
  );
}

function wrongTypeArguments(name: TypeName, needed: string): Error {
  return errorAt(
    'ALX_UNEXPECTED_TOKEN',
    `type ${name.name.toUpperCase()} needs ${needed}`,
    name.span,
  );
}

/** TIMESTAMP(6) is what we keep; a smaller precision would have to round. */
function checkPrecision(name: TypeName, type: DataType): DataType {
  if (name.args.length === 0) return type;
  if (type.kind === 'numeric') return bindNumericType(name);
  if (isTemporal(type) && name.args.length === 1 && integerArgument(name, name.args[0]!) === 6)
    return type;
  if (isTemporal(type)) throw unsupported(`a ${name.name} precision other than 6`, name.span);
  throw errorAt(
    'ALX_UNEXPECTED_TOKEN',
    `type modifier is not allowed for type "${name.name}"`,
    name.span,
  );
}

function isTemporal(type: DataType): boolean {
  return type.kind.startsWith('time') || type.kind === 'interval';
}

const NUMERIC_SCALE_MAX = 1_000;

function bindNumericType(name: TypeName): DataType {
  const [first, second] = name.args;
  const precision = integerArgument(name, first!);
  const scale = second === undefined ? 0 : integerArgument(name, second);
  if (precision < 1 || precision > NUMERIC_PRECISION_MAX) {
    throw errorAt(
      'ALX_INVALID_ARGUMENT',
      `NUMERIC precision ${precision} must be between 1 and ${NUMERIC_PRECISION_MAX}`,
      name.span,
      { hint: 'NUMERIC without a precision holds any number of digits.' },
    );
  }
  if (scale > NUMERIC_SCALE_MAX) {
    throw errorAt(
      'ALX_INVALID_ARGUMENT',
      `NUMERIC scale ${scale} must be between -${NUMERIC_SCALE_MAX} and ${NUMERIC_SCALE_MAX}`,
      name.span,
    );
  }
  return numericType(precision, scale);
}

function bindFloatType(name: TypeName): DataType {
  if (name.args.length === 0) return FLOAT64;
  const bits = integerArgument(name, name.args[0]!);
  if (bits < 1 || bits > 53) {
    throw errorAt(
      'ALX_INVALID_ARGUMENT',
      `precision for type float must be between 1 and 53 bits, not ${bits}`,
      name.span,
    );
  }
  return bits <= 24 ? FLOAT32 : FLOAT64;
}

function textLength(name: TypeName): number | undefined {
  if (name.args.length === 0) return undefined;
  const length = integerArgument(name, name.args[0]!);
  if (length < 1 || length > LENGTH_MAX) {
    throw errorAt(
      'ALX_INVALID_ARGUMENT',
      `length for type varchar must be between 1 and ${LENGTH_MAX}`,
      name.span,
    );
  }
  return length;
}

function bindVectorType(name: TypeName): DataType {
  const [first, second] = name.args;
  if (first === undefined) return vectorType();
  const dimension = integerArgument(name, first);
  if (dimension < 1 || dimension > VECTOR_DIMENSION_MAX) {
    throw errorAt(
      'ALX_VECTOR_DIMENSION',
      `dimensions for type vector must be between 1 and ${VECTOR_DIMENSION_MAX}, not ${dimension}`,
      name.span,
    );
  }
  return vectorType(dimension, second === undefined ? undefined : metricArgument(name, second));
}

function metricArgument(name: TypeName, argument: TypeArgument): Metric {
  if (argument.kind !== 'type-name')
    throw errorAt('ALX_VECTOR_METRIC', 'the metric of a vector type is a name', name.span);
  return vectorMetric(argument.name, argument.span);
}

function integerArgument(name: TypeName, argument: TypeArgument): number {
  if (argument.kind === 'integer-literal') return Number(argument.text);
  throw errorAt(
    'ALX_UNEXPECTED_TOKEN',
    `type modifiers of "${name.name}" must be numbers`,
    argument.span,
  );
}
