/** Time and waiting, passed in so that a whole system can run from one seed. `node/system-clock` is the real one. */
export interface Clock {
  /** Wall clock in microseconds since 1970-01-01 UTC, a safe integer. May jump. */
  nowMicros(): number;
  /** Monotonic time in milliseconds with a fraction, for durations and deadlines. Never goes back. */
  monotonicMs(): number;
  /** Runs `task` once after at least `delayMs`; the returned function forgets it. Pending tasks do not keep a process alive. */
  schedule(delayMs: number, task: () => void): () => void;
}
