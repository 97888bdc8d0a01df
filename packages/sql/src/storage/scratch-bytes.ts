/**
 * A growable buffer that is written again for every row or key, with a DataView beside it. `prefix` hands out the written
 * part; views of short lengths are made once and kept, because a view costs more than the bytes of a row.
 */
import { assert } from '@alopex-db/core/base';

const KEPT_LENGTH_MAX = 512;

export class ScratchBytes {
  bytes: Uint8Array<ArrayBuffer>;
  view: DataView<ArrayBuffer>;
  #prefixes: (Uint8Array | undefined)[] = [];

  constructor(capacity = 256) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `length` bytes in all, keeping the first `written`. */
  reserve(length: number, written: number): void {
    if (length <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(length, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, written));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
    this.#prefixes = [];
  }

  /** The first `length` bytes; valid until they are written again. */
  prefix(length: number): Uint8Array {
    assert(length <= this.bytes.length, 'a prefix lies within the buffer');
    if (length > KEPT_LENGTH_MAX) return this.bytes.subarray(0, length);
    return (this.#prefixes[length] ??= this.bytes.subarray(0, length));
  }
}
