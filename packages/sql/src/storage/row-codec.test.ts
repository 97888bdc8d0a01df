import { describe, expect, it } from 'vitest';
import { nextBelow, nextFloat, type Random } from '@alopex-db/core/base';
import {
  Interval,
  BOOLEAN,
  BYTEA,
  FLOAT32,
  FLOAT64,
  INT16,
  INT32,
  INT64,
  TEXT,
  TIMESTAMP,
  StructValue,
  UUID,
  arrayType,
  isValid,
  listValue,
  mapType,
  mapValue,
  presentScalarAt,
  structType,
  vectorType,
  type ColumnVector,
  type DataType,
  type Scalar,
} from '@alopex-db/core/types';
import type { TableDef } from '../catalog/table-def.ts';
import { createColumnDecoder } from './column-decoder.ts';
import { readColumn, readRow } from './read-column.ts';
import { RowEncoder } from './row-encoder.ts';
import { layoutsOf } from './table-layouts.ts';
import { RowWindow } from './row-window.ts';

const TYPES: readonly DataType[] = [
  BOOLEAN,
  INT16,
  INT32,
  INT64,
  FLOAT32,
  FLOAT64,
  TEXT,
  BYTEA,
  TIMESTAMP,
  UUID,
  vectorType(3),
  vectorType(),
  arrayType(TEXT),
  mapType(TEXT, INT32),
  structType([{ name: 'a', type: arrayType(INT64) }]),
];

/** xorshift: enough for test data, and replayable. */
function seeded(seed: number): Random {
  let state = seed | 1;
  return {
    nextUint32() {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state >>> 0;
    },
  };
}

function tableOf(types: readonly DataType[], schemaVersion = 1): TableDef {
  return {
    id: 16_384,
    schema: 'public',
    name: 't',
    schemaVersion,
    columns: types.map((type, id) => ({ id, name: `c${id}`, type, notNull: false })),
    unique: [],
    checks: [],
  };
}

function randomScalar(random: Random, type: DataType): Scalar {
  if (nextBelow(random, 5) === 0) return null;
  const word = random.nextUint32();
  switch (type.kind) {
    case 'boolean':
      return (word & 1) === 1;
    case 'int16':
      return (word << 16) >> 16;
    case 'int32':
      return word | 0;
    case 'int64':
      if (nextBelow(random, 8) === 0) return (word & 1 ? -1n : 1n) * ((1n << 62n) | BigInt(word));
      return (
        (nextBelow(random, 2) === 0 ? -1 : 1) *
        Math.floor(nextFloat(random) * Number.MAX_SAFE_INTEGER)
      );
    case 'date':
      return (word | 0) >> 8;
    case 'json':
    case 'jsonb':
      return ['{}', '[1, "é"]', 'null'][word % 3]!;
    case 'numeric':
      return ['0', '-12.50', '123456789012345678901234.5', 'NaN', '-Infinity'][word % 5]!;
    case 'interval':
      return new Interval((word & 0xff) - 128, word & 31, (word | 0) * 4_096);
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return Math.floor((nextFloat(random) - 0.5) * 1e16);
    case 'float32':
      return Math.fround((nextFloat(random) - 0.5) * 1e6);
    case 'float64':
      return [nextFloat(random), -0, Number.NaN, Number.POSITIVE_INFINITY, 1e-320][
        nextBelow(random, 5)
      ]!;
    case 'text':
      return ['', 'a', 'é', '\u{1F98A}', 'x'.repeat(60), 'nul\0', 'mixed é'.repeat(20)][
        nextBelow(random, 7)
      ]!;
    case 'bytea':
      return Uint8Array.from({ length: nextBelow(random, 80) }, () => random.nextUint32() & 0xff);
    case 'uuid':
      return Uint8Array.from({ length: 16 }, () => random.nextUint32() & 0xff);
    case 'vector':
      return Float32Array.from({ length: type.dimension ?? 1 + nextBelow(random, 9) }, () =>
        nextFloat(random),
      );
    case 'null':
      return null;
    case 'array':
      return listValue([randomScalar(random, type.element), randomScalar(random, type.element)]);
    case 'map':
      return mapValue(['k', 'l'], [randomScalar(random, type.value), null]);
    case 'struct':
      return new StructValue(type.fields.map((field) => randomScalar(random, field.type)));
  }
}

/** BigInts that are safe become numbers, as `Scalar` says. */
function scalarOf(column: ColumnVector, index: number): Scalar {
  if (!isValid(column, index)) return null;
  const { type, values } = column;
  switch (type.kind) {
    case 'boolean':
      return values[index] === 1;
    case 'uuid':
      return column.data!.slice(index * 16, index * 16 + 16);
    case 'text':
      return new TextDecoder().decode(
        column.data!.subarray(column.offsets![index], column.offsets![index + 1]),
      );
    case 'bytea':
      return column.data!.slice(column.offsets![index], column.offsets![index + 1]);
    case 'vector': {
      const start = type.dimension === undefined ? column.offsets![index]! : index * type.dimension;
      const end =
        type.dimension === undefined ? column.offsets![index + 1]! : start + type.dimension;
      return (values as Float32Array).slice(start, end);
    }
    case 'array':
    case 'map':
    case 'struct':
      return presentScalarAt(column, index);
    default: {
      const value = values[index]!;
      return typeof value === 'bigint' && Number.isSafeInteger(Number(value))
        ? Number(value)
        : value;
    }
  }
}

