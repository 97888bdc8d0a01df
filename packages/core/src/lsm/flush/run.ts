/**
 * One flush from the oldest frozen memtable to its tables (`table-run`). Readers see the memtable until the edit is in force, and
 * the tables from then on, as both change in one step. A keyspace that was dropped meanwhile is left out of the edit.
 */
import { assert } from '../../base/assert.ts';
import type { FileId } from '../../base/brand.ts';
import type { Memtable } from '../../memtable/memtable.ts';
import { TableRun } from '../table-run.ts';
import type { Tree } from '../tree.ts';
import type { TableDescription } from '../version-edit.ts';
import { FlushJob } from './job.ts';

export class FlushRun extends TableRun {
  readonly memtable: Memtable;
  readonly #tree: Tree;

  /** `horizon`: no snapshot reads below it, now or later. */
  constructor(tree: Tree, horizon: number) {
    const { disk, oldestFrozen: memtable } = tree;
    assert(
      disk !== undefined && memtable !== undefined,
      'a flush has a frozen memtable and a disk',
    );
    super(
      new FlushJob({
        place: disk.place,
        compression: disk.compression,
        memtable,
        horizon,
        isDropped: (keyspace) => tree.view.version.dropped.has(keyspace),
        hasTables: (keyspace) => tree.view.version.trees.has(keyspace),
        newFileId: () => tree.newFileId(),
      }),
    );
    this.memtable = memtable;
    this.#tree = tree;
  }

  protected installTables(tables: readonly TableDescription[]): void {
    this.#tree.installFlush(this.memtable, tables);
  }

  protected disownTables(tables: readonly FileId[]): void {
    this.#tree.disown(tables);
  }

  protected ended(): void {
    // Nothing is held: the memtable belongs to the tree.
  }
}
