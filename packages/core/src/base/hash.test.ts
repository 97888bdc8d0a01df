import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../testing/seeded-random.ts';
import { encodeUtf8 } from './bytes.ts';
import { hashBytes } from './hash.ts';

describe('hashBytes', () => {
  it('never changes, because filters on disk rest on it', () => {
    const known = ['', 'a', 'abc', 'abcd', 'hello, world'].map((text) =>
      hashBytes(encodeUtf8(text), 0, text.length),
    );
    expect(known).toEqual([0, 530429928, 2785905078, 2064456154, 1748549787]);
  });

  it('depends on the range alone, not on where it lies', () => {
    const random = new SeededRandom(1);
    const bytes = random.bytes(100);
    for (let start = 0; start < 20; start += 1) {
      const moved = bytes.slice(start, start + 37);
      expect(hashBytes(bytes, start, start + 37)).toBe(hashBytes(moved, 0, 37));
    }
  });

  it('spreads counters evenly', () => {
    const buckets = new Uint32Array(256);
    const key = new Uint8Array(8);
    for (let index = 0; index < 65_536; index += 1) {
      key[6] = index >> 8;
      key[7] = index & 255;
      buckets[hashBytes(key, 0, 8) >>> 24]! += 1;
    }
    expect(Math.min(...buckets)).toBeGreaterThan(180);
    expect(Math.max(...buckets)).toBeLessThan(340);
  });
});
