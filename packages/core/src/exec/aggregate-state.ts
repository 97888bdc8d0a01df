/**
 * One aggregate call while it runs: FILTER drops rows, DISTINCT drops repeated arguments within a group, ORDER BY keeps
 * the rows back and feeds them in order at the end; what passes goes to the accumulator.
 */
import { createGroupTable } from '../compute/group-table.ts';
import type { GroupTable } from '../compute/group-table.ts';
import type { Accumulator } from '../compute/aggregate/aggregate-function.ts';
import { sortRows } from '../compute/sort.ts';
import { BATCH_ROWS_MAX } from '../types/batch.ts';
import type { Batch } from '../types/batch.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import { fixedColumn } from '../types/column-vector.ts';
import { INT32 } from '../types/data-type.ts';
import { compileExpression, compilePredicate } from './compile-expression.ts';
import { selectNewGroups } from './distinct.ts';
import type {
  AggregateCall,
  CompiledExpression,
  CompiledPredicate,
  ExpressionRuntime,
  SortKey,
} from './expression.ts';
import { numberBuffer } from './result-buffer.ts';
import { RowCollector, gatherColumns } from './row-collector.ts';
import { compileSortKeys, sortColumns } from './sort-keys.ts';

export interface AggregateState {
  resize(groupCount: number): void;
  /** Row i of the batch belongs to group `groups[i]`. */
  update(batch: Batch, groups: Int32Array): void;
  /** After the last row, before `finish`. */
  complete(): void;
  finish(start: number, end: number): ColumnVector;
  readonly byteLength: number;
}

export function createAggregateState(
  call: AggregateCall,
  runtime: ExpressionRuntime,
): AggregateState {
  const argumentTypes = call.args.map((argument) => argument.type);
  const accumulator = call.function.createAccumulator(argumentTypes, call.type);
  const args = call.args.map((argument) => compileExpression(argument, runtime));
  if (!call.distinct && call.filter === undefined && call.orderBy.length === 0) {
    return new PlainState(accumulator, args);
  }
  return new GeneralState(call, accumulator, args, runtime);
}

class PlainState implements AggregateState {
  readonly #accumulator: Accumulator;
  readonly #args: readonly CompiledExpression[];
  readonly #columns: ColumnVector[] = [];

  constructor(accumulator: Accumulator, args: readonly CompiledExpression[]) {
    this.#accumulator = accumulator;
    this.#args = args;
  }

  resize(groupCount: number): void {
    this.#accumulator.resize(groupCount);
  }

  update(batch: Batch, groups: Int32Array): void {
    for (let index = 0; index < this.#args.length; index += 1)
      this.#columns[index] = this.#args[index]!(batch);
    this.#accumulator.update(this.#columns, groups, batch.rowCount);
  }

  complete(): void {
    return undefined; // nothing was kept back
  }

  finish(start: number, end: number): ColumnVector {
    return this.#accumulator.finish(start, end);
  }

  get byteLength(): number {
    return this.#accumulator.byteLength;
  }
}

class GeneralState implements AggregateState {
  readonly #accumulator: Accumulator;
  readonly #args: readonly CompiledExpression[];
  readonly #filter: CompiledPredicate | undefined;
  /** Pairs of group and arguments seen so far. */
  readonly #seen: GroupTable | undefined;
  readonly #orderBy: readonly SortKey[];
  readonly #sortKeys: (batch: Batch) => ColumnVector[];
  /** Rows kept back for ORDER BY: group, arguments, sort keys. */
  readonly #kept: RowCollector | undefined;
  readonly #selection = numberBuffer();
  readonly #pairs = numberBuffer();
  readonly #groups = numberBuffer();

