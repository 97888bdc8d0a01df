/**
 * The contract of scalar functions and operators: one overload, resolved by the front end (SQL's binder, DataFrame's
 * planner). Everything that computes on values is one of these.
 */
import type { ColumnVector } from '../types/column-vector.ts';
import type { DataType } from '../types/data-type.ts';
import type { ValueContext } from './temporal/time-zone.ts';
import type { Scalar } from '../types/scalar.ts';

/** What a running statement lends to functions. */
export interface FunctionContext extends ValueContext {
  /** Microseconds since 1970 at which the statement began. */
  readonly statementMicros: number;
  /** The clock itself. */
  nowMicros(): number;
  /** A uniform integer in [0, 2^32). */
  nextUint32(): number;
}

/** Where a function's result may be computed. Constant folding runs only 'immutable' ones. */
export type Volatility = 'immutable' | 'stable' | 'volatile';

/** One overload of a function or operator, resolved by the front end. */
export interface ScalarFunction {
  readonly name: string;
  readonly volatility: Volatility;
  /** 'null': any null argument gives null, and `evaluate` may leave garbage in such rows (the caller masks them). */
  readonly onNull: 'null' | 'call';
  /**
   * Computes `rowCount` rows. Arguments hold `rowCount` values. The result may be reused by the next call of the same
   * compiled expression.
   */
  evaluate(
    args: readonly ColumnVector[],
    rowCount: number,
    type: DataType,
    context: FunctionContext,
  ): ColumnVector;
  /**
   * Makes an evaluator for one place of use, which may keep buffers and whatever it derives from constant arguments
   * (`constants[i]` is undefined where an argument varies). Absent: `evaluate` serves every place.
   */
  prepare?(constants: readonly (Scalar | undefined)[], type: DataType): ScalarFunction['evaluate'];
}
