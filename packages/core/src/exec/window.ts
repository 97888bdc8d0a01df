/**
 * OVER: every row keeps its columns and gets one more for each call. Holds its input, sorts it by partition and order, cuts
 * it, computes every call over whole columns, and hands the rows out in sorted order.
 */
import { PENDING } from '../base/pending.ts';
import { sortRows } from '../compute/sort.ts';
import type { SortColumn } from '../compute/sort-column.ts';
import { BATCH_ROWS_MAX } from '../types/batch.ts';
import type { Batch } from '../types/batch.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import { isValid } from '../types/column-vector.ts';
import { sliceColumn } from '../types/create-column-builder.ts';
import type { DataType } from '../types/data-type.ts';
import { compileExpression } from './compile-expression.ts';
import type { Expression, ExpressionRuntime, SortKey } from './expression.ts';
import { MemoryAccount } from './memory-account.ts';
import type { BatchIterator, ExecContext } from './operator.ts';
import { RowCollector, gatherColumns } from './row-collector.ts';
import { compileSortKeys, sortColumns } from './sort-keys.ts';
import { windowAggregate } from './window-aggregate.ts';
import type { WindowCall } from './window-call.ts';
import { windowFrames } from './window-frames.ts';
import { windowPartitions } from './window-partitions.ts';
import type { WindowPartitions } from './window-partitions.ts';
import { windowFunction } from './window-rank.ts';

export interface WindowOptions {
  /** Of the input. */
  readonly types: readonly DataType[];
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortKey[];
  readonly calls: readonly WindowCall[];
}

/** Output: the input's columns, then one column per call. */
export function* window(
  input: BatchIterator,
  options: WindowOptions,
  runtime: ExpressionRuntime,
  context: ExecContext,
): BatchIterator {
  const account = new MemoryAccount(context, 'window');
  const keys = [...options.partitionBy.map(partitionKey), ...options.orderBy];
  const operands = options.calls.flatMap(operandsOf);
  const evaluateKeys = compileSortKeys(keys, runtime);
  const evaluate = operands.map((operand) => compileExpression(operand, runtime));
  const rows = new RowCollector(options.types);
  const keyRows = new RowCollector(keys.map((key) => key.expression.type));
  const operandRows = new RowCollector(operands.map((operand) => operand.type));
  for (const batch of input) {
    if (batch === PENDING) {
      yield PENDING;
      continue;
    }
    context.check();
    keyRows.append(evaluateKeys(batch), batch.rowCount);
    const columns = evaluate.map((one) => one(batch));
    operandRows.append(columns, batch.rowCount);
    rows.append(batch.columns, batch.rowCount);
    const held = rows.byteLength + keyRows.byteLength + operandRows.byteLength;
    account.resize(held + rows.rowCount * BYTES_PER_ROW);
  }
  const keyColumns = sortColumns(keys, keyRows.finish().columns);
  const order = sortRows(keyColumns, rows.rowCount);
  const computed = computeCalls(options, keyColumns, operandRows.finish(), order, runtime, context);
  yield* emit(rows.finish(), computed, order);
}

/** Order, partitions, peers, frames, and two words of key. */
const BYTES_PER_ROW = 40;

/** Which partition comes first does not matter. */
function partitionKey(expression: Expression): SortKey {
  return { expression, descending: false, nullsFirst: false };
}

/** What a call reads: its arguments, then its FILTER. */
function operandsOf(call: WindowCall): readonly Expression[] {
  return call.filter === undefined ? call.args : [...call.args, call.filter];
}

function computeCalls(
  options: WindowOptions,
  keys: readonly SortColumn[],
  operands: Batch,
  order: Int32Array,
  runtime: ExpressionRuntime,
  context: ExecContext,
): readonly ColumnVector[] {
  const partitionKeys = keys.slice(0, options.partitionBy.length);
  const sortKeys = keys.slice(options.partitionBy.length);
  const partitions = windowPartitions(partitionKeys, sortKeys, order);
  const sorted = gatherColumns(operands.columns, order, order.length);
  const [sortKey] = sortKeys;
  const sortedKey =
    sortKey === undefined
      ? undefined
      : { ...sortKey, column: gatherColumns([sortKey.column], order, order.length)[0]! };
  let next = 0;
  return options.calls.map((call) => {
    context.check();
    const columns = sorted.slice(next, next + operandsOf(call).length);
    next += columns.length;
    return computeCall(call, columns, partitions, sortedKey, runtime, context);
  });
}

function computeCall(
  call: WindowCall,
  columns: readonly ColumnVector[],
  partitions: WindowPartitions,
  sortKey: SortColumn | undefined,
  runtime: ExpressionRuntime,
  context: ExecContext,
): ColumnVector {
  const args = columns.slice(0, call.args.length);
  const frames = windowFrames(call.frame, partitions, sortKey, runtime);
  const input = { args, partitions, frames, type: call.type };
  if (typeof call.function === 'string') return windowFunction(call.function, input);
  const filter = columns[call.args.length];
  const passes = filter === undefined ? undefined : trueRows(filter);
  const check = (): void => context.check();
  return windowAggregate({ ...input, function: call.function, passes, check });
}

function trueRows(filter: ColumnVector): Uint8Array {
  const passes = new Uint8Array(filter.length);
  for (let at = 0; at < filter.length; at += 1)
    if (isValid(filter, at) && filter.values[at] !== 0) passes[at] = 1;
  return passes;
}

function* emit(rows: Batch, computed: readonly ColumnVector[], order: Int32Array): BatchIterator {
  for (let start = 0; start < order.length; start += BATCH_ROWS_MAX) {
    const end = Math.min(start + BATCH_ROWS_MAX, order.length);
    const kept = gatherColumns(rows.columns, order.subarray(start, end), end - start);
    const added = computed.map((column) => sliceColumn(column, start, end));
    yield { rowCount: end - start, columns: [...kept, ...added] };
  }
}
