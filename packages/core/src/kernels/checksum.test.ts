import { crc32 as nativeCrc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { kernelChecksum } from './checksum.ts';
import { loadKernels } from './load-kernels.ts';

describe.each(['relaxed', 'simd', 'typescript'] as const)('The checksum by %s kernels', (kind) => {
  it('is that of zlib for short ranges, long ones and ones of several pieces, continued or not', () => {
    const checksum = kernelChecksum(loadKernels({ kind }));
    const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => index * 31);
    for (const [start, end] of [
      [0, 0],
      [1, 12],
      [3, 514],
      [5, 515],
      [7, 1800],
      [0, 49_153],
      [9, 200_000],
    ] as const) {
      const seed = nativeCrc32(bytes.subarray(0, start));
      expect(checksum(bytes, start, end, seed)).toBe(nativeCrc32(bytes.subarray(0, end)));
    }
  });
});
