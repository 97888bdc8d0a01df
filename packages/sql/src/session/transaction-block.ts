/**
 * A transaction as statements see it: the key-level transaction with what SQL adds, namely the failed state, named
 * savepoints, and what has to happen when it ends. Autocommit statements get one each.
 *
 *   open --error--> failed --ROLLBACK TO--> open
 *   open, failed --COMMIT, ROLLBACK--> closed
 */
import { AlopexError, keyspaceId, type Version } from '@alopex-db/core/base';
import type { Transaction } from '@alopex-db/core';
import type { TimeZone } from '@alopex-db/core/compute';
import { ChangedTables } from './changed-tables.ts';
import type { SqlEngine } from './sql-engine.ts';
import type { Notice } from './session.ts';

interface NamedSavepoint {
  readonly name: string;
  readonly mark: number;
}

export class TransactionBlock {
  readonly transaction: Transaction;
  readonly transactionMicros: number;
  /** The session's zone, as it is for the statement that runs. */
  timeZone: TimeZone;
  /** Tables that statements of this transaction have written to. */
  readonly changedTables: ChangedTables;
  readonly #engine: SqlEngine;
  readonly #savepoints: NamedSavepoint[] = [];
  /** In the order of the drops, each with the mark behind which its drop stands. */
  #droppedKeyspaces: { readonly id: number; readonly mark: number }[] = [];
  /** Tables whose rows a definition of this transaction has read, with the snapshot it read them at. */
  readonly #readWhole = new Map<number, Version>();
  #state: 'open' | 'failed' | 'committed' | 'aborted' = 'open';

  constructor(engine: SqlEngine, transaction: Transaction, timeZone: TimeZone) {
    this.#engine = engine;
    this.transaction = transaction;
    this.timeZone = timeZone;
    this.changedTables = new ChangedTables(transaction);
    this.transactionMicros = engine.services.clock.nowMicros();
  }

  get state(): 'open' | 'failed' | 'committed' | 'aborted' {
    return this.#state;
  }

  get isEnded(): boolean {
    return this.#state === 'committed' || this.#state === 'aborted';
  }

  /** Throws unless a statement may run. */
  check(): void {
    if (this.#state === 'open') return;
    if (this.#state === 'failed') throw failedBlock();
    throw new AlopexError(
      'ALX_TRANSACTION_CLOSED',
      `the transaction has been ${this.#state === 'committed' ? 'committed' : 'rolled back'}`,
      { hint: 'Begin a new one.' },
    );
  }

  /**
   * To be called before each statement. READ COMMITTED gives it a snapshot of its own, and a mark to go back to when the
   * statement meets a row that was changed meanwhile: it is then done again, so that its WHERE sees the row as it is now.
   * Undefined at stronger levels, where such a statement fails.
   */
  beginStatement(): number | undefined {
    const { transaction } = this;
    if (
      transaction.isolation !== 'read committed' &&
      transaction.isolation !== 'read uncommitted'
    ) {
      return undefined;
    }
    transaction.refreshSnapshot();
    this.#engine.catalog.forgetChanges(transaction);
    return transaction.savepoint();
  }

  undoStatement(mark: number): void {
    this.#undoTo(mark);
  }

  /** A statement failed: nothing but ROLLBACK and ROLLBACK TO is possible from here on. */
  fail(): void {
    if (this.#state === 'open') this.#state = 'failed';
  }

  dropAtCommit(keyspaces: readonly number[]): void {
    const mark = this.transaction.savepoint();
    for (const id of keyspaces) this.#droppedKeyspaces.push({ id, mark });
  }

  /** A definition reads all rows of a table (a new index): nobody else may have written to it by the time it commits. */
  readWhole(table: number): void {
    if (!this.#readWhole.has(table)) this.#readWhole.set(table, this.transaction.snapshot);
  }

  async commit(): Promise<void> {
    this.#beginCommit();
    const leave = this.#enterCommit();
    try {
      this.#committed(await this.transaction.commit());
    } catch (error) {
      this.#state = 'aborted';
      throw error;
    } finally {
      leave();
      this.#engine.freeDropped();
    }
  }

  commitNow(): void {
    this.#beginCommit();
    const leave = this.#enterCommit();
    try {
      this.#committed(this.transaction.commitNow());
    } catch (error) {
      this.#state = 'aborted';
      throw error;
    } finally {
      leave();
      this.#engine.freeDropped();
    }
  }

  /** Idempotent. */
  rollback(): void {
    if (this.isEnded) return;
    this.#state = 'aborted';
    this.transaction.rollback();
    this.#engine.freeDropped();
  }

  setSavepoint(name: string): void {
    this.check();
    this.#savepoints.push({ name, mark: this.transaction.savepoint() });
  }

  /** Undoes what came after the newest savepoint of that name, which stays. */
  rollbackTo(name: string): void {
    if (this.isEnded) this.check();
    const index = this.#indexOf(name);
    this.#savepoints.length = index + 1;
    this.#undoTo(this.#savepoints[index]!.mark);
    this.#state = 'open';
  }

  /** Forgets the newest savepoint of that name and those after it; their changes stay. */
  release(name: string): void {
    this.check();
    this.#savepoints.length = this.#indexOf(name);
  }

  #undoTo(mark: number): void {
    this.transaction.rollbackTo(mark);
    this.#engine.catalog.forgetChanges(this.transaction);
    // What was dropped behind the mark is there again.
    this.#droppedKeyspaces = this.#droppedKeyspaces.filter((dropped) => dropped.mark <= mark);
  }

  #indexOf(name: string): number {
    const index = this.#savepoints.findLastIndex((savepoint) => savepoint.name === name);
    if (index >= 0) return index;
    throw new AlopexError('ALX_SAVEPOINT_NOT_FOUND', `savepoint "${name}" does not exist`);
  }

  #beginCommit(): void {
    if (this.#state === 'failed') {
      this.rollback();
      throw failedBlock();
    }
    this.check();
  }

  #enterCommit(): () => void {
    try {
      return this.#engine.commits.enter(this.transaction, this.changedTables, this.#readWhole);
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  #committed(version: Version): void {
    this.#state = 'committed';
    for (const { id } of this.#droppedKeyspaces)
      this.#engine.forgetKeyspace(keyspaceId(id), version);
    this.#droppedKeyspaces = [];
    this.#engine.followCatalog(version);
  }
}

function failedBlock(): AlopexError {
  return new AlopexError(
    'ALX_TRANSACTION_FAILED',
    'current transaction is aborted, commands ignored until end of transaction block',
    { hint: 'Roll back, or roll back to a savepoint set before the error.' },
  );
}

export const NO_TRANSACTION_NOTICE: Notice = Object.freeze({
  severity: 'warning',
  message: 'there is no transaction in progress',
  sqlState: '25P01',
});

export const TRANSACTION_ACTIVE_NOTICE: Notice = Object.freeze({
  severity: 'warning',
  message: 'there is already a transaction in progress',
  sqlState: '25001',
});
