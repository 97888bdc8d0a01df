/**
 * SQL texts of the vector facet. Names are quoted, values are parameters, metrics come from a closed list; the only free text
 * is the caller's filter, which is SQL by contract.
 */
import { AlopexError } from '@alopex-db/core/base';
import type { Metric } from '@alopex-db/core/types';
import { parseMetric } from '@alopex-db/core/vector';
import { didYouMean, type ColumnDef, type TableDef } from '@alopex-db/sql';
import type { SqlValue, VectorSearch } from '@alopex-db/sql/session';
import { quoteName } from './quote-name.ts';

export interface SearchStatement {
  readonly text: string;
  readonly params: readonly SqlValue[];
  /** Columns of the result: key columns, similarity, distance, then those named here. */
  readonly keyCount: number;
  readonly rowColumns: readonly string[];
}

const LIMIT_DEFAULT = 10;

/** The filter's parameters come first, so that it counts its own from $1; the query vector is the one behind them. */
export function searchStatement(table: TableDef, request: VectorSearch): SearchStatement {
  const column = vectorColumn(table, request.column);
  const metric =
    request.similarity === undefined ? metricOf(column) : parseMetric(request.similarity);
  const limit = checkLimit(request.limit ?? LIMIT_DEFAULT);
  const filterParams = request.params ?? [];
  const keys = keyColumns(table);
  const rowColumns = request.select ?? table.columns.map(({ name }) => name);
  for (const name of rowColumns) columnNamed(table, name);

  const call = (name: string): string =>
    `${name}(${quoteName(column.name)}, $${filterParams.length + 1}, '${metric}')`;
  const selected = [
    ...keys.map(quoteName),
    call('vector_similarity'),
    call('vector_distance'),
    ...rowColumns.map(quoteName),
  ];
  // The line break ends a comment that the filter may close with.
  const where = request.filter === undefined ? '' : ` WHERE (${request.filter}\n)`;
  const text =
    `SELECT ${selected.join(', ')} FROM ${tableName(table)}${where}` +
    ` ORDER BY ${call('vector_distance')} LIMIT ${limit}`;
  const { queryVector } = request;
  const vector = queryVector instanceof Float32Array ? queryVector : [...queryVector];
  return { text, params: [...filterParams, vector], keyCount: keys.length, rowColumns };
}

/** Inserts rows of the given columns; rows whose key is there are replaced in these columns. */
export function upsertStatement(table: TableDef, columns: readonly string[]): string {
  for (const name of columns) columnNamed(table, name);
  const keys = requireKey(table);
  const missing = keys.find((key) => !columns.includes(key));
  if (missing !== undefined) {
    throw new AlopexError(
      'ALX_INVALID_ARGUMENT',
      `upsert into "${table.name}" needs the key column "${missing}"`,
      {
        table: table.name,
        columnName: missing,
      },
    );
  }
  const changed = columns.filter((name) => !keys.includes(name)).map(quoteName);
  const action =
    changed.length === 0
      ? 'NOTHING'
      : `UPDATE SET ${changed.map((name) => `${name} = EXCLUDED.${name}`).join(', ')}`;
  const values = columns.map((_, index) => `$${index + 1}`);
  return (
    `INSERT INTO ${tableName(table)} (${columns.map(quoteName).join(', ')}) VALUES (${values.join(', ')})` +
    ` ON CONFLICT (${keys.map(quoteName).join(', ')}) DO ${action}`
  );
}

/** Deletes the row of one key. */
export function deleteStatement(table: TableDef): string {
  const conditions = requireKey(table).map((name, index) => `${quoteName(name)} = $${index + 1}`);
  return `DELETE FROM ${tableName(table)} WHERE ${conditions.join(' AND ')}`;
}

function vectorColumn(table: TableDef, name: string | undefined): ColumnDef {
  if (name !== undefined) {
    const column = columnNamed(table, name);
    if (column.type.kind === 'vector') return column;
    throw new AlopexError(
      'ALX_TYPE_MISMATCH',
      `column "${name}" of "${table.name}" is not a vector`,
      {
        table: table.name,
        columnName: name,
      },
    );
  }
  const [only, ...others] = table.columns.filter(({ type }) => type.kind === 'vector');
  if (only !== undefined && others.length === 0) return only;
  const names = [only, ...others].map((column) => column?.name).join(', ');
  throw new AlopexError(
    'ALX_INVALID_ARGUMENT',
    only === undefined
      ? `table "${table.name}" has no vector column`
      : `table "${table.name}" has several vector columns`,
    {
      table: table.name,
      hint: only === undefined ? undefined : `Name one with \`column\`: ${names}.`,
    },
  );
}

function columnNamed(table: TableDef, name: string): ColumnDef {
  const column = table.columns.find((known) => known.name === name);
  if (column !== undefined) return column;
  throw new AlopexError(
    'ALX_COLUMN_NOT_FOUND',
    `column "${name}" of relation "${table.name}" does not exist`,
    {
      table: table.name,
      columnName: name,
      hint: didYouMean(
        name,
        table.columns.map((known) => known.name),
      ),
    },
  );
}

function metricOf(column: ColumnDef): Metric {
  return column.type.kind === 'vector' ? (column.type.metric ?? 'cosine') : 'cosine';
}

function keyColumns(table: TableDef): string[] {
  return (table.primaryKey?.columns ?? []).map((ordinal) => table.columns[ordinal]!.name);
}

function requireKey(table: TableDef): string[] {
  const keys = keyColumns(table);
  if (keys.length > 0) return keys;
  throw new AlopexError('ALX_INVALID_ARGUMENT', `table "${table.name}" has no primary key`, {
    table: table.name,
    hint: 'Use INSERT and DELETE statements.',
  });
}

function checkLimit(limit: number): number {
  if (Number.isSafeInteger(limit) && limit >= 0) return limit;
  throw new AlopexError('ALX_INVALID_ARGUMENT', `limit is a whole number from 0, got ${limit}`);
}

function tableName(table: TableDef): string {
  return `${quoteName(table.schema)}.${quoteName(table.name)}`;
}
