/**
 * Routes `ORDER BY score LIMIT k` over one table to vector search, where
 *   - the score compares a vector column of the table with a value that is known before the scan,
 *   - it is sorted in the direction in which vectors come closer, NULL and NaN last.
 * An index of the score's metric is used where a walk costs less than comparing with every row (`vector-index-path`).
 * Conditions of WHERE become the search's filter. The search delivers the score, so a select list that shows it does not
 * compute it again.
 */
import type { Expression, SortKey } from '@alopex-db/core/exec';
import { FLOAT64 } from '@alopex-db/core/types';
import { scoreOf } from '../functions/vector-score.ts';
import { cheapFirst, conjoin, conjuncts } from '../plan/conjuncts.ts';
import type { LogicalColumn, LogicalGet, LogicalPlan, LogicalProject } from '../plan/logical.ts';
import type { VectorTopK } from '../plan/physical.ts';
import { equalExpressions, mapExpression } from '../plan/walk-expression.ts';
import { columnIds, outputIds } from '../plan/walk-plan.ts';
import { chooseAccess } from './access-path.ts';
import { EXPRESSION_ROW, VECTOR_DIMENSION } from './cost.ts';
import { layoutOf } from './place-expression.ts';
import { NO_COLUMNS, type PlanContext } from './plan-context.ts';
import { planColumns, planned, type Planned } from './planned.ts';
import { vectorIndexPath } from './vector-index-path.ts';

/** A limit over a sort over (perhaps) a filter over a table. */
interface Candidate {
  readonly get: LogicalGet;
  readonly conditions: readonly Expression[];
  readonly score: Expression;
  readonly limit: Expression;
  readonly offset: Expression | undefined;
}

/** Found: the search, and the expression whose value its last column holds. */
export interface VectorRoute {
  readonly planned: Planned;
  readonly score: Expression;
  readonly scoreColumn: LogicalColumn;
}

export function routeVectorSearch(
  plan: LogicalPlan,
  freshId: number,
  context: PlanContext,
): VectorRoute | undefined {
  const candidate = findCandidate(plan);
  if (candidate === undefined) return undefined;
  const { get, score, conditions } = candidate;
  const sides = searchSides(score, get);
  // A key lookup leaves so few rows that sorting them is cheaper.
  if (sides === undefined || chooseAccess(get, conditions).access.kind === 'point')
    return undefined;
  const { metric, measure } = scoreOf(score)!;
  const scoreColumn: LogicalColumn = { id: freshId, name: 'score', type: FLOAT64, nullable: true };
  const columns = [...get.columns, scoreColumn];
  const filter = conjoin(cheapFirst(conditions));
  const layout = layoutOf(get.columns.map((column) => column.id));
  const tableRows = context.estimator.tableRows(get);
  const dimension =
    sides.vector.type.kind === 'vector' ? (sides.vector.type.dimension ?? 256) : 256;
  const exactCost = tableRows * (dimension * VECTOR_DIMENSION + conditions.length * EXPRESSION_ROW);
  const path = vectorIndexPath(
    { get, ordinal: sides.ordinal, metric, conditions, limit: candidate.limit, exactCost },
    freshId - 1,
    context,
  );
  const search: VectorTopK = {
    kind: 'vector-top-k',
    table: get.table,
    alias: get.alias,
    ordinals: get.ordinals,
    vectorOrdinal: sides.ordinal,
    query: context.place(sides.query, NO_COLUMNS),
    metric,
    scoreKind: measure,
    filter: filter === undefined ? undefined : context.place(filter, layout),
    limit: context.place(candidate.limit, NO_COLUMNS),
    offset:
      candidate.offset === undefined ? undefined : context.place(candidate.offset, NO_COLUMNS),
    columns: planColumns(columns),
    rows: context.estimator.rows(plan),
    cost: path?.cost ?? exactCost,
    index: path?.use,
  };
  return { planned: planned(search, columns), score, scoreColumn };
}

/** The project above a routed search, reading the score instead of computing it. */
export function readScore(node: LogicalProject, route: VectorRoute): LogicalProject {
  const column: Expression = { kind: 'column', type: FLOAT64, index: route.scoreColumn.id };
  const read = (expression: Expression): Expression =>
    mapExpression(expression, (part) => (equalExpressions(part, route.score) ? column : part));
  return {
    ...node,
    items: node.items.map((item) => ({ ...item, expression: read(item.expression) })),
  };
}

function findCandidate(plan: LogicalPlan): Candidate | undefined {
  if (plan.kind !== 'limit' || plan.limit === undefined || plan.input.kind !== 'sort')
    return undefined;
  const { keys, input } = plan.input;
  const [key] = keys;
  if (key === undefined || keys.length !== 1 || !isCloserFirst(key)) return undefined;
  const conditions = input.kind === 'filter' ? conjuncts(input.predicate) : [];
  const get = input.kind === 'filter' ? input.input : input;
  if (get.kind !== 'get' || get.rowKey !== undefined) return undefined;
  return { get, conditions, score: key.expression, limit: plan.limit, offset: plan.offset };
}

function isCloserFirst(key: SortKey): boolean {
  const score = scoreOf(key.expression);
  if (score === undefined || key.nullsFirst || key.nanAsNull !== true) return false;
  return key.descending === (score.measure === 'similarity');
}

/** Which argument is the table's vector column, and which the value to search for. */
function searchSides(
  score: Expression,
  get: LogicalGet,
):
  | { readonly ordinal: number; readonly vector: LogicalColumn; readonly query: Expression }
  | undefined {
  if (score.kind !== 'call') return undefined;
  const own = outputIds(get);
  const [left, right] = score.args as readonly [Expression, Expression];
  for (const [column, query] of [
    [left, right],
    [right, left],
  ] as const) {
    if (column.kind !== 'column') continue;
    const at = get.columns.findIndex((one) => one.id === column.index);
    const known = [...columnIds(query)].every((id) => !own.has(id));
    if (at >= 0 && known) return { ordinal: get.ordinals[at]!, vector: get.columns[at]!, query };
  }
  return undefined;
}
