import { describe, expect, it } from 'vitest';
import { compareBytes } from '../base/bytes.ts';
import { compareScalars } from '../compute/compare.ts';
import { columnFromScalars } from './create-column-builder.ts';
import {
  BOOLEAN,
  BYTEA,
  FLOAT32,
  FLOAT64,
  INT16,
  INT32,
  INT64,
  TEXT,
  TIMESTAMP,
  UUID,
  vectorType,
  type DataType,
} from './data-type.ts';
import {
  OrderKeyWriter,
  ascendingKey,
  decodeOrderKey,
  descendingKey,
  encodeOrderKey,
} from './order-key.ts';
import type { Scalar } from './scalar.ts';

const SAMPLES: readonly (readonly [DataType, readonly NonNullable<Scalar>[]])[] = [
  [BOOLEAN, [false, true]],
  [INT16, [-32768, -1, 0, 1, 255, 256, 32767]],
  [INT32, [-2147483648, -65536, -1, 0, 1, 255, 2147483647]],
  [
    INT64,
    [
      -(2n ** 63n),
      -9007199254740991,
      -4294967297,
      -1,
      0,
      1,
      4294967296,
      9007199254740991,
      2n ** 53n,
      2n ** 63n - 1n,
    ],
  ],
  [
    TIMESTAMP,
    [-210866803200000000, -8640000000000000, -1, 0, 1, 1700000000000000, 253402300800000000],
  ],
  [FLOAT32, [-Infinity, -1.5, -0, 0, 1.401298464324817e-45, 1.5, Infinity, NaN]],
  [FLOAT64, [-Infinity, -1e300, -5e-324, -0, 0, 5e-324, 1, 1e300, Infinity, NaN]],
  [TEXT, ['', '\0', '\0\0', '\0a', 'a', 'a\0', 'a\0b', 'ab', 'b', 'é', '￿', '😀']],
  [
    BYTEA,
    [[], [0], [0, 0], [0, 1], [0, 255], [1], [255], [255, 0]].map((bytes) =>
      Uint8Array.from(bytes),
    ),
  ],
  [UUID, [new Uint8Array(16), new Uint8Array(16).fill(7), new Uint8Array(16).fill(255)]],
  [vectorType(), [[-1], [0], [0, 0], [0, 1], [1]].map((floats) => Float32Array.from(floats))],
];

describe('order keys', () => {
  for (const [type, values] of SAMPLES) {
    it(`sort ${type.kind} as its values do, in both directions, and read back`, () => {
      for (const column of [
        ascendingKey(type),
        descendingKey(type),
        ascendingKey(type, true),
        descendingKey(type, true),
      ]) {
        for (const left of values) {
          const leftKey = encodeOrderKey([column], [left]);
          const read = decodeOrderKey([column], leftKey)[0]!;
          expect(compareScalars(type, read, left)).toBe(0);
          for (const right of values) {
            const order = Math.sign(compareScalars(type, left, right));
            const keys = Math.sign(compareBytes(leftKey, encodeOrderKey([column], [right])));
            expect(keys + 0).toBe((column.descending ? -order : order) + 0);
          }
        }
      }
    });

    it(`write ${type.kind} the same from a column as from a scalar`, () => {
      const column = columnFromScalars(type, [null, ...values]);
      const key = ascendingKey(type, true);
      const writer = new OrderKeyWriter(1);
      [null, ...values].forEach((value, index) => {
        writer.reset();
        writer.writeColumn(key, column, index);
        expect(writer.copy()).toEqual(encodeOrderKey([key], [value]));
      });
    });
  }

  it('put nulls last in ascending and first in descending columns', () => {
    const up = ascendingKey(INT32, true);
    const down = descendingKey(INT32, true);
    const last = encodeOrderKey([up], [2147483647]);
    expect(compareBytes(encodeOrderKey([up], [null]), last)).toBeGreaterThan(0);
    expect(
      compareBytes(encodeOrderKey([down], [null]), encodeOrderKey([down], [2147483647])),
    ).toBeLessThan(0);
  });

  it('compare tuples column by column, however long their texts are', () => {
    const columns = [ascendingKey(TEXT), ascendingKey(INT32)];
    const shorter = encodeOrderKey(columns, ['a', 9]);
    const longer = encodeOrderKey(columns, ['ab', 1]);
    expect(compareBytes(shorter, longer)).toBeLessThan(0);
    expect(decodeOrderKey(columns, longer)).toEqual(['ab', 1]);
  });

  it('refuse bytes that are cut off or too long', () => {
    const columns = [ascendingKey(TEXT), ascendingKey(INT64)];
    const key = encodeOrderKey(columns, ['text', 5]);
    expect(() => decodeOrderKey(columns, key, 0, key.length - 1)).toThrow(/order key/);
    expect(() => decodeOrderKey(columns, Uint8Array.of(...key, 0))).toThrow(/order key/);
    expect(() => decodeOrderKey([ascendingKey(TEXT)], Uint8Array.of(97))).toThrow(/order key/);
  });
});
