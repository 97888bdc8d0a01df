/**
 * Names of metrics, and the way from a reduced distance (what kernels order by, see `kernels/kernels.ts`) to the two values
 * SQL knows: a distance (closer is lower) and a similarity (closer is higher).
 *
 *   metric   reduced    distance       similarity
 *   cosine   -cos       1 - cos        cos
 *   l2       d * d      d              -d
 *   inner    -dot       -dot           dot
 *   l1       d          d              -d
 */
import { unreachable } from '../base/assert.ts';
import { AlopexError } from '../base/errors.ts';
import type { Metric } from '../types/data-type.ts';

/** Whether a value grows or shrinks as vectors come closer: what ORDER BY must say for an index to serve it. */
export type VectorMeasure = 'distance' | 'similarity';

const METRIC_NAMES: ReadonlyMap<string, Metric> = new Map([
  ['cosine', 'cosine'],
  ['l2', 'l2'],
  ['inner', 'inner'],
  ['inner_product', 'inner'],
  ['ip', 'inner'],
  ['l1', 'l1'],
]);

const OPERATOR_CLASSES: ReadonlyMap<string, Metric> = new Map([
  ['vector_cosine_ops', 'cosine'],
  ['vector_l2_ops', 'l2'],
  ['vector_ip_ops', 'inner'],
  ['vector_l1_ops', 'l1'],
]);

/** The metric of a name or alias, in any case; throws ALX_VECTOR_METRIC. */
export function parseMetric(name: string): Metric {
  const metric = METRIC_NAMES.get(name.toLowerCase());
  if (metric === undefined) {
    throw new AlopexError('ALX_VECTOR_METRIC', `unknown vector metric "${name}"`, {
      hint: `use one of ${[...METRIC_NAMES.keys()].join(', ')}`,
    });
  }
  return metric;
}

/** The metric of an operator class such as `vector_l2_ops`, or undefined. */
export function metricOfOperatorClass(name: string): Metric | undefined {
  return OPERATOR_CLASSES.get(name.toLowerCase());
}

/** NaN stays NaN; a zero never comes out as -0. */
export function measureOf(metric: Metric, measure: VectorMeasure, reduced: number): number {
  return measure === 'distance' ? distanceOf(metric, reduced) : similarityOf(metric, reduced);
}

export function distanceOf(metric: Metric, reduced: number): number {
  switch (metric) {
    case 'cosine':
      return 1 + reduced;
    case 'l2':
      return Math.sqrt(reduced) + 0;
    case 'inner':
    case 'l1':
      return reduced + 0;
    default:
      return unreachable(metric);
  }
}

export function similarityOf(metric: Metric, reduced: number): number {
  switch (metric) {
    case 'cosine':
    case 'inner':
    case 'l1':
      return 0 - reduced;
    case 'l2':
      return 0 - Math.sqrt(reduced);
    default:
      return unreachable(metric);
  }
}

/** The similarity of vectors that are `distance` apart. */
export function similarityOfDistance(metric: Metric, distance: number): number {
  return metric === 'cosine' ? 1 - distance : 0 - distance;
}
