/**
 * What may end a statement early or make it pause: the caller's AbortSignal, its timeout, and the time slice after which it
 * lets others run. Asked once per batch; a statement without any of the three pays a comparison.
 */
import { AlopexError, type Clock } from '@alopex-db/core/base';

/** A statement runs so long before it lets the event loop turn. */
export const TIME_SLICE_MS = 10;

export interface InterruptOptions {
  readonly signal?: AbortSignal | undefined;
  /** 0 or absent: none. */
  readonly timeoutMs?: number | undefined;
  /** False on `db.sync`, whose statements run to the end. */
  readonly slices: boolean;
}

export class Interrupt {
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;
  readonly #timeoutMs: number;
  readonly #deadlineMs: number;
  readonly #slices: boolean;
  #sliceEndMs: number;
  #cancelled = false;

  constructor(clock: Clock, options: InterruptOptions) {
    this.#clock = clock;
    this.#signal = options.signal;
    this.#timeoutMs = options.timeoutMs ?? 0;
    if (!(this.#timeoutMs >= 0)) {
      throw new AlopexError(
        'ALX_INVALID_ARGUMENT',
        `timeoutMs is a number of milliseconds from 0 (no limit), got ${this.#timeoutMs}`,
      );
    }
    this.#slices = options.slices;
    const now = this.#timeoutMs > 0 || this.#slices ? clock.monotonicMs() : 0;
    this.#deadlineMs = this.#timeoutMs > 0 ? now + this.#timeoutMs : Number.POSITIVE_INFINITY;
    this.#sliceEndMs = this.#slices ? now + TIME_SLICE_MS : Number.POSITIVE_INFINITY;
  }

  /** Ends the statement at its next look. */
  cancel(): void {
    this.#cancelled = true;
  }

  /** Throws ALX_CANCELLED or ALX_TIMEOUT when the statement must stop. */
  check(): void {
    if (this.#cancelled || this.#signal?.aborted === true) throw this.#cancellation();
    if (this.#timeoutMs > 0 && this.#clock.monotonicMs() >= this.#deadlineMs) throw this.timeout();
  }

  /** True when it is time to let others run. */
  get sliceIsOver(): boolean {
    return this.#slices && this.#clock.monotonicMs() >= this.#sliceEndMs;
  }

  beginSlice(): void {
    if (this.#slices) this.#sliceEndMs = this.#clock.monotonicMs() + TIME_SLICE_MS;
  }

  /** Milliseconds until the deadline; Infinity without one. */
  get remainingMs(): number {
    if (this.#timeoutMs === 0) return Number.POSITIVE_INFINITY;
    return this.#deadlineMs - this.#clock.monotonicMs();
  }

  get signal(): AbortSignal | undefined {
    return this.#signal;
  }

  timeout(): AlopexError {
    return new AlopexError('ALX_TIMEOUT', 'canceling statement due to statement timeout', {
      detail: `The statement ran longer than ${this.#timeoutMs} ms.`,
    });
  }

  #cancellation(): AlopexError {
    const cause: unknown = this.#signal?.reason;
    return new AlopexError('ALX_CANCELLED', 'canceling statement due to user request', { cause });
  }
}
