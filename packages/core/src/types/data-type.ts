/**
 * The types of values, shared by storage, SQL and DataFrame. A type is a readonly record; `kind` discriminates.
 * JavaScript forms (see SPEC 2.3): int64 is a number when safe, else a bigint; numeric is its text; date counts days, timestamp
 * and timestamptz microseconds since 1970-01-01 UTC, time microseconds since midnight; interval is an `Interval`; bytea and
 * vector are typed arrays; uuid is 16 bytes inside, text outside; arrays, maps and structs are the classes of `nested-value`
 * inside, arrays, Maps and objects outside.
 */
export type Metric = 'cosine' | 'l2' | 'inner' | 'l1';

export interface StructField {
  readonly name: string;
  readonly type: DataType;
}

export type DataType =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'int16' }
  | { readonly kind: 'int32' }
  | { readonly kind: 'int64' }
  | { readonly kind: 'float32' }
  | { readonly kind: 'float64' }
  | { readonly kind: 'text' }
  | { readonly kind: 'bytea' }
  | {
      readonly kind: 'numeric';
      /** Absent: any number of digits, at any scale. 1 to 38. */
      readonly precision?: number | undefined;
      readonly scale?: number | undefined;
    }
  | { readonly kind: 'date' }
  | { readonly kind: 'time' }
  | { readonly kind: 'timestamp' }
  | { readonly kind: 'timestamptz' }
  | { readonly kind: 'interval' }
  | { readonly kind: 'uuid' }
  /** Text of a JSON value, as it was written. */
  | { readonly kind: 'json' }
  /** Text of a JSON value in canonical form. */
  | { readonly kind: 'jsonb' }
  | {
      readonly kind: 'vector';
      /** Absent: any length. 1 to 65,535. */
      readonly dimension?: number | undefined;
      /** Absent: cosine. */
      readonly metric?: Metric | undefined;
    }
  /** Any number of dimensions; the element is never an array itself. */
  | { readonly kind: 'array'; readonly element: DataType }
  | { readonly kind: 'map'; readonly key: DataType; readonly value: DataType }
  | { readonly kind: 'struct'; readonly fields: readonly StructField[] };

export type TypeKind = DataType['kind'];

/** The type of a bare NULL or of a parameter nobody has typed yet. */
export const NULL_TYPE: DataType = Object.freeze({ kind: 'null' });
export const BOOLEAN: DataType = Object.freeze({ kind: 'boolean' });
export const INT16: DataType = Object.freeze({ kind: 'int16' });
export const INT32: DataType = Object.freeze({ kind: 'int32' });
export const INT64: DataType = Object.freeze({ kind: 'int64' });
export const FLOAT32: DataType = Object.freeze({ kind: 'float32' });
export const FLOAT64: DataType = Object.freeze({ kind: 'float64' });
export const TEXT: DataType = Object.freeze({ kind: 'text' });
export const BYTEA: DataType = Object.freeze({ kind: 'bytea' });
export const NUMERIC: DataType = Object.freeze({ kind: 'numeric' });
export const DATE: DataType = Object.freeze({ kind: 'date' });
export const TIME: DataType = Object.freeze({ kind: 'time' });
export const TIMESTAMP: DataType = Object.freeze({ kind: 'timestamp' });
export const TIMESTAMPTZ: DataType = Object.freeze({ kind: 'timestamptz' });
export const INTERVAL: DataType = Object.freeze({ kind: 'interval' });
export const UUID: DataType = Object.freeze({ kind: 'uuid' });
export const JSON_TYPE: DataType = Object.freeze({ kind: 'json' });
export const JSONB: DataType = Object.freeze({ kind: 'jsonb' });

export const VECTOR_DIMENSION_MAX = 65_535;
export const NUMERIC_PRECISION_MAX = 38;

export function numericType(precision: number, scale = 0): DataType {
  return { kind: 'numeric', precision, scale };
}