describe('the row codec', () => {
  it('gives back what was encoded, column by column, in batches, selected and not', () => {
    const seed = Number(process.env['ALOPEX_TEST_SEED'] ?? 20_261_125);
    const random = seeded(seed);
    for (let round = 0; round < 60; round += 1) {
      const types = Array.from(
        { length: 1 + nextBelow(random, 20) },
        () => TYPES[nextBelow(random, TYPES.length)]!,
      );
      const table = tableOf(types, nextBelow(random, 3) === 0 ? 300 : 1);
      const layouts = layoutsOf(table);
      const encoder = new RowEncoder(layouts.current);
      const rows = Array.from({ length: 1 + nextBelow(random, 40) }, () =>
        types.map((type) => randomScalar(random, type)),
      );
      const window = new RowWindow(table.schemaVersion);
      const slab = new Uint8Array(200_000);
      let at = nextBelow(random, 7);
      for (const row of rows) {
        const encoded = encoder.encodeScalars(row);
        slab.set(encoded, at);
        window.push({ bytes: slab, start: at, end: at + encoded.length });
        expect(readRow(layouts, slab, at), `seed ${seed}, round ${round}`).toEqual(row);
        at += encoded.length + nextBelow(random, 3);
      }
      const selection = Int32Array.from(rows.keys()).filter(() => nextBelow(random, 2) === 0);
      for (const ordinal of types.keys()) {
        const decoder = createColumnDecoder(table, ordinal);
        const all = decoder.decode(window, undefined, rows.length);
        const values = rows.map((_, index) => scalarOf(all, index));
        expect(values, `seed ${seed}, round ${round}, column ${ordinal}`).toEqual(
          rows.map((row) => row[ordinal]),
        );
        const some = decoder.decode(window, selection, selection.length);
        const selected = Array.from(selection, (_, index) => scalarOf(some, index));
        expect(selected).toEqual(Array.from(selection, (row) => rows[row]![ordinal]));
      }
    }
  });

  it('encodes a row of a batch to the same bytes as its scalars', () => {
    const random = seeded(7);
    const table = tableOf(TYPES);
    const encoder = new RowEncoder(layoutsOf(table).current);
    const rows = Array.from({ length: 50 }, () => TYPES.map((type) => randomScalar(random, type)));
    const encoded = rows.map((row) => encoder.encodeScalars(row).slice());
    const window = new RowWindow(1);
    for (const bytes of encoded) window.push({ bytes, start: 0, end: bytes.length });
    const vectors = TYPES.map((_, ordinal) =>
      createColumnDecoder(table, ordinal).decode(window, undefined, rows.length),
    );
    for (const [index, bytes] of encoded.entries())
      expect(encoder.encodeBatchRow(vectors, index)).toEqual(bytes);
  });

  it('reads rows of older schema versions: moved columns are found, later ones are null, dropped ones are gone', () => {
    const before = tableOf([INT32, TEXT, FLOAT64], 1);
    const old = new RowEncoder(layoutsOf(before).current).encodeScalars([1, 'one', 1.5]).slice();
    const after: TableDef = {
      ...before,
      schemaVersion: 2,
      columns: [
        { id: 2, name: 'c2', type: FLOAT64, notNull: false },
        { id: 0, name: 'c0', type: INT32, notNull: false },
        { id: 3, name: 'c3', type: TEXT, notNull: false },
      ],
      olderSchemas: [{ schemaVersion: 1, columns: before.columns }],
    };
    const layouts = layoutsOf(after);
    expect(readRow(layouts, old, 0)).toEqual([1.5, 1, null]);
    const fresh = new RowEncoder(layouts.current).encodeScalars([2.5, 2, 'two']).slice();
    const window = new RowWindow(2);
    window.push({ bytes: old, start: 0, end: old.length });
    window.push({ bytes: fresh, start: 0, end: fresh.length });
    const texts = createColumnDecoder(after, 2).decode(window, undefined, 2);
    expect([scalarOf(texts, 0), scalarOf(texts, 1)]).toEqual([null, 'two']);
    const floats = createColumnDecoder(after, 0).decode(window, undefined, 2);
    expect([scalarOf(floats, 0), scalarOf(floats, 1)]).toEqual([1.5, 2.5]);
  });

  it('refuses a row of a schema version that the catalog does not know', () => {
    const bytes = new RowEncoder(layoutsOf(tableOf([INT32], 9)).current).encodeScalars([1]);
    expect(() => readColumn(layoutsOf(tableOf([INT32], 1)), 0, bytes, 0)).toThrow(
      /schema version 9/,
    );
  });
});
