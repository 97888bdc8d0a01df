/**
 * Numbers of catalog objects. One counter from 16384, never reused, gives table, index, view and sequence ids; they are OIDs
 * and, for what stores rows or entries, keyspace ids. Built-in types carry PostgreSQL's OIDs, because drivers decode by them;
 * our own built-ins lie in 10000-16383.
 */
import type { TypeKind } from '@alopex-db/core/types';

/** First id of a user's object. Part of the file format, do not change. */
export const FIRST_OBJECT_ID = 16_384;

/** Keyspace of the catalog itself. Part of the file format, do not change. */
export const CATALOG_KEYSPACE = 0;

/** Keyspace of the keys and values of `db.kv`. Part of the file format, do not change. */
export const KV_KEYSPACE = 10_001;

export const PUBLIC_SCHEMA_OID = 2_200;
export const PG_CATALOG_SCHEMA_OID = 11;

export const TYPE_OIDS: Readonly<Record<TypeKind, number>> = {
  null: 705,
  boolean: 16,
  bytea: 17,
  int64: 20,
  int16: 21,
  int32: 23,
  json: 114,
  jsonb: 3802,
  text: 25,
  float32: 700,
  float64: 701,
  date: 1082,
  time: 1083,
  timestamp: 1114,
  timestamptz: 1184,
  interval: 1186,
  numeric: 1700,
  uuid: 2950,
  vector: 10_000,
};
