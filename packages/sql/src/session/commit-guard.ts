/**
 * Definitions against writers. Rows and catalog are different keys, so write conflicts alone do not keep a row out of a table
 * that was dropped, or an index entry from being forgotten while the index was built. Two rules, both checked in the moment a
 * transaction commits:
 *
 *   a writer      conflicts when a table it wrote to was redefined since it first wrote there
 *   a definition  conflicts when somebody has written to a table since it read all of its rows
 *
 * Commits become visible only when they are durable, so what is on its way counts as committed. Both are serialization
 * conflicts: outside a transaction the statement is done again and then sees the table as it is.
 */
import { AlopexError, PENDING, assert, keyspaceId, type Version } from '@alopex-db/core/base';
import type { Transaction } from '@alopex-db/core';
import type { CatalogView } from '../catalog/catalog.ts';
import type { TableDef } from '../catalog/table-def.ts';
import type { ChangedTable, ChangedTables } from './changed-tables.ts';
import type { SqlEngine } from './sql-engine.ts';

interface CommitOnItsWay {
  readonly transaction: Transaction;
  readonly changed: ChangedTables;
}

export class CommitGuard {
  readonly #engine: SqlEngine;
  readonly #onTheirWay = new Set<CommitOnItsWay>();

  constructor(engine: SqlEngine) {
    this.#engine = engine;
  }

  /** Throws when the transaction must not commit; else the answer is to be called when the commit has ended. */
  enter(
    transaction: Transaction,
    changed: ChangedTables,
    readWhole: ReadonlyMap<number, Version>,
  ): () => void {
    if (!changed.isEmpty) this.#checkWriter(transaction, changed);
    if (readWhole.size > 0) this.#checkDefinition(readWhole);
    const entry = { transaction, changed };
    this.#onTheirWay.add(entry);
    return () => this.#onTheirWay.delete(entry);
  }

  #checkWriter(transaction: Transaction, changed: ChangedTables): void {
    const { catalog } = this.#engine;
    for (const { transaction: other } of this.#onTheirWay) {
      for (const id of changed.ids()) if (catalog.changedBy(other, id)) throw conflict();
    }
    let newest: CatalogView | undefined;
    for (const entry of changed.all()) {
      if (catalog.lastChange <= entry.snapshot) continue;
      // Whoever changed the table's own record meets others on that key.
      if (catalog.changedBy(transaction, entry.table.id)) continue;
      newest ??= this.#newestView();
      if (!isSame(newest, entry)) throw conflict(entry.table);
    }
  }

  #checkDefinition(readWhole: ReadonlyMap<number, Version>): void {
    for (const [id, snapshot] of readWhole) {
      if (this.#engine.store.lastCommit(keyspaceId(id)) > snapshot) throw conflict();
      for (const { changed } of this.#onTheirWay) if (changed.has(id)) throw conflict();
    }
  }

  #newestView(): CatalogView {
    const { store, catalog } = this.#engine;
    const known = catalog.latestView();
    if (known !== undefined) return known;
    const transaction = store.begin({ readOnly: true });
    try {
      const view = catalog.view(transaction);
      assert(view !== PENDING, 'a reader of the catalog waits for nobody');
      return view;
    } finally {
      transaction.rollback();
    }
  }
}

/** Whether the table is still defined as it was; the same catalog decoded twice gives two objects. */
function isSame(newest: CatalogView, { table }: ChangedTable): boolean {
  const now = newest.table(table.schema, table.name);
  return now === table || (now !== undefined && JSON.stringify(now) === JSON.stringify(table));
}

function conflict(table?: TableDef): AlopexError {
  return new AlopexError(
    'ALX_SERIALIZATION_CONFLICT',
    table === undefined
      ? 'a table was redefined while a transaction wrote to it'
      : `table "${table.name}" was redefined while this transaction wrote to it`,
    { hint: 'Run the transaction again.' },
  );
}
