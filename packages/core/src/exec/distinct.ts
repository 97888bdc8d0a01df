/** DISTINCT: the first row of every group of equal rows; nulls are equal here. */
import { PENDING } from '../base/pending.ts';
import { createGroupTable } from '../compute/group-table.ts';
import type { DataType } from '../types/data-type.ts';
import { MemoryAccount } from './memory-account.ts';
import type { BatchIterator, ExecContext } from './operator.ts';
import { numberBuffer } from './result-buffer.ts';
import { gatherColumns } from './row-collector.ts';

export function* distinct(
  input: BatchIterator,
  types: readonly DataType[],
  context: ExecContext,
): BatchIterator {
  const account = new MemoryAccount(context, 'distinct');
  const table = createGroupTable(types);
  const groupBuffer = numberBuffer();
  const selectionBuffer = numberBuffer();
  for (const batch of input) {
    if (batch === PENDING) {
      yield PENDING;
      continue;
    }
    context.check();
    const known = table.groupCount;
    const groups = groupBuffer(batch.rowCount);
    const selection = selectionBuffer(batch.rowCount);
    table.assign(batch.columns, batch.rowCount, groups);
    account.resize(table.byteLength);
    const count = selectNewGroups(groups, batch.rowCount, known, selection);
    if (count > 0)
      yield { rowCount: count, columns: gatherColumns(batch.columns, selection, count) };
  }
}

/** Rows that opened a group: groups are numbered as they are first seen, from `known` on in this batch. */
export function selectNewGroups(
  groups: Int32Array,
  rowCount: number,
  known: number,
  selection: Int32Array,
): number {
  let next = known;
  for (let row = 0; row < rowCount; row += 1) {
    if (groups[row] === next) {
      selection[next - known] = row;
      next += 1;
    }
  }
  return next - known;
}
