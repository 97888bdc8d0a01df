/**
 * The host of a session: every call its own transaction, repeated inside when it loses a write conflict, so that callers
 * outside transactions never see 40001. A private session (`db.session()`, a script) also knows SQL's BEGIN: then calls run
 * in the open block until it ends. On a shared one many callers would meet in the same block, so there BEGIN is refused.
 */
import { AlopexError, nextBelow } from '@alopex-db/core/base';
import type { Statement } from '../ast/statement.ts';
import { commandOnly, type ControlResult } from './control-result.ts';
import { runSettingStatement } from './setting-statements.ts';
import type { Settings } from './settings.ts';
import type { SqlEngine } from './sql-engine.ts';
import type { HeldBlock, StatementHost, WorkOptions } from './statement-host.ts';
import { NO_TRANSACTION_NOTICE, type TransactionBlock } from './transaction-block.ts';
import { TransactionHost } from './transaction-host.ts';

/** Longest pause between two attempts of a statement that lost a conflict. */
const BACKOFF_MS_MAX = 20;

export interface SessionHostOptions {
  readonly engine: SqlEngine;
  readonly settings: Settings;
  /** Many callers use it at once. */
  readonly isShared: boolean;
}

export class SessionHost implements StatementHost {
  readonly engine: SqlEngine;
  readonly settings: Settings;
  readonly isShared: boolean;
  readonly #running = new Set<Promise<unknown>>();
  /** Of streams, which hold their snapshot between two steps. */
  readonly #held = new Set<TransactionBlock>();
  /** The block of SQL's BEGIN. */
  #open: TransactionHost | undefined;
  #isClosed = false;

  constructor(options: SessionHostOptions) {
    this.engine = options.engine;
    this.settings = options.settings;
    this.isShared = options.isShared;
  }

  get currentBlock(): TransactionBlock | undefined {
    return this.#open?.currentBlock;
  }

  check(): void {
    if (!this.#isClosed) return;
    throw new AlopexError('ALX_CLOSED', 'the session is closed', { hint: 'Open it again.' });
  }

  within<R>(options: WorkOptions, body: (block: TransactionBlock) => Promise<R>): Promise<R> {
    if (this.#open !== undefined) return this.#open.within(options, body);
    return this.#track(this.#runAlone(options, body));
  }

  withinNow<R>(options: WorkOptions, body: (block: TransactionBlock) => R): R {
    if (this.#open !== undefined) return this.#open.withinNow(options, body);
    const block = this.engine.begin({
      settings: this.settings.resolved,
      readOnly: options.readOnly,
      wait: 'never',
    });
    try {
      const result = body(block);
      if (options.readOnly) block.rollback();
      else block.commitNow();
      return result;
    } catch (error) {
      block.rollback();
      throw error;
    }
  }

  hold(): HeldBlock {
    if (this.#open !== undefined) return this.#open.hold();
    const block = this.engine.begin({ settings: this.settings.resolved, readOnly: true });
    this.#held.add(block);
    return {
      block,
      step: (body) => {
        this.check();
        return this.#track(body());
      },
      release: () => {
        block.rollback();
        this.#held.delete(block);
      },
    };
  }

  control(statement: Statement, text: string): Promise<ControlResult> | undefined {
    if (this.#open !== undefined) {
      const result = this.#open.control(statement, text);
      return result?.finally(() => this.#forgetEnded());
    }
    try {
      const result = this.controlNow(statement, text);
      return result === undefined ? undefined : Promise.resolve(result);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  controlNow(statement: Statement, text: string): ControlResult | undefined {
    if (this.#open !== undefined) {
      try {
        return this.#open.controlNow(statement, text);
      } finally {
        this.#forgetEnded();
      }
    }
    switch (statement.kind) {
      case 'begin':
        return this.#begin(statement);
      case 'commit':
      case 'rollback':
        if (this.isShared) throw needsSession(statement.kind);
        return commandOnly(statement.kind.toUpperCase(), NO_TRANSACTION_NOTICE);
      case 'savepoint':
      case 'release-savepoint':
      case 'rollback-to-savepoint':
        if (this.isShared) throw needsSession(statement.kind);
        throw new AlopexError(
          'ALX_NO_TRANSACTION',
          `${statement.kind.replaceAll('-', ' ').toUpperCase()} can only be used in transaction blocks`,
        );
      default:
        return runSettingStatement(statement, this);
    }
  }

  /** Idempotent; waits for what runs, rolls back an open block. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#open?.currentBlock?.rollback();
    this.#open = undefined;
    await Promise.allSettled(this.#running);
    for (const block of this.#held) block.rollback();
    this.#held.clear();
  }

  /** Rolls back the block that a script left open; whether there was one. */
  abandonBlock(): boolean {
    const block = this.#open?.currentBlock;
    this.#open = undefined;
    if (block === undefined || block.isEnded) return false;
    block.rollback();
    return true;
  }

  #begin(statement: Extract<Statement, { readonly kind: 'begin' }>): ControlResult {
    if (this.isShared) throw needsSession('begin');
    const { isolation, readOnly } = statement.modes;
    const block = this.engine.begin({ settings: this.settings.resolved, isolation, readOnly });
    this.#open = new TransactionHost(this.engine, this.settings, block);
    return commandOnly('BEGIN');
  }

  #forgetEnded(): void {
    if (this.#open?.currentBlock?.isEnded !== false) this.#open = undefined;
  }

  async #runAlone<R>(
    options: WorkOptions,
    body: (block: TransactionBlock) => Promise<R>,
  ): Promise<R> {
    for (let attempt = 1; ; attempt += 1) {
      this.check();
      const block = this.engine.begin({
        settings: this.settings.resolved,
        readOnly: options.readOnly,
      });
      try {
        const result = await body(block);
        if (options.readOnly) block.rollback();
        else await block.commit();
        return result;
      } catch (error) {
        block.rollback();
        if (!isConflict(error) || options.signal?.aborted === true) throw error;
      }
      await this.#backOff(attempt);
    }
  }

  /** Jittered, because those who met once would meet again. */
  async #backOff(attempt: number): Promise<void> {
    const boundMs = Math.min(BACKOFF_MS_MAX, attempt);
    await this.engine.pause(nextBelow(this.engine.services.random, boundMs));
  }

  async #track<R>(promise: Promise<R>): Promise<R> {
    this.#running.add(promise);
    try {
      return await promise;
    } finally {
      this.#running.delete(promise);
    }
  }
}

export function isConflict(error: unknown): boolean {
  return error instanceof AlopexError && error.kind === 'Conflict';
}

function needsSession(kind: string): AlopexError {
  const name = kind.replaceAll('-', ' ').toUpperCase();
  return new AlopexError('ALX_UNSUPPORTED', `${name} is not possible on a shared database`, {
    hint: 'Use db.begin() or db.transaction(), or a session of your own: db.session().',
  });
}
