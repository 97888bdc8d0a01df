/**
 * Where the statements of a runner execute: each in a transaction of its own (a session), or one after another in the
 * same one (a transaction). What `runner.ts` offers to users is the same over both; facets (KV, vectors) stand on it too.
 */
import type { Statement } from '../ast/statement.ts';
import type { ControlResult } from './control-result.ts';
import type { Settings } from './settings.ts';
import type { SqlEngine } from './sql-engine.ts';
import type { TransactionBlock } from './transaction-block.ts';

/** What a body will do in its transaction. */
export interface WorkOptions {
  readonly readOnly: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A transaction held open over several calls: a streaming query. */
export interface HeldBlock {
  readonly block: TransactionBlock;
  /** Runs one step while no other call of the same transaction does. */
  step<R>(body: () => Promise<R>): Promise<R>;
  /** Gives the block back: `failed` rolls back or fails it. Idempotent. */
  release(failed: boolean): void;
}

export interface StatementHost {
  readonly engine: SqlEngine;
  readonly settings: Settings;
  /** Many callers use it at once, so that no SQL transaction may stay open between two calls. */
  readonly isShared: boolean;

  /** Ends every statement beside the signal of its own call. */
  readonly signal?: AbortSignal | undefined;

  /** Throws ALX_CLOSED or ALX_TRANSACTION_CLOSED when nothing can run any more. */
  check(): void;
  /**
   * Runs `body` in a transaction and commits what it wrote, when that is its own; after a lost conflict once more, with all
   * of `body` repeated. In a longer transaction a failure fails the block.
   */
  within<R>(options: WorkOptions, body: (block: TransactionBlock) => Promise<R>): Promise<R>;
  /** The same on the calling thread. */
  withinNow<R>(options: WorkOptions, body: (block: TransactionBlock) => R): R;
  /** For reading row by row. */
  hold(): HeldBlock;
  /** The transaction that statements run in now; undefined where each has its own. */
  readonly currentBlock: TransactionBlock | undefined;
  /** Transaction control and settings; undefined when the statement is neither. */
  control(statement: Statement, text: string): Promise<ControlResult> | undefined;
  controlNow(statement: Statement, text: string): ControlResult | undefined;
}
