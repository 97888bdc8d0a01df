/**
 * Turns a bound expression into closures over batches: one call per node and batch, never per row. Compiling is bound to
 * one execution, because parameters and outer values are constants of it: they are folded, compared without a column of
 * their own, and looked up in sets. It costs about a microsecond a node.
 *
 * A compiled expression belongs to one operator of one execution and is not re-entrant: its nodes reuse their buffers.
 */
import { unreachable } from '../base/assert.ts';
import type { Batch } from '../types/batch.ts';
import type { Scalar } from '../types/scalar.ts';
import { scalarAt } from '../types/scalar-at.ts';
import { castScalar } from '../compute/cast-scalar.ts';
import { compileCall, compileCast } from './compile-call.ts';
import { compileComparison, compileDistinct } from './compile-comparison.ts';
import { compileCase, compileCoalesce } from './compile-conditional.ts';
import { compileIn } from './compile-in.ts';
import { compileIsNull, compileLogic, compileNot, refineOf } from './compile-logic.ts';
import { compileSubquery } from './compile-subquery.ts';
import { constantNode, toVector, vectorNode } from './compiled-node.ts';
import type { CompiledNode, ExpressionCompiler } from './compiled-node.ts';
import type {
  CompiledExpression,
  CompiledPredicate,
  Expression,
  ExpressionRuntime,
} from './expression.ts';
import { writeIdentity } from './subset.ts';

export function compileExpression(
  expression: Expression,
  runtime: ExpressionRuntime,
): CompiledExpression {
  return toVector(new Compiler(runtime).compile(expression));
}

/** Compiles a boolean expression into a selection of the rows for which it is true. */
export function compilePredicate(
  expression: Expression,
  runtime: ExpressionRuntime,
): CompiledPredicate {
  const node = new Compiler(runtime).compile(expression);
  if (node.kind === 'constant') {
    const passes = node.value === true;
    return (batch, selection) => {
      if (!passes) return 0;
      writeIdentity(selection, batch.rowCount);
      return batch.rowCount;
    };
  }
  const refine = refineOf(node, expression);
  return (batch, selection) => {
    writeIdentity(selection, batch.rowCount);
    return refine(batch, selection, batch.rowCount);
  };
}

/** A batch of one row and no columns: what expressions without columns are evaluated over. */
const ONE_ROW: Batch = Object.freeze({ rowCount: 1, columns: [] });

/** The value of an expression that reads no column: constant folding, defaults, LIMIT, keys of point reads. */
export function evaluateConstant(expression: Expression, runtime: ExpressionRuntime): Scalar {
  const node = new Compiler(runtime).compile(expression);
  return node.kind === 'constant' ? node.value : scalarAt(node.evaluate(ONE_ROW), 0);
}

/** An evaluator of an expression that reads no column, made once and used by every execution. */
export type ScalarEvaluator = (runtime: ExpressionRuntime) => Scalar;

/** Plain parameters, constants and casts of them cost a few nanoseconds; anything else is compiled per call. */
export function compileScalar(expression: Expression): ScalarEvaluator {
  switch (expression.kind) {
    case 'constant': {
      const { value } = expression;
      return () => value;
    }
    case 'parameter': {
      const { index } = expression;
      return (runtime) => runtime.parameters[index] ?? null;
    }
    case 'outer': {
      const { index } = expression;
      return (runtime) => runtime.outer[index] ?? null;
    }
    case 'cast': {
      if (expression.onFailure === 'null') break;
      const { input, type } = expression;
      const evaluate = compileScalar(input);
      return (runtime) => castScalar(evaluate(runtime), input.type, type, runtime);
    }
    default:
      break;
  }
  return (runtime) => evaluateConstant(expression, runtime);
}

class Compiler implements ExpressionCompiler {
  readonly runtime: ExpressionRuntime;

  constructor(runtime: ExpressionRuntime) {
    this.runtime = runtime;
  }

  compile(expression: Expression): CompiledNode {
    const { type } = expression;
    switch (expression.kind) {
      case 'column': {
        const { index } = expression;
        return vectorNode(type, (batch) => batch.columns[index]!);
      }
      case 'constant':
        return constantNode(type, expression.value);
      case 'parameter':
        return constantNode(type, this.runtime.parameters[expression.index] ?? null);
      case 'outer':
        return constantNode(type, this.runtime.outer[expression.index] ?? null);
      case 'call':
        return compileCall(this, expression);
      case 'cast':
        return compileCast(this, expression);
      case 'compare':
        return compileComparison(this, expression);
      case 'distinct':
        return compileDistinct(this, expression);
      case 'and':
      case 'or':
        return compileLogic(this, expression);
      case 'not':
        return compileNot(this, expression);
      case 'isNull':
        return compileIsNull(this, expression);
      case 'in':
        return compileIn(this, expression);
      case 'case':
        return compileCase(this, expression);
      case 'coalesce':
        return compileCoalesce(this, expression);
      case 'subquery':
        return compileSubquery(this, expression);
      default:
        return unreachable(expression);
    }
  }
}
