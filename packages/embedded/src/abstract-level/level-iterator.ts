/**
 * An iterator of abstract-level over one snapshot: its own transaction, or that of an explicit snapshot. The base class decodes,
 * counts and orders calls; here are only steps in bytes.
 */
import { AbstractIterator } from 'abstract-level';
import { assert, keyspaceId, PENDING } from '@alopex-db/core/base';
import type { Cursor, KeyRange, Transaction } from '@alopex-db/core';
import { KV_KEYSPACE } from '@alopex-db/sql';
import type { AlopexLevel } from './alopex-level.ts';
import { keyRangeOf, rangeFrom, type LevelRange } from './level-range.ts';

const KEYSPACE = keyspaceId(KV_KEYSPACE);

export interface LevelIteratorOptions extends LevelRange {
  readonly keys: boolean;
  readonly values: boolean;
}

type Entry = [key: Uint8Array | undefined, value: Uint8Array | undefined];

/** Bytes that `nextv` gathers before it answers with less than it was asked for. */
const BYTES_PER_CALL = 4 * 1024 * 1024;

export class LevelIterator<K, V> extends AbstractIterator<AlopexLevel<K, V>, K, V> {
  readonly #transaction: Transaction;
  readonly #ownsTransaction: boolean;
  readonly #range: KeyRange;
  readonly #keys: boolean;
  readonly #values: boolean;
  /** What the next step opens a cursor over; undefined where a seek left the range. Not sooner: a snapshot may be closed by now. */
  #next: KeyRange | undefined;
  #cursor: Cursor | undefined;

  constructor(
    level: AlopexLevel<K, V>,
    options: LevelIteratorOptions,
    transaction: Transaction,
    ownsTransaction: boolean,
  ) {
    // Bounds are encoded by now, which the declarations of the base class do not say.
    super(level, options as object);
    this.#transaction = transaction;
    this.#ownsTransaction = ownsTransaction;
    this.#range = { ...keyRangeOf(options), keysOnly: !options.values };
    this.#keys = options.keys;
    this.#values = options.values;
    this.#next = this.#range;
  }

  async _next(): Promise<Entry | undefined> {
    return this.#step();
  }

  async _nextv(size: number): Promise<Entry[]> {
    const entries: Entry[] = [];
    for (let bytes = 0; entries.length < size && bytes < BYTES_PER_CALL;) {
      const entry = this.#step();
      if (entry === undefined) break;
      entries.push(entry);
      bytes += (entry[0]?.length ?? 0) + (entry[1]?.length ?? 0);
    }
    return entries;
  }

  _seek(target: Uint8Array): void {
    this.#cursor?.close();
    this.#cursor = undefined;
    this.#next = rangeFrom(this.#range, target);
  }

  async _close(): Promise<void> {
    this.#cursor?.close();
    this.#cursor = undefined;
    this.#next = undefined;
    if (this.#ownsTransaction) this.#transaction.rollback();
  }

  #step(): Entry | undefined {
    if (this.#cursor === undefined && this.#next !== undefined)
      this.#cursor = this.#transaction.scan(KEYSPACE, this.#next);
    const cursor = this.#cursor;
    if (cursor === undefined) return undefined;
    const found = cursor.advance();
    assert(found !== PENDING, 'a local store answers reads at once');
    if (!found) return undefined;
    const { key, value } = cursor;
    return [
      this.#keys ? key.bytes.slice(key.start, key.end) : undefined,
      this.#values ? value.bytes.slice(value.start, value.end) : undefined,
    ];
  }
}
