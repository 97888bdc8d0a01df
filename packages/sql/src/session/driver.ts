/**
 * Drives a statement: asks its run for the next batch, waits where it answers PENDING, and lets the event loop turn when a
 * time slice is over. The only place where a statement awaits.
 *
 * PENDING has two reasons: the slice is over (then a turn is all that is needed), or a lock is held by another transaction
 * (then its waiter tells when to go on; the statement's timeout and signal end the wait).
 */
import { AlopexError, PENDING, type Waiter } from '@alopex-db/core/base';
import type { Batch } from '@alopex-db/core/types';
import type { Interrupt } from '../exec/interrupt.ts';
import type { SqlEngine } from './sql-engine.ts';
import type { StatementRun } from './statement-run.ts';

/** The next batch of result rows, or undefined at the end. */
export async function nextBatch(engine: SqlEngine, run: StatementRun): Promise<Batch | undefined> {
  for (;;) {
    const batch = run.step();
    if (batch !== PENDING) return batch;
    await pause(engine, run);
  }
}

/** Runs a statement to its end, or until `take` answers that it has enough. */
export async function runToEnd(
  engine: SqlEngine,
  run: StatementRun,
  take: (batch: Batch) => boolean,
): Promise<void> {
  for (;;) {
    const batch = run.step();
    if (batch === undefined) return;
    if (batch === PENDING) {
      await pause(engine, run);
      continue;
    }
    if (!take(batch)) return;
    if (run.interrupt.sliceIsOver) await takeTurn(engine, run.interrupt);
  }
}

/** The same on the calling thread: `db.sync` never waits. */
export function runNow(run: StatementRun, take: (batch: Batch) => boolean): void {
  for (;;) {
    const batch = run.step();
    if (batch === undefined) return;
    if (batch === PENDING) throw cannotWait();
    if (!take(batch)) return;
  }
}

export function cannotWait(): AlopexError {
  return new AlopexError('ALX_UNSUPPORTED', 'a synchronous call cannot wait for data or locks', {
    hint: 'Use the asynchronous call of the same name.',
  });
}

async function pause(engine: SqlEngine, run: StatementRun): Promise<void> {
  if (run.interrupt.sliceIsOver) return takeTurn(engine, run.interrupt);
  await waitForLock(engine, run.waiter, run.interrupt);
}

export async function takeTurn(engine: SqlEngine, interrupt: Interrupt): Promise<void> {
  await engine.pause(0);
  resume(interrupt);
}

/** Waits for the transaction's lock, no longer than the statement may run. */
export async function waitForLock(
  engine: SqlEngine,
  waiter: Waiter,
  interrupt: Interrupt,
): Promise<void> {
  const { remainingMs, signal } = interrupt;
  if (remainingMs === Number.POSITIVE_INFINITY) {
    await waiter.ready(signal);
    return resume(interrupt);
  }
  const deadline = new AbortController();
  const forget = engine.services.clock.schedule(Math.max(0, remainingMs), () => deadline.abort());
  const either =
    signal === undefined ? deadline.signal : AbortSignal.any([signal, deadline.signal]);
  try {
    await waiter.ready(either);
  } catch (error) {
    if (deadline.signal.aborted && signal?.aborted !== true) throw interrupt.timeout();
    throw error;
  } finally {
    forget();
  }
  resume(interrupt);
}

function resume(interrupt: Interrupt): void {
  interrupt.check();
  interrupt.beginSlice();
}
