/** The steps that the cases of the transaction contract are written in. */
import { assert } from '../base/assert.ts';
import { keyspaceId } from '../base/brand.ts';
import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import { AlopexError } from '../base/errors.ts';
import type { ErrorCode } from '../base/error-codes.ts';
import { PENDING } from '../base/pending.ts';
import type { KeyRange, KeyTransactionOptions, Transaction } from '../txn/transaction.ts';

export interface TransactionSubject {
  begin(options?: KeyTransactionOptions): Transaction;
}

export interface TransactionContractCase {
  /** A sentence that is true of every implementation. */
  readonly title: string;
  readonly run: (subject: TransactionSubject) => void | Promise<void>;
}

export const T = keyspaceId(16384);
export const OTHER = keyspaceId(16385);

export function done(result: unknown): void {
  assert(result !== PENDING, 'the row is free');
}

export function put(transaction: Transaction, key: string, value: string): void {
  done(transaction.put(T, encodeUtf8(key), encodeUtf8(value)));
}

export function insert(transaction: Transaction, key: string, value: string): unknown {
  return transaction.insert(T, encodeUtf8(key), encodeUtf8(value));
}

export function get(transaction: Transaction, key: string): string | undefined {
  return text(transaction.get(T, encodeUtf8(key)));
}

export function text(value: unknown): string | undefined {
  return value instanceof Uint8Array ? decodeUtf8(value) : undefined;
}

/** Commits all pairs in one transaction. */
export function set(subject: TransactionSubject, pairs: Readonly<Record<string, string>>): void {
  const transaction = subject.begin();
  for (const [key, value] of Object.entries(pairs)) put(transaction, key, value);
  transaction.commitNow();
}

export function remove(subject: TransactionSubject, key: string): void {
  const transaction = subject.begin();
  done(transaction.delete(T, encodeUtf8(key)));
  transaction.commitNow();
}

/** `a=1 b=2` */
export function scan(transaction: Transaction, range?: KeyRange): string {
  const cursor = transaction.scan(T, range);
  const pairs: string[] = [];
  while (cursor.advance() === true) {
    const { key, value } = cursor;
    const name = decodeUtf8(key.bytes, key.start, key.end);
    pairs.push(`${name}=${decodeUtf8(value.bytes, value.start, value.end)}`);
  }
  assert(cursor.advance() === false, 'a cursor at its end stays there');
  cursor.close();
  cursor.close();
  return pairs.join(' ');
}

export function expectError(code: ErrorCode, action: () => unknown): void {
  let seen: unknown;
  try {
    action();
  } catch (error) {
    seen = error;
  }
  checkCode(code, seen);
}

export async function expectRejection(code: ErrorCode, action: Promise<unknown>): Promise<void> {
  let seen: unknown;
  try {
    await action;
  } catch (error) {
    seen = error;
  }
  checkCode(code, seen);
}

function checkCode(code: ErrorCode, seen: unknown): void {
  assert(
    seen instanceof AlopexError && seen.code === code,
    `the error is ${code}, not ${String(seen)}`,
  );
}
