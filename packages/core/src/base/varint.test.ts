import { describe, expect, it } from 'vitest';
import { readVarint, VARINT_SIZE_MAX, varintSize, writeVarint } from './varint.ts';

const EDGES = [
  0,
  1,
  127,
  128,
  16383,
  16384,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 49,
  Number.MAX_SAFE_INTEGER,
];

describe('Varints', () => {
  it('come back as they were written, in the size foretold', () => {
    const bytes = new Uint8Array(VARINT_SIZE_MAX + 1);
    for (const value of EDGES) {
      const end = writeVarint(bytes, 1, value);
      expect(end - 1).toBe(varintSize(value));
      const cursor = { at: 1 };
      expect(readVarint(bytes, cursor, end)).toBe(value);
      expect(cursor.at).toBe(end);
    }
  });

  it('are refused when cut off or too large', () => {
    const bytes = new Uint8Array(10).fill(0xff);
    const cursor = { at: 0 };
    expect(readVarint(bytes, cursor, 10)).toBe(-1);
    expect(readVarint(bytes, cursor, 3)).toBe(-1);
    expect(cursor.at).toBe(0);
  });

  it('are unsigned safe integers', () => {
    for (const value of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(() => writeVarint(new Uint8Array(10), 0, value)).toThrow(
        expect.objectContaining({ code: 'ALX_INTERNAL' }),
      );
    }
  });
});
