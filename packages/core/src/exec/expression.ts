/**
 * Bound expressions: what SQL's binder and DataFrame's planner hand to the executor. Names, overloads, implicit casts and
 * types are settled here; evaluation never decides a type. `compile-expression` turns one into a closure over batches.
 *
 * Laws
 * - Every operand already has the type its parent needs; a conversion is a visible `cast`.
 * - `and`, `or`, `case`, `coalesce` evaluate an argument only for rows whose answer still depends on it, so that
 *   `CASE WHEN b <> 0 THEN a / b END` never divides by zero. All else is evaluated for every row.
 * - An expression reads nothing but its batch and the `ExpressionRuntime` of the running statement.
 */
import type { AggregateFunction } from '../compute/aggregate/aggregate-function.ts';
import type { ComparisonOperator } from '../compute/compare.ts';
import type { FunctionContext, ScalarFunction } from '../compute/scalar-function.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import type { Batch } from '../types/batch.ts';
import type { DataType } from '../types/data-type.ts';
import type { Scalar } from '../types/scalar.ts';
import type { BatchIterator } from './operator.ts';

export type Expression =
  /** Column `index` of the input batch. */
  | { readonly kind: 'column'; readonly type: DataType; readonly index: number }
  | { readonly kind: 'constant'; readonly type: DataType; readonly value: Scalar }
  /** Parameter `index` (from 0) of the running statement. */
  | { readonly kind: 'parameter'; readonly type: DataType; readonly index: number }
  /** Value `index` that the enclosing query passed to this correlated subquery. */
  | { readonly kind: 'outer'; readonly type: DataType; readonly index: number }
  | {
      readonly kind: 'call';
      readonly type: DataType;
      readonly function: ScalarFunction;
      readonly args: readonly Expression[];
    }
  /** `onFailure: 'null'` is TRY_CAST. `implicit` only tells printers that nobody wrote it. */
  | {
      readonly kind: 'cast';
      readonly type: DataType;
      readonly input: Expression;
      readonly onFailure: 'error' | 'null';
      readonly implicit: boolean;
    }
  /** Both sides have the same type. */
  | {
      readonly kind: 'compare';
      readonly type: DataType;
      readonly operator: ComparisonOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'and'; readonly type: DataType; readonly args: readonly Expression[] }
  | { readonly kind: 'or'; readonly type: DataType; readonly args: readonly Expression[] }
  | { readonly kind: 'not'; readonly type: DataType; readonly input: Expression }
  | {
      readonly kind: 'isNull';
      readonly type: DataType;
      readonly input: Expression;
      readonly negated: boolean;
    }
  /** IS [NOT] DISTINCT FROM: comparison that treats null as a value. */
  | {
      readonly kind: 'distinct';
      readonly type: DataType;
      readonly left: Expression;
      readonly right: Expression;
      readonly negated: boolean;
    }
  /** Input and list entries have the same type. */
  | {
      readonly kind: 'in';
      readonly type: DataType;
      readonly input: Expression;
      readonly list: readonly Expression[];
      readonly negated: boolean;
    }
  /** Searched CASE; the simple form is bound to comparisons. `otherwise` absent = null. */
  | {
      readonly kind: 'case';
      readonly type: DataType;
      readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
      readonly otherwise: Expression | undefined;
    }
  | { readonly kind: 'coalesce'; readonly type: DataType; readonly args: readonly Expression[] }
  | SubqueryExpression;

/**
 * A subquery inside an expression. `plan` is the front end's own (SQL: a physical plan with one output column for
 * 'scalar' and 'compare'), opened through the runtime. `outer` is evaluated over the input batch and passed down; with no
 * outer values the subquery runs once an execution.
 *   scalar   its single value; null for no row; ALX_CARDINALITY for more than one
 *   exists   whether a row exists (never null)
 *   compare  `probe operator ANY|ALL (subquery)` with SQL's three-valued logic; IN is = ANY, NOT IN is <> ALL
 */
export interface SubqueryExpression {
  readonly kind: 'subquery';
  readonly type: DataType;
  readonly mode: 'scalar' | 'exists' | 'compare';
  readonly plan: object;
  readonly outer: readonly Expression[];
  readonly probe?: Expression | undefined;
  readonly operator?: ComparisonOperator | undefined;
  readonly quantifier?: 'any' | 'all' | undefined;
}

/** What a running statement lends to its expressions. */
export interface ExpressionRuntime extends FunctionContext {
  readonly parameters: readonly Scalar[];
  /** Values of the enclosing query, for `outer` references. */
  readonly outer: readonly Scalar[];
  /** Opens the plan of a subquery with its outer values. The caller runs it to its end or closes it. */
  openSubquery(plan: object, outer: readonly Scalar[]): BatchIterator;
}

/** A compiled expression: one vector of `batch.rowCount` values, valid until its next call. */
export type CompiledExpression = (batch: Batch) => ColumnVector;

/** A compiled predicate: writes the indexes of rows that are true (not false, not null) and answers their number. */
export type CompiledPredicate = (batch: Batch, selection: Int32Array) => number;

export interface SortKey {
  readonly expression: Expression;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
  /** On a vector score NaN and null come last in both directions unless NULLS FIRST is written (SPEC 3). */
  readonly nanAsNull?: boolean | undefined;
}

export interface AggregateCall {
  readonly function: AggregateFunction;
  readonly args: readonly Expression[];
  readonly distinct: boolean;
  readonly filter: Expression | undefined;
  readonly orderBy: readonly SortKey[];
  readonly type: DataType;
}
