/**
 * Writes a value of unknown size in bounded memory, ahead of the transaction that gives it to a key.
 *
 *   1. the first full chunk is committed together with a mark that says: value id so-and-so is unfinished
 *   2. each further chunk is committed by itself, without a sync of its own; nothing names it yet
 *   3. `Transaction.putWritten` writes the rest and the place of the value under the key, and deletes the mark: one commit,
 *      whose sync covers the chunks before it in the log
 *
 * What stops before that leaves chunks that nobody can read: `abort` deletes them, and after a crash, or when the transaction of
 * step 3 is rolled back, the next open does, by the mark. A value that ends before its first chunk is full was never anywhere.
 */
import { assert } from '../base/assert.ts';
import type { KeyspaceId } from '../base/brand.ts';
import { AlopexError } from '../base/errors.ts';
import { ENTRY_KIND } from '../memtable/entry.ts';
import { chunkKeyspace, encodeChunkKey, encodeUnfinishedKey } from '../memtable/large-value.ts';
import type { WriteSet } from '../memtable/write-set.ts';
import { LARGE_VALUE_SIZE_MAX, writeChunk, type LargeValues } from './large-values.ts';
import type { WrittenValue } from './transaction.ts';

export interface ValueWriterHost {
  readonly largeValues: LargeValues;
  /** Commits what a call puts into a write set, beside all transactions. */
  commitApart(write: (writes: WriteSet) => void): Promise<void>;
}

const NO_BYTES = new Uint8Array(0);
const NO_ID = 0;

export class ValueWriter implements WrittenValue {
  readonly keyspace: KeyspaceId;
  readonly endMicros: number | undefined;
  readonly #host: ValueWriterHost;
  readonly #chunkSizeBytes: number;
  /** Holds at most one chunk. */
  #buffer: Uint8Array = NO_BYTES;
  #used = 0;
  #chunks = 0;
  #id = NO_ID;
  #checksum = 0;
  #isEnded = false;

  constructor(host: ValueWriterHost, keyspace: KeyspaceId, endMicros: number | undefined) {
    this.#host = host;
    this.keyspace = keyspace;
    this.endMicros = endMicros;
    this.#chunkSizeBytes = host.largeValues.chunkSizeBytes;
  }

  get sizeBytes(): number {
    return this.#chunks * this.#chunkSizeBytes + this.#used;
  }

  get rest(): Uint8Array {
    return this.#buffer.subarray(0, this.#used);
  }

  get place(): WrittenValue['place'] {
    if (this.#id === NO_ID) return undefined;
    const { sizeBytes } = this;
    const checksum = this.#sum(this.rest);
    return { id: this.#id, sizeBytes, chunkSizeBytes: this.#chunkSizeBytes, checksum };
  }

  /** Takes a copy of the bytes. Once it has failed the value cannot be finished. */
  async write(bytes: Uint8Array): Promise<void> {
    assert(!this.#isEnded, 'a value that is being written was not aborted');
    if (this.sizeBytes + bytes.length > LARGE_VALUE_SIZE_MAX) {
      throw new AlopexError(
        'ALX_INVALID_ARGUMENT',
        `a value of more than ${LARGE_VALUE_SIZE_MAX} bytes exceeds the limit`,
        { hint: 'Split the value over several keys.' },
      );
    }
    for (let at = 0; at < bytes.length;) {
      if (this.#used === this.#chunkSizeBytes) await this.#commitChunk();
      if (this.#buffer.length === 0) this.#buffer = new Uint8Array(this.#chunkSizeBytes);
      const size = Math.min(bytes.length - at, this.#chunkSizeBytes - this.#used);
      this.#buffer.set(bytes.subarray(at, at + size), this.#used);
      this.#used += size;
      at += size;
    }
  }

  /** Deletes what was written; not after the value was given to a key. Idempotent. */
  async abort(): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#buffer = NO_BYTES;
    this.#used = 0;
    if (this.#id === NO_ID) return;
    const chunks = chunkKeyspace(this.keyspace);
    const keys = Array.from({ length: this.#chunks }, (_, number) =>
      encodeChunkKey(this.#id, number),
    );
    await this.#host.commitApart((writes) => {
      for (const key of [...keys, encodeUnfinishedKey(this.#id)]) {
        writes.locate(chunks, key);
        writes.writeLocated(ENTRY_KIND.delete, key);
      }
    });
  }

  async #commitChunk(): Promise<void> {
    const { keyspace, endMicros } = this;
    const isFirst = this.#id === NO_ID;
    if (isFirst) this.#id = this.#host.largeValues.newId(keyspace);
    const key = encodeChunkKey(this.#id, this.#chunks);
    await this.#host.commitApart((writes) => {
      if (isFirst) writeChunk(writes, keyspace, encodeUnfinishedKey(this.#id), NO_BYTES, undefined);
      writeChunk(writes, keyspace, key, this.rest, endMicros);
    });
    this.#checksum = this.#sum(this.rest);
    this.#chunks += 1;
    this.#used = 0;
  }

  #sum(bytes: Uint8Array): number {
    return this.#host.largeValues.checksum(bytes, 0, bytes.length, this.#checksum);
  }
}
