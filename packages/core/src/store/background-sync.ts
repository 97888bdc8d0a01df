/** Syncs what was committed without a sync, a little later: at most one sync is due at a time, none when nothing was written. */
import type { Clock } from '../base/clock.ts';

export class BackgroundSync {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #sync: () => Promise<void>;
  #cancel: (() => void) | undefined;

  /** `sync` never rejects. */
  constructor(clock: Clock, delayMs: number, sync: () => Promise<void>) {
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#sync = sync;
  }

  /** Something was written and not synced. */
  note(): void {
    if (this.#cancel !== undefined) return;
    this.#cancel = this.#clock.schedule(this.#delayMs, () => {
      this.#cancel = undefined;
      void this.#sync();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
