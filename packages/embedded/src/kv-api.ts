/**
 * `db.kv` and `tx.kv`: keys and values in a keyspace of their own, in the same transactions as SQL. Over a session every
 * call is a transaction; over a transaction it is part of it, in call order. A read outside a transaction goes straight to
 * the newest committed value.
 *
 * What is handed in is copied before a call first waits; what is handed out belongs to the caller.
 */
import { PENDING, decodeUtf8 } from '@alopex-db/core/base';
import type { Cursor, Transaction } from '@alopex-db/core';
import type { StatementHost } from '@alopex-db/sql';
import type {
  Bytes,
  KvByteSource,
  KvEvent,
  KvFacet,
  KvOperation,
  KvPutOptions,
  KvPutStreamOptions,
  KvRange,
  KvSearchPage,
  KvSearchRequest,
  KvStream,
  KvStreamRange,
  KvWatchRange,
} from '@alopex-db/sql/session';
import { CommittedKeys } from './committed-keys.ts';
import { ownBytesOf, resolveRange } from './kv-bytes.ts';
import type { KvHistory } from './kv-history.ts';
import {
  applyOperation,
  checkedTtl,
  compareAndSwap,
  deleteKey,
  encodeOperations,
  getValue,
  openScan,
  pairAt,
  putValue,
  type Pair,
} from './kv-operations.ts';
import { KeySearch } from './kv-search.ts';
import { getStream, putStream } from './kv-stream.ts';
import { watchKeys } from './kv-watch.ts';
import { settled } from './settled.ts';

const READ = Object.freeze({ readOnly: true });
const WRITE = Object.freeze({ readOnly: false });

/** What a scan gathers before it hands it out and lets others run: so many pairs, or so many bytes if those come first. */
const PAIRS_PER_STEP = 256;
const BYTES_PER_STEP = 1024 * 1024;

export class KvApi implements KvFacet {
  readonly #host: StatementHost;
  readonly #committed: CommittedKeys;

  readonly #history: KvHistory;

  constructor(host: StatementHost, history: KvHistory) {
    this.#host = host;
    this.#history = history;
    this.#committed = new CommittedKeys(host.engine.services.store);
  }

  async get(key: Bytes): Promise<Uint8Array | undefined> {
    const host = this.#host;
    host.check();
    if (host.currentBlock === undefined) {
      const value = this.#committed.get(key);
      if (value !== PENDING) return value;
    }
    const bytes = ownBytesOf('key', key);
    return host.within(READ, ({ transaction }) =>
      settled(transaction, () => getValue(transaction, bytes)),
    );
  }

  async getText(key: Bytes): Promise<string | undefined> {
    const host = this.#host;
    host.check();
    if (host.currentBlock === undefined) {
      const text = this.#committed.getText(key);
      if (text !== PENDING) return text;
    }
    const value = await this.get(key);
    return value === undefined ? undefined : decodeUtf8(value);
  }

  async getMany(keys: readonly Bytes[]): Promise<(Uint8Array | undefined)[]> {
    const encoded = keys.map((key) => ownBytesOf('key', key));
    return this.#host.within(READ, async ({ transaction }) => {
      const values: (Uint8Array | undefined)[] = [];
      for (const key of encoded) {
        const value = getValue(transaction, key);
        // Only a read that has to wait costs an await.
        values.push(
          value === PENDING ? await settled(transaction, () => getValue(transaction, key)) : value,
        );
      }
      return values;
    });
  }

  async put(key: Bytes, value: Bytes, options?: KvPutOptions): Promise<void> {
    const ttlMs = checkedTtl(options?.ttlMs);
    const keyBytes = ownBytesOf('key', key);
    const valueBytes = ownBytesOf('value', value);
    return this.#host.within(WRITE, ({ transaction }) =>
      settled(transaction, () => putValue(transaction, keyBytes, valueBytes, ttlMs)),
    );
  }

  async delete(key: Bytes): Promise<boolean> {
    const bytes = ownBytesOf('key', key);
    return this.#host.within(WRITE, ({ transaction }) =>
      settled(transaction, () => deleteKey(transaction, bytes)),
    );
  }

  async compareAndSwap(key: Bytes, expected: Bytes | undefined, next: Bytes): Promise<boolean> {
    const keyBytes = ownBytesOf('key', key);
    const expectedBytes = expected === undefined ? undefined : ownBytesOf('value', expected);
    const nextBytes = ownBytesOf('value', next);
    return this.#host.within(WRITE, ({ transaction }) =>
      settled(transaction, () => compareAndSwap(transaction, keyBytes, expectedBytes, nextBytes)),
    );
  }

  async batch(operations: readonly KvOperation[]): Promise<void> {
    const encoded = encodeOperations(operations);
    return this.#host.within(WRITE, async ({ transaction }) => {
      for (const operation of encoded) {
        if (applyOperation(transaction, operation) === PENDING) {
          await settled(transaction, () => applyOperation(transaction, operation));
        }
      }
    });
  }

  async putStream(
    key: Bytes,
    source: KvByteSource,
    options: KvPutStreamOptions = {},
  ): Promise<void> {
    return putStream(this.#host, key, source, options);
  }

  async getStream(key: Bytes, range: KvStreamRange = {}): Promise<KvStream | undefined> {
    return getStream(this.#host, key, range);
  }

  async search(request: KvSearchRequest): Promise<KvSearchPage> {
    const search = new KeySearch(request);
    const { range } = search;
    if (range === undefined) {
      this.#host.check();
      return search.page();
    }
    const held = this.#host.hold();
    let failed = true;
    try {
      const { transaction } = held.block;
      const cursor = openScan(transaction, range);
      try {
        while (!(await held.step(() => settled(transaction, () => search.advance(cursor)))))
          await this.#host.engine.pause(0);
      } finally {
        cursor.close();
      }
      failed = false;
      return search.page();
    } finally {
      held.release(failed);
    }
  }

  watch(range: KvWatchRange = {}): AsyncIterable<KvEvent> {
    this.#host.check();
    return watchKeys(this.#history, range);
  }

  async *scan(range: KvRange = {}): AsyncGenerator<Pair, void, void> {
    const resolved = resolveRange(range);
    if (resolved === undefined) {
      this.#host.check();
      return;
    }
    const held = this.#host.hold();
    let failed = false;
    let cursor: Cursor | undefined;
    try {
      const { transaction } = held.block;
      const opened = openScan(transaction, resolved.keys);
      cursor = opened;
      let left = resolved.limit;
      while (left > 0) {
        const wanted = Math.min(left, PAIRS_PER_STEP);
        const { pairs, isEnd } = await held.step(() => gatherPairs(transaction, opened, wanted));
        yield* pairs;
        if (isEnd) return;
        left -= pairs.length;
      }
    } catch (error) {
      failed = true;
      throw error;
    } finally {
      cursor?.close();
      held.release(failed);
    }
  }
}

interface Gathered {
  readonly pairs: Pair[];
  /** The range is at its end. */
  readonly isEnd: boolean;
}

async function gatherPairs(
  transaction: Transaction,
  cursor: Cursor,
  wanted: number,
): Promise<Gathered> {
  const pairs: Pair[] = [];
  let bytes = 0;
  while (pairs.length < wanted && bytes < BYTES_PER_STEP) {
    const found = cursor.advance();
    if (found === PENDING) {
      await transaction.waiter.ready();
      continue;
    }
    if (!found) return { pairs, isEnd: true };
    const pair = pairAt(cursor);
    pairs.push(pair);
    bytes += pair[0].length + pair[1].length;
  }
  return { pairs, isEnd: false };
}
