/** What a simulation did, folded into one number as it goes: two runs of a seed must give the same. */
import { encodeUtf8 } from '../../src/base/bytes.ts';
import { hashBytes } from '../../src/base/hash.ts';

export class Trace {
  #hash = 0;
  /** The last events, for whoever looks into a failure. */
  readonly recent: string[] = [];

  note(event: string): void {
    const bytes = encodeUtf8(event);
    this.#hash = (Math.imul(this.#hash, 31) + hashBytes(bytes, 0, bytes.length)) >>> 0;
    this.recent.push(event);
    if (this.recent.length > RECENT_MAX) this.recent.shift();
  }

  get hash(): string {
    return this.#hash.toString(16).padStart(8, '0');
  }
}

const RECENT_MAX = 40;
