/**
 * What the KV facet does inside a transaction. Each answers or is PENDING, and may then be called again from the start: what
 * an earlier attempt has locked or written is the transaction's own by now.
 */
import { AlopexError, PENDING, equalBytes, keyspaceId, type Pending } from '@alopex-db/core/base';
import type { Cursor, Transaction } from '@alopex-db/core';
import { KV_KEYSPACE } from '@alopex-db/sql';
import type { KvOperation } from '@alopex-db/sql/session';
import { bytesOf } from './kv-bytes.ts';

const KEYSPACE = keyspaceId(KV_KEYSPACE);

export type Pair = [Uint8Array, Uint8Array];

/** An operation of a batch in bytes; `value` undefined deletes. */
export interface EncodedOperation {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
  readonly ttlMs: number | undefined;
}

export function encodeOperations(operations: readonly KvOperation[]): EncodedOperation[] {
  return operations.map((operation) => ({
    key: bytesOf('key', operation.key),
    value: operation.type === 'put' ? bytesOf('value', operation.value) : undefined,
    ttlMs: operation.type === 'put' ? checkedTtl(operation.ttlMs) : undefined,
  }));
}

/** A time to live in milliseconds; undefined is for ever. */
export function checkedTtl(ttlMs: number | undefined): number | undefined {
  if (ttlMs === undefined || (Number.isFinite(ttlMs) && ttlMs > 0)) return ttlMs;
  throw new AlopexError(
    'ALX_INVALID_ARGUMENT',
    `ttlMs is a number of milliseconds above 0, got ${String(ttlMs)}`,
  );
}

export function getValue(
  transaction: Transaction,
  key: Uint8Array,
): Uint8Array | undefined | Pending {
  return transaction.get(KEYSPACE, key);
}

export function putValue(
  transaction: Transaction,
  key: Uint8Array,
  value: Uint8Array,
  ttlMs: number | undefined,
): void | Pending {
  return ttlMs === undefined
    ? transaction.put(KEYSPACE, key, value)
    : transaction.putExpiring(KEYSPACE, key, value, ttlMs);
}

/** Whether the key was there. */
export function deleteKey(transaction: Transaction, key: Uint8Array): boolean | Pending {
  // The lock comes first: whoever holds the row settles whether it is there.
  if (transaction.lock(KEYSPACE, key) === PENDING) return PENDING;
  // Its value may be a large one, which nobody wants.
  const before = transaction.openValue(KEYSPACE, key);
  if (before === PENDING) return PENDING;
  if (before === undefined) return false;
  return transaction.delete(KEYSPACE, key) === PENDING ? PENDING : true;
}

/** Writes `next` when the value is `expected`; undefined stands for a key that is not there. */
export function compareAndSwap(
  transaction: Transaction,
  key: Uint8Array,
  expected: Uint8Array | undefined,
  next: Uint8Array,
): boolean | Pending {
  if (transaction.lock(KEYSPACE, key) === PENDING) return PENDING;
  const found = transaction.get(KEYSPACE, key);
  if (found === PENDING) return PENDING;
  const isExpected =
    found === undefined || expected === undefined
      ? found === expected
      : equalBytes(found, expected);
  if (!isExpected) return false;
  return transaction.put(KEYSPACE, key, next) === PENDING ? PENDING : true;
}

export function applyOperation(
  transaction: Transaction,
  { key, value, ttlMs }: EncodedOperation,
): void | Pending {
  return value === undefined
    ? transaction.delete(KEYSPACE, key)
    : putValue(transaction, key, value, ttlMs);
}

export function openScan(
  transaction: Transaction,
  keys: Parameters<Transaction['scan']>[1],
): Cursor {
  return transaction.scan(KEYSPACE, keys);
}

/** Copies of the pair under the cursor: they belong to the caller. */
export function pairAt({ key, value }: Cursor): Pair {
  return [key.bytes.slice(key.start, key.end), value.bytes.slice(value.start, value.end)];
}
