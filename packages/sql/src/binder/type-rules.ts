/**
 * How PostgreSQL chooses types: categories, preferred types, the common type of several expressions. Which conversions exist
 * is the table in `core/compute`; here is only when they happen unasked.
 */
import { castContext } from '@alopex-db/core/compute';
import {
  FLOAT64,
  INT16,
  INT32,
  INT64,
  NULL_TYPE,
  NUMERIC,
  TEXT,
  arrayType,
  equalTypes,
  formatNumeric,
  isNested,
  isNumeric,
  mapType,
  structType,
  vectorType,
  type DataType,
  type StructField,
} from '@alopex-db/core/types';

export type TypeCategory =
  | 'unknown'
  | 'boolean'
  | 'numeric'
  | 'string'
  | 'datetime'
  | 'timespan'
  | 'array'
  | 'user';

/** PostgreSQL's typcategory. */
export function typeCategory(type: DataType): TypeCategory {
  switch (type.kind) {
    case 'null':
      return 'unknown';
    case 'boolean':
      return 'boolean';
    case 'text':
      return 'string';
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return 'datetime';
    case 'interval':
      return 'timespan';
    case 'bytea':
    case 'json':
    case 'jsonb':
    case 'uuid':
    case 'vector':
      return 'user';
    default:
      return 'numeric';
  }
}

/** PostgreSQL's typispreferred: where several overloads fit, the one over preferred types wins. */
export function isPreferred(type: DataType): boolean {
  return (
    type.kind === 'float64' ||
    type.kind === 'text' ||
    type.kind === 'boolean' ||
    type.kind === 'timestamptz' ||
    type.kind === 'interval'
  );
}

/** A literal or parameter whose type is still open, or NULL. */
export function isUnknown(type: DataType): boolean {
  return type.kind === 'null';
}

export function canCastImplicitly(from: DataType, to: DataType): boolean {
  return castContext(from, to) === 'implicit';
}

export function canAssign(from: DataType, to: DataType): boolean {
  const context = castContext(from, to);
  return context === 'implicit' || context === 'assignment';
}

/** Widths of numeric types, narrowest first: the wider of two can hold both. */
const NUMERIC_RANK: Readonly<Partial<Record<DataType['kind'], number>>> = {
  int16: 0,
  int32: 1,
  int64: 2,
  numeric: 3,
  float32: 4,
  float64: 5,
};

/**
 * The type in which values of both can be compared or stand in one column; undefined when there is none. An integer and a
 * real meet in double precision, which is where PostgreSQL compares them: real would lose digits.
 */
export function commonType(left: DataType, right: DataType): DataType | undefined {
  if (isUnknown(left)) return withoutPrecision(right);
  if (isUnknown(right)) return withoutPrecision(left);
  if (left.kind === 'vector' && right.kind === 'vector') return commonVector(left, right);
  if (isNested(left) && isNested(right)) return commonNested(left, right);
  if (left.kind === right.kind) return equalTypes(left, right) ? left : withoutPrecision(left);
  const moment = commonMoment(left, right);
  if (moment !== undefined) return moment;
  if (!isNumeric(left) || !isNumeric(right)) return undefined;
  if (left.kind === 'float32' || right.kind === 'float32') return FLOAT64;
  return NUMERIC_RANK[left.kind]! > NUMERIC_RANK[right.kind]! ? left : right;
}

/** Part by part. */
function commonNested(left: DataType, right: DataType): DataType | undefined {
  if (left.kind === 'array' && right.kind === 'array') {
    const element = commonType(left.element, right.element);
    return element === undefined ? undefined : arrayType(element);
  }
  if (left.kind === 'map' && right.kind === 'map') {
    const key = commonType(left.key, right.key);
    const value = commonType(left.value, right.value);
    return key === undefined || value === undefined ? undefined : mapType(key, value);
  }
  if (left.kind !== 'struct' || right.kind !== 'struct') return undefined;
  if (left.fields.length !== right.fields.length) return undefined;
  const fields: StructField[] = [];
  for (const [index, field] of left.fields.entries()) {
    const type = commonType(field.type, right.fields[index]!.type);
    if (type === undefined) return undefined;
    fields.push({ name: field.name, type });
  }
  return structType(fields);
}

/** Literals and mixed values have any number of digits. */
export function withoutPrecision(type: DataType): DataType {
  if (type.kind === 'array') return arrayType(withoutPrecision(type.element));
  return type.kind === 'numeric' ? NUMERIC : type;
}

/** The later of date, timestamp, timestamptz; a time of day and an interval meet in the interval. */
function commonMoment(left: DataType, right: DataType): DataType | undefined {
  const leftToRight = castContext(left, right) === 'implicit';
  const rightToLeft = castContext(right, left) === 'implicit';
  if (isNumeric(left) || isNumeric(right) || leftToRight === rightToLeft) return undefined;
  return leftToRight ? right : left;
}

/** The common type of a list, or the index of the first one that does not fit. All unknown: text, as in PostgreSQL. */
export function commonTypeOf(
  types: readonly DataType[],
): { readonly type: DataType } | { readonly misfit: number } {
  let common: DataType = NULL_TYPE;
  for (const [index, type] of types.entries()) {
    const wider = commonType(common, type);
    if (wider === undefined) return { misfit: index };
    common = wider;
  }
  return { type: isUnknown(common) ? TEXT : common };
}

/** The smallest type an integer literal fits; beyond int64 it is numeric. */
export function integerLiteralType(text: string): {
  readonly type: DataType;
  readonly value: number | bigint | string;
} {
  const number = Number(text);
  if (number >= -2_147_483_648 && number <= 2_147_483_647)
    return { type: INT32, value: number + 0 };
  if (Number.isSafeInteger(number)) return { type: INT64, value: number };
  const exact = BigInt(text);
  if (exact >= -(2n ** 63n) && exact < 2n ** 63n) return { type: INT64, value: exact };
  return { type: NUMERIC, value: formatNumeric({ coefficient: exact, scale: 0 }) };
}

/** Integer types and their bounds: what a constant must fit to be compared without widening the column. */
export function integerBounds(type: DataType): readonly [bigint, bigint] | undefined {
  const bits =
    type.kind === INT16.kind
      ? 15n
      : type.kind === INT32.kind
        ? 31n
        : type.kind === INT64.kind
          ? 63n
          : undefined;
  return bits === undefined ? undefined : [-(2n ** bits), 2n ** bits - 1n];
}

function commonVector(
  left: DataType & { readonly kind: 'vector' },
  right: DataType & { readonly kind: 'vector' },
): DataType {
  const dimension = left.dimension === right.dimension ? left.dimension : undefined;
  return vectorType(dimension, left.metric ?? right.metric);
}
