import { describe, expect, it } from 'vitest';
import {
  distanceOf,
  measureOf,
  metricOfOperatorClass,
  parseMetric,
  similarityOf,
} from './metric.ts';

describe('Metrics', () => {
  it('have names and aliases in any case', () => {
    const names = ['cosine', 'L2', 'inner', 'inner_product', 'IP', 'l1'];
    expect(names.map(parseMetric)).toEqual(['cosine', 'l2', 'inner', 'inner', 'inner', 'l1']);
    expect(metricOfOperatorClass('vector_ip_ops')).toBe('inner');
    expect(metricOfOperatorClass('text_ops')).toBeUndefined();
  });

  it('refuse an unknown name with the names there are', () => {
    expect(() => parseMetric('hamming')).toThrow(
      expect.objectContaining({
        code: 'ALX_VECTOR_METRIC',
        hint: expect.stringContaining('cosine'),
      }),
    );
  });

  it('turn a reduced distance into a distance and a similarity', () => {
    expect(distanceOf('cosine', -0.75)).toBe(0.25);
    expect(similarityOf('cosine', -0.75)).toBe(0.75);
    expect(distanceOf('l2', 9)).toBe(3);
    expect(similarityOf('l2', 9)).toBe(-3);
    expect(distanceOf('inner', -5)).toBe(-5);
    expect(similarityOf('inner', -5)).toBe(5);
    expect(distanceOf('l1', 2)).toBe(2);
    expect(measureOf('l1', 'similarity', 2)).toBe(-2);
  });

  it('keep NaN and never show a negative zero', () => {
    for (const metric of ['cosine', 'l2', 'inner', 'l1'] as const) {
      for (const measure of ['distance', 'similarity'] as const) {
        expect(measureOf(metric, measure, Number.NaN)).toBeNaN();
        expect(measureOf(metric, measure, 0)).not.toBe(-0);
        expect(measureOf(metric, measure, -0)).not.toBe(-0);
      }
    }
  });
});
