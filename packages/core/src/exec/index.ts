/** Entry `@alopex-db/core/exec`: expressions, and the stateless operators that SQL and DataFrame share. */
export type { Accumulator, AggregateFunction } from '../compute/aggregate/aggregate-function.ts';
export type { ComparisonOperator } from '../compute/compare.ts';
export type { FunctionContext, ScalarFunction, Volatility } from '../compute/scalar-function.ts';
export {
  compileExpression,
  compilePredicate,
  compileScalar,
  evaluateConstant,
  type ScalarEvaluator,
} from './compile-expression.ts';
export { childrenOf, mustBeLazy, readsNoColumn, referencedColumns } from './expression-traits.ts';
export type {
  AggregateCall,
  CompiledExpression,
  CompiledPredicate,
  Expression,
  ExpressionRuntime,
  SortKey,
  SubqueryExpression,
} from './expression.ts';
export type { BatchIterator, ExecContext } from './operator.ts';
