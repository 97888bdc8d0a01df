import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../base/bytes.ts';
import { RowKeyTable } from './row-key-table.ts';

describe('A table of row keys', () => {
  it('finds every key it was given and gives each one back, the empty one included', () => {
    const table = new RowKeyTable();
    const keys = ['', ...Array.from({ length: 5000 }, (_, index) => `key ${index * 7919}`)];
    for (const [index, key] of keys.entries()) expect(table.add(encodeUtf8(key))).toBe(index);
    for (const [index, key] of keys.entries()) {
      expect(table.find(encodeUtf8(key))).toBe(index);
      expect(table.keyAt(index)).toEqual(encodeUtf8(key));
    }
    expect(table.find(encodeUtf8('key'))).toBe(-1);
    expect(table.count).toBe(keys.length);
  });

  it('gives the later ordinal of a key that was added twice, also after growing', () => {
    const table = new RowKeyTable();
    table.add(encodeUtf8('twice'));
    expect(table.add(encodeUtf8('twice'))).toBe(1);
    for (let index = 0; index < 1000; index += 1) table.add(encodeUtf8(`filler ${index}`));
    expect(table.find(encodeUtf8('twice'))).toBe(1);
  });

  it('believes a guess only when it is right', () => {
    const table = new RowKeyTable();
    for (const key of ['a', 'b', 'c']) table.add(encodeUtf8(key));
    const b = encodeUtf8('xbx');
    expect(table.find(b, 1, 2, 1)).toBe(1);
    expect(table.find(b, 1, 2, 2)).toBe(1);
    expect(table.find(b, 1, 2, 99)).toBe(1);
  });
});
