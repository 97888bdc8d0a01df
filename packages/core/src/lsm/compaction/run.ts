/**
 * One compaction from its choice to its end (`table-run`): merged, durable, in the manifest, its inputs removed; or nothing.
 * While it runs it is a reader of the epoch it began in, so that no table it looks at goes away. Its inputs belong to it alone.
 */
import { assert } from '../../base/assert.ts';
import type { FileId, KeyspaceId } from '../../base/brand.ts';
import type { Epoch } from '../epoch.ts';
import { totalBytes } from '../key-range.ts';
import type { Table } from '../table.ts';
import { TableRun } from '../table-run.ts';
import type { Tree } from '../tree.ts';
import type { TableDescription } from '../version-edit.ts';
import { CompactionJob } from './job.ts';
import type { LeveledOptions } from './leveled.ts';
import type { Work } from './picker.ts';
import { OutsideTables } from './tombstones.ts';

export type MergeWork = Work<Table> & { readonly kind: 'merge' };

export interface CompactionRunOptions {
  readonly tree: Tree;
  readonly work: MergeWork;
  /** Snapshots that are read at, ascending; the last is the newest there can be. */
  readonly snapshots: readonly number[];
  /** All entries of versions up to this one are in tables, and no snapshot reads below it. */
  readonly settled: number;
  readonly leveled: LeveledOptions;
}

export class CompactionRun extends TableRun {
  readonly work: MergeWork;
  readonly inputBytes: number;
  readonly #inputEntries: number;
  readonly #tree: Tree;
  readonly #epoch: Epoch;
  readonly #job: CompactionJob;

  constructor(options: CompactionRunOptions) {
    const { tree, work, snapshots, settled, leveled } = options;
    const { view, disk } = tree;
    const levels = view.version.trees.get(work.keyspace);
    assert(disk !== undefined && levels !== undefined, 'a compaction has tables on a disk');
    const inputs = new Set([...work.upper, ...work.lower]);
    const job = new CompactionJob({
      place: disk.place,
      compression: disk.compression,
      options: leveled,
      work,
      grandparents: levels[work.into + 1] ?? [],
      snapshots,
      elsewhere: new OutsideTables(levels, inputs, settled),
      newFileId: () => tree.newFileId(),
      companion: tree.companions.get(work.keyspace)?.([...inputs]),
    });
    super(job);
    this.work = work;
    this.inputBytes = totalBytes([...inputs]);
    this.#inputEntries = [...inputs].reduce((sum, table) => sum + table.metadata.entryCount, 0);
    this.#tree = tree;
    this.#epoch = view.epoch;
    this.#epoch.readers += 1;
    this.#job = job;
  }

  get keyspace(): KeyspaceId {
    return this.work.keyspace;
  }

  /** Ids of the tables that nobody else may touch. */
  get inputs(): FileId[] {
    return [...this.work.upper, ...this.work.lower].map((table) => table.fileId);
  }

  /** About the share of the work that is done. */
  get progress(): number {
    return this.#job.entriesRead / this.#inputEntries;
  }

  protected installTables(tables: readonly TableDescription[]): void {
    const { upper, lower } = this.work;
    this.#tree.replaceTables([...upper, ...lower], tables);
  }

  protected disownTables(tables: readonly FileId[]): void {
    this.#tree.disown(tables);
  }

  protected ended(): void {
    this.#epoch.readers -= 1;
  }
}
