/** `call` and `cast`. What depends on constants only is computed once, when the expression is compiled. */
import { AlopexError } from '../base/errors.ts';
import { castColumn } from '../compute/cast-column.ts';
import { castScalar } from '../compute/cast-scalar.ts';
import type { ScalarFunction } from '../compute/scalar-function.ts';
import { presentInAll } from '../compute/selection.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import { withValidity } from '../types/column-vector.ts';
import { constantColumn } from '../types/create-column-builder.ts';
import type { DataType } from '../types/data-type.ts';
import { equalTypes } from '../types/data-type.ts';
import { scalarAt } from '../types/scalar-at.ts';
import type { ValueContext } from '../compute/temporal/time-zone.ts';
import type { Scalar } from '../types/scalar.ts';
import { intersectValidity } from '../types/validity.ts';
import { constantNode, toVector, vectorNode } from './compiled-node.ts';
import type { CompiledNode, ConstantNode, ExpressionCompiler } from './compiled-node.ts';
import type { Expression } from './expression.ts';

export function compileCall(
  compiler: ExpressionCompiler,
  expression: Extract<Expression, { kind: 'call' }>,
): CompiledNode {
  const { function: called, type } = expression;
  const args = expression.args.map((child) => compiler.compile(child));
  const strict = called.onNull === 'null';
  if (strict && args.some((node) => node.kind === 'constant' && node.value === null)) {
    return constantNode(type, null);
  }
  if (called.volatility !== 'volatile' && args.every((node) => node.kind === 'constant')) {
    const folded = foldCall(compiler, called, args, type);
    if (folded !== undefined) return folded;
  }
  const constants = args.map((node) => (node.kind === 'constant' ? node.value : undefined));
  const evaluate =
    called.prepare?.(constants, type) ??
    ((columns, rows, as, context) => called.evaluate(columns, rows, as, context));
  const inputs = args.map(toVector);
  const { runtime } = compiler;
  const columns: ColumnVector[] = [];
  return vectorNode(type, (batch) => {
    for (let index = 0; index < inputs.length; index += 1) columns[index] = inputs[index]!(batch);
    const result = evaluate(columns, batch.rowCount, type, runtime);
    if (!strict) return result;
    const present = presentInAll(columns, batch.rowCount);
    if (present === undefined) return result;
    return withValidity(result, intersectValidity(result.validity, present, batch.rowCount));
  });
}

/** The value of a call of constants; undefined when it fails: then it fails only if a row really asks for it. */
function foldCall(
  compiler: ExpressionCompiler,
  called: ScalarFunction,
  args: readonly ConstantNode[],
  type: DataType,
): CompiledNode | undefined {
  const columns = args.map((node) => constantColumn(node.type, node.value, 1));
  try {
    return constantNode(type, scalarAt(called.evaluate(columns, 1, type, compiler.runtime), 0));
  } catch (error) {
    if (error instanceof AlopexError && error.kind === 'Invalid') return undefined;
    throw error;
  }
}

export function compileCast(
  compiler: ExpressionCompiler,
  expression: Extract<Expression, { kind: 'cast' }>,
): CompiledNode {
  const input = compiler.compile(expression.input);
  const { type, onFailure } = expression;
  if (input.kind === 'constant') {
    const folded = foldCast(input.value, input.type, type, onFailure, compiler.runtime);
    if (folded !== undefined) return constantNode(type, folded);
  } else if (equalTypes(input.type, type)) {
    return input;
  }
  const evaluate = toVector(input);
  const { runtime } = compiler;
  return vectorNode(type, (batch) =>
    castColumn(evaluate(batch), type, batch.rowCount, onFailure, runtime),
  );
}

function foldCast(
  value: Scalar,
  from: DataType,
  to: DataType,
  onFailure: 'error' | 'null',
  context: ValueContext,
): Scalar | undefined {
  try {
    return castScalar(value, from, to, context);
  } catch (error) {
    if (!(error instanceof AlopexError) || error.kind !== 'Invalid') throw error;
    return onFailure === 'null' ? null : undefined;
  }
}
