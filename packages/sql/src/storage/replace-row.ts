/** Replaces one stored row by another version of itself, moving its key and its index entries where they change. */
import { PENDING, equalBytes, type Pending } from '@alopex-db/core/base';
import type { Transaction } from '@alopex-db/core';
import type { Scalar } from '@alopex-db/core/types';
import type { TableWriter } from './table-writer.ts';

/** `before` is the row under `oldKey`, `after` what it becomes. The new row stays prepared in the writer. */
export function* replaceRow(
  writer: TableWriter,
  transaction: Transaction,
  oldKey: Uint8Array,
  before: readonly Scalar[],
  after: readonly Scalar[],
): Generator<Pending, void, void> {
  const oldEntries = writer.indexes.map((index) => index.entryOf(before, oldKey)?.slice());
  writer.prepareScalars(after, oldKey);
  const moves = writer.movesFrom(oldKey);
  if (moves) {
    while (transaction.delete(writer.keyspace, oldKey) === PENDING) yield PENDING;
    let free = transaction.insert(writer.keyspace, writer.key, writer.value);
    for (; free === PENDING; free = transaction.insert(writer.keyspace, writer.key, writer.value)) {
      yield PENDING;
    }
    if (!free) throw writer.primaryKeyViolation();
  } else {
    while (transaction.put(writer.keyspace, oldKey, writer.value) === PENDING) yield PENDING;
  }
  for (const [position, index] of writer.indexes.entries()) {
    const oldEntry = oldEntries[position];
    const entry = writer.preparedEntry(position);
    const stays = oldEntry !== undefined && entry !== undefined && equalBytes(oldEntry, entry);
    if (stays && !moves) {
      const current = writer.preparedEntryValue(position);
      if (!index.holdsValues || equalBytes(index.valueOf(before, oldKey), current)) continue;
    } else if (oldEntry !== undefined) {
      while (transaction.delete(index.keyspace, oldEntry) === PENDING) yield PENDING;
    }
    if (entry === undefined) continue;
    const value = writer.preparedEntryValue(position);
    if (!index.unique) {
      while (transaction.put(index.keyspace, entry, value) === PENDING) yield PENDING;
      continue;
    }
    let free = transaction.insert(index.keyspace, entry, value);
    for (; free === PENDING; free = transaction.insert(index.keyspace, entry, value)) {
      yield PENDING;
    }
    if (!free) throw writer.entryViolation(index);
  }
}
