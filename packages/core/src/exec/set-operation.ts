/**
 * UNION, INTERSECT and EXCEPT, with and without ALL. Rows are equal when all their values are, nulls included. The right
 * side of INTERSECT and EXCEPT is held as groups with counts; the left side streams.
 */
import { PENDING } from '../base/pending.ts';
import type { Pending } from '../base/pending.ts';
import { createGroupTable } from '../compute/group-table.ts';
import type { GroupTable } from '../compute/group-table.ts';
import type { DataType } from '../types/data-type.ts';
import { growInt32 } from '../types/growable.ts';
import { distinct } from './distinct.ts';
import { MemoryAccount } from './memory-account.ts';
import type { BatchIterator, ExecContext } from './operator.ts';
import { numberBuffer } from './result-buffer.ts';
import { gatherColumns } from './row-collector.ts';

export interface SetOperationOptions {
  readonly operation: 'union' | 'intersect' | 'except';
  readonly all: boolean;
  readonly left: BatchIterator;
  readonly right: BatchIterator;
  /** Types of the output, and of both inputs. */
  readonly types: readonly DataType[];
}

export function* setOperation(options: SetOperationOptions, context: ExecContext): BatchIterator {
  const { operation, all, left, right, types } = options;
  if (operation === 'union') {
    const both = concatenate(left, right);
    yield* all ? both : distinct(both, types, context);
    return;
  }
  try {
    const rightRows = new CountedRows(types, context);
    yield* rightRows.fill(right);
    if (all) yield* matchCounts(left, rightRows, operation === 'intersect');
    else yield* matchOnce(distinct(left, types, context), rightRows, operation === 'intersect');
  } finally {
    left.return();
    right.return();
  }
}

function* concatenate(left: BatchIterator, right: BatchIterator): BatchIterator {
  try {
    yield* left;
    yield* right;
  } finally {
    left.return();
    right.return();
  }
}

/** How often each distinct row of an input occurred. */
class CountedRows {
  readonly table: GroupTable;
  readonly #context: ExecContext;
  readonly #account: MemoryAccount;
  readonly #buffer = numberBuffer();
  counts: Int32Array = new Int32Array(0);

  constructor(types: readonly DataType[], context: ExecContext) {
    this.table = createGroupTable(types);
    this.#context = context;
    this.#account = new MemoryAccount(context, 'set operation');
  }

  *fill(input: BatchIterator): Generator<Pending, void, void> {
    for (const batch of input) {
      if (batch === PENDING) {
        yield PENDING;
        continue;
      }
      this.#context.check();
      const groups = this.#buffer(batch.rowCount);
      this.table.assign(batch.columns, batch.rowCount, groups);
      this.counts = growInt32(this.counts, this.table.groupCount);
      for (let row = 0; row < batch.rowCount; row += 1) this.counts[groups[row]!]! += 1;
      this.#account.resize(this.table.byteLength + this.counts.byteLength);
    }
  }
}

/** Rows of an already distinct input that are (or are not) in the other one. */
function* matchOnce(left: BatchIterator, right: CountedRows, wanted: boolean): BatchIterator {
  const groupBuffer = numberBuffer();
  const selectionBuffer = numberBuffer();
  for (const batch of left) {
    if (batch === PENDING) {
      yield PENDING;
      continue;
    }
    const groups = groupBuffer(batch.rowCount);
    const selection = selectionBuffer(batch.rowCount);
    right.table.find(batch.columns, batch.rowCount, groups);
    let count = 0;
    for (let row = 0; row < batch.rowCount; row += 1) {
      selection[count] = row;
      if (groups[row]! >= 0 === wanted) count += 1;
    }
    if (count > 0)
      yield { rowCount: count, columns: gatherColumns(batch.columns, selection, count) };
  }
}

/** ALL: every left row uses up one equal right row. INTERSECT passes rows that found one, EXCEPT those that did not. */
function* matchCounts(left: BatchIterator, right: CountedRows, wanted: boolean): BatchIterator {
  const groupBuffer = numberBuffer();
  const selectionBuffer = numberBuffer();
  const { counts } = right;
  for (const batch of left) {
    if (batch === PENDING) {
      yield PENDING;
      continue;
    }
    const groups = groupBuffer(batch.rowCount);
    const selection = selectionBuffer(batch.rowCount);
    right.table.find(batch.columns, batch.rowCount, groups);
    let count = 0;
    for (let row = 0; row < batch.rowCount; row += 1) {
      const group = groups[row]!;
      const found = group >= 0 && counts[group]! > 0;
      if (found) counts[group]! -= 1;
      selection[count] = row;
      if (found === wanted) count += 1;
    }
    if (count > 0)
      yield { rowCount: count, columns: gatherColumns(batch.columns, selection, count) };
  }
}
