/**
 * `db.sync.kv`: the calls of `KvApi` answered directly. Nothing waits: a row locked by another transaction is 55P03 at once.
 */
import { PENDING, decodeUtf8, type Pending } from '@alopex-db/core/base';
import type { Cursor, Transaction } from '@alopex-db/core';
import { cannotWait, type StatementHost } from '@alopex-db/sql';
import type {
  Bytes,
  KvOperation,
  KvPutOptions,
  KvRange,
  KvSearchPage,
  KvSearchRequest,
  SyncKvFacet,
} from '@alopex-db/sql/session';
import { CommittedKeys } from './committed-keys.ts';
import { bytesOf, resolveRange } from './kv-bytes.ts';
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

const READ = Object.freeze({ readOnly: true });
const WRITE = Object.freeze({ readOnly: false });

export class SyncKvApi implements SyncKvFacet {
  readonly #host: StatementHost;
  readonly #committed: CommittedKeys;

  constructor(host: StatementHost) {
    this.#host = host;
    this.#committed = new CommittedKeys(host.engine.services.store);
  }

  get(key: Bytes): Uint8Array | undefined {
    const host = this.#host;
    host.check();
    if (host.currentBlock === undefined) return answered(this.#committed.get(key));
    const bytes = bytesOf('key', key);
    return host.withinNow(READ, ({ transaction }) => answered(getValue(transaction, bytes)));
  }

  getText(key: Bytes): string | undefined {
    const host = this.#host;
    host.check();
    if (host.currentBlock === undefined) return answered(this.#committed.getText(key));
    const value = this.get(key);
    return value === undefined ? undefined : decodeUtf8(value);
  }

  getMany(keys: readonly Bytes[]): (Uint8Array | undefined)[] {
    return this.#host.withinNow(READ, ({ transaction }) =>
      keys.map((key) => answered(getValue(transaction, bytesOf('key', key)))),
    );
  }

  put(key: Bytes, value: Bytes, options?: KvPutOptions): void {
    const ttlMs = checkedTtl(options?.ttlMs);
    const keyBytes = bytesOf('key', key);
    const valueBytes = bytesOf('value', value);
    this.#host.withinNow(WRITE, ({ transaction }) =>
      answered(putValue(transaction, keyBytes, valueBytes, ttlMs)),
    );
  }

  delete(key: Bytes): boolean {
    const bytes = bytesOf('key', key);
    return this.#host.withinNow(WRITE, ({ transaction }) =>
      answered(deleteKey(transaction, bytes)),
    );
  }

  compareAndSwap(key: Bytes, expected: Bytes | undefined, next: Bytes): boolean {
    const keyBytes = bytesOf('key', key);
    const expectedBytes = expected === undefined ? undefined : bytesOf('value', expected);
    const nextBytes = bytesOf('value', next);
    return this.#host.withinNow(WRITE, ({ transaction }) =>
      answered(compareAndSwap(transaction, keyBytes, expectedBytes, nextBytes)),
    );
  }

  batch(operations: readonly KvOperation[]): void {
    const encoded = encodeOperations(operations);
    this.#host.withinNow(WRITE, ({ transaction }) => {
      for (const operation of encoded) answered(applyOperation(transaction, operation));
    });
  }

  search(request: KvSearchRequest): KvSearchPage {
    const search = new KeySearch(request);
    const { range } = search;
    return this.#host.withinNow(READ, ({ transaction }) => {
      if (range === undefined) return search.page();
      const cursor = openScan(transaction, range);
      try {
        while (!answered(search.advance(cursor)));
      } finally {
        cursor.close();
      }
      return search.page();
    });
  }

  *scan(range: KvRange = {}): Generator<Pair, void, void> {
    const resolved = resolveRange(range);
    this.#host.check();
    if (resolved === undefined) return;
    const block = this.#host.currentBlock;
    if (block !== undefined) {
      yield* walk(openScan(block.transaction, resolved.keys), resolved.limit);
      return;
    }
    const transaction: Transaction = this.#host.engine.services.store.begin({ readOnly: true });
    try {
      yield* walk(openScan(transaction, resolved.keys), resolved.limit);
    } finally {
      transaction.rollback();
    }
  }
}

function* walk(cursor: Cursor, limit: number): Generator<Pair, void, void> {
  try {
    for (let left = limit; left > 0; left -= 1) {
      if (!answered(cursor.advance())) return;
      yield pairAt(cursor);
    }
  } finally {
    cursor.close();
  }
}

function answered<T>(answer: T | Pending): T {
  if (answer === PENDING) throw cannotWait();
  return answer as T;
}
