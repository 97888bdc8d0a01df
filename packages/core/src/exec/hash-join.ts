/**
 * Joins on equal keys. The right side is built into a table (rows chained per distinct key), the left side streams past
 * it. A null key equals nothing. Keys of one pair have one type.
 *
 * Anti joins come in two meanings: NOT EXISTS (a left row without partner passes) and, with `nullAware`, NOT IN: nothing
 * passes when the right side holds a null, and a left null passes only an empty right side.
 */
import { PENDING } from '../base/pending.ts';
import type { Pending } from '../base/pending.ts';
import { createGroupTable } from '../compute/group-table.ts';
import type { GroupTable } from '../compute/group-table.ts';
import { presentInAll } from '../compute/selection.ts';
import type { Batch } from '../types/batch.ts';
import type { ColumnVector } from '../types/column-vector.ts';
import type { DataType } from '../types/data-type.ts';
import { growInt32 } from '../types/growable.ts';
import { bitAt } from '../types/validity.ts';
import { compileExpression } from './compile-expression.ts';
import type { CompiledExpression, Expression, ExpressionRuntime } from './expression.ts';
import { MemoryAccount } from './memory-account.ts';
import type { BatchIterator, ExecContext } from './operator.ts';
import { PairOutput } from './pair-output.ts';
import type { JoinKind } from './pair-output.ts';
import { numberBuffer } from './result-buffer.ts';
import { RowCollector, gatherColumns } from './row-collector.ts';

export interface HashJoinOptions {
  readonly kind: JoinKind;
  readonly left: BatchIterator;
  /** The side that is built into the table. */
  readonly right: BatchIterator;
  readonly leftTypes: readonly DataType[];
  readonly rightTypes: readonly DataType[];
  readonly leftKeys: readonly Expression[];
  readonly rightKeys: readonly Expression[];
  /** Over left columns, then right ones. */
  readonly residual: Expression | undefined;
  /** Only for 'anti' without residual: NOT IN. */
  readonly nullAware?: boolean | undefined;
}

export function* hashJoin(
  options: HashJoinOptions,
  runtime: ExpressionRuntime,
  context: ExecContext,
): BatchIterator {
  const { kind, left, leftTypes, rightTypes, residual } = options;
  try {
    const built = yield* buildTable(options, runtime, context);
    const nullAware = options.nullAware === true && built.rows.rowCount > 0;
    if (nullAware && built.sawNull) return;
    const output = new PairOutput(
      { kind, right: built.rows, leftTypes, rightTypes, residual },
      runtime,
    );
    const probe = new Probe(options.leftKeys, built.table, runtime);
    for (const batch of left) {
      if (batch === PENDING) {
        yield PENDING;
        continue;
      }
      context.check();
      output.beginLeft(batch);
      const groups = probe.find(batch);
      if ((kind === 'semi' || kind === 'anti') && residual === undefined) {
        const passed = selectByPartner(
          batch,
          groups,
          kind === 'semi',
          nullAware ? probe.present : undefined,
        );
        if (passed !== undefined) yield passed;
        continue;
      }
      yield* pairUp(output, batch.rowCount, groups, built, context);
      const rest = output.endLeft();
      if (rest !== undefined) yield rest;
    }
    yield* output.unmatchedRight();
  } finally {
    left.return();
    options.right.return();
  }
}

/** The built side. Rows of one key are chained: `head[group]`, then `next[row]`, ascending; -1 ends. */
interface BuiltTable {
  readonly rows: Batch;
  readonly table: GroupTable;
  readonly head: Int32Array;
  readonly next: Int32Array;
  /** No key occurs twice: chains have one row. */
  readonly unique: boolean;
  readonly sawNull: boolean;
}

