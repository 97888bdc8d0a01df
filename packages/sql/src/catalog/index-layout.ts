/**
 * How the entries of a table's ordered indexes are written; vectors have `vector-index-layout`. Part of the file format, do not change:
 *
 *   UNIQUE constraint      key = columns, none of them null (a row with a null has no entry)
 *   unique index           key = columns, each behind a presence byte; with a null among them the row's key follows
 *   other index            key = columns, each behind a presence byte, then the row's key
 *   value                  the row's key
 */
import { ascendingKey, type OrderKeyColumn } from '@alopex-db/core/types';
import type { TableDef } from './table-def.ts';
import { vectorIndexLayouts } from './vector-index-layout.ts';

export interface IndexLayoutColumn {
  /** Ordinal into the table's columns. */
  readonly ordinal: number;
  readonly key: OrderKeyColumn;
}

export interface IndexLayout {
  readonly name: string;
  readonly keyspace: number;
  readonly unique: boolean;
  readonly columns: readonly IndexLayoutColumn[];
  /** False: rows with a null among the columns have no entry. */
  readonly holdsNulls: boolean;
}

/** Those of UNIQUE constraints, then those of CREATE INDEX. The primary key has none: rows are keyed by it. */
export function indexLayouts(table: TableDef): readonly IndexLayout[] {
  const constraints = table.unique.map(({ name, indexId, columns }): IndexLayout => {
    const keyed = columns.map((ordinal) => ({
      ordinal,
      key: ascendingKey(table.columns[ordinal]!.type),
    }));
    return { name, keyspace: indexId, unique: true, columns: keyed, holdsNulls: false };
  });
  const ordered = (table.indexes ?? []).filter(({ vector }) => vector === undefined);
  const indexes = ordered.map(({ id, name, unique, columns }): IndexLayout => {
    // The presence byte is always there, so that entries stay readable when NOT NULL comes or goes.
    const keyed = columns.map(({ ordinal, descending, nullsFirst }) => ({
      ordinal,
      key: { type: table.columns[ordinal]!.type, descending, nullsFirst, nullable: true },
    }));
    return { name, keyspace: id, unique, columns: keyed, holdsNulls: true };
  });
  return [...constraints, ...indexes];
}

/** Columns whose change moves the row or one of its entries. */
export function keyedOrdinals(table: TableDef): ReadonlySet<number> {
  const keyed = new Set(table.primaryKey?.columns);
  for (const { columns } of table.unique) for (const ordinal of columns) keyed.add(ordinal);
  for (const { columns } of table.indexes ?? []) {
    for (const { ordinal } of columns) keyed.add(ordinal);
  }
  return keyed;
}

/** Keyspaces of a table: its rows and the entries of its indexes. */
export function keyspacesOf(table: TableDef): readonly number[] {
  return [table.id, ...indexKeyspacesOf(table)];
}

export function indexKeyspacesOf(table: TableDef): readonly number[] {
  return [...indexLayouts(table), ...vectorIndexLayouts(table)].map(({ keyspace }) => keyspace);
}
