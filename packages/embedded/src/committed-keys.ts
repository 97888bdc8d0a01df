/**
 * Reads of the newest committed value of a key, without a transaction object: the short way of `db.kv.get`.
 *
 * A text key is encoded into one scratch buffer. Short ASCII keys are written unit by unit, because the call into the encoder
 * costs more than the loop. Neither the scratch nor the slot outlives the call.
 */
import { PENDING, decodeUtf8, encodeUtf8, keyspaceId, type Pending } from '@alopex-db/core/base';
import type { Store, ValueSlot } from '@alopex-db/core';
import { KV_KEYSPACE } from '@alopex-db/sql';
import type { Bytes } from '@alopex-db/sql/session';
import { bytesOf } from './kv-bytes.ts';

const KEYSPACE = keyspaceId(KV_KEYSPACE);
const SCRATCH_SIZE = 64;

export class CommittedKeys {
  readonly #store: Store;
  readonly #scratch = new Uint8Array(SCRATCH_SIZE);
  readonly #slot: ValueSlot = { bytes: this.#scratch, start: 0, end: 0 };

  constructor(store: Store) {
    this.#store = store;
  }

  get(key: Bytes): Uint8Array | undefined | Pending {
    const slot = this.#slot;
    const found = this.#store.readLatest(KEYSPACE, this.#encode(key), slot);
    if (found === PENDING) return PENDING;
    return found ? slot.bytes.slice(slot.start, slot.end) : undefined;
  }

  getText(key: Bytes): string | undefined | Pending {
    const slot = this.#slot;
    const found = this.#store.readLatest(KEYSPACE, this.#encode(key), slot);
    if (found === PENDING) return PENDING;
    return found ? decodeUtf8(slot.bytes, slot.start, slot.end) : undefined;
  }

  /** Valid until the next call. */
  #encode(key: Bytes): Uint8Array {
    if (typeof key !== 'string') return bytesOf('key', key);
    const { length } = key;
    if (length > SCRATCH_SIZE) return encodeUtf8(key);
    const scratch = this.#scratch;
    for (let index = 0; index < length; index += 1) {
      const unit = key.charCodeAt(index);
      if (unit > 0x7f) return encodeUtf8(key);
      scratch[index] = unit;
    }
    return scratch.subarray(0, length);
  }
}
