/** A clock that stands still until a test moves it. Tasks run inside `advance`, in the order of their due times. */
import type { Clock } from '../base/clock.ts';

interface Task {
  readonly dueMs: number;
  readonly order: number;
  readonly run: () => void;
}

export class ManualClock implements Clock {
  readonly #startMicros: number;
  readonly #tasks = new Set<Task>();
  #elapsedMs = 0;
  #order = 0;

  /** `startMicros` is the wall clock at the beginning; the default is an arbitrary day in 2026. */
  constructor(startMicros = 1_780_000_000_000_000) {
    this.#startMicros = startMicros;
  }

  nowMicros(): number {
    return this.#startMicros + Math.floor(this.#elapsedMs * 1000);
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  schedule(delayMs: number, task: () => void): () => void {
    const scheduled = { dueMs: this.#elapsedMs + delayMs, order: this.#order, run: task };
    this.#order += 1;
    this.#tasks.add(scheduled);
    return () => this.#tasks.delete(scheduled);
  }

  /** Moves time forward and runs what becomes due, also what those tasks schedule within the span. */
  advance(ms: number): void {
    const until = this.#elapsedMs + ms;
    for (;;) {
      const next = this.#nextTask();
      if (next === undefined || next.dueMs > until) break;
      this.#tasks.delete(next);
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs);
      next.run();
    }
    this.#elapsedMs = until;
  }

  #nextTask(): Task | undefined {
    let next: Task | undefined;
    for (const task of this.#tasks) {
      const earlier = next === undefined || task.dueMs < next.dueMs;
      if (earlier || (task.dueMs === next?.dueMs && task.order < next.order)) next = task;
    }
    return next;
  }
}
