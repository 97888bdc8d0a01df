/** The metrics and the numbers by which kernels know them; `assembly/reduced-distance.ts` says the same. */
export const METRIC_CODE = Object.freeze({ cosine: 0, l2: 1, inner: 2, l1: 3 } as const);
export type Metric = keyof typeof METRIC_CODE;
export type MetricCode = (typeof METRIC_CODE)[Metric];
