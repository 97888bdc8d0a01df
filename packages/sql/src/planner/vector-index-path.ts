/** Which vector index, if any, answers a search for less than comparing with every row costs. */
import type { Expression } from '@alopex-db/core/exec';
import { BYTEA, type Metric } from '@alopex-db/core/types';
import { HNSW_DEFAULTS } from '@alopex-db/core/vector';
import { vectorIndexLayouts, type VectorIndexLayout } from '../catalog/vector-index-layout.ts';
import { conjoin } from '../plan/conjuncts.ts';
import type { LogicalGet, LogicalPlan } from '../plan/logical.ts';
import type { VectorIndexUse } from '../plan/physical.ts';
import { VECTOR_DIMENSION, VECTOR_VISIT } from './cost.ts';
import type { PlanContext } from './plan-context.ts';
import { planScan } from './plan-scan.ts';

export interface VectorSearchShape {
  readonly get: LogicalGet;
  /** Ordinal of the vector column in the table. */
  readonly ordinal: number;
  readonly metric: Metric;
  readonly conditions: readonly Expression[];
  readonly limit: Expression;
  /** What comparing with every row costs. */
  readonly exactCost: number;
}

export interface VectorIndexPath {
  readonly use: VectorIndexUse;
  readonly cost: number;
}

/** A walk of breadth ef compares with about this many vectors for each link that a vertex may have. */
const COMPARED_PER_LINK = 1.5;

/** `keyId` is a column id that nobody else has. */
export function vectorIndexPath(
  shape: VectorSearchShape,
  keyId: number,
  context: PlanContext,
): VectorIndexPath | undefined {
  const { get, ordinal, metric, exactCost } = shape;
  const usable = vectorIndexLayouts(get.table).filter(
    (index) => index.ordinal === ordinal && index.metric === metric,
  );
  const costs = usable.map((index) => walkCost(index, shape));
  const cost = Math.min(...costs);
  if (usable.length === 0 || cost >= exactCost) return undefined;
  const { name, keyspace } = usable[costs.indexOf(cost)]!;
  return { use: { name, keyspace, allowed: allowedKeys(shape, keyId, context) }, cost };
}

function walkCost({ m, dimension }: VectorIndexLayout, { limit }: VectorSearchShape): number {
  const wanted = limit.kind === 'constant' ? Number(limit.value) : 0;
  const ef = Math.max(wanted, HNSW_DEFAULTS.efSearch);
  return ef * m * COMPARED_PER_LINK * (dimension * VECTOR_DIMENSION + VECTOR_VISIT);
}

function allowedKeys(
  { get, conditions }: VectorSearchShape,
  keyId: number,
  context: PlanContext,
): VectorIndexUse['allowed'] {
  const predicate = conjoin(conditions);
  if (predicate === undefined) return undefined;
  const rowKey = { id: keyId, name: 'row key', type: BYTEA, nullable: false };
  const input: LogicalPlan = get;
  const rows = context.estimator.rows({ kind: 'filter', input, predicate });
  return planScan({ ...get, rowKey }, conditions, rows, context).plan;
}
