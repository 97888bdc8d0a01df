/** The numbers by which kernels know the metrics; `assembly/reduced-distance.ts` says the same. */
import type { Metric } from '../types/data-type.ts';

export const METRIC_CODE = Object.freeze({
  cosine: 0,
  l2: 1,
  inner: 2,
  l1: 3,
} as const satisfies Record<Metric, number>);
export type MetricCode = (typeof METRIC_CODE)[Metric];
