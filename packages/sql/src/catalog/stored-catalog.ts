/**
 * The catalog in keyspace 0, read and changed through transactions, so DDL rolls back like everything else.
 *
 * One decoded view is kept for the newest committed catalog. A transaction gets
 *   1. its own view, once it has changed the catalog itself;
 *   2. the kept view, when no later commit touched keyspace 0 than its snapshot sees;
 *   3. else a view decoded for it alone.
 * Every change takes a new object id from one counter or rewrites a record, so two transactions that change the catalog at
 * once meet on a key and the second one conflicts.
 */
import { PENDING, keyspaceId, type Pending, type Version } from '@alopex-db/core/base';
import type { Transaction } from '@alopex-db/core';
import type { CatalogView } from './catalog.ts';
import {
  OBJECT_ID_KEY,
  RELATIONS_END,
  RELATIONS_START,
  decodeCounter,
  decodeRecord,
  encodeCounter,
  encodeRecord,
  relationKey,
  type CatalogRecord,
} from './catalog-record.ts';
import { MemoryCatalogView } from './memory-view.ts';
import { CATALOG_KEYSPACE, FIRST_OBJECT_ID } from './oids.ts';

const KEYSPACE = keyspaceId(CATALOG_KEYSPACE);

export class StoredCatalog {
  /** Version of the newest commit that touched keyspace 0. */
  readonly #lastChange: () => Version;
  #kept: { readonly version: Version; readonly view: MemoryCatalogView } | undefined;
  /** Ids of the tables, views and sequences that a transaction has written or removed itself, also where that was undone. */
  readonly #changed = new WeakMap<Transaction, Set<number>>();
  /** Views of transactions that changed the catalog or see an older one; `undefined` = decode again (after a rollback to a savepoint). */
  readonly #own = new WeakMap<Transaction, { view: MemoryCatalogView | undefined }>();

  /** `lastChange` is `() => store.lastCommit(keyspace 0)`. */
  constructor(lastChange: () => Version) {
    this.#lastChange = lastChange;
  }

  /** What `transaction` sees: the same object as long as it would see the same catalog. */
  view(transaction: Transaction): CatalogView | Pending {
    return this.#view(transaction);
  }

  /** The kept view while it is the newest, for cached statements run without a transaction object; else undefined. */
  latestView(): CatalogView | undefined {
    return this.#kept !== undefined && this.#kept.version === this.#lastChange()
      ? this.#kept.view
      : undefined;
  }

  /** To be called after `rollbackTo`: what the transaction changed since the savepoint is undone. */
  forgetChanges(transaction: Transaction): void {
    const own = this.#own.get(transaction);
    if (own !== undefined) own.view = undefined;
  }

  /** Version of the newest commit that changed the catalog. */
  get lastChange(): Version {
    return this.#lastChange();
  }

  /** Whether the transaction itself has defined, changed or dropped an object. */
  changedBy(transaction: Transaction, id: number): boolean {
    return this.#changed.get(transaction)?.has(id) === true;
  }

  /** The next object id. */
  *nextObjectId(transaction: Transaction): Generator<Pending, number, void> {
    const stored = yield* settled(() => transaction.get(KEYSPACE, OBJECT_ID_KEY));
    const id = stored === undefined ? FIRST_OBJECT_ID : decodeCounter(stored);
    yield* settled(() => transaction.put(KEYSPACE, OBJECT_ID_KEY, encodeCounter(id + 1)));
    return id;
  }

  /** Writes a record under its name; the caller has checked that the name is free or is being replaced. */
  *put(transaction: Transaction, record: CatalogRecord): Generator<Pending, void, void> {
    const before = yield* settled(() => this.#view(transaction));
    const key = relationKey(record.definition.schema, record.definition.name);
    yield* settled(() => transaction.put(KEYSPACE, key, encodeRecord(record)));
    this.#own.set(transaction, { view: before.with(record) });
    this.#noteChange(transaction, record.definition.id);
  }

  *remove(transaction: Transaction, schema: string, name: string): Generator<Pending, void, void> {
    const before = yield* settled(() => this.#view(transaction));
    yield* settled(() => transaction.delete(KEYSPACE, relationKey(schema, name)));
    const id = before.record(schema, name)?.definition.id;
    this.#own.set(transaction, { view: before.without(schema, name) });
    if (id !== undefined) this.#noteChange(transaction, id);
  }

  #noteChange(transaction: Transaction, id: number): void {
    const changed = this.#changed.get(transaction);
    if (changed === undefined) this.#changed.set(transaction, new Set([id]));
    else changed.add(id);
  }

  #view(transaction: Transaction): MemoryCatalogView | Pending {
    const own = this.#own.get(transaction);
    if (own !== undefined) {
      if (own.view !== undefined) return own.view;
      const view = readRelations(transaction);
      if (view !== PENDING) own.view = view;
      return view;
    }
    const newest = this.#lastChange();
    if (newest > transaction.snapshot) {
      const view = readRelations(transaction);
      if (view !== PENDING) this.#own.set(transaction, { view });
      return view;
    }
    if (this.#kept?.version === newest) return this.#kept.view;
    const view = readRelations(transaction);
    if (view !== PENDING) this.#kept = { version: newest, view };
    return view;
  }
}

/** Repeats a call until it answers, handing `PENDING` up in between. */
export function* settled<T>(call: () => T | Pending): Generator<Pending, T, void> {
  for (;;) {
    const answer = call();
    if (answer !== PENDING) return answer as T;
    yield PENDING;
  }
}

function readRelations(transaction: Transaction): MemoryCatalogView | Pending {
  const records: CatalogRecord[] = [];
  const cursor = transaction.scan(KEYSPACE, { start: RELATIONS_START, end: RELATIONS_END });
  try {
    for (;;) {
      const found = cursor.advance();
      if (found === PENDING) return PENDING;
      if (!found) return new MemoryCatalogView(records);
      records.push(decodeRecord(cursor.value.bytes.subarray(cursor.value.start, cursor.value.end)));
    }
  } finally {
    cursor.close();
  }
}
