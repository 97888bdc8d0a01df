/** Errors of violated constraints, in PostgreSQL's words, with the names in fields of their own. */
import { AlopexError } from '@alopex-db/core/base';
import { formatScalar } from '@alopex-db/core/compute';
import type { DataType, Scalar } from '@alopex-db/core/types';
import { ordinalsOf, type ForeignKey } from '../catalog/foreign-key.ts';
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
  const values = ordinals.map((ordinal) => row[ordinal]!);
  return new AlopexError(
    'ALX_UNIQUE_VIOLATION',
    `duplicate key value violates unique constraint "${constraint}"`,
    {
      detail: `Key ${keyText(table, ordinals, values)} already exists.`,
      table: table.name,
      constraint,
    },
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
  return formatScalar(value, type);
}

/** One foreign key between two tables. */
export interface ForeignKeyEnds {
  readonly key: ForeignKey;
  readonly parent: TableDef;
  readonly child: TableDef;
}

export function missingParent(ends: ForeignKeyEnds, values: readonly Scalar[]): AlopexError {
  const { key, parent, child } = ends;
  const columns = ordinalsOf(child, key.columns);
  return foreignKeyViolation(
    `insert or update on table "${child.name}" violates foreign key constraint "${key.name}"`,
    `Key ${keyText(child, columns, values)} is not present in table "${parent.name}".`,
    ends,
  );
}

export function stillReferenced(ends: ForeignKeyEnds, values: readonly Scalar[]): AlopexError {
  const { key, parent, child } = ends;
  const columns = ordinalsOf(parent, key.parentColumns);
  return foreignKeyViolation(
    `update or delete on table "${parent.name}" violates foreign key constraint "${key.name}" on table "${child.name}"`,
    `Key ${keyText(parent, columns, values)} is still referenced from table "${child.name}".`,
    ends,
  );
}

export function mixedNulls(ends: ForeignKeyEnds): AlopexError {
  return foreignKeyViolation(
    `insert or update on table "${ends.child.name}" violates foreign key constraint "${ends.key.name}"`,
    'MATCH FULL does not allow mixing of null and nonnull key values.',
    ends,
  );
}

function foreignKeyViolation(
  message: string,
  detail: string,
  { key, child }: ForeignKeyEnds,
): AlopexError {
  return new AlopexError('ALX_FOREIGN_KEY_VIOLATION', message, {
    detail,
    table: child.name,
    constraint: key.name,
  });
}

/** Columns and values as messages name them: `(a, b)=(1, x)`. */
export function keyText(
  table: TableDef,
  ordinals: readonly number[],
  values: readonly Scalar[],
): string {
  const names = ordinals.map((ordinal) => table.columns[ordinal]!.name).join(', ');
  const texts = ordinals.map((ordinal, index) =>
    describeScalar(table.columns[ordinal]!.type, values[index]!),
  );
  return `(${names})=(${texts.join(', ')})`;
}
