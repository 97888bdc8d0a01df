import { describe, expect, it } from 'vitest';
import { keyspaceId } from '../base/brand.ts';
import { encodeUtf8 } from '../base/bytes.ts';
import { SeededRandom } from '../testing/seeded-random.ts';
import { ReadSpans } from './read-spans.ts';

const T = keyspaceId(1);
const OTHER = keyspaceId(2);

function covers(spans: ReadSpans, key: string, keyspace = T): boolean {
  return spans.of(keyspace)?.covers(encodeUtf8(key)) === true;
}

describe('read spans', () => {
  it('hold single keys and nothing beside them', () => {
    const spans = new ReadSpans();
    for (const key of ['m', 'a', 'z', 'a']) spans.addKey(T, encodeUtf8(key));
    expect(['a', 'm', 'z'].every((key) => covers(spans, key))).toBe(true);
    expect(['', 'a0', 'b', 'l', 'zz'].some((key) => covers(spans, key))).toBe(false);
    expect(covers(spans, 'a', OTHER)).toBe(false);
  });

  it('join ranges that overlap or touch, and leave gaps open', () => {
    const spans = new ReadSpans();
    for (const [start, end] of [
      ['k', 'p'],
      ['a', 'c'],
      ['c', 'e'],
      ['b', 'd'],
    ])
      spans.addSpan(T, { start: encodeUtf8(start!), end: encodeUtf8(end!) });
    expect(['a', 'c', 'dz', 'k', 'oz'].every((key) => covers(spans, key))).toBe(true);
    expect(['', 'e', 'j', 'p'].some((key) => covers(spans, key))).toBe(false);
    expect(spans.of(T)?.size).toBe(2);
  });

  it('take a keyspace as read whole rather than grow without bound, and never forget a key', () => {
    const spans = new ReadSpans({ spanCountMax: 100 });
    spans.addKey(OTHER, encodeUtf8('x'));
    for (let index = 0; index < 1000; index += 1) {
      spans.addKey(T, encodeUtf8(`k${index}`));
      expect(spans.spanCount).toBeLessThanOrEqual(100);
    }
    for (let index = 0; index < 1000; index += 1) expect(covers(spans, `k${index}`)).toBe(true);
    expect(covers(spans, 'never read')).toBe(true);
    expect(covers(spans, 'x', OTHER)).toBe(true);
    expect(covers(spans, 'y', OTHER)).toBe(false);
  });

  it('do not count bytes beyond their limit either', () => {
    const spans = new ReadSpans({ keyBytesMax: 10_000 });
    const key = new Uint8Array(3000);
    for (let index = 0; index < 10; index += 1) {
      key[0] = index;
      spans.addKey(T, key);
    }
    for (let index = 0; index < 10; index += 1) {
      key[0] = index;
      expect(spans.of(T)?.covers(key)).toBe(true);
    }
    expect(spans.spanCount).toBeLessThan(4);
  });

  it('agree with a set of bytes on random spans', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = new SeededRandom(seed);
      const spans = new ReadSpans();
      const model = new Set<number>();
      for (let count = random.below(12); count >= 0; count -= 1) {
        const start = random.below(256);
        const end = random.chance(0.1) ? undefined : start + random.below(30);
        if (end !== undefined && end > 255) continue;
        spans.addSpan(T, {
          start: Uint8Array.of(start),
          end: end === undefined ? undefined : Uint8Array.of(end),
        });
        for (let byte = start; byte < (end ?? 256); byte += 1) model.add(byte);
        const probe = random.below(256);
        const covered = spans.of(T)!.covers(Uint8Array.of(probe));
        expect(covered, `seed ${seed}, byte ${probe}`).toBe(model.has(probe));
      }
    }
  });
});
