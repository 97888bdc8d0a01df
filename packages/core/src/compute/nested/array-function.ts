/** Makers of functions over arrays: called a row at a time with scalars, and with the types of the arguments and the result. */
import { assert } from '../../base/assert.ts';
import { createColumnBuilder } from '../../types/create-column-builder.ts';
import type { DataType } from '../../types/data-type.ts';
import type { ArrayValue } from '../../types/nested-value.ts';
import { scalarAt } from '../../types/scalar-at.ts';
import type { Scalar } from '../../types/scalar.ts';
import type { FunctionContext, ScalarFunction } from '../scalar-function.ts';

/** What a call knows before its rows. */
export interface CallTypes {
  readonly context: FunctionContext;
  readonly args: readonly DataType[];
  readonly result: DataType;
}

/** Made once a batch from the types, so that what depends on them alone is found out once. */
type Prepare<V> = (types: CallTypes) => (args: readonly V[]) => Scalar;

/** A function that is null where an argument is. */
export function strictArrayFunction(
  name: string,
  prepare: Prepare<NonNullable<Scalar>>,
): ScalarFunction {
  return define(name, 'null', (types) => {
    const compute = prepare(types);
    return (row) => {
      for (const value of row) if (value === null) return null;
      return compute(row as readonly NonNullable<Scalar>[]);
    };
  });
}

/** A function that sees nulls. */
export function nullableArrayFunction(name: string, prepare: Prepare<Scalar>): ScalarFunction {
  return define(name, 'call', prepare);
}

function define(
  name: string,
  onNull: ScalarFunction['onNull'],
  prepare: Prepare<Scalar>,
): ScalarFunction {
  return {
    name,
    volatility: 'immutable',
    onNull,
    evaluate: (args, rowCount, result, context) => {
      const compute = prepare({ args: args.map((column) => column.type), result, context });
      const builder = createColumnBuilder(result, rowCount);
      const row: Scalar[] = [];
      for (let index = 0; index < rowCount; index += 1) {
        for (let at = 0; at < args.length; at += 1) row[at] = scalarAt(args[at]!, index);
        builder.append(compute(row));
      }
      return builder.finish();
    },
  };
}

/** The element type of an array type. */
export function elementOf(type: DataType | undefined): DataType {
  assert(type !== undefined && type.kind === 'array', 'the argument is an array');
  return type.element;
}

/** Where the type says that a value is an array. */
export function asArray(value: NonNullable<Scalar>): ArrayValue;
export function asArray(value: Scalar): ArrayValue | null;
export function asArray(value: Scalar): ArrayValue | null {
  return value as ArrayValue | null;
}
