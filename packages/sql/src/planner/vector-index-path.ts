/** Which vector index, if any, answers a search for less than comparing with every row costs. */
import type { Expression } from '@alopex-db/core/exec';
import { BYTEA, type Metric } from '@alopex-db/core/types';
import { HNSW_DEFAULTS } from '@alopex-db/core/vector';
import { vectorIndexLayouts, type VectorIndexLayout } from '../catalog/vector-index-layout.ts';
import { conjoin } from '../plan/conjuncts.ts';
import type { LogicalGet, LogicalPlan } from '../plan/logical.ts';
import type { VectorIndexUse } from '../plan/physical.ts';
import { candidatesFor } from '../plan/filtered-candidates.ts';
import { EXPRESSION_ROW, LOOKUP, SCAN_ROW, VECTOR_DIMENSION, VECTOR_VISIT } from './cost.ts';
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

/**
 * `keyId` is a column id that nobody else has. A filter is evaluated for all rows first, or, where enough rows pass it, for the
 * candidates of a walk that asks for more of them.
 */
export function vectorIndexPath(
  shape: VectorSearchShape,
  keyId: number,
  context: PlanContext,
): VectorIndexPath | undefined {
  const { get, ordinal, metric, exactCost } = shape;
  const allowed = allowedKeys(shape, keyId, context);
  const tableRows = context.estimator.tableRows(get);
  // The exact search evaluates a filter by a scan of the table.
  let best = exactCost + (allowed === undefined ? 0 : tableRows * SCAN_ROW);
  let use: VectorIndexUse | undefined;
  const share = allowed === undefined ? 1 : Math.max(1, allowed.rows) / Math.max(1, tableRows);
  for (const index of vectorIndexLayouts(get.table)) {
    if (index.ordinal !== ordinal || index.metric !== metric) continue;
    const { name, keyspace } = index;
    const first = walkCost(index, wantedRows(shape)) + (allowed?.cost ?? 0);
    if (first < best) {
      best = first;
      use = { name, keyspace, allowed, passingShare: undefined };
    }
    if (allowed === undefined) continue;
    const asked = candidatesFor(wantedRows(shape), share);
    const later = walkCost(index, asked) + asked * (LOOKUP + EXPRESSION_ROW);
    if (later >= best) continue;
    best = later;
    use = { name, keyspace, allowed, passingShare: share };
  }
  return use === undefined ? undefined : { use, cost: best };
}

/** LIMIT, as far as it is known when the statement is planned. */
function wantedRows({ limit }: VectorSearchShape): number {
  return limit.kind === 'constant' ? Number(limit.value) : 10;
}

function walkCost({ m, dimension }: VectorIndexLayout, wanted: number): number {
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
