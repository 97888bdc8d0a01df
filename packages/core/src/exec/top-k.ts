/**
 * ORDER BY with LIMIT: holds the best rows only. Candidates gather until there are twice as many as wanted, then all but
 * the best are dropped; from then on a row must beat the worst kept one to get in. Ties go to the earlier row.
 */
import { PENDING } from '../base/pending.ts';
import { rowComparator, sortRows } from '../compute/sort.ts';
import type { SortColumn } from '../compute/sort-column.ts';
import { BATCH_ROWS_MAX } from '../types/batch.ts';
import type { Batch } from '../types/batch.ts';
import type { DataType } from '../types/data-type.ts';
import type { ExpressionRuntime, SortKey } from './expression.ts';
import { MemoryAccount } from './memory-account.ts';
import type { BatchIterator, ExecContext } from './operator.ts';
import { numberBuffer } from './result-buffer.ts';
import { RowCollector, emitOrdered, gatherColumns } from './row-collector.ts';
import { compileSortKeys, sortColumns } from './sort-keys.ts';

export interface TopKOptions {
  readonly types: readonly DataType[];
  readonly keys: readonly SortKey[];
  readonly limit: number;
  readonly offset: number;
}

export function* topK(
  input: BatchIterator,
  options: TopKOptions,
  runtime: ExpressionRuntime,
  context: ExecContext,
): BatchIterator {
  const { keys, offset, limit } = options;
  if (limit <= 0) {
    input.return();
    return;
  }
  const best = new BestRows(options, context);
  const evaluate = compileSortKeys(keys, runtime);
  for (const batch of input) {
    if (batch === PENDING) {
      yield PENDING;
      continue;
    }
    context.check();
    best.offer(batch, sortColumns(keys, evaluate(batch)));
  }
  const { rows, order } = best.finish();
  yield* emitOrdered(rows, order, Math.min(offset, order.length), order.length);
}

/** Candidates kept at least before the first cut: sorting few rows often is waste. */
const CANDIDATES_MIN = 4 * BATCH_ROWS_MAX;

class BestRows {
  readonly #keys: readonly SortKey[];
  readonly #wanted: number;
  readonly #account: MemoryAccount;
  readonly #rows: RowCollector;
  readonly #keyRows: RowCollector;
  readonly #buffer = numberBuffer();
  /** Keys of the worst row kept at the last cut, as columns of one row; undefined before there is one. */
  #worst: readonly SortColumn[] | undefined;

  constructor(options: TopKOptions, context: ExecContext) {
    this.#keys = options.keys;
    this.#wanted = options.limit + options.offset;
    this.#account = new MemoryAccount(context, 'top-k');
    this.#rows = new RowCollector(options.types);
    this.#keyRows = new RowCollector(options.keys.map((key) => key.expression.type));
  }

  offer(batch: Batch, keys: readonly SortColumn[]): void {
    const keyColumns = keys.map((key) => key.column);
    if (this.#worst === undefined) {
      this.#rows.append(batch.columns, batch.rowCount);
      this.#keyRows.append(keyColumns, batch.rowCount);
    } else {
      const selection = this.#buffer(batch.rowCount);
      const count = selectBetter(keys, batch.rowCount, this.#worst, selection);
      this.#rows.appendSelected(batch.columns, selection, count);
      this.#keyRows.appendSelected(keyColumns, selection, count);
    }
    this.#account.resize(this.#rows.byteLength + this.#keyRows.byteLength);
    if (this.#rows.rowCount >= Math.max(CANDIDATES_MIN, this.#wanted * 2)) this.#cut();
  }

  #cut(): void {
    const { rows, keyRows, order } = this.#sorted();
    this.#rows.append(gatherColumns(rows.columns, order, order.length), order.length);
    const keys = gatherColumns(keyRows.columns, order, order.length);
    this.#keyRows.append(keys, order.length);
    const worst = gatherColumns(keyRows.columns, order.subarray(order.length - 1), 1);
    this.#worst = sortColumns(this.#keys, worst);
  }

  #sorted(): { rows: Batch; keyRows: Batch; order: Int32Array } {
    const rows = this.#rows.finish();
    const keyRows = this.#keyRows.finish();
    const order = sortRows(sortColumns(this.#keys, keyRows.columns), keyRows.rowCount);
    return { rows, keyRows, order: order.subarray(0, this.#wanted) };
  }

  /** The best rows and their order. */
  finish(): { rows: Batch; order: Int32Array } {
    const { rows, order } = this.#sorted();
    return { rows, order };
  }
}

/** Rows strictly before the worst kept one: a tie would come after it anyway. */
function selectBetter(
  keys: readonly SortColumn[],
  rowCount: number,
  worst: readonly SortColumn[],
  selection: Int32Array,
): number {
  const [key] = keys;
  const [bound] = worst;
  let count = 0;
  const { values, validity } = key!.column;
  const limit = bound!.column.values[0];
  const plain =
    keys.length === 1 &&
    values instanceof Float64Array &&
    validity === undefined &&
    bound!.column.validity === undefined &&
    typeof limit === 'number';
  if (plain && !key!.descending && limit === limit) {
    for (let row = 0; row < rowCount; row += 1) if (values[row]! < limit) selection[count++] = row;
    return count;
  }
  if (plain && limit === limit) {
    for (let row = 0; row < rowCount; row += 1)
      if (!(values[row]! <= limit)) selection[count++] = row;
    return count;
  }
  const compare = rowComparator(keys, worst);
  for (let row = 0; row < rowCount; row += 1) if (compare(row, 0) < 0) selection[count++] = row;
  return count;
}
