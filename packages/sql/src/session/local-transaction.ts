/** `SessionTransaction` over a store in this process. Disposing an open one rolls it back. */
import type { FacetFactories } from './facets.ts';
import { Runner } from './runner.ts';
import type { SessionTransaction } from './session.ts';
import type { Settings } from './settings.ts';
import type { SqlEngine } from './sql-engine.ts';
import type { TransactionBlock } from './transaction-block.ts';
import { TransactionHost } from './transaction-host.ts';

export interface LocalTransactionOptions {
  readonly engine: SqlEngine;
  /** Of its own: SET in the transaction ends with it. */
  readonly settings: Settings;
  readonly block: TransactionBlock;
  readonly facets: FacetFactories;
  readonly signal: AbortSignal | undefined;
  /** Called once, when the transaction has ended. */
  readonly onEnd: () => void;
}

export class LocalTransaction extends Runner implements SessionTransaction {
  readonly id: string;
  protected override readonly host: TransactionHost;
  protected override readonly facets: FacetFactories;
  readonly #onEnd: () => void;
  #nested = 0;

  constructor(options: LocalTransactionOptions) {
    const { engine, settings, block, facets, signal } = options;
    super();
    this.id = String(block.transaction.id);
    this.host = new TransactionHost(engine, settings, block, signal);
    this.#onEnd = options.onEnd;
    this.facets = facets;
  }

  get state(): SessionTransaction['state'] {
    return this.host.currentBlock.transaction.state;
  }

  async transaction<R>(body: (tx: SessionTransaction) => Promise<R>): Promise<R> {
    this.#nested += 1;
    // No identifier of a user's starts with a space unless quoted on purpose.
    const name = ` nested ${this.#nested}`;
    await this.savepoint(name);
    try {
      const result = await body(this);
      await this.release(name);
      return result;
    } catch (error) {
      if (this.state === 'Active') {
        await this.rollbackTo(name);
        await this.release(name);
      }
      throw error;
    }
  }

  async set(name: string, value: string | number | boolean): Promise<void> {
    return this.host.inTurn(async () => {
      this.host.currentBlock.check();
      this.host.settings.set(name, String(value));
    });
  }

  async savepoint(name: string): Promise<void> {
    return this.host.inTurn(async () => this.host.currentBlock.setSavepoint(name));
  }

  async rollbackTo(name: string): Promise<void> {
    return this.host.inTurn(async () => this.host.currentBlock.rollbackTo(name));
  }

  async release(name: string): Promise<void> {
    return this.host.inTurn(async () => this.host.currentBlock.release(name));
  }

  async commit(): Promise<void> {
    try {
      await this.host.commit();
    } finally {
      this.#onEnd();
    }
  }

  async rollback(): Promise<void> {
    this.host.rollback();
    this.#onEnd();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rollback();
  }
}
