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
export { aggregate } from './aggregate.ts';
export { apply, type ApplyKind, type ApplyOptions } from './apply.ts';
export { distinct } from './distinct.ts';
export { functionScan, type FunctionScanCall } from './function-scan.ts';
export type { TableFunction } from '../compute/table/table-function.ts';
export { filter } from './filter.ts';
export { hashJoin, type HashJoinOptions } from './hash-join.ts';
export { limit } from './limit.ts';
export { materialize } from './materialize.ts';
export { MemoryAccount } from './memory-account.ts';
export { nestedLoopJoin, type NestedLoopJoinOptions } from './nested-loop-join.ts';
export type { JoinKind } from './pair-output.ts';
export { project } from './project.ts';
export { recursiveUnion, type RecursiveUnionOptions } from './recursive-union.ts';
export { RowCollector, emitOrdered, emitRows, gatherColumns } from './row-collector.ts';
export { momentSeries, type MomentSeriesOptions } from './moment-series.ts';
export { series, type SeriesOptions } from './series.ts';
export { setOperation, type SetOperationOptions } from './set-operation.ts';
export { sort } from './sort.ts';
export { topK, type TopKOptions } from './top-k.ts';
export { values } from './values.ts';
export type { WindowBound, WindowCall, WindowFrame, WindowFunctionName } from './window-call.ts';
export { window, type WindowOptions } from './window.ts';
