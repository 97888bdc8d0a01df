/**
 * Writes of an UPDATE or DELETE, collected while its input is read and carried out afterwards: deletes first, then new
 * values under kept keys, then rows and entries under new keys. So a statement never meets its own rows, and constraints are
 * checked against the state it leaves, not against the order of its rows (`SET id = id + 1` works).
 *
 * All bytes lie in one growing log; a write is a keyspace and three positions.
 */
import { AlopexError, PENDING, type KeyspaceId, type Pending } from '@alopex-db/core/base';
import type { Transaction } from '@alopex-db/core';
import { readRow } from './read-column.ts';
import type { TableWriter } from './table-writer.ts';
import type { TableIndex } from './table-index.ts';

interface StagedWrite {
  readonly keyspace: KeyspaceId;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueEnd: number;
}

interface StagedInsert extends StagedWrite {
  /** Undefined: the row itself. */
  readonly index: TableIndex | undefined;
  /** Where the row's value lies, for the message of a violation. */
  readonly rowStart: number;
}

export class StagedWrites {
  readonly #bytesMax: number;
  #log = new Uint8Array(4_096);
  #length = 0;
  readonly #deletes: StagedWrite[] = [];
  readonly #puts: StagedWrite[] = [];
  readonly #inserts: StagedInsert[] = [];

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  delete(keyspace: KeyspaceId, key: Uint8Array): void {
    this.#deletes.push(this.#append(keyspace, key, undefined));
  }

  put(keyspace: KeyspaceId, key: Uint8Array, value: Uint8Array): number {
    const write = this.#append(keyspace, key, value);
    this.#puts.push(write);
    return write.keyEnd;
  }

  /** Answers where the value lies. */
  insertRow(keyspace: KeyspaceId, key: Uint8Array, value: Uint8Array): number {
    const write = this.#append(keyspace, key, value);
    this.#inserts.push({ ...write, index: undefined, rowStart: write.keyEnd });
    return write.keyEnd;
  }

  /** The writer's prepared entry for its index `position`. `rowStart`: where the row's value lies, from `put` or `insertRow`. */
  insertEntry(writer: TableWriter, position: number, rowStart: number): void {
    const entry = writer.preparedEntry(position);
    if (entry === undefined) return;
    const index = writer.indexes[position]!;
    const write = this.#append(index.keyspace, entry, writer.preparedEntryValue(position));
    this.#inserts.push({ ...write, index, rowStart });
  }

  *apply(transaction: Transaction, writer: TableWriter): Generator<Pending, void, void> {
    for (const { keyspace, keyStart, keyEnd } of this.#deletes) {
      const key = this.#log.subarray(keyStart, keyEnd);
      while (transaction.delete(keyspace, key) === PENDING) yield PENDING;
    }
    for (const { keyspace, keyStart, keyEnd, valueEnd } of this.#puts) {
      const key = this.#log.subarray(keyStart, keyEnd);
      const value = this.#log.subarray(keyEnd, valueEnd);
      while (transaction.put(keyspace, key, value) === PENDING) yield PENDING;
    }
    for (const { keyspace, keyStart, keyEnd, valueEnd, index, rowStart } of this.#inserts) {
      const key = this.#log.subarray(keyStart, keyEnd);
      const value = this.#log.subarray(keyEnd, valueEnd);
      if (index?.unique === false) {
        while (transaction.put(keyspace, key, value) === PENDING) yield PENDING;
        continue;
      }
      let free = transaction.insert(keyspace, key, value);
      for (; free === PENDING; free = transaction.insert(keyspace, key, value)) yield PENDING;
      if (free) continue;
      const row = readRow(writer.layouts, this.#log, rowStart);
      throw index === undefined
        ? writer.primaryKeyViolation(row)
        : writer.entryViolation(index, row);
    }
  }

  #append(keyspace: KeyspaceId, key: Uint8Array, value: Uint8Array | undefined): StagedWrite {
    const keyStart = this.#length;
    const keyEnd = keyStart + key.length;
    const valueEnd = keyEnd + (value?.length ?? 0);
    this.#reserve(valueEnd);
    this.#log.set(key, keyStart);
    if (value !== undefined) this.#log.set(value, keyEnd);
    this.#length = valueEnd;
    return { keyspace, keyStart, keyEnd, valueEnd };
  }

  #reserve(length: number): void {
    if (length <= this.#log.length) return;
    if (length > this.#bytesMax) {
      throw new AlopexError(
        'ALX_MEMORY_LIMIT',
        `the rows changed by the statement need more than ${this.#bytesMax} bytes of memory`,
        { hint: 'Change fewer rows at a time, or raise alopex.buffer_pool_size.' },
      );
    }
    const grown = new Uint8Array(Math.max(length, this.#log.length * 2));
    grown.set(this.#log);
    this.#log = grown;
  }
}
