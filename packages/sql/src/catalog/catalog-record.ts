/**
 * Records of the catalog in keyspace 0. Part of the file format, do not change: a new layout is a new `format` number read
 * beside the old one.
 *
 *   key                                        value
 *   01                                         next object id, decimal text
 *   02 schema 00 name                          JSON {"format":1,"kind":"table"|"view"|"sequence", …definition}
 *   03 sequence id (u32 big-endian)            next value nobody was promised, decimal text
 *
 * Tables, views and sequences share one name space, as in PostgreSQL, so the key alone guards a name. JSON because the
 * catalog is read as a whole and seldom; the blocks below it carry the checksums.
 */
import { AlopexError, concatBytes, decodeUtf8, encodeUtf8 } from '@alopex-db/core/base';
import type { SequenceDef, TableDef, ViewDef } from './table-def.ts';

const FORMAT = 1;
const TAG_RELATION = 0x02;
const TAG_SEQUENCE_VALUE = 0x03;

export const OBJECT_ID_KEY: Uint8Array = Uint8Array.of(0x01);
export const RELATIONS_START: Uint8Array = Uint8Array.of(TAG_RELATION);
export const RELATIONS_END: Uint8Array = Uint8Array.of(TAG_RELATION + 1);

export type CatalogRecord =
  | { readonly kind: 'table'; readonly definition: TableDef }
  | { readonly kind: 'view'; readonly definition: ViewDef }
  | { readonly kind: 'sequence'; readonly definition: SequenceDef };

export function relationKey(schema: string, name: string): Uint8Array {
  return concatBytes(
    Uint8Array.of(TAG_RELATION),
    encodeUtf8(schema),
    Uint8Array.of(0),
    encodeUtf8(name),
  );
}

export function sequenceValueKey(sequenceId: number): Uint8Array {
  const key = new Uint8Array(5);
  key[0] = TAG_SEQUENCE_VALUE;
  new DataView(key.buffer).setUint32(1, sequenceId);
  return key;
}

export function encodeRecord(record: CatalogRecord): Uint8Array {
  return encodeUtf8(JSON.stringify({ format: FORMAT, kind: record.kind, ...record.definition }));
}

export function decodeRecord(bytes: Uint8Array): CatalogRecord {
  const { format, kind, ...definition } = parseRecord(bytes);
  if (format !== FORMAT) {
    throw new AlopexError(
      'ALX_INCOMPATIBLE_VERSION',
      `catalog record has format ${String(format)}, this program reads 1`,
      {
        hint: 'Open the database with the version that wrote it, or a later one.',
      },
    );
  }
  // The record was written by encodeRecord above and is covered by the block's checksum.
  if (kind === 'table') return { kind, definition: definition as unknown as TableDef };
  if (kind === 'view') return { kind, definition: definition as unknown as ViewDef };
  if (kind === 'sequence') return { kind, definition: definition as unknown as SequenceDef };
  throw new AlopexError('ALX_CORRUPT', `catalog record has the unknown kind ${String(kind)}`);
}

export function encodeCounter(value: number): Uint8Array {
  return encodeUtf8(String(value));
}

export function decodeCounter(bytes: Uint8Array): number {
  const value = Number(decodeUtf8(bytes));
  if (!Number.isSafeInteger(value))
    throw new AlopexError('ALX_CORRUPT', 'a counter of the catalog is not a number');
  return value;
}

function parseRecord(bytes: Uint8Array): Record<string, unknown> {
  try {
    return JSON.parse(decodeUtf8(bytes)) as Record<string, unknown>;
  } catch (cause) {
    throw new AlopexError('ALX_CORRUPT', 'a catalog record is not JSON', { cause });
  }
}
