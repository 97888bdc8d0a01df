/** The machine's clock. Wall time has the resolution of the system, monotonic time that of `performance.now`. */
import type { Clock } from '../base/clock.ts';

export const systemClock: Clock = Object.freeze({
  // timeOrigin + now keeps microseconds, which Date.now drops, but it does not follow adjustments of the wall clock;
  // the wall clock in milliseconds does, and the oracle makes versions unique anyway.
  nowMicros: (): number => Date.now() * 1000,
  monotonicMs: (): number => performance.now(),
  schedule: (delayMs: number, task: () => void): (() => void) => {
    const timer = setTimeout(task, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
});