export function vectorType(dimension?: number, metric?: Metric): DataType {
  return {
    kind: 'vector',
    ...(dimension === undefined ? {} : { dimension }),
    ...(metric === undefined ? {} : { metric }),
  };
}

/** An array of arrays is an array: dimensions belong to values, not to types. */
export function arrayType(element: DataType): DataType {
  return element.kind === 'array' ? element : { kind: 'array', element };
}

export function mapType(key: DataType, value: DataType): DataType {
  return { kind: 'map', key, value };
}

export function structType(fields: readonly StructField[]): DataType {
  return { kind: 'struct', fields };
}

export function equalTypes(left: DataType, right: DataType): boolean {
  if (left === right) return true;
  if (left.kind !== right.kind) return false;
  if (left.kind === 'numeric' && right.kind === 'numeric')
    return left.precision === right.precision && left.scale === right.scale;
  if (left.kind === 'vector' && right.kind === 'vector')
    return (
      left.dimension === right.dimension && (left.metric ?? 'cosine') === (right.metric ?? 'cosine')
    );
  return equalParts(left, right);
}

function equalParts(left: DataType, right: DataType): boolean {
  if (left.kind === 'array' && right.kind === 'array')
    return equalTypes(left.element, right.element);
  if (left.kind === 'map' && right.kind === 'map')
    return equalTypes(left.key, right.key) && equalTypes(left.value, right.value);
  if (left.kind !== 'struct' || right.kind !== 'struct') return true;
  return (
    left.fields.length === right.fields.length &&
    left.fields.every(({ name, type }, index) => {
      const other = right.fields[index]!;
      return name === other.name && equalTypes(type, other.type);
    })
  );
}

export function isJson(type: DataType): boolean {
  return type.kind === 'json' || type.kind === 'jsonb';
}

/** Made of other types. */
export function isNested(type: DataType): boolean {
  return type.kind === 'array' || type.kind === 'map' || type.kind === 'struct';
}

/** A map as the array of entries that it is. */
export function entriesType(
  type: DataType & { readonly kind: 'map' },
): DataType & { readonly kind: 'array' } {
  const fields = [
    { name: 'key', type: type.key },
    { name: 'value', type: type.value },
  ];
  return { kind: 'array', element: { kind: 'struct', fields } };
}

export function isInteger(type: DataType): boolean {
  return type.kind === 'int16' || type.kind === 'int32' || type.kind === 'int64';
}

export function isNumeric(type: DataType): boolean {
  return (
    isInteger(type) || type.kind === 'float32' || type.kind === 'float64' || type.kind === 'numeric'
  );
}

const SQL_NAMES: Readonly<Record<TypeKind, string>> = {
  null: 'unknown',
  boolean: 'boolean',
  int16: 'smallint',
  int32: 'integer',
  int64: 'bigint',
  float32: 'real',
  float64: 'double precision',
  text: 'text',
  bytea: 'bytea',
  numeric: 'numeric',
  date: 'date',
  time: 'time without time zone',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  interval: 'interval',
  uuid: 'uuid',
  json: 'json',
  jsonb: 'jsonb',
  vector: 'vector',
  array: 'array',
  map: 'map',
  struct: 'struct',
};

/** PostgreSQL's name of a type, as messages and catalogs print it: `integer`, `numeric(10,2)`, `vector(384)`, `text[]`. */
export function typeName(type: DataType): string {
  const name = SQL_NAMES[type.kind];
  if (type.kind === 'array') return `${typeName(type.element)}[]`;
  if (type.kind === 'map') return `map(${typeName(type.key)}, ${typeName(type.value)})`;
  if (type.kind === 'struct')
    return `struct(${type.fields.map((field) => `${field.name} ${typeName(field.type)}`).join(', ')})`;
  if (type.kind === 'numeric' && type.precision !== undefined)
    return `${name}(${type.precision},${type.scale ?? 0})`;
  return type.kind === 'vector' && type.dimension !== undefined
    ? `${name}(${type.dimension})`
    : name;
}
