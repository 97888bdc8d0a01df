/** `compare` and `distinct` (IS [NOT] DISTINCT FROM). A column against a constant never builds a column of the constant. */
import { encodeUtf8 } from '../base/bytes.ts';
import {
  compareColumns,
  compareWithNumber,
  comparisonPlan,
  mirrorOperator,
  refineWithBytes,
  refineWithNumber,
} from '../compute/compare-columns.ts';
import { compareScalars } from '../compute/compare.ts';
import type { ComparisonOperator } from '../compute/compare.ts';
import { presentBits } from '../compute/selection.ts';
import type { ColumnVector, Values } from '../types/column-vector.ts';
import { fixedColumn, isValid } from '../types/column-vector.ts';
import { BOOLEAN } from '../types/data-type.ts';
import type { DataType } from '../types/data-type.ts';
import type { Scalar } from '../types/scalar.ts';
import { bitAt, intersectValidity } from '../types/validity.ts';
import { constantNode, keepTrue, toVector, vectorNode } from './compiled-node.ts';
import type { CompiledNode, ExpressionCompiler, Refine } from './compiled-node.ts';
import type { CompiledExpression, Expression } from './expression.ts';
import { booleanBuffer } from './result-buffer.ts';

type CompareExpression = Extract<Expression, { kind: 'compare' }>;
type DistinctExpression = Extract<Expression, { kind: 'distinct' }>;

export function compileComparison(
  compiler: ExpressionCompiler,
  expression: CompareExpression,
): CompiledNode {
  const left = compiler.compile(expression.left);
  const right = compiler.compile(expression.right);
  if (left.kind === 'constant' && right.kind === 'constant') {
    return constantNode(
      BOOLEAN,
      compareConstants(expression.operator, left.type, left.value, right.value),
    );
  }
  if (isNullConstant(left) || isNullConstant(right)) return constantNode(BOOLEAN, null);
  if (left.kind === 'constant') {
    return compareWithConstant(mirrorOperator(expression.operator), right, left.value);
  }
  if (right.kind === 'constant') return compareWithConstant(expression.operator, left, right.value);
  return vectorNode(BOOLEAN, compareVectors(expression.operator, toVector(left), toVector(right)));
}

function isNullConstant(node: CompiledNode): boolean {
  return node.kind === 'constant' && node.value === null;
}

/** Three-valued comparison of two values of one type. */
export function compareConstants(
  operator: ComparisonOperator,
  type: DataType,
  left: Scalar,
  right: Scalar,
): boolean | null {
  if (left === null || right === null) return null;
  const order = compareScalars(type, left, right);
  const { base, negated } = comparisonPlan(operator);
  const holds = base === 'less' ? order < 0 : base === 'lessOrEqual' ? order <= 0 : order === 0;
  return holds !== negated;
}

function compareVectors(
  operator: ComparisonOperator,
  left: CompiledExpression,
  right: CompiledExpression,
): CompiledExpression {
  const buffer = booleanBuffer();
  return (batch) => {
    const { rowCount } = batch;
    const leftColumn = left(batch);
    const rightColumn = right(batch);
    const out = buffer(rowCount);
    const validity = intersectValidity(presentBits(leftColumn), presentBits(rightColumn), rowCount);
    if (leftColumn.type.kind !== 'null' && rightColumn.type.kind !== 'null') {
      compareColumns(operator, leftColumn, rightColumn, rowCount, out);
    }
    return fixedColumn(BOOLEAN, rowCount, out, validity);
  };
}

function compareWithConstant(
  operator: ComparisonOperator,
  node: CompiledNode,
  constant: Scalar,
): CompiledNode {
  const evaluate = toVector(node);
  const number = typeof constant === 'boolean' ? Number(constant) : constant;
  if (typeof number === 'number' && !Number.isNaN(number)) {
    return compareWithNumberConstant(operator, evaluate, number, node.type, constant);
  }
  const compared = compareVectors(operator, evaluate, toVector(constantNode(node.type, constant)));
  if ((operator === '=' || operator === '<>') && node.type.kind === 'text') {
    const bytes = encodeUtf8(String(constant));
    const refine: Refine = (batch, selection, count) =>
      refineWithBytes(evaluate(batch), bytes, operator === '<>', selection, count);
    return vectorNode(BOOLEAN, compared, refine);
  }
  return vectorNode(BOOLEAN, compared);
}

function compareWithNumberConstant(
  operator: ComparisonOperator,
  evaluate: CompiledExpression,
  constant: number,
  type: DataType,
  scalar: Scalar,
): CompiledNode {
  const buffer = booleanBuffer();
  const wide = compareVectors(operator, evaluate, toVector(constantNode(type, scalar)));
  const compare: CompiledExpression = (batch) => {
    const column = evaluate(batch);
    const { values } = column;
    if (!isNarrow(values)) return wide(batch);
    const out = buffer(batch.rowCount);
    compareWithNumber(operator, values, constant, batch.rowCount, out);
    return fixedColumn(BOOLEAN, batch.rowCount, out, presentBits(column));
  };
  const refine: Refine = (batch, selection, count) => {
    const column = evaluate(batch);
    const { values } = column;
    if (!isNarrow(values)) return keepTrue(wide(batch), selection, count);
    return refineWithNumber(operator, values, presentBits(column), constant, selection, count);
  };
  return vectorNode(BOOLEAN, compare, refine);
}

function isNarrow(values: Values): values is Exclude<Values, BigInt64Array> {
  return !(values instanceof BigInt64Array);
}

/** Never null: two nulls are not distinct, a null and a value are. */
export function compileDistinct(
  compiler: ExpressionCompiler,
  expression: DistinctExpression,
): CompiledNode {
  const left = compiler.compile(expression.left);
  const right = compiler.compile(expression.right);
  const { negated } = expression;
  if (left.kind === 'constant' && right.kind === 'constant') {
    const distinct =
      left.value === null || right.value === null
        ? left.value !== right.value
        : compareScalars(left.type, left.value, right.value) !== 0;
    return constantNode(BOOLEAN, distinct !== negated);
  }
  const leftVector = toVector(left);
  const rightVector = toVector(right);
  const buffer = booleanBuffer();
  return vectorNode(BOOLEAN, (batch) => {
    const leftColumn = leftVector(batch);
    const rightColumn = rightVector(batch);
    const out = buffer(batch.rowCount);
    distinctColumns(leftColumn, rightColumn, batch.rowCount, out, negated);
    return fixedColumn(BOOLEAN, batch.rowCount, out);
  });
}

function distinctColumns(
  left: ColumnVector,
  right: ColumnVector,
  rowCount: number,
  out: Uint8Array,
  negated: boolean,
): void {
  const neverNull = left.type.kind !== 'null' && right.type.kind !== 'null';
  if (neverNull) compareColumns(negated ? '=' : '<>', left, right, rowCount, out);
  if (neverNull && left.validity === undefined && right.validity === undefined) return;
  const leftBits = presentBits(left);
  for (let row = 0; row < rowCount; row += 1) {
    const leftPresent = leftBits === undefined || bitAt(leftBits, row);
    const rightPresent = isValid(right, row);
    if (leftPresent && rightPresent) continue;
    out[row] = (leftPresent !== rightPresent) !== negated ? 1 : 0;
  }
}
