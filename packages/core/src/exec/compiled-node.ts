/**
 * What compiling one expression node gives: a constant of this execution, or a closure over batches. The files
 * `compile-*.ts` each turn one kind of node into this form and reach their children through `ExpressionCompiler`.
 */
import { BATCH_ROWS_MAX } from '../types/batch.ts';
import type { Batch } from '../types/batch.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import { isValid } from '../types/column-vector.ts';
import { constantColumn, truncateColumn } from '../types/create-column-builder.ts';
import type { DataType } from '../types/data-type.ts';
import type { Scalar } from '../types/scalar.ts';
import type { CompiledExpression, Expression, ExpressionRuntime } from './expression.ts';

/** Keeps those of `selection[0 .. count)` (ascending rows of the batch) that are true, and answers how many they are. */
export type Refine = (batch: Batch, selection: Int32Array, count: number) => number;

export interface ConstantNode {
  readonly kind: 'constant';
  readonly type: DataType;
  readonly value: Scalar;
}

export interface VectorNode {
  readonly kind: 'vector';
  readonly type: DataType;
  readonly evaluate: CompiledExpression;
  /** Present where rows can be selected without building a boolean column. */
  readonly refine: Refine | undefined;
}

export type CompiledNode = ConstantNode | VectorNode;

export interface ExpressionCompiler {
  readonly runtime: ExpressionRuntime;
  compile(expression: Expression): CompiledNode;
}

export function constantNode(type: DataType, value: Scalar): ConstantNode {
  return { kind: 'constant', type, value };
}

export function vectorNode(
  type: DataType,
  evaluate: CompiledExpression,
  refine?: Refine,
): VectorNode {
  return { kind: 'vector', type, evaluate, refine };
}

/** Batches up to this size come from small inputs, which stay small. */
const SMALL_BATCH_ROWS = 64;

/** The node as a closure; a constant fills its column once, not once a batch. */
export function toVector(node: CompiledNode): CompiledExpression {
  if (node.kind === 'vector') return node.evaluate;
  let full: ColumnVector | undefined;
  let last: ColumnVector | undefined;
  return (batch) => {
    const { rowCount } = batch;
    if (last?.length === rowCount) return last;
    if (full === undefined || full.length < rowCount) {
      // Batches of a scan grow quickly to their full size: do not follow every step.
      const length = rowCount <= SMALL_BATCH_ROWS ? rowCount : Math.max(rowCount, BATCH_ROWS_MAX);
      full = constantColumn(node.type, node.value, length);
    }
    last = truncateColumn(full, rowCount);
    return last;
  };
}

/** Rows where a boolean column is true; `selection` and the column run over the same batch. */
export function keepTrue(column: ColumnVector, selection: Int32Array, count: number): number {
  const { values, validity } = column;
  let kept = 0;
  if (column.type.kind === 'null') return 0;
  if (validity === undefined) {
    for (let index = 0; index < count; index += 1) {
      const row = selection[index]!;
      if (values[row] !== 0) {
        selection[kept] = row;
        kept += 1;
      }
    }
    return kept;
  }
  for (let index = 0; index < count; index += 1) {
    const row = selection[index]!;
    if (values[row] !== 0 && isValid(column, row)) {
      selection[kept] = row;
      kept += 1;
    }
  }
  return kept;
}
