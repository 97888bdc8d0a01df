/** An explicit snapshot of abstract-level: a read-only transaction, open until it is closed. */
import { AbstractSnapshot } from 'abstract-level';
import type { Transaction } from '@alopex-db/core';

export class LevelSnapshot extends AbstractSnapshot {
  readonly transaction: Transaction;

  constructor(options: object, transaction: Transaction) {
    // The base class takes options that its declarations leave out.
    super(...([options] as unknown as []));
    this.transaction = transaction;
  }

  async _close(): Promise<void> {
    this.transaction.rollback();
  }
}
