/**
 * Vector scores as scalar functions: one for each metric and measure. The planner recognises them by `score` and answers
 * `ORDER BY` such a call `LIMIT k` by vector search, which computes the same numbers with the same kernels.
 */
import { AlopexError } from '@alopex-db/core/base';
import type { Expression, ScalarFunction } from '@alopex-db/core/exec';
import {
  fixedColumn,
  isValid,
  vectorAt,
  type ColumnVector,
  type DataType,
  type Metric,
  type Scalar,
} from '@alopex-db/core/types';
import type { VectorDistances, VectorMeasure } from '@alopex-db/core/vector';

export interface VectorScoreFunction extends ScalarFunction {
  readonly score: { readonly metric: Metric; readonly measure: VectorMeasure };
}

/** Names under which EXPLAIN shows a score. */
const SCORE_NAMES: Readonly<Record<VectorMeasure, Readonly<Record<Metric, string>>>> = {
  distance: {
    cosine: 'cosine_distance',
    l2: 'l2_distance',
    inner: 'negative_inner_product',
    l1: 'l1_distance',
  },
  similarity: {
    cosine: 'cosine_similarity',
    l2: 'l2_similarity',
    inner: 'inner_product',
    l1: 'l1_similarity',
  },
};

export function vectorScore(
  distances: VectorDistances,
  metric: Metric,
  measure: VectorMeasure,
): VectorScoreFunction {
  const compute = (
    args: readonly ColumnVector[],
    rowCount: number,
    type: DataType,
    one: 0 | 1 | undefined,
  ): ColumnVector =>
    scoreColumns(
      distances,
      { metric, measure },
      args as readonly [ColumnVector, ColumnVector],
      rowCount,
      type,
      one,
    );
  return {
    name: SCORE_NAMES[measure][metric],
    volatility: 'immutable',
    onNull: 'null',
    score: { metric, measure },
    evaluate: (args, rowCount, type) => compute(args, rowCount, type, undefined),
    prepare: (constants) => {
      const one = constantSide(constants);
      return (args, rowCount, type) => compute(args, rowCount, type, one);
    },
  };
}

/** The score behind an expression, if it is one. */
export function scoreOf(expression: Expression): VectorScoreFunction['score'] | undefined {
  if (expression.kind !== 'call') return undefined;
  const called: ScalarFunction & { readonly score?: VectorScoreFunction['score'] } =
    expression.function;
  return called.score;
}

export function isVectorScoreCall(expression: Expression): boolean {
  return scoreOf(expression) !== undefined;
}

function constantSide(constants: readonly (Scalar | undefined)[]): 0 | 1 | undefined {
  return constants[0] !== undefined ? 0 : constants[1] !== undefined ? 1 : undefined;
}

/** All metrics are symmetric, so the side that stays the same is always handed over as the left one. */
function scoreColumns(
  distances: VectorDistances,
  score: VectorScoreFunction['score'],
  args: readonly [ColumnVector, ColumnVector],
  rowCount: number,
  type: DataType,
  one: 0 | 1 | undefined,
): ColumnVector {
  const out = new Float64Array(rowCount);
  const [left, right] = one === 1 ? [args[1], args[0]] : args;
  const dimension = fixedDimension(left) ?? fixedDimension(right);
  const dense = dimension !== undefined && fixedDimension(left) === fixedDimension(right);
  if (dense) {
    const batch = { ...score, dimension, count: rowCount, leftIsOne: one !== undefined };
    distances.compute({ ...batch, left: floats(left), right: floats(right) }, out);
    return fixedColumn(type, rowCount, out);
  }
  const single = new Float64Array(1);
  for (let row = 0; row < rowCount; row += 1) {
    if (!isValid(left, row) || !isValid(right, row)) continue;
    const from = vectorAt(left, row);
    const to = vectorAt(right, row);
    if (from.length !== to.length) {
      throw new AlopexError(
        'ALX_VECTOR_DIMENSION',
        `different vector dimensions ${from.length} and ${to.length}`,
      );
    }
    distances.compute(
      { ...score, dimension: from.length, count: 1, leftIsOne: true, left: from, right: to },
      single,
    );
    out[row] = single[0]!;
  }
  return fixedColumn(type, rowCount, out);
}

function fixedDimension(column: ColumnVector): number | undefined {
  return column.offsets === undefined && column.type.kind === 'vector'
    ? column.type.dimension
    : undefined;
}

function floats(column: ColumnVector): Float32Array {
  return column.values as Float32Array;
}
