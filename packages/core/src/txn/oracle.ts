/**
 * Gives out commit versions: microseconds since 1970, or the last version + 1 where the clock stands still or went back.
 * Invariant: every version is larger than all before it, and a safe integer.
 */
import { assert } from '../base/assert.ts';
import { version, type Version } from '../base/brand.ts';
import type { Clock } from '../base/clock.ts';

export class Oracle {
  readonly #clock: Clock;
  #last: number;

  /** `last` is the newest version in use, as recovery found it. */
  constructor(clock: Clock, last: number) {
    this.#clock = clock;
    this.#last = last;
  }

  next(): Version {
    const now = this.#clock.nowMicros();
    this.#last = now > this.#last ? now : this.#last + 1;
    assert(Number.isSafeInteger(this.#last), 'versions are safe integers');
    return version(this.#last);
  }
}
