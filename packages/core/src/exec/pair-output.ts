/**
 * Joins' common half: pairs of a left row and a right row come in, joined batches go out. It applies the residual
 * condition and remembers which rows found a partner, which is all that outer, semi and anti joins differ in.
 *
 *   1. `beginLeft(batch)`, then `add(leftRow, rightRow)` for candidate pairs; when it answers true, `flush()`
 *   2. after the last pair of a left batch: `flush()`, then `endLeft()` for rows without partner (or with, for semi)
 *   3. after the last left batch: `unmatchedRight()`
 */
import { assert } from '../base/assert.ts';
import { BATCH_ROWS_MAX } from '../types/batch.ts';
import type { Batch } from '../types/batch.ts';
import type { DataType } from '../types/data-type.ts';
import { growBytes, growInt32 } from '../types/growable.ts';
import { compilePredicate } from './compile-expression.ts';
import type { CompiledPredicate, Expression, ExpressionRuntime } from './expression.ts';
import type { BatchIterator } from './operator.ts';
import { numberBuffer } from './result-buffer.ts';
import { gatherColumns, nullColumns } from './row-collector.ts';

export type JoinKind = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti';

export interface PairOutputOptions {
  readonly kind: JoinKind;
  /** All right rows as one large batch. */
  readonly right: Batch;
  readonly leftTypes: readonly DataType[];
  readonly rightTypes: readonly DataType[];
  /** Over left columns, then right ones; undefined = every candidate pair is one. */
  readonly residual: Expression | undefined;
}

export class PairOutput {
  readonly #kind: JoinKind;
  readonly #right: Batch;
  readonly #leftTypes: readonly DataType[];
  readonly #rightTypes: readonly DataType[];
  readonly #residual: CompiledPredicate | undefined;
  #leftRows: Int32Array = new Int32Array(0);
  #rightRows: Int32Array = new Int32Array(0);
  readonly #selectionBuffer = numberBuffer();
  #count = 0;
  #left: Batch = { rowCount: 0, columns: [] };
  #leftMatched: Uint8Array = new Uint8Array(0);
  /** Only for right and full joins. */
  readonly #rightMatched: Uint8Array | undefined;

  constructor(options: PairOutputOptions, runtime: ExpressionRuntime) {
    this.#kind = options.kind;
    this.#right = options.right;
    this.#leftTypes = options.leftTypes;
    this.#rightTypes = options.rightTypes;
    this.#residual =
      options.residual === undefined ? undefined : compilePredicate(options.residual, runtime);
    const keepsRight = options.kind === 'right' || options.kind === 'full';
    this.#rightMatched = keepsRight ? new Uint8Array(options.right.rowCount) : undefined;
  }

  beginLeft(batch: Batch): void {
    assert(this.#count === 0, 'the pairs of the batch before were flushed');
    this.#left = batch;
    this.#leftMatched = growBytes(this.#leftMatched, batch.rowCount);
    this.#leftMatched.fill(0, 0, batch.rowCount);
  }

  /** True when the buffer is full: `flush` before the next pair. */
  add(leftRow: number, rightRow: number): boolean {
    if (this.#count === this.#leftRows.length) {
      this.#leftRows = growInt32(this.#leftRows, this.#count + 1);
      this.#rightRows = growInt32(this.#rightRows, this.#count + 1);
    }
    this.#leftRows[this.#count] = leftRow;
    this.#rightRows[this.#count] = rightRow;
    this.#count += 1;
    return this.#count === BATCH_ROWS_MAX;
  }

  /** Whether the left row has a partner already: semi and anti joins need no second one. */
  isMatched(leftRow: number): boolean {
    return this.#leftMatched[leftRow] !== 0;
  }

  /** The joined rows of the buffered pairs; undefined when none passed or the join shows no pairs. */
  flush(): Batch | undefined {
    const count = this.#count;
    this.#count = 0;
    if (count === 0) return undefined;
    const showsPairs = this.#kind !== 'semi' && this.#kind !== 'anti';
    if (this.#residual === undefined) {
      this.#mark(undefined, count);
      return showsPairs ? this.#joined(count) : undefined;
    }
    const joined = this.#joined(count);
    const selection = this.#selectionBuffer(count);
    const passed = this.#residual(joined, selection);
    this.#mark(selection, passed);
    if (!showsPairs || passed === 0) return undefined;
    if (passed === count) return joined;
    return { rowCount: passed, columns: gatherColumns(joined.columns, selection, passed) };
  }

  #joined(count: number): Batch {
    const left = this.#isWholeLeft(count)
      ? this.#left.columns
      : gatherColumns(this.#left.columns, this.#leftRows, count);
    return {
      rowCount: count,
      columns: [...left, ...gatherColumns(this.#right.columns, this.#rightRows, count)],
    };
  }

  /** Every left row exactly once: a foreign key that finds its row. Then the left columns pass as they are. */
  #isWholeLeft(count: number): boolean {
    if (count !== this.#left.rowCount) return false;
    for (let index = 0; index < count; index += 1)
      if (this.#leftRows[index] !== index) return false;
    return true;
  }

  #mark(selection: Int32Array | undefined, count: number): void {
    const rightMatched = this.#rightMatched;
    for (let index = 0; index < count; index += 1) {
      const pair = selection === undefined ? index : selection[index]!;
      this.#leftMatched[this.#leftRows[pair]!] = 1;
      if (rightMatched !== undefined) rightMatched[this.#rightRows[pair]!] = 1;
    }
  }

  /** What the left batch still owes: rows without partner (left, full, anti), rows with one (semi). */
  endLeft(): Batch | undefined {
    const { columns, rowCount } = this.#left;
    if (this.#kind === 'inner' || this.#kind === 'right') return undefined;
    const wanted = this.#kind === 'semi' ? 1 : 0;
    const selection = this.#selectionBuffer(rowCount);
    let count = 0;
    for (let row = 0; row < rowCount; row += 1) {
      selection[count] = row;
      if (this.#leftMatched[row] === wanted) count += 1;
    }
    if (count === 0) return undefined;
    const left = count === rowCount ? columns : gatherColumns(columns, selection, count);
    if (this.#kind === 'semi' || this.#kind === 'anti') return { rowCount: count, columns: left };
    return { rowCount: count, columns: [...left, ...nullColumns(this.#rightTypes, count)] };
  }

  /** Right rows that found no partner at all, beside nulls; nothing unless the join keeps them. */
  *unmatchedRight(): BatchIterator {
    const matched = this.#rightMatched;
    if (matched === undefined) return;
    const selection = this.#selectionBuffer(Math.min(matched.length, BATCH_ROWS_MAX));
    let count = 0;
    for (let row = 0; row <= matched.length; row += 1) {
      if (count === BATCH_ROWS_MAX || (row === matched.length && count > 0)) {
        const right = gatherColumns(this.#right.columns, selection, count);
        yield { rowCount: count, columns: [...nullColumns(this.#leftTypes, count), ...right] };
        count = 0;
      }
      if (row < matched.length && matched[row] === 0) {
        selection[count] = row;
        count += 1;
      }
    }
  }
}
