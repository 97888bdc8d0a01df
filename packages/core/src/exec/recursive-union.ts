/**
 * WITH RECURSIVE, semi-naive: the step sees the rows that the round before found and no others, until a round finds none.
 * UNION drops rows that any round has found already; UNION ALL keeps them, and may go on until it is cancelled.
 */
import { PENDING } from '../base/pending.ts';
import { createGroupTable } from '../compute/group-table.ts';
import type { GroupTable } from '../compute/group-table.ts';
import type { Batch } from '../types/batch.ts';
import type { DataType } from '../types/data-type.ts';
import { selectNewGroups } from './distinct.ts';
import { MemoryAccount } from './memory-account.ts';
import type { BatchIterator, ExecContext } from './operator.ts';
import { RowCollector, gatherColumns } from './row-collector.ts';

export interface RecursiveUnionOptions {
  readonly anchor: BatchIterator;
  /** Opens the step over the rows of the round before: one batch of any size, never empty. */
  readonly step: (working: Batch) => BatchIterator;
  readonly all: boolean;
  /** Of both inputs. */
  readonly types: readonly DataType[];
}

export function* recursiveUnion(
  { anchor, step, all, types }: RecursiveUnionOptions,
  context: ExecContext,
): BatchIterator {
  const account = new MemoryAccount(context, 'recursive union');
  const seen = all ? undefined : createGroupTable(types);
  let workingBytes = 0;
  for (let input = anchor; ;) {
    const found = new RowCollector(types);
    for (const batch of input) {
      if (batch === PENDING) {
        yield PENDING;
        continue;
      }
      context.check();
      const rows = seen === undefined ? batch : unseenRows(seen, batch);
      if (rows.rowCount === 0) continue;
      found.append(rows.columns, rows.rowCount);
      account.resize(workingBytes + found.byteLength + (seen?.byteLength ?? 0));
      yield rows;
    }
    if (found.rowCount === 0) return;
    // A round may be a single row, so rounds count as batches do.
    context.check();
    if (context.wantsPause === true) yield PENDING;
    workingBytes = found.byteLength;
    input = step(found.finish());
  }
}

function unseenRows(seen: GroupTable, batch: Batch): Batch {
  const known = seen.groupCount;
  const groups = new Int32Array(batch.rowCount);
  seen.assign(batch.columns, batch.rowCount, groups);
  const selection = new Int32Array(batch.rowCount);
  const count = selectNewGroups(groups, batch.rowCount, known, selection);
  if (count === batch.rowCount) return batch;
  return { rowCount: count, columns: gatherColumns(batch.columns, selection, count) };
}
