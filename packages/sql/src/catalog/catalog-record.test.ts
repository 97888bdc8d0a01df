import { encodeUtf8 } from '@alopex-db/core/base';
import { FLOAT64, vectorType } from '@alopex-db/core/types';
import { describe, expect, it } from 'vitest';
import {
  decodeCounter,
  decodeRecord,
  encodeCounter,
  encodeRecord,
  relationKey,
  type CatalogRecord,
} from './catalog-record.ts';

const RECORD: CatalogRecord = {
  kind: 'table',
  definition: {
    id: 16_384,
    schema: 'public',
    name: 'products',
    schemaVersion: 1,
    columns: [
      { id: 1, name: 'price', type: FLOAT64, notNull: true, defaultSql: '1.5' },
      { id: 2, name: 'embedding', type: vectorType(3, 'l2'), notNull: false },
    ],
    primaryKey: { name: 'products_pkey', columns: [0] },
    unique: [{ name: 'products_price_key', columns: [0], indexId: 16_385 }],
    checks: [{ name: 'products_price_check', sql: 'price > 0' }],
  },
};

describe('catalog records', () => {
  it('read back as they were written', () => {
    expect(decodeRecord(encodeRecord(RECORD))).toEqual(RECORD);
    expect(decodeCounter(encodeCounter(16_384))).toBe(16_384);
  });

  it('order the relations of a schema together, by name', () => {
    expect([...relationKey('public', 'a')]).toEqual([2, 112, 117, 98, 108, 105, 99, 0, 97]);
  });

  it('name a format they do not know instead of guessing', () => {
    const later = encodeUtf8('{"format":2,"kind":"table"}');
    expect(() => decodeRecord(later)).toThrow(
      expect.objectContaining({ code: 'ALX_INCOMPATIBLE_VERSION' }),
    );
  });

  it('report damage as damage', () => {
    expect(() => decodeRecord(encodeUtf8('{'))).toThrow(
      expect.objectContaining({ code: 'ALX_CORRUPT' }),
    );
    expect(() => decodeRecord(encodeUtf8('{"format":1,"kind":"tree"}'))).toThrow(
      expect.objectContaining({ code: 'ALX_CORRUPT' }),
    );
    expect(() => decodeCounter(encodeUtf8('x'))).toThrow(
      expect.objectContaining({ code: 'ALX_CORRUPT' }),
    );
  });
});
