/**
 * Makers of scalar functions from the meaning of one row. They carry the parts that every function needs: result columns,
 * and rows with a null argument skipped. Hot functions write their own loops instead.
 */
import type { ColumnVector } from '../types/column-vector.ts';
import { fixedColumn } from '../types/column-vector.ts';
import { createColumnBuilder } from '../types/create-column-builder.ts';
import { presentScalarAt, scalarAt } from '../types/scalar-at.ts';
import type { Scalar } from '../types/scalar.ts';
import { bitAt } from '../types/validity.ts';
import type { FunctionContext, ScalarFunction, Volatility } from './scalar-function.ts';
import { presentInAll } from './selection.ts';

/** Arguments are present; answer null for a null result. */
type RowFunction = (args: readonly NonNullable<Scalar>[], context: FunctionContext) => Scalar;

/** A function over scalars, called for rows without null arguments. */
export function strictFunction(
  name: string,
  compute: RowFunction,
  volatility: Volatility = 'immutable',
): ScalarFunction {
  return {
    name,
    volatility,
    onNull: 'null',
    evaluate: (args, rowCount, type, context) => {
      const builder = createColumnBuilder(type, rowCount);
      const present = presentInAll(args, rowCount);
      const row: NonNullable<Scalar>[] = [];
      for (let index = 0; index < rowCount; index += 1) {
        if (present !== undefined && !bitAt(present, index)) {
          builder.appendNull();
          continue;
        }
        for (let at = 0; at < args.length; at += 1) row[at] = presentScalarAt(args[at]!, index)!;
        builder.append(compute(row, context));
      }
      return builder.finish();
    },
  };
}

/** A function that sees nulls, such as concat. */
export function nullableFunction(
  name: string,
  compute: (args: readonly Scalar[], context: FunctionContext) => Scalar,
  volatility: Volatility = 'immutable',
): ScalarFunction {
  return {
    name,
    volatility,
    onNull: 'call',
    evaluate: (args, rowCount, type, context) => {
      const builder = createColumnBuilder(type, rowCount);
      for (let index = 0; index < rowCount; index += 1) {
        builder.append(
          compute(
            args.map((column) => scalarAt(column, index)),
            context,
          ),
        );
      }
      return builder.finish();
    },
  };
}

/** double precision -> double precision; `compute` may throw for values outside its domain. */
export function float64Function(name: string, compute: (value: number) => number): ScalarFunction {
  return {
    name,
    volatility: 'immutable',
    onNull: 'null',
    evaluate: (args, rowCount, type) => {
      const column = args[0]!;
      const out = new Float64Array(rowCount);
      for (let row = 0; row < rowCount; row += 1) {
        if (isPresent(column, row)) out[row] = compute(Number(column.values[row]));
      }
      return fixedColumn(type, rowCount, out);
    },
  };
}

function isPresent(column: ColumnVector, row: number): boolean {
  return column.validity === undefined || bitAt(column.validity, row);
}
