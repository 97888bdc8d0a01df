/** generate_series: numbers from `start` by `step` as long as they do not pass `stop`. */
import { PENDING } from '../base/pending.ts';
import { BATCH_ROWS_MAX } from '../types/batch.ts';
import { createColumnBuilder } from '../types/create-column-builder.ts';
import type { DataType } from '../types/data-type.ts';
import { integerScalar } from '../types/scalar-at.ts';
import type { BatchIterator, ExecContext } from './operator.ts';

export interface SeriesOptions {
  readonly start: number | bigint;
  readonly stop: number | bigint;
  /** Not zero. */
  readonly step: number | bigint;
  /** int32 or int64. */
  readonly type: DataType;
}

export function* series(
  { start, stop, step, type }: SeriesOptions,
  context: ExecContext,
): BatchIterator {
  // Exact beyond the safe integers too; a division says how many rows there are, so that nothing can overflow.
  const [from, by] = [BigInt(start), BigInt(step)];
  const distance = by > 0n ? BigInt(stop) - from : from - BigInt(stop);
  if (distance < 0n) return;
  const count = distance / (by > 0n ? by : -by) + 1n;
  for (let done = 0n; done < count; done += BigInt(BATCH_ROWS_MAX)) {
    context.check();
    if (done > 0n && context.wantsPause === true) yield PENDING;
    const rowCount = Number(min(count - done, BigInt(BATCH_ROWS_MAX)));
    const builder = createColumnBuilder(type, rowCount);
    let next = from + done * by;
    for (let row = 0; row < rowCount; row += 1, next += by) builder.append(integerScalar(next));
    yield { rowCount, columns: [builder.finish()] };
  }
}

function min(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}
