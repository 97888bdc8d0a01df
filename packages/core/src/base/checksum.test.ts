import { crc32 as zlibCrc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../testing/seeded-random.ts';
import { systemChecksum } from '../node/checksum.ts';
import { encodeUtf8 } from './bytes.ts';
import { combineCrc32, crc32, shiftCrc32 } from './checksum.ts';

const SEED = Number(process.env['ALOPEX_TEST_SEED'] ?? 20_261_125);

describe('CRC-32', () => {
  it('has the check value of the standard', () => {
    const digits = encodeUtf8('123456789');
    expect(crc32(digits, 0, 9, 0)).toBe(0xcbf43926);
    expect(systemChecksum(digits, 0, 9, 0)).toBe(0xcbf43926);
  });

  it('agrees with zlib over any range and seed, in both twins', () => {
    const random = new SeededRandom(SEED);
    const bytes = random.bytes(3000);
    for (let round = 0; round < 500; round += 1) {
      const start = random.below(1500);
      const end = start + random.below(1500);
      const seed = random.nextUint32();
      const expected = zlibCrc32(bytes.subarray(start, end), seed);
      expect(crc32(bytes, start, end, seed), `seed ${SEED}`).toBe(expected);
      expect(systemChecksum(bytes, start, end, seed), `seed ${SEED}`).toBe(expected);
    }
  });

  it('continues where it stopped', () => {
    const bytes = new SeededRandom(SEED).bytes(1000);
    for (const middle of [0, 1, 7, 8, 500, 999, 1000]) {
      expect(crc32(bytes, middle, 1000, crc32(bytes, 0, middle, 0))).toBe(crc32(bytes, 0, 1000, 0));
    }
  });

  it('of joined strings follows from the CRC of each', () => {
    const random = new SeededRandom(SEED);
    const bytes = random.bytes(100_000);
    for (let round = 0; round < 100; round += 1) {
      const middle = random.below(bytes.length);
      const first = crc32(bytes, 0, middle, 0);
      const second = crc32(bytes, middle, bytes.length, 0);
      const joined = combineCrc32(first, second, bytes.length - middle);
      expect(joined, `seed ${SEED}`).toBe(crc32(bytes, 0, bytes.length, 0));
    }
    expect(shiftCrc32(12345, 0)).toBe(12345);
  });
});