  constructor(
    call: AggregateCall,
    accumulator: Accumulator,
    args: readonly CompiledExpression[],
    runtime: ExpressionRuntime,
  ) {
    const argumentTypes = call.args.map((argument) => argument.type);
    this.#accumulator = accumulator;
    this.#args = args;
    this.#filter = call.filter === undefined ? undefined : compilePredicate(call.filter, runtime);
    this.#seen = call.distinct ? createGroupTable([INT32, ...argumentTypes]) : undefined;
    this.#orderBy = call.orderBy;
    this.#sortKeys = compileSortKeys(call.orderBy, runtime);
    const keyTypes = call.orderBy.map((key) => key.expression.type);
    this.#kept =
      call.orderBy.length === 0
        ? undefined
        : new RowCollector([INT32, ...argumentTypes, ...keyTypes]);
  }

  resize(groupCount: number): void {
    this.#accumulator.resize(groupCount);
  }

  update(batch: Batch, groups: Int32Array): void {
    const selection = this.#selection(batch.rowCount);
    const rows = this.#filter === undefined ? batch : filtered(batch, this.#filter, selection);
    if (rows.rowCount === 0) return;
    const rowGroups =
      rows === batch ? groups : this.#selectedGroups(groups, selection, rows.rowCount);
    const args = this.#args.map((argument) => argument(rows));
    const keys = this.#sortKeys(rows);
    const groupColumn = fixedColumn(INT32, rows.rowCount, rowGroups);
    this.#deduplicate([groupColumn, ...args, ...keys], rows.rowCount);
  }

  #selectedGroups(groups: Int32Array, selection: Int32Array, count: number): Int32Array {
    const selected = this.#groups(count);
    for (let index = 0; index < count; index += 1) selected[index] = groups[selection[index]!]!;
    return selected;
  }

  /** `columns` = group, arguments, sort keys. */
  #deduplicate(columns: readonly ColumnVector[], rowCount: number): void {
    if (this.#seen === undefined) {
      this.#deliver(columns, rowCount);
      return;
    }
    const known = this.#seen.groupCount;
    const pairs = this.#pairs(rowCount);
    this.#seen.assign(columns.slice(0, 1 + this.#args.length), rowCount, pairs);
    const fresh = new Int32Array(rowCount);
    const count = selectNewGroups(pairs, rowCount, known, fresh);
    if (count === rowCount) this.#deliver(columns, rowCount);
    else if (count > 0) this.#deliver(gatherColumns(columns, fresh, count), count);
  }

  #deliver(columns: readonly ColumnVector[], rowCount: number): void {
    if (this.#kept === undefined) this.#accumulate(columns, rowCount);
    else this.#kept.append(columns, rowCount);
  }

  #accumulate(columns: readonly ColumnVector[], rowCount: number): void {
    const groups = columns[0]!.values as Int32Array; // the group column is made above, as int32
    this.#accumulator.update(columns.slice(1, 1 + this.#args.length), groups, rowCount);
  }

  complete(): void {
    if (this.#kept === undefined) return;
    const rows = this.#kept.finish();
    const order = sortRows(
      sortColumns(this.#orderBy, rows.columns.slice(1 + this.#args.length)),
      rows.rowCount,
    );
    for (let start = 0; start < order.length; start += BATCH_ROWS_MAX) {
      const part = order.subarray(start, start + BATCH_ROWS_MAX);
      this.#accumulate(gatherColumns(rows.columns, part, part.length), part.length);
    }
  }

  finish(start: number, end: number): ColumnVector {
    return this.#accumulator.finish(start, end);
  }

  get byteLength(): number {
    return (
      this.#accumulator.byteLength + (this.#seen?.byteLength ?? 0) + (this.#kept?.byteLength ?? 0)
    );
  }
}

/** Only rows that pass FILTER are evaluated further: an argument may fail for the others. */
function filtered(batch: Batch, passes: CompiledPredicate, selection: Int32Array): Batch {
  const count = passes(batch, selection);
  if (count === batch.rowCount) return batch;
  return { rowCount: count, columns: gatherColumns(batch.columns, selection, count) };
}
