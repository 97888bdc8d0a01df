/**
 * A table as the catalog keeps it. Immutable: DDL makes a new one. Column ids are never reused, and a row starts with the
 * schema version it was written under, so rows of older versions stay readable. Rows live in keyspace `id`; their key is the
 * primary key in order-preserving form, else a hidden row id.
 */
import type { DataType } from '@alopex-db/core/types';

export interface ColumnDef {
  /** Never reused within the table. */
  readonly id: number;
  readonly name: string;
  readonly type: DataType;
  readonly notNull: boolean;
  /** SQL text of the default, bound when the table is loaded; absent = null. */
  readonly defaultSql?: string | undefined;
}

export interface UniqueConstraint {
  readonly name: string;
  /** Ordinals into `columns`. */
  readonly columns: readonly number[];
  /** Keyspace that holds its entries: columns -> row key. The primary key has none: the rows themselves are keyed by it. */
  readonly indexId: number;
}

export interface CheckConstraint {
  readonly name: string;
  readonly sql: string;
}

export interface TableDef {
  /** OID = keyspace id. */
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  /** Counts changes of the column list; written in front of every row. */
  readonly schemaVersion: number;
  readonly columns: readonly ColumnDef[];
  /** Ordinals into `columns` in key order; absent = hidden row id. */
  readonly primaryKey?: { readonly name: string; readonly columns: readonly number[] } | undefined;
  readonly unique: readonly UniqueConstraint[];
  readonly checks: readonly CheckConstraint[];
}
