/** The account of what commits owe of the compaction that is due (`pace`). */
import type { Table } from '../table.ts';
import type { Tree } from '../tree.ts';
import type { Version } from '../version.ts';
import type { LeveledOptions } from './leveled.ts';
import { backlogOf, compactionPace, owedBytes, type Backlog } from './pace.ts';
import type { RunList } from './run-list.ts';

export interface CommitDuesOptions {
  readonly tree: Tree;
  readonly runs: RunList;
  readonly leveled: LeveledOptions;
  /** Bytes of memory of a full memtable. */
  readonly memtableSizeBytes: number;
}

/** Commits gather what they owe up to this, so that most of them do nothing. */
const OWED_BYTES_MIN = 32 * 1024;

export class CommitDues {
  readonly #options: CommitDuesOptions;
  #owedBytes = 0;
  #flushCount = 0;
  #unflushedBytes = 0;
  /** Bytes written that fill a memtable: what was written between the last two flushes. */
  #memtableBytes: number;
  #backlog: Backlog = { debtBytes: 0, level0Tables: 0 };
  #backlogOf: Version<Table> | undefined;

  constructor(options: CommitDuesOptions) {
    this.#options = options;
    this.#memtableBytes = options.memtableSizeBytes;
  }

  /** Whether the version asks for any compaction. */
  get areNone(): boolean {
    return this.#wholeBacklog().debtBytes === 0;
  }

  /** What is left to do. */
  get backlog(): Backlog {
    const { debtBytes, level0Tables } = this.#wholeBacklog();
    return { debtBytes: Math.max(0, debtBytes - this.#options.runs.doneBytes), level0Tables };
  }

  get isLevel0Full(): boolean {
    return this.#wholeBacklog().level0Tables >= this.#options.leveled.level0Stop;
  }

  get pace(): number {
    return compactionPace(this.backlog, this.#memtableBytes, this.#options.leveled);
  }

  /** A commit has written so many bytes. */
  noteWritten(bytes: number): void {
    this.#unflushedBytes += bytes;
    const { flushCount } = this.#options.tree;
    if (flushCount === this.#flushCount) return;
    this.#flushCount = flushCount;
    this.#memtableBytes = this.#unflushedBytes;
    this.#unflushedBytes = 0;
  }

  /** Bytes that are to be compacted now, after a commit that has written so many. */
  owe(bytes: number): number {
    this.#owedBytes += owedBytes(this.backlog, bytes, this.pace, this.#options.leveled);
    if (this.#owedBytes < OWED_BYTES_MIN) return 0;
    const owed = this.#owedBytes;
    this.#owedBytes = 0;
    return owed;
  }

  #wholeBacklog(): Backlog {
    const { version } = this.#options.tree.view;
    if (this.#backlogOf !== version) {
      this.#backlog = backlogOf(version, this.#options.leveled);
      this.#backlogOf = version;
    }
    return this.#backlog;
  }
}
