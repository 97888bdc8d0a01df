/** Errors of violated constraints, in PostgreSQL's words, with the names in fields of their own. */
import { AlopexError, toHex } from '@alopex-db/core/base';
import {
  formatTimestamp,
  formatUuid,
  formatVector,
  type DataType,
  type Scalar,
} from '@alopex-db/core/types';
import type { TableDef } from '../catalog/table-def.ts';

/** Longer values are cut in details, as in PostgreSQL. */
const VALUE_LENGTH_MAX = 64;

export function notNullViolation(
  table: TableDef,
  ordinal: number,
  row: readonly Scalar[],
): AlopexError {
  const column = table.columns[ordinal]!.name;
  return new AlopexError(
    'ALX_NOT_NULL_VIOLATION',
    `null value in column "${column}" of relation "${table.name}" violates not-null constraint`,
    { detail: failingRow(table, row), table: table.name, columnName: column },
  );
}

export function checkViolation(
  table: TableDef,
  constraint: string,
  row: readonly Scalar[],
): AlopexError {
  return new AlopexError(
    'ALX_CHECK_VIOLATION',
    `new row for relation "${table.name}" violates check constraint "${constraint}"`,
    { detail: failingRow(table, row), table: table.name, constraint },
  );
}

export function uniqueViolation(
  table: TableDef,
  constraint: string,
  ordinals: readonly number[],
  row: readonly Scalar[],
): AlopexError {
  const names = ordinals.map((ordinal) => table.columns[ordinal]!.name).join(', ');
  const values = ordinals
    .map((ordinal) => describeScalar(table.columns[ordinal]!.type, row[ordinal]!))
    .join(', ');
  return new AlopexError(
    'ALX_UNIQUE_VIOLATION',
    `duplicate key value violates unique constraint "${constraint}"`,
    { detail: `Key (${names})=(${values}) already exists.`, table: table.name, constraint },
  );
}

function failingRow(table: TableDef, row: readonly Scalar[]): string {
  const values = table.columns.map(({ type }, ordinal) => describeScalar(type, row[ordinal]!));
  return `Failing row contains (${values.join(', ')}).`;
}

function describeScalar(type: DataType, value: Scalar): string {
  const text = scalarText(type, value);
  return text.length <= VALUE_LENGTH_MAX ? text : `${text.slice(0, VALUE_LENGTH_MAX)}...`;
}

function scalarText(type: DataType, value: Scalar): string {
  if (value === null) return 'null';
  if (value === true) return 't';
  if (value === false) return 'f';
  if (type.kind === 'timestamp') return formatTimestamp(value as number);
  if (value instanceof Float32Array) return formatVector(value);
  if (type.kind === 'uuid') return formatUuid(value as Uint8Array);
  return value instanceof Uint8Array ? `\\x${toHex(value)}` : String(value);
}
