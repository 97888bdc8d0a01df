/**
 * Functions in FROM: their rows side by side, the shorter ones filled with nulls, and the number of each row if asked for. Rows
 * are asked of the functions as they are needed.
 */
import { PENDING } from '../base/pending.ts';
import type { TableFunction } from '../compute/table/table-function.ts';
import { BATCH_ROWS_MAX } from '../types/batch.ts';
import { createColumnBuilder } from '../types/create-column-builder.ts';
import type { DataType } from '../types/data-type.ts';
import { INT64 } from '../types/data-type.ts';
import type { Scalar } from '../types/scalar.ts';
import type { ExpressionRuntime } from './expression.ts';
import type { BatchIterator, ExecContext } from './operator.ts';

export interface FunctionScanCall {
  readonly function: TableFunction;
  readonly args: readonly Scalar[];
  readonly argumentTypes: readonly DataType[];
  readonly columns: readonly DataType[];
}

const NO_ROWS: Iterable<readonly Scalar[]> = [];

export function* functionScan(
  calls: readonly FunctionScanCall[],
  withOrdinality: boolean,
  context: ExecContext & ExpressionRuntime,
): BatchIterator {
  const types = calls.flatMap((call) => call.columns);
  if (withOrdinality) types.push(INT64);
  const sources = calls.map((call) => rowsOf(call, context)[Symbol.iterator]());
  let number = 0;
  for (let live = true; live;) {
    context.check();
    if (number > 0 && context.wantsPause === true) yield PENDING;
    const builders = types.map((type) => createColumnBuilder(type));
    let rowCount = 0;
    for (; rowCount < BATCH_ROWS_MAX; rowCount += 1) {
      const rows = sources.map((source) => source.next());
      live = rows.some((row) => row.done !== true);
      if (!live) break;
      number += 1;
      let at = 0;
      for (const [index, row] of rows.entries()) {
        for (let column = 0; column < calls[index]!.columns.length; column += 1, at += 1)
          builders[at]!.append(row.done === true ? null : row.value[column]!);
      }
      if (withOrdinality) builders[at]!.append(number);
    }
    if (rowCount > 0) yield { rowCount, columns: builders.map((builder) => builder.finish()) };
  }
}

function rowsOf(call: FunctionScanCall, context: ExpressionRuntime): Iterable<readonly Scalar[]> {
  if (call.function.strict && call.args.includes(null)) return NO_ROWS;
  return call.function.rows(call.args, {
    args: call.argumentTypes,
    columns: call.columns,
    context,
  });
}
