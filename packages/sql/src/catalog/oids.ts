/**
 * Numbers of catalog objects. One counter from 16384, never reused, gives table, index, view and sequence ids; they are OIDs
 * and, for what stores rows or entries, keyspace ids. Built-in types carry PostgreSQL's OIDs, because drivers decode by them;
 * our own built-ins lie in 10000-16383.
 */
import type { DataType, TypeKind } from '@alopex-db/core/types';

/** First id of a user's object. Part of the file format, do not change. */
export const FIRST_OBJECT_ID = 16_384;

/** Keyspace of the catalog itself. Part of the file format, do not change. */
export const CATALOG_KEYSPACE = 0;

/** Keyspace of the keys and values of `db.kv`. Part of the file format, do not change. */
export const KV_KEYSPACE = 10_001;

export const PUBLIC_SCHEMA_OID = 2_200;
export const PG_CATALOG_SCHEMA_OID = 11;

const TYPE_OIDS: Readonly<Record<TypeKind, number>> = {
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
  array: 2277,
  map: 10_002,
  struct: 2249,
};

/** Of arrays of the built-in types; others are `anyarray`. */
const ARRAY_TYPE_OIDS: Partial<Readonly<Record<TypeKind, number>>> = {
  boolean: 1000,
  bytea: 1001,
  int16: 1005,
  int32: 1007,
  text: 1009,
  int64: 1016,
  float32: 1021,
  float64: 1022,
  timestamp: 1115,
  date: 1182,
  time: 1183,
  timestamptz: 1185,
  interval: 1187,
  numeric: 1231,
  uuid: 2951,
  vector: 10_003,
};

/** The OID that drivers decode a value of the type by. */
export function typeOid(type: DataType): number {
  return (
    (type.kind === 'array' ? ARRAY_TYPE_OIDS[type.element.kind] : undefined) ?? TYPE_OIDS[type.kind]
  );
}
