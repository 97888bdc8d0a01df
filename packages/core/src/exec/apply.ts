/**
 * A join whose right side is run anew for each left row, with values of that row (apply, Galindo-Legaria and Joshi 2001; LATERAL
 * in SQL). What one left row finds streams through; what many find little of is gathered to whole batches.
 *
 *   1. `outer` is evaluated once a left batch
 *   2. each left row opens the right side; its rows are gathered beside the number of the left row
 *   3. a full gathering is filtered by the condition and handed on; the left batch ends with the rows that found no partner
 */
import { PENDING } from '../base/pending.ts';
import { BATCH_ROWS_MAX } from '../types/batch.ts';
import type { Batch } from '../types/batch.ts';
import type { DataType } from '../types/data-type.ts';
import { scalarAt } from '../types/scalar-at.ts';
import type { Scalar } from '../types/scalar.ts';
import { compileExpression, compilePredicate } from './compile-expression.ts';
import type { CompiledPredicate, Expression, ExpressionRuntime } from './expression.ts';
import type { BatchIterator, ExecContext } from './operator.ts';
import { RowCollector, gatherColumns, nullColumns } from './row-collector.ts';

export type ApplyKind = 'inner' | 'left' | 'semi' | 'anti';

export interface ApplyOptions {
  readonly kind: ApplyKind;
  readonly left: BatchIterator;
  /** Opens the right side with the values of `outer` for one left row. */
  readonly openRight: (values: readonly Scalar[]) => BatchIterator;
  readonly leftTypes: readonly DataType[];
  readonly rightTypes: readonly DataType[];
  /** Over left columns. */
  readonly outer: readonly Expression[];
  /** Over left columns, then right ones. */
  readonly condition: Expression | undefined;
}

export function* apply(
  options: ApplyOptions,
  runtime: ExpressionRuntime,
  context: ExecContext,
): BatchIterator {
  const { left, openRight } = options;
  const outer = options.outer.map((expression) => compileExpression(expression, runtime));
  const output = new ApplyOutput(options, runtime);
  let right: BatchIterator | undefined;
  try {
    for (const batch of left) {
      if (batch === PENDING) {
        yield PENDING;
        continue;
      }
      output.begin(batch);
      const columns = outer.map((evaluate) => evaluate(batch));
      for (let row = 0; row < batch.rowCount; row += 1) {
        context.check();
        if (context.wantsPause === true) yield PENDING;
        right = openRight(columns.map((column) => scalarAt(column, row)));
        for (const found of right) {
          if (found === PENDING) {
            yield PENDING;
            continue;
          }
          if (!output.hasRoom(found.rowCount)) {
            const joined = output.flush();
            if (joined !== undefined) yield joined;
          }
          output.add(row, found);
          if (output.isDecided(row)) break;
        }
      }
      const joined = output.flush();
      if (joined !== undefined) yield joined;
      const rest = output.end();
      if (rest !== undefined) yield rest;
    }
  } finally {
    right?.return();
    left.return();
  }
}

/** Gathers pairs; knows which left rows found a partner. */
class ApplyOutput {
  readonly #kind: ApplyKind;
  readonly #rightTypes: readonly DataType[];
  readonly #condition: CompiledPredicate | undefined;
  readonly #right: RowCollector;
  readonly #leftRows = new Int32Array(BATCH_ROWS_MAX);
  readonly #selection = new Int32Array(BATCH_ROWS_MAX);
  readonly #matched = new Uint8Array(BATCH_ROWS_MAX);
  #left: Batch = { rowCount: 0, columns: [] };

  constructor(options: ApplyOptions, runtime: ExpressionRuntime) {
    this.#kind = options.kind;
    this.#rightTypes = options.rightTypes;
    this.#right = new RowCollector(options.rightTypes);
    this.#condition =
      options.condition === undefined ? undefined : compilePredicate(options.condition, runtime);
  }

  begin(left: Batch): void {
    this.#left = left;
    this.#matched.fill(0);
  }

  hasRoom(rowCount: number): boolean {
    return this.#right.rowCount + rowCount <= BATCH_ROWS_MAX;
  }

  add(leftRow: number, found: Batch): void {
    const start = this.#right.rowCount;
    this.#right.append(found.columns, found.rowCount);
    this.#leftRows.fill(leftRow, start, start + found.rowCount);
    if (this.#condition === undefined) this.#matched[leftRow] = 1;
  }

  /** Whether more right rows of this left row change nothing: one partner is enough for semi and anti joins. */
  isDecided(leftRow: number): boolean {
    return !this.#showsPairs && this.#matched[leftRow] !== 0;
  }

  get #showsPairs(): boolean {
    return this.#kind === 'inner' || this.#kind === 'left';
  }

  /** The joined rows gathered so far; undefined when none passed, or the join shows no pairs. */
  flush(): Batch | undefined {
    const right = this.#right.finish();
    const count = right.rowCount;
    if (count === 0 || (this.#condition === undefined && !this.#showsPairs)) return undefined;
    const left = gatherColumns(this.#left.columns, this.#leftRows, count);
    const joined: Batch = { rowCount: count, columns: [...left, ...right.columns] };
    if (this.#condition === undefined) return joined;
    const passed = this.#condition(joined, this.#selection);
    for (let index = 0; index < passed; index += 1)
      this.#matched[this.#leftRows[this.#selection[index]!]!] = 1;
    if (passed === 0 || !this.#showsPairs) return undefined;
    if (passed === count) return joined;
    return { rowCount: passed, columns: gatherColumns(joined.columns, this.#selection, passed) };
  }

  /** What the left batch still owes: rows without partner (left, anti), rows with one (semi). */
  end(): Batch | undefined {
    if (this.#kind === 'inner') return undefined;
    const { columns, rowCount } = this.#left;
    const wanted = this.#kind === 'semi' ? 1 : 0;
    let count = 0;
    for (let row = 0; row < rowCount; row += 1) {
      this.#selection[count] = row;
      if (this.#matched[row] === wanted) count += 1;
    }
    if (count === 0) return undefined;
    const left = count === rowCount ? columns : gatherColumns(columns, this.#selection, count);
    const right = this.#kind === 'left' ? nullColumns(this.#rightTypes, count) : [];
    return { rowCount: count, columns: [...left, ...right] };
  }
}
