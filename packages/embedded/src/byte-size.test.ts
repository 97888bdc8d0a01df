import { expect, test } from 'vitest';
import { parseByteSize } from './byte-size.ts';

test.each([
  [4096, 4096],
  ['64MB', 67_108_864],
  ['1.5 kb', 1536],
  ['1GiB', 1_073_741_824],
  ['12', 12],
])('%j is %d bytes', (size, bytes) => {
  expect(parseByteSize('memtableSize', size)).toBe(bytes);
});

test.each(['', 'many', '-1', -1, 1.5, Number.NaN, '1PB'])('%j is refused by name', (size) => {
  expect(() => parseByteSize('memtableSize', size)).toThrow(
    expect.objectContaining({
      code: 'ALX_INVALID_ARGUMENT',
      message: expect.stringContaining('memtableSize') as string,
    }),
  );
});
