/**
 * The host of one transaction: its calls run one after another, in call order, in the same block; the first error fails the
 * block. A stream takes its turn for each batch, so that a loop over rows may write in between.
 */
import { AlopexError } from '@alopex-db/core/base';
import type { Statement } from '../ast/statement.ts';
import { commandOnly, type ControlResult } from './control-result.ts';
import { isControl, runSettingStatement } from './setting-statements.ts';
import type { Settings } from './settings.ts';
import type { SqlEngine } from './sql-engine.ts';
import type { HeldBlock, StatementHost, WorkOptions } from './statement-host.ts';
import { TRANSACTION_ACTIVE_NOTICE, type TransactionBlock } from './transaction-block.ts';

export class TransactionHost implements StatementHost {
  readonly engine: SqlEngine;
  readonly settings: Settings;
  readonly isShared = false;
  readonly currentBlock: TransactionBlock;
  /** Settings to go back to: at a rollback all, at the end those of SET LOCAL. */
  readonly #settingsBefore: ReadonlyMap<string, string>;
  readonly #localBefore = new Map<string, string>();
  /** Settles when the calls so far have ended; never rejects. */
  #tail: Promise<unknown> = Promise.resolve();

  /** Ends every statement of the transaction, as `TransactionOptions` says. */
  readonly signal: AbortSignal | undefined;

  constructor(
    engine: SqlEngine,
    settings: Settings,
    block: TransactionBlock,
    signal?: AbortSignal,
  ) {
    this.engine = engine;
    this.signal = signal;
    this.settings = settings;
    this.currentBlock = block;
    this.#settingsBefore = settings.mark();
  }

  check(): void {
    if (this.currentBlock.isEnded) this.currentBlock.check();
  }

  within<R>(_options: WorkOptions, body: (block: TransactionBlock) => Promise<R>): Promise<R> {
    return this.inTurn(async () => {
      const block = this.currentBlock;
      block.check();
      block.transaction.lockTimeoutMs = this.settings.resolved.lockTimeoutMs;
      for (;;) {
        const mark = block.beginStatement();
        try {
          return await body(block);
        } catch (error) {
          this.#failOrRepeat(error, mark);
        }
      }
    });
  }

  withinNow<R>(_options: WorkOptions, body: (block: TransactionBlock) => R): R {
    const block = this.currentBlock;
    block.check();
    for (;;) {
      const mark = block.beginStatement();
      try {
        return body(block);
      } catch (error) {
        this.#failOrRepeat(error, mark);
      }
    }
  }

  /** Fails the block and throws, unless the statement may be done again from its mark. */
  #failOrRepeat(error: unknown, mark: number | undefined): void {
    const isLostUpdate =
      error instanceof AlopexError && error.code === 'ALX_SERIALIZATION_CONFLICT';
    if (mark === undefined || !isLostUpdate || this.currentBlock.isEnded) {
      this.currentBlock.fail();
      throw error;
    }
    this.currentBlock.undoStatement(mark);
  }

  hold(): HeldBlock {
    return {
      block: this.currentBlock,
      step: (body) =>
        this.inTurn(async () => {
          this.currentBlock.check();
          try {
            return await body();
          } catch (error) {
            this.currentBlock.fail();
            throw error;
          }
        }),
      release: () => {},
    };
  }

  /** Runs after all calls before it. */
  inTurn<R>(body: () => Promise<R>): Promise<R> {
    const turn = this.#tail.then(body);
    this.#tail = turn.catch(() => {}); // the caller of the turn sees its error
    return turn;
  }

  async commit(): Promise<void> {
    return this.inTurn(async () => {
      if (this.currentBlock.state === 'failed') this.settings.restore(this.#settingsBefore);
      await this.currentBlock.commit();
      this.#endLocalSettings();
    });
  }

  commitNow(): void {
    this.currentBlock.commitNow();
    this.#endLocalSettings();
  }

  /** At once: what runs fails at its next step. */
  rollback(): void {
    if (this.currentBlock.isEnded) return;
    this.currentBlock.rollback();
    this.settings.restore(this.#settingsBefore);
  }

  /** SET LOCAL: until the end of the transaction. */
  setLocal(name: string, value: string): void {
    if (!this.#localBefore.has(name)) this.#localBefore.set(name, this.settings.show(name));
    this.settings.set(name, value);
  }

  control(statement: Statement, text: string): Promise<ControlResult> | undefined {
    if (!isControl(statement)) return undefined;
    return this.inTurn(async () => {
      if (statement.kind !== 'commit' || this.currentBlock.state === 'failed') {
        return this.controlNow(statement, text)!;
      }
      await this.currentBlock.commit();
      this.#endLocalSettings();
      return commandOnly('COMMIT');
    });
  }

  controlNow(statement: Statement, _text: string): ControlResult | undefined {
    const block = this.currentBlock;
    switch (statement.kind) {
      case 'begin':
        block.check();
        return commandOnly('BEGIN', TRANSACTION_ACTIVE_NOTICE);
      case 'commit':
        // PostgreSQL answers COMMIT of a failed block with ROLLBACK.
        if (block.state === 'failed') {
          this.rollback();
          return commandOnly('ROLLBACK');
        }
        this.commitNow();
        return commandOnly('COMMIT');
      case 'rollback':
        this.check();
        this.rollback();
        return commandOnly('ROLLBACK');
      case 'savepoint':
        block.setSavepoint(statement.name.name);
        return commandOnly('SAVEPOINT');
      case 'release-savepoint':
        block.release(statement.name.name);
        return commandOnly('RELEASE');
      case 'rollback-to-savepoint':
        block.rollbackTo(statement.name.name);
        return commandOnly('ROLLBACK');
      default:
        return this.#controlSettings(statement);
    }
  }

  #controlSettings(statement: Statement): ControlResult | undefined {
    if (!isControl(statement)) return undefined;
    this.currentBlock.check();
    try {
      return runSettingStatement(statement, this);
    } catch (error) {
      this.currentBlock.fail();
      throw error;
    }
  }

  #endLocalSettings(): void {
    for (const [name, text] of this.#localBefore) this.settings.set(name, text);
    this.#localBefore.clear();
  }
}
