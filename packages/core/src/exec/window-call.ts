/** Window calls as the front ends hand them to the `window` operator: bound like every other expression. */
import type { AggregateFunction } from '../compute/aggregate/aggregate-function.ts';
import type { DataType } from '../types/data-type.ts';
import type { Expression } from './expression.ts';

/** Functions that only exist over a window. */
export type WindowFunctionName =
  | 'row_number'
  | 'rank'
  | 'dense_rank'
  | 'percent_rank'
  | 'cume_dist'
  | 'ntile'
  | 'lag'
  | 'lead'
  | 'first_value'
  | 'last_value'
  | 'nth_value';

/** One call over a window. Its arguments and FILTER read the operator's input. */
export interface WindowCall {
  readonly function: WindowFunctionName | AggregateFunction;
  readonly args: readonly Expression[];
  /** Of aggregates alone. */
  readonly filter: Expression | undefined;
  readonly frame: WindowFrame;
  readonly type: DataType;
}

/**
 * The rows around the current one that a call sees.
 *   rows    offsets count rows
 *   groups  offsets count groups of peers: rows that ORDER BY does not tell apart
 *   range   offsets are distances of the only sort key, which is a number; CURRENT ROW means its peers
 */
export interface WindowFrame {
  readonly unit: 'rows' | 'range' | 'groups';
  readonly start: WindowBound;
  readonly end: WindowBound;
  readonly exclude: 'no others' | 'current row' | 'group' | 'ties';
}

export interface WindowBound {
  readonly kind:
    | 'unbounded preceding'
    | 'preceding'
    | 'current row'
    | 'following'
    | 'unbounded following';
  /** Of 'preceding' and 'following': reads no column, evaluated once. */
  readonly offset: Expression | undefined;
}
