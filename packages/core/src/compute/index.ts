/** Entry `@alopex-db/core/compute`: what values mean: order, conversion, arithmetic, text, time, aggregates. */
export { canCast, castContext, type CastContext } from './cast-table.ts';
export { castScalar, formatScalar, impossibleCast, parseScalar } from './cast-scalar.ts';
export { castColumn, type CastFailure } from './cast-column.ts';
export {
  comparatorFor,
  compareNumbers,
  compareScalars,
  compareText,
  type ComparisonOperator,
  type ValueComparator,
} from './compare.ts';
export type { Accumulator, AggregateFunction } from './aggregate/aggregate-function.ts';
export { dependsOnSession, formatZonedTimestamp } from './temporal/temporal-text.ts';
export { parseInterval } from './temporal/parse-interval.ts';
export {
  NO_SESSION,
  UTC,
  createTimeZoneProvider,
  type TimeZone,
  type TimeZoneProvider,
  type ValueContext,
} from './temporal/time-zone.ts';
export type { FunctionContext, ScalarFunction, Volatility } from './scalar-function.ts';
export { ValueSet } from './value-set.ts';
export { arithmeticFunction, type ArithmeticOperator } from './arithmetic.ts';
export { float64Function, nullableFunction, strictFunction } from './define-function.ts';
export { SLICE_OPEN, arrayFunctions, splitText } from './nested/array-functions.ts';
export { structFunctions } from './nested/struct-functions.ts';
export { quantifiedComparison, quantifiedFunction, type Quantifier } from './nested/quantified.ts';
export { arrayTables } from './table/array-tables.ts';
export { jsonTables } from './table/json-tables.ts';
export { integerSeries } from './table/series-tables.ts';
export type { TableFunction } from './table/table-function.ts';
export { arrayAggAggregate } from './aggregate/array-agg.ts';
export { anyValueAggregate } from './aggregate/any-value.ts';
export { boolAndAggregate, boolOrAggregate } from './aggregate/boolean.ts';
export { countAggregate } from './aggregate/count.ts';
export { maxAggregate, minAggregate } from './aggregate/extreme.ts';
export { stringAggAggregate } from './aggregate/string-agg.ts';
export {
  numericAverageAggregate,
  numericStddevPopAggregate,
  numericStddevSampAggregate,
  numericSumAggregate,
  numericVarPopAggregate,
  numericVarSampAggregate,
} from './aggregate/decimal-statistics.ts';
export { intervalAverageAggregate, intervalSumAggregate } from './aggregate/interval-sum.ts';
export { numericFunctions } from './numeric/numeric-functions.ts';
export { averageAggregate, sumAggregate } from './aggregate/sum.ts';
export {
  stddevPopAggregate,
  stddevSampAggregate,
  varPopAggregate,
  varSampAggregate,
} from './aggregate/variance.ts';
export { createGroupTable, type GroupTable } from './group-table.ts';
export { rowComparator, sortRows } from './sort.ts';
export type { SortColumn } from './sort-column.ts';
export {
  absoluteFunction,
  bitFunction,
  bitNotFunction,
  factorialFunction,
  gcdFunction,
  greatestFunction,
  lcmFunction,
  leastFunction,
  negateFunction,
  type BitOperator,
} from './math/integer-functions.ts';
export { mathFunctions } from './math/math-functions.ts';
export { formatFunctions } from './temporal/format-functions.ts';
export { temporalFunctions, temporalOperators } from './temporal/temporal-functions.ts';
export { byteaFunctions } from './text/bytea-functions.ts';
export { textFunctions } from './text/text-functions.ts';
export { uuidFunctions } from './uuid-functions.ts';
export { compileLinearRegex, type LinearRegex } from './text/linear-regex.ts';
export { jsonAggAggregate, jsonObjectAggAggregate } from './aggregate/json-agg.ts';
export { jsonbFunctions, jsonFunctions } from './json/json-functions.ts';
