/** The contract of functions that answer rows: one overload, resolved by the front end. */
import type { DataType } from '../../types/data-type.ts';
import type { Scalar } from '../../types/scalar.ts';
import type { FunctionContext } from '../scalar-function.ts';

export interface TableFunction {
  readonly name: string;
  /** True: a null argument gives no rows, and `rows` sees none. */
  readonly strict: boolean;
  /** Rows as they are asked for; each has a value for every column of the result. */
  rows(args: readonly Scalar[], call: TableCallTypes): Iterable<readonly Scalar[]>;
}

/** What a call knows besides its arguments. */
export interface TableCallTypes {
  readonly args: readonly DataType[];
  readonly columns: readonly DataType[];
  readonly context: FunctionContext;
}
