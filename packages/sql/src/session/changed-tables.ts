/** Tables a transaction has written to, each with the definition it was first written under and the snapshot of that time. */
import type { Version } from '@alopex-db/core/base';
import type { Transaction } from '@alopex-db/core';
import type { TableDef } from '../catalog/table-def.ts';
import type { TableSet } from '../exec/statement-context.ts';

export interface ChangedTable {
  readonly table: TableDef;
  readonly snapshot: Version;
}

export class ChangedTables implements TableSet {
  readonly #transaction: Transaction;
  readonly #tables = new Map<number, ChangedTable>();

  constructor(transaction: Transaction) {
    this.#transaction = transaction;
  }

  get isEmpty(): boolean {
    return this.#tables.size === 0;
  }

  has(tableId: number): boolean {
    return this.#tables.has(tableId);
  }

  add(table: TableDef): void {
    if (this.#tables.has(table.id)) return;
    this.#tables.set(table.id, { table, snapshot: this.#transaction.snapshot });
  }

  ids(): Iterable<number> {
    return this.#tables.keys();
  }

  all(): Iterable<ChangedTable> {
    return this.#tables.values();
  }
}
