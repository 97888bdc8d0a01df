/** Reads of the newest committed value of a key, without a transaction object: the short way of `db.kv.get`. */
import { PENDING, decodeUtf8, keyspaceId, type Pending } from '@alopex-db/core/base';
import type { Store, ValueSlot } from '@alopex-db/core';
import { KV_KEYSPACE } from '@alopex-db/sql';
import type { Bytes } from '@alopex-db/sql/session';
import { bytesOf } from './kv-bytes.ts';

const KEYSPACE = keyspaceId(KV_KEYSPACE);
const NO_BYTES = new Uint8Array(0);

export class CommittedKeys {
  readonly #store: Store;
  readonly #slot: ValueSlot = { bytes: NO_BYTES, start: 0, end: 0 };

  constructor(store: Store) {
    this.#store = store;
  }

  get(key: Bytes): Uint8Array | undefined | Pending {
    const slot = this.#slot;
    const found = this.#store.readLatest(KEYSPACE, bytesOf('key', key), slot);
    if (found === PENDING) return PENDING;
    return found ? slot.bytes.slice(slot.start, slot.end) : undefined;
  }

  getText(key: Bytes): string | undefined | Pending {
    const slot = this.#slot;
    const found = this.#store.readLatest(KEYSPACE, bytesOf('key', key), slot);
    if (found === PENDING) return PENDING;
    return found ? decodeUtf8(slot.bytes, slot.start, slot.end) : undefined;
  }
}
