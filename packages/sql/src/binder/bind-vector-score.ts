/**
 * Vector scores: functions and operators that say how close two vectors are (SPEC 3). The metric is part of what is computed,
 * so it must be known here: written as a constant, else the column's, else cosine.
 */
import type { Expression } from '@alopex-db/core/exec';
import { FLOAT64, type DataType, type Metric } from '@alopex-db/core/types';
import type { FunctionCall } from '../ast/expression.ts';
import type { Span } from '../ast/span.ts';
import { errorAt } from '../errors.ts';
import { vectorMetric } from '../functions/vector-metric.ts';
import type { VectorMeasure } from '@alopex-db/core/vector';
import { bindOperand, type Operand } from './bind-comparison.ts';
import { constantText } from './bind-literal.ts';
import { coerceImplicitly } from './coerce.ts';
import type { ExpressionContext } from './expression-context.ts';
import { isUnknown } from './type-rules.ts';
import { unsupported } from './bind-error.ts';

/** `metric` undefined: a third argument or the column decides. */
interface ScoreForm {
  readonly measure: VectorMeasure;
  readonly metric: Metric | undefined;
}

const SCORE_FUNCTIONS: ReadonlyMap<string, ScoreForm> = new Map([
  ['vector_similarity', { measure: 'similarity', metric: undefined }],
  ['vector_distance', { measure: 'distance', metric: undefined }],
  ['cosine_similarity', { measure: 'similarity', metric: 'cosine' }],
  ['inner_product', { measure: 'similarity', metric: 'inner' }],
  ['cosine_distance', { measure: 'distance', metric: 'cosine' }],
  ['l2_distance', { measure: 'distance', metric: 'l2' }],
  ['l1_distance', { measure: 'distance', metric: 'l1' }],
]);

const SCORE_OPERATORS: ReadonlyMap<string, ScoreForm> = new Map([
  ['<->', { measure: 'distance', metric: 'l2' }],
  ['<=>', { measure: 'distance', metric: 'cosine' }],
  ['<#>', { measure: 'distance', metric: 'inner' }],
  ['<+>', { measure: 'distance', metric: 'l1' }],
]);

export function isVectorScore(name: string): boolean {
  return SCORE_FUNCTIONS.has(name);
}

export function isVectorScoreOperator(operator: string): boolean {
  return SCORE_OPERATORS.has(operator);
}

export function vectorScoreNames(): Iterable<string> {
  return SCORE_FUNCTIONS.keys();
}

export function bindVectorScore(
  name: string,
  node: FunctionCall,
  context: ExpressionContext,
): Expression {
  const form = SCORE_FUNCTIONS.get(name)!;
  const args = node.args.map((argument) => bindOperand(argument, context));
  const most = form.metric === undefined ? 3 : 2;
  if (args.length < 2 || args.length > most) {
    throw errorAt(
      'ALX_FUNCTION_NOT_FOUND',
      `function ${name} does not take ${args.length} arguments`,
      node.span,
      {
        hint: form.metric === undefined ? `${name}(a, b [, metric])` : `${name}(a, b)`,
      },
    );
  }
  const [left, right, metric] = args as [Operand, Operand, Operand | undefined];
  const written = metric === undefined ? form.metric : writtenMetric(metric);
  return score(form.measure, written, left, right, node.span, context);
}

/** Undefined when the operands are no vectors: the operator may mean something else for them. */
export function bindVectorScoreOperator(
  operator: string,
  left: Operand,
  right: Operand,
  span: Span,
  context: ExpressionContext,
): Expression | undefined {
  const form = SCORE_OPERATORS.get(operator);
  const isVector = (type: DataType): boolean => type.kind === 'vector' || isUnknown(type);
  if (form === undefined || !isVector(left.expression.type) || !isVector(right.expression.type))
    return undefined;
  return score(form.measure, form.metric, left, right, span, context);
}

function writtenMetric(argument: Operand): Metric {
  const text = constantText(argument.expression);
  if (text === undefined) {
    throw unsupported(
      'a metric that is not a constant',
      argument.span,
      "Write one of 'cosine', 'l2', 'inner', 'l1'.",
    );
  }
  return vectorMetric(text, argument.span);
}

function score(
  measure: VectorMeasure,
  metric: Metric | undefined,
  left: Operand,
  right: Operand,
  span: Span,
  context: ExpressionContext,
): Expression {
  const known = [left, right]
    .map((one) => one.expression.type)
    .find((type) => type.kind === 'vector');
  const type: DataType = known ?? { kind: 'vector' };
  const args = [left, right].map((one) => vectorArgument(one, type, context));
  checkDimensions(args[0]!.type, args[1]!.type, span);
  const chosen = metric ?? columnMetric(args[0]!.type) ?? columnMetric(args[1]!.type) ?? 'cosine';
  return {
    kind: 'call',
    type: FLOAT64,
    function: context.state.context.functions.vectorScore(chosen, measure),
    args,
  };
}

function vectorArgument(operand: Operand, type: DataType, context: ExpressionContext): Expression {
  const { expression, span } = operand;
  const target = isUnknown(expression.type) ? type : { kind: 'vector' as const };
  const vector = coerceImplicitly(context.state, expression, target, span);
  if (vector !== undefined) return vector;
  throw errorAt('ALX_TYPE_MISMATCH', 'vector functions take vectors', span, {
    hint: "Write a vector as '[0.1, 0.2]' or pass an array of numbers.",
  });
}

function columnMetric(type: DataType): Metric | undefined {
  return type.kind === 'vector' ? type.metric : undefined;
}

function checkDimensions(left: DataType, right: DataType, span: Span): void {
  if (left.kind !== 'vector' || right.kind !== 'vector') return;
  if (
    left.dimension === undefined ||
    right.dimension === undefined ||
    left.dimension === right.dimension
  )
    return;
  throw errorAt(
    'ALX_VECTOR_DIMENSION',
    `different vector dimensions ${left.dimension} and ${right.dimension}`,
    span,
  );
}
