/**
 * The operator contract (Volcano as a JavaScript iterator, Graefe 1994): calling an operator opens it, `next()` yields a
 * batch or `PENDING`, `return()` closes it (in `finally`). An operator is a generator function over its inputs:
 *
 *   function* filter(input: BatchIterator, predicate: CompiledExpression): BatchIterator
 *
 * Laws
 * - Batches are never empty, hold at most BATCH_ROWS_MAX rows and are valid until the next call of `next()`.
 * - `PENDING` from an input is yielded up unchanged; the driver awaits and calls `next()` again. Nothing is lost or repeated.
 * - An operator closes its inputs when it ends, fails or is closed early (`try … finally { input.return() }`, or `for … of`).
 * - Long loops call `context.check()` once per batch: it throws on cancel and timeout. Where one input batch may take many
 *   rounds, as in joins, they also hand up `PENDING` when `context.wantsPause`, so that others get their turn.
 */
import type { Pending } from '../base/pending.ts';
import type { Batch } from '../types/batch.ts';

export type BatchIterator = Generator<Batch | Pending, void, void>;

/** What an executing statement gives its operators. */
export interface ExecContext {
  /** Throws ALX_CANCELLED or ALX_TIMEOUT when the statement must stop. Cheap: called once per batch. */
  check(): void;
  /** True when the time slice is over. Absent: the statement never pauses, as on `db.sync`. */
  readonly wantsPause?: boolean | undefined;
  /** Bytes a blocking operator may hold before it must spill or fail with ALX_MEMORY_LIMIT. */
  readonly memoryBytesMax: number;
}
