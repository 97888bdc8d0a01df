/**
 * The compactions of a store that are under way, and the beginning of new ones. At most two are begun by themselves: a large one
 * further down must not keep level 0 waiting. Moves and drops are edits of the manifest only and happen at once.
 */
import { assert } from '../../base/assert.ts';
import type { FileId, KeyspaceId } from '../../base/brand.ts';
import type { Table } from '../table.ts';
import type { Tree } from '../tree.ts';
import type { Version } from '../version.ts';
import type { LeveledOptions } from './leveled.ts';
import { CompactionCounters } from './metrics.ts';
import {
  lastLevel,
  pickCompaction,
  pickFullCompaction,
  type PickerInput,
  type Work,
} from './picker.ts';
import { CompactionRun } from './run.ts';

export interface RunListOptions {
  readonly tree: Tree;
  readonly leveled: LeveledOptions;
  /** Snapshots that are read at, ascending; the last is the newest there can be. */
  readonly snapshots: () => readonly number[];
}

const RUNS_MAX = 2;

export class RunList {
  readonly counters = new CompactionCounters();
  readonly #options: RunListOptions;
  #runs: CompactionRun[] = [];
  /** Tables that were rewritten for the sake of what is of no use in them. */
  readonly #rewritten = new Set<FileId>();
  /** The version in which nothing more was found to begin. */
  #nothingIn: Version<Table> | undefined;

  constructor(options: RunListOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#runs.length;
  }

  /** Input bytes of all runs that have been merged already. */
  get doneBytes(): number {
    let bytes = 0;
    for (const run of this.#runs) bytes += run.progress * run.inputBytes;
    return bytes;
  }

  /** The run to bring forward: one of level 0 first. Begins one where there is room and work. */
  urgent(): CompactionRun | undefined {
    this.collect();
    const hasRoom = this.#runs.length < RUNS_MAX && this.#runs.every((run) => run.work.from > 0);
    if (hasRoom && this.#nothingIn !== this.#options.tree.view.version) this.#beginNext();
    return this.#runs.find((run) => run.work.from === 0) ?? this.#runs[0];
  }

  of(keyspace: KeyspaceId): CompactionRun | undefined {
    this.collect();
    return this.#runs.find((run) => run.keyspace === keyspace);
  }

  /** The next step of a full compaction. Expects that nothing of the keyspace runs. */
  beginFull(keyspace: KeyspaceId, level: number): 'begun' | 'done' | 'nothing' {
    assert(this.of(keyspace) === undefined, 'a full compaction is alone in its keyspace');
    const choice = pickFullCompaction(this.#pickerInput(), keyspace, level);
    return choice.kind === 'none' ? 'nothing' : this.#begin(choice);
  }

  /** The deepest level of a keyspace that holds tables, -1 when there are none. */
  lastLevel(keyspace: KeyspaceId): number {
    const levels = this.#options.tree.view.version.trees.get(keyspace);
    return levels === undefined ? -1 : lastLevel(levels);
  }

  /** Ends the runs of a keyspace, or all, without a result. */
  abandon(keyspace?: KeyspaceId): readonly CompactionRun[] {
    const runs = this.#runs.filter((run) => keyspace === undefined || run.keyspace === keyspace);
    for (const run of runs) run.abandon();
    this.collect();
    return runs;
  }

  /** Takes runs that are over off the list, and counts those that have ended well. */
  collect(): void {
    const over = this.#runs.filter((run) => run.isOver);
    if (over.length === 0) return;
    this.#runs = this.#runs.filter((run) => !run.isOver);
    this.#nothingIn = undefined;
    for (const run of over) {
      if (run.state !== 'done') continue;
      this.counters.merged(run);
      for (const id of run.inputs) this.#rewritten.delete(id);
      if (run.work.from === run.work.into) for (const id of run.outputs) this.#rewritten.add(id);
    }
    this.#options.tree.removeUnread();
  }

  /** Begins what is due; a second run only for level 0. */
  #beginNext(): void {
    for (;;) {
      const choice = pickCompaction(this.#pickerInput());
      if (choice.kind === 'none' || (this.#runs.length > 0 && choice.from > 0)) {
        this.#nothingIn = this.#options.tree.view.version;
        return;
      }
      if (this.#begin(choice) === 'begun') return;
    }
  }

  #begin(work: Work<Table>): 'begun' | 'done' {
    const { tree, leveled } = this.#options;
    if (work.kind === 'merge') {
      const { settled } = this.#pickerInput();
      const snapshots = this.#options.snapshots();
      this.#runs.push(new CompactionRun({ tree, work, snapshots, settled, leveled }));
      return 'begun';
    }
    const { upper, into } = work;
    tree.replaceTables(
      upper,
      work.kind === 'move' ? upper.map((table) => table.movedTo(into)) : [],
    );
    if (work.kind === 'move') this.counters.moved(upper.length);
    else this.counters.dropped(upper.length);
    tree.removeUnread();
    return 'done';
  }

  #pickerInput(): PickerInput<Table> {
    const { tree, snapshots, leveled } = this.#options;
    const oldest = snapshots()[0];
    assert(oldest !== undefined, 'there is a newest snapshot');
    return {
      version: tree.view.version,
      busy: new Set(this.#runs.flatMap((run) => run.inputs)),
      rewritten: this.#rewritten,
      settled: Math.min(oldest, tree.tableVersionMax),
      options: leveled,
      isWhole: (keyspace) => tree.companions.has(keyspace),
    };
  }
}
