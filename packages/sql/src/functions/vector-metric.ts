/** Metric names of SQL, by the one table in `core/vector`, with the position of a wrong one. */
import { parseMetric } from '@alopex-db/core/vector';
import type { Metric } from '@alopex-db/core/types';
import type { Span } from '../ast/span.ts';
import { positioned } from '../binder/bind-error.ts';

export function vectorMetric(name: string, span: Span): Metric {
  return positioned(span, () => parseMetric(name));
}
