/**
 * One piece of background work that writes tables, from its beginning to its end: what a flush and a compaction have in common.
 *
 *   merging --advance--> written --finish--> done       tables written; durable; in the manifest
 *      `----------- abandon, or a failure --> ended      nothing has changed
 *
 * A crash leaves files that no manifest knows, which recovery removes, or the whole change.
 */
import { assert } from '../base/assert.ts';
import type { FileId } from '../base/brand.ts';
import type { AlopexError } from '../base/errors.ts';
import { failureOf } from './failure.ts';
import type { LevelWriter } from './level-writer.ts';
import type { TableDescription } from './version-edit.ts';

export type RunState = 'merging' | 'written' | 'done' | 'ended';

/** Reads immutable things and writes new files, a number of bytes at a time. */
export interface TableJob {
  readonly output: LevelWriter;
  /** Handles about as many bytes of entries; false when none is left and the last table has ended. */
  advance(budgetBytes: number): boolean;
  /** Forgets the inputs. */
  close(): void;
}

/** Written bytes that may wait for a sync while the work goes on, and the most files that may be open for it. */
const UNSYNCED_BYTES_MAX = 2 * 1024 * 1024;
const OPEN_FILES_MAX = 64;

export abstract class TableRun {
  readonly #job: TableJob;
  #state: RunState = 'merging';
  #failure: AlopexError | undefined;

  constructor(job: TableJob) {
    this.#job = job;
  }

  get state(): RunState {
    return this.#state;
  }

  /** Nothing is left to do. */
  get isOver(): boolean {
    return this.#state === 'done' || this.#state === 'ended';
  }

  /** What it has failed with. */
  get failure(): AlopexError | undefined {
    return this.#failure;
  }

  /** Ids of the tables written. */
  get outputs(): FileId[] {
    return this.#job.output.tables.map((table) => table.fileId);
  }

  get writtenBytes(): number {
    return this.#job.output.writtenBytes;
  }

  /** Writes about as many bytes; expects that it is merging. */
  advance(budgetBytes: number): void {
    assert(this.#state === 'merging', 'a run that advances is merging');
    this.#attempt(() => {
      if (!this.#job.advance(budgetBytes)) this.#state = 'written';
    });
  }

  /** Starts to sync what has gathered, on another thread. */
  syncBehind(): void {
    if (this.#isSyncDue()) this.#job.output.syncBehind();
  }

  /** Syncs what has gathered. */
  syncNow(): void {
    if (this.#isSyncDue()) this.#attempt(() => this.#job.output.syncContentNow());
  }

  /** Makes the result durable and puts it in force. Expects that it is written; does nothing if it is over meanwhile. */
  async finish(): Promise<void> {
    let failure: AlopexError | undefined;
    try {
      await this.#job.output.sync();
    } catch (error) {
      failure = failureOf(error);
    }
    if (this.isOver) return;
    this.#attempt(() => {
      if (failure !== undefined) throw failure;
      this.#install();
    });
  }

  finishNow(): void {
    assert(this.#state === 'written', 'a run that finishes is written');
    this.#attempt(() => {
      this.#job.output.syncNow();
      this.#install();
    });
  }

  /** Ends it without a result. Idempotent. */
  abandon(): void {
    if (this.isOver) return;
    this.#end('ended');
    this.#job.output.remove();
  }

  /** Resolves once nothing of it happens any more. */
  async settled(): Promise<void> {
    await this.#job.output.settled();
  }

  /** Puts the tables in force by one edit of the manifest. */
  protected abstract installTables(tables: readonly TableDescription[]): void;

  /** For tables whose edit has failed: it may have reached the disk all the same, so they stay until another has said otherwise. */
  protected abstract disownTables(tables: readonly FileId[]): void;

  /** It is over. */
  protected abstract ended(): void;

  #isSyncDue(): boolean {
    const { output } = this.#job;
    return output.unsyncedBytes >= UNSYNCED_BYTES_MAX || output.openFiles >= OPEN_FILES_MAX;
  }

  #install(): void {
    const { output } = this.#job;
    try {
      this.installTables(output.tables);
    } catch (error) {
      this.#end('ended');
      output.close();
      this.disownTables(this.outputs);
      throw error;
    }
    this.#end('done');
    output.close();
  }

  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#failure = failureOf(error);
      this.abandon();
      throw this.#failure;
    }
  }

  #end(state: 'done' | 'ended'): void {
    this.#state = state;
    this.ended();
    this.#job.close();
  }
}
