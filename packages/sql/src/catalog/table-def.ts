/**
 * A table as the catalog keeps it. Immutable: DDL makes a new one. Column ids are never reused, and a row starts with the
 * schema version it was written under, so rows of older versions stay readable. Rows live in keyspace `id`; their key is the
 * primary key in order-preserving form, else a hidden row id.
 */
import type { DataType } from '@alopex-db/core/types';
import type { ForeignKey } from './foreign-key.ts';
import type { IndexDef } from './index-def.ts';

export interface ColumnDef {
  /** Never reused within the table. */
  readonly id: number;
  readonly name: string;
  readonly type: DataType;
  readonly notNull: boolean;
  /** SQL text of the default, bound when the table is used; absent = null. */
  readonly defaultSql?: string | undefined;
  /** The value in rows that were written before the column was added (`storage/missing-value`); absent = null. */
  readonly missing?: string | undefined;
  /** VARCHAR(n): longer text is refused. Absent = any length. */
  readonly lengthMax?: number | undefined;
  /** SERIAL and IDENTITY: the sequence that fills it. 'always' refuses values of the user's. */
  readonly identity?:
    | { readonly sequenceId: number; readonly generated: 'always' | 'default' }
    | undefined;
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
  /** NOT VALID: rows that were there before it may break it. */
  readonly notValid?: boolean | undefined;
}

export interface TableDef {
  /** OID = keyspace id. */
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  /** Counts changes of the column list; written in front of every row. */
  readonly schemaVersion: number;
  readonly columns: readonly ColumnDef[];
  /** The largest column id ever given; absent: that of `columns`. */
  readonly lastColumnId?: number | undefined;
  /** Column lists of earlier schema versions that stored rows may still be written under: what decodes them. */
  readonly olderSchemas?:
    | readonly {
        readonly schemaVersion: number;
        readonly columns: readonly { readonly id: number; readonly type: DataType }[];
      }[]
    | undefined;
  /** Ordinals into `columns` in key order; absent = hidden row id. */
  readonly primaryKey?: { readonly name: string; readonly columns: readonly number[] } | undefined;
  readonly unique: readonly UniqueConstraint[];
  /** Made by CREATE INDEX; absent = none. */
  readonly indexes?: readonly IndexDef[] | undefined;
  readonly checks: readonly CheckConstraint[];
  /** Keys that refer to other tables, or to this one; absent = none. */
  readonly foreignKeys?: readonly ForeignKey[] | undefined;
  /** Ids of the tables whose foreign keys refer to this one; absent = none. */
  readonly referencedBy?: readonly number[] | undefined;
}

export interface ViewDef {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  /** Names of its columns, one per column of the query. */
  readonly columns: readonly string[];
  /** The query's text, bound anew by each statement that reads the view. */
  readonly sql: string;
  /** Ids of the tables and views it reads: DROP refuses to take them away without CASCADE. */
  readonly dependsOn: readonly number[];
}

export interface SequenceDef {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  /** Table that owns it (SERIAL, IDENTITY) and goes with it. */
  readonly ownedBy?: number | undefined;
}
