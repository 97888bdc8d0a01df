/** The turning points of the choice, at 100,000 rows and the defaults. */
import { describe, expect, it } from 'vitest';
import { chooseRoute } from './search-route.ts';

describe('The route of a search', () => {
  const at = (allowedCount: number, isCoded: boolean, ef = 50): string =>
    chooseRoute({ rowCount: 100_000, allowedCount, ef, m: 16, isCoded });

  it('is the walk without a filter and with a mild one', () => {
    for (const isCoded of [true, false]) {
      expect(at(100_000, isCoded)).toBe('walk');
      expect(at(20_000, isCoded)).toBe('walk');
    }
  });

  it('is a scan of codes, or of vectors where there are none, when a walk would see more rows', () => {
    expect(at(5_000, true)).toBe('scan');
    expect(at(5_000, false)).toBe('exact');
  });

  it('is exact for a handful of rows, and when so many are wanted that a walk sees them all', () => {
    expect(at(100, true)).toBe('exact');
    expect(at(100_000, false, 90_000)).toBe('exact');
    expect(at(100_000, true, 50_000)).toBe('exact');
  });
});
