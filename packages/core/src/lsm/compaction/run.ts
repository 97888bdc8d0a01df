/**
 * One compaction from its choice to its end.
 *
 *   merging --advance--> written --finish--> done       tables written; durable; in the manifest; inputs removed
 *      `----------- abandon, or a failure --> ended      nothing has changed
 *
 * While it runs it is a reader of the epoch it began in, so that no table it looks at goes away. Its inputs belong to it alone.
 * A crash leaves files that no manifest knows, which recovery removes, or the whole change.
 */
import { assert } from '../../base/assert.ts';
import type { FileId, KeyspaceId } from '../../base/brand.ts';
import type { AlopexError } from '../../base/errors.ts';
import type { Epoch } from '../epoch.ts';
import { totalBytes } from '../key-range.ts';
import type { Table } from '../table.ts';
import type { Tree } from '../tree.ts';
import { failureOf } from './failure.ts';
import { CompactionJob } from './job.ts';
import type { LeveledOptions } from './leveled.ts';
import type { Work } from './picker.ts';
import { OutsideTables } from './tombstones.ts';

export type MergeWork = Work<Table> & { readonly kind: 'merge' };

export type CompactionState = 'merging' | 'written' | 'done' | 'ended';

export interface CompactionRunOptions {
  readonly tree: Tree;
  readonly work: MergeWork;
  /** Snapshots that are read at, ascending; the last is the newest there can be. */
  readonly snapshots: readonly number[];
  /** All entries of versions up to this one are in tables, and no snapshot reads below it. */
  readonly settled: number;
  readonly leveled: LeveledOptions;
}

/** Written bytes that may wait for a sync while the merge goes on. */
const UNSYNCED_BYTES_MAX = 2 * 1024 * 1024;

export class CompactionRun {
  readonly work: MergeWork;
  readonly inputBytes: number;
  readonly #inputEntries: number;
  readonly #tree: Tree;
  readonly #epoch: Epoch;
  readonly #job: CompactionJob;
  #state: CompactionState = 'merging';
  #failure: AlopexError | undefined;

  constructor(options: CompactionRunOptions) {
    const { tree, work, snapshots, settled, leveled } = options;
    const { view, disk } = tree;
    const levels = view.version.trees.get(work.keyspace);
    assert(disk !== undefined && levels !== undefined, 'a compaction has tables on a disk');
    const inputs = new Set([...work.upper, ...work.lower]);
    this.work = work;
    this.inputBytes = totalBytes([...inputs]);
    this.#inputEntries = [...inputs].reduce((sum, table) => sum + table.metadata.entryCount, 0);
    this.#tree = tree;
    this.#epoch = view.epoch;
    this.#epoch.readers += 1;
    this.#job = new CompactionJob({
      place: disk.place,
      compression: disk.compression,
      options: leveled,
      work,
      grandparents: levels[work.into + 1] ?? [],
      snapshots,
      elsewhere: new OutsideTables(levels, inputs, settled),
      newFileId: () => tree.newFileId(),
    });
  }

  get keyspace(): KeyspaceId {
    return this.work.keyspace;
  }

  /** Ids of the tables that nobody else may touch. */
  get inputs(): FileId[] {
    return [...this.work.upper, ...this.work.lower].map((table) => table.fileId);
  }

  get state(): CompactionState {
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

  /** About the share of the work that is done. */
  get progress(): number {
    return this.#job.entriesRead / this.#inputEntries;
  }

  /** Merges about as many bytes; expects that it is merging. */
  advance(budgetBytes: number): void {
    assert(this.#state === 'merging', 'a compaction that advances is merging');
    this.#attempt(() => {
      if (!this.#job.advance(budgetBytes)) this.#state = 'written';
    });
  }

  /** Starts to sync what has gathered, on another thread. */
  syncBehind(): void {
    const { output } = this.#job;
    if (output.unsyncedBytes >= UNSYNCED_BYTES_MAX) output.syncBehind();
  }

  /** Syncs what has gathered. */
  syncNow(): void {
    const { output } = this.#job;
    if (output.unsyncedBytes >= UNSYNCED_BYTES_MAX) this.#attempt(() => output.syncContentNow());
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
    assert(this.#state === 'written', 'a compaction that finishes is written');
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

  #install(): void {
    const { upper, lower } = this.work;
    const { output } = this.#job;
    try {
      this.#tree.replaceTables([...upper, ...lower], output.tables);
    } catch (error) {
      // The edit may have reached the disk all the same: the new tables must stay until another edit has said otherwise.
      this.#end('ended');
      output.close();
      this.#tree.disown(this.outputs);
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
    this.#epoch.readers -= 1;
    this.#job.close();
  }
}