function* buildTable(
  options: HashJoinOptions,
  runtime: ExpressionRuntime,
  context: ExecContext,
): Generator<Pending, BuiltTable, void> {
  const account = new MemoryAccount(context, 'hash join');
  const table = createGroupTable(options.rightKeys.map((key) => key.type));
  const collector = new RowCollector(options.rightTypes);
  const keys = options.rightKeys.map((key) => compileExpression(key, runtime));
  const buffer = numberBuffer();
  let groupOfRow: Int32Array = new Int32Array(0);
  let sawNull = false;
  for (const batch of options.right) {
    if (batch === PENDING) {
      yield PENDING;
      continue;
    }
    context.check();
    const { rowCount } = batch;
    const columns = keys.map((key) => key(batch));
    const present = presentInAll(columns, rowCount);
    const batchGroups = buffer(rowCount);
    groupOfRow = growInt32(groupOfRow, collector.rowCount + rowCount);
    if (assignPresent(table, columns, present, rowCount, batchGroups)) sawNull = true;
    groupOfRow.set(batchGroups.subarray(0, rowCount), collector.rowCount);
    collector.append(batch.columns, rowCount);
    account.resize(collector.byteLength + table.byteLength + groupOfRow.byteLength * 2);
  }
  const rowCount = collector.rowCount;
  const head = new Int32Array(table.groupCount).fill(-1);
  const next = groupOfRow;
  let chained = 0;
  // From the last row to the first, so that chains ascend; `next` takes the place of the group just read.
  for (let row = rowCount - 1; row >= 0; row -= 1) {
    const group = groupOfRow[row]!;
    if (group < 0) continue;
    next[row] = head[group]!;
    head[group] = row;
    chained += 1;
  }
  return {
    rows: collector.finish(),
    table,
    head,
    next,
    unique: chained === table.groupCount,
    sawNull,
  };
}

/** Gives rows with whole keys their group and the others -1; true when there were others. */
function assignPresent(
  table: GroupTable,
  columns: readonly ColumnVector[],
  present: Uint8Array | undefined,
  rowCount: number,
  groups: Int32Array,
): boolean {
  if (present === undefined) {
    table.assign(columns, rowCount, groups);
    return false;
  }
  const selection = new Int32Array(rowCount);
  let count = 0;
  for (let row = 0; row < rowCount; row += 1) {
    selection[count] = row;
    if (bitAt(present, row)) count += 1;
  }
  const compact = new Int32Array(count);
  const dense = gatherColumns(columns, selection, count).map((column) => ({
    ...column,
    validity: undefined,
  }));
  table.assign(dense, count, compact);
  groups.fill(-1, 0, rowCount);
  for (let index = 0; index < count; index += 1) groups[selection[index]!] = compact[index]!;
  return count < rowCount;
}

/** Looks left rows up. */
class Probe {
  readonly #keys: readonly CompiledExpression[];
  readonly #table: GroupTable;
  readonly #buffer = numberBuffer();
  /** Rows of the last batch whose key has no null. */
  present: Uint8Array | undefined;

  constructor(keys: readonly Expression[], table: GroupTable, runtime: ExpressionRuntime) {
    this.#keys = keys.map((key) => compileExpression(key, runtime));
    this.#table = table;
  }

  /** The group of each row; -1 without partner. A key with a null finds none: the table holds none. */
  find(batch: Batch): Int32Array {
    const columns = this.#keys.map((key) => key(batch));
    const groups = this.#buffer(batch.rowCount);
    this.#table.find(columns, batch.rowCount, groups);
    this.present = presentInAll(columns, batch.rowCount);
    return groups;
  }
}

/** `present`, where given, drops rows with a null key: NULL NOT IN (…) is not true. */
function selectByPartner(
  batch: Batch,
  groups: Int32Array,
  wanted: boolean,
  present: Uint8Array | undefined,
): Batch | undefined {
  const selection = new Int32Array(batch.rowCount);
  let count = 0;
  for (let row = 0; row < batch.rowCount; row += 1) {
    selection[count] = row;
    if (groups[row]! >= 0 === wanted && (present === undefined || bitAt(present, row))) count += 1;
  }
  if (count === 0) return undefined;
  if (count === batch.rowCount) return batch;
  return { rowCount: count, columns: gatherColumns(batch.columns, selection, count) };
}

function* pairUp(
  output: PairOutput,
  rowCount: number,
  groups: Int32Array,
  built: BuiltTable,
  context: ExecContext,
): BatchIterator {
  const { head, next } = built;
  for (let row = 0; row < rowCount; row += 1) {
    const group = groups[row]!;
    if (group < 0) continue;
    let partner = head[group]!;
    do {
      if (output.add(row, partner)) {
        context.check();
        if (context.wantsPause === true) yield PENDING;
        const joined = output.flush();
        if (joined !== undefined) yield joined;
      }
      partner = built.unique ? -1 : next[partner]!;
    } while (partner >= 0);
  }
  const joined = output.flush();
  if (joined !== undefined) yield joined;
}
