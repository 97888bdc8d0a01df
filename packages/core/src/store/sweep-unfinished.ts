/**
 * Deletes what a crash, or a transaction that was rolled back, has left of values that were being written (`txn/value-writer`). Runs
 * at open, before anybody writes: every mark is one of the past then, but for those that a prepared transaction holds.
 */
import type { KeyspaceId } from '../base/brand.ts';
import { AlopexError } from '../base/errors.ts';
import {
  chunkKeyspace,
  decodeUnfinishedKey,
  encodeChunkKey,
  UNFINISHED_FROM,
} from '../memtable/large-value.ts';
import type { KeyRange, KeyTransactionOptions, Transaction } from '../txn/transaction.ts';

/** The number of values swept. */
export function sweepUnfinished(
  keyspaces: Iterable<KeyspaceId>,
  begin: (options: KeyTransactionOptions) => Transaction,
): number {
  let count = 0;
  for (const keyspace of keyspaces) {
    const chunks = chunkKeyspace(keyspace);
    for (const mark of unfinishedOf(chunks, begin)) if (sweep(chunks, mark, begin)) count += 1;
  }
  return count;
}

function unfinishedOf(
  chunks: KeyspaceId,
  begin: (options: KeyTransactionOptions) => Transaction,
): Uint8Array[] {
  const transaction = begin({ readOnly: true });
  try {
    return keysOf(transaction, chunks, { start: UNFINISHED_FROM });
  } finally {
    transaction.rollback();
  }
}

function sweep(
  chunks: KeyspaceId,
  mark: Uint8Array,
  begin: (options: KeyTransactionOptions) => Transaction,
): boolean {
  const id = decodeUnfinishedKey(mark);
  const transaction = begin({ wait: 'never', durability: 'os' });
  try {
    transaction.delete(chunks, mark);
    const range = { start: encodeChunkKey(id, 0), end: encodeChunkKey(id + 1, 0) };
    for (const key of keysOf(transaction, chunks, range)) transaction.delete(chunks, key);
    transaction.commitNow();
    return true;
  } catch (error) {
    transaction.rollback();
    if (error instanceof AlopexError && error.code === 'ALX_LOCK_NOT_AVAILABLE') return false;
    throw error;
  }
}

function keysOf(transaction: Transaction, chunks: KeyspaceId, range: KeyRange): Uint8Array[] {
  const cursor = transaction.scan(chunks, { ...range, keysOnly: true });
  const keys: Uint8Array[] = [];
  while (cursor.advance() === true) {
    const { bytes, start, end } = cursor.key;
    keys.push(bytes.slice(start, end));
  }
  cursor.close();
  return keys;
}
