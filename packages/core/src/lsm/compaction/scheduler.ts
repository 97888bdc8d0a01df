/**
 * Decides when compaction runs. Three hands turn it, on one thread, a small step at a time:
 *
 *   pump      in the idle turns of the event loop, by the clock: short slices with pauses, so that readers keep most of the thread
 *   commits   pay for what they add, the more the fuller level 0 is (`pace`); at `level0Stop` they wait until it is not full
 *   compact   a full compaction that somebody asks for and waits for, awaited or on the calling thread
 *
 * A run is one of the list whoever started it, and each hand may bring any run forward. There are at most two: a large one further
 * down must not keep level 0 waiting. Moves and drops are edits of the manifest only and happen at once.
 *
 * A run that fails has changed nothing. It is tried again after a pause that doubles; the failure shows in the metrics, and
 * meanwhile commits go on. Of our own bugs the next commit learns.
 */
import { assert } from '../../base/assert.ts';
import type { FileId, KeyspaceId } from '../../base/brand.ts';
import type { Clock } from '../../base/clock.ts';
import { AlopexError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Table } from '../table.ts';
import type { Tree } from '../tree.ts';
import type { Version } from '../version.ts';
import { failureOf } from './failure.ts';
import type { LeveledOptions } from './leveled.ts';
import { CompactionCounters, type CompactionMetrics } from './metrics.ts';
import { backlogOf, compactionPace, type Backlog } from './pace.ts';
import {
  lastLevel,
  pickCompaction,
  pickFullCompaction,
  type Choice,
  type PickerInput,
} from './picker.ts';
import { CompactionRun } from './run.ts';

export interface CompactionSchedulerOptions {
  readonly tree: Tree;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly leveled: LeveledOptions;
  readonly memtableSizeBytes: number;
  /** Snapshots that are read at, ascending; the last is the newest there can be. */
  readonly snapshots: () => readonly number[];
  /** Lets other work of the thread have a turn; long work awaits it between steps. */
  readonly pause: () => Promise<void>;
}

/** Bytes of one step; about a millisecond. */
const STEP_BYTES = 64 * 1024;
/** A slice of the pump ends after this time, and after this many bytes where the clock stands still. */
const SLICE_MS = 2;
const SLICE_BYTES = 1024 * 1024;
/** Pause between slices when the loop is idle, and how many times a slice when it is not. */
const IDLE_PAUSE_MS = 1;
const BUSY_PAUSE_SLICES = 4;
/** A turn that comes this much later than asked for says that others want the thread. */
const BUSY_LATENESS_MS = 1.5;
const RUNS_MAX = 2;
const RETRY_MS_MIN = 1000;
const RETRY_MS_MAX = 60_000;

export class CompactionScheduler {
  readonly #options: CompactionSchedulerOptions;
  readonly #counters = new CompactionCounters();
  #runs: CompactionRun[] = [];
  /** Tables that were rewritten for the sake of what is of no use in them. */
  readonly #rewritten = new Set<FileId>();
  #cancelTurn: (() => void) | undefined;
  #turnDueMs = 0;
  /** The end of a run that waits for the disk. */
  #finishing: Promise<void> | undefined;
  #full: Promise<void> = Promise.resolve();
  #paused = false;
  #stopped = false;
  #failures = 0;
  #retryAtMs = 0;
  #lastFailure: AlopexError | undefined;
  #bug: AlopexError | undefined;
  /** The version in which nothing (more) was found to begin. */
  #nothingIn: Version<Table> | undefined;
  /** Bytes that commits have yet to compact. */
  #owedBytes = 0;
  #backlog: Backlog = { debtBytes: 0, level0Tables: 0 };
  #backlogOf: Version<Table> | undefined;

  constructor(options: CompactionSchedulerOptions) {
    this.#options = options;
  }

  /** Something has changed: there may be work. */
  note(): void {
    this.#options.tree.removeUnread();
    if (this.#cancelTurn === undefined && this.#finishing === undefined) this.#schedule(0);
  }

  /** A commit has written so many bytes. */
  pay(bytes: number): void {
    if (this.#bug !== undefined) throw this.#bug;
    if (this.#isHeld()) return;
    const pace = this.#pace();
    if (pace === 0) return;
    if (pace === Infinity) {
      this.#stall();
      return;
    }
    this.#owedBytes += bytes * pace;
    while (this.#owedBytes >= STEP_BYTES) {
      this.#owedBytes -= STEP_BYTES;
      if (this.#stepNow()) continue;
      this.#owedBytes = 0;
      return;
    }
  }

  /** Stops automatic compaction, and with it the throttling of commits. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.note();
  }

  /** A keyspace is about to be dropped. */
  forget(keyspace: KeyspaceId): void {
    for (const run of this.#runs) if (run.keyspace === keyspace) run.abandon();
    this.#collect();
  }

  /** Compacts keyspaces completely, in steps with pauses between them. One such request at a time. */
  async compact(keyspaces: readonly KeyspaceId[]): Promise<void> {
    const before = this.#full;
    const mine = (async (): Promise<void> => {
      await before;
      for (const keyspace of keyspaces) await this.#compactKeyspace(keyspace);
    })();
    this.#full = mine.catch(() => undefined); // whoever asked for it has the failure
    return mine;
  }

  /** The same on the calling thread, without a pause. */
  compactNow(keyspaces: readonly KeyspaceId[]): void {
    for (const keyspace of keyspaces) {
      for (let level = 0; level <= this.#lastLevel(keyspace); level += 1) {
        for (;;) {
          this.#endRunsNow(keyspace);
          const run = this.#beginFull(keyspace, level);
          if (run === 'nothing') break;
        }
      }
    }
  }

  metrics(): CompactionMetrics {
    const { debtBytes, level0Tables } = this.#currentBacklog();
    return {
      ...this.#counters.values(),
      running: this.#runs.length,
      debtBytes: Math.max(0, debtBytes - this.#doneBytes()),
      level0Tables,
      pace: this.#isHeld() ? 0 : this.#pace(),
      paused: this.#paused,
      failure: this.#lastFailure?.message,
    };
  }

  /** Ends everything that runs, without a result. Nothing happens afterwards. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTurn?.();
    this.#cancelTurn = undefined;
    const runs = this.#runs.splice(0);
    for (const run of runs) run.abandon();
    await this.#finishing;
    for (const run of runs) await run.settled();
    await this.#full;
  }

  /** One turn of the pump. */
  #turn(): void {
    this.#cancelTurn = undefined;
    if (this.#paused || this.#stopped || this.#finishing !== undefined) return;
    if (this.#bug !== undefined) return;
    const { clock } = this.#options;
    const begin = clock.monotonicMs();
    if (begin < this.#retryAtMs) {
      this.#schedule(this.#retryAtMs - begin);
      return;
    }
    const isBusy = begin - this.#turnDueMs > BUSY_LATENESS_MS;
    let hasMore = true;
    for (let bytes = 0; hasMore && bytes < SLICE_BYTES; bytes += STEP_BYTES) {
      hasMore = this.#stepBehind();
      if (clock.monotonicMs() - begin >= SLICE_MS) break;
    }
    if (!hasMore) return;
    const sliceMs = clock.monotonicMs() - begin;
    this.#schedule(isBusy ? Math.max(IDLE_PAUSE_MS, sliceMs * BUSY_PAUSE_SLICES) : IDLE_PAUSE_MS);
  }

  #schedule(delayMs: number): void {
    if (this.#stopped) return;
    const { clock } = this.#options;
    this.#turnDueMs = clock.monotonicMs() + delayMs;
    this.#cancelTurn = clock.schedule(delayMs, () => this.#turn());
  }

  /** A step with waits on the disk left to another thread; false when nothing is to be done, or not now. */
  #stepBehind(): boolean {
    return this.#step((run) => {
      if (run.state === 'merging') {
        run.advance(STEP_BYTES);
        run.syncBehind();
      }
      if (run.state === 'merging') return true;
      this.#finishing = this.#finishBehind(run);
      return false;
    });
  }

  /** Never rejects. */
  async #finishBehind(run: CompactionRun): Promise<void> {
    try {
      await run.finish();
      this.#collect();
    } catch (error) {
      this.#failed(error);
    }
    this.#finishing = undefined;
    if (!this.#stopped) this.note();
  }

  /** A step to its end on this thread; false when nothing is to be done. */
  #stepNow(): boolean {
    return this.#step((run) => {
      this.#advanceNow(run);
      return true;
    });
  }

  #advanceNow(run: CompactionRun): void {
    if (run.state === 'merging') {
      run.advance(STEP_BYTES);
      run.syncNow();
    }
    if (run.state === 'written') run.finishNow();
    this.#collect();
  }

  /** Commits stop until level 0 has room again. */
  #stall(): void {
    const { clock } = this.#options;
    const begin = clock.monotonicMs();
    while (this.#pace() === Infinity && this.#stepNow());
    this.#counters.stalled(clock.monotonicMs() - begin);
  }

  /** The run to bring forward: one of level 0 first. Starts one where there is room and work. */
  #urgentRun(): CompactionRun | undefined {
    this.#collect();
    const hasRoom = this.#runs.length < RUNS_MAX && this.#runs.every((run) => run.work.from > 0);
    if (hasRoom && this.#nothingIn !== this.#options.tree.view.version) this.#beginNext();
    return this.#runs.find((run) => run.work.from === 0) ?? this.#runs[0];
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

  #begin(choice: Exclude<Choice<Table>, { readonly kind: 'none' }>): 'begun' | 'done' {
    const { tree, leveled } = this.#options;
    if (choice.kind === 'merge') {
      const { settled } = this.#pickerInput();
      const snapshots = this.#options.snapshots();
      this.#runs.push(new CompactionRun({ tree, work: choice, snapshots, settled, leveled }));
      return 'begun';
    }
    const { upper, into } = choice;
    const moved = choice.kind === 'move' ? upper.map((table) => table.movedTo(into)) : [];
    tree.replaceTables(upper, moved);
    if (choice.kind === 'move') this.#counters.moved(upper.length);
    else this.#counters.dropped(upper.length);
    tree.removeUnread();
    return 'done';
  }

  async #compactKeyspace(keyspace: KeyspaceId): Promise<void> {
    for (let level = 0; level <= this.#lastLevel(keyspace); level += 1) {
      for (;;) {
        await this.#endRuns(keyspace);
        if (this.#stopped) throw stoppedError();
        if (this.#beginFull(keyspace, level) === 'nothing') break;
      }
    }
  }

  /** Expects that nothing of the keyspace runs. */
  #beginFull(keyspace: KeyspaceId, level: number): 'begun' | 'done' | 'nothing' {
    const choice = pickFullCompaction(this.#pickerInput(), keyspace, level);
    return choice.kind === 'none' ? 'nothing' : this.#begin(choice);
  }

  #endRunsNow(keyspace: KeyspaceId): void {
    for (const run of this.#runs) {
      while (run.keyspace === keyspace && !run.isOver) this.#advanceNow(run);
    }
  }

  async #endRuns(keyspace: KeyspaceId): Promise<void> {
    for (;;) {
      this.#collect();
      const run = this.#runs.find((candidate) => candidate.keyspace === keyspace);
      if (run === undefined) return;
      while (run.state === 'merging') {
        run.advance(STEP_BYTES);
        run.syncBehind();
        await this.#options.pause();
      }
      if (run.state === 'written') await run.finish();
      if (run.failure !== undefined) throw run.failure;
    }
  }

  #lastLevel(keyspace: KeyspaceId): number {
    const levels = this.#options.tree.view.version.trees.get(keyspace);
    return levels === undefined ? -1 : lastLevel(levels);
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
    };
  }

  /** Takes runs that are over off the list, and counts those that have ended well. */
  #collect(): void {
    const over = this.#runs.filter((run) => run.isOver);
    if (over.length === 0) return;
    this.#runs = this.#runs.filter((run) => !run.isOver);
    this.#nothingIn = undefined;
    for (const run of over) if (run.state === 'done') this.#succeeded(run);
    this.#options.tree.removeUnread();
  }

  #succeeded(run: CompactionRun): void {
    this.#failures = 0;
    this.#lastFailure = undefined;
    this.#counters.merged(run);
    for (const id of run.inputs) this.#rewritten.delete(id);
    if (run.work.from === run.work.into) for (const id of run.outputs) this.#rewritten.add(id);
  }

  /** Takes a step of the most urgent run, if there is one; a failure is noted and the step counts as nothing to be done. */
  #step(step: (run: CompactionRun) => boolean): boolean {
    try {
      const run = this.#urgentRun();
      return run !== undefined && step(run);
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  #failed(thrown: unknown): void {
    this.#collect();
    const error = failureOf(thrown);
    if (error.kind === 'Internal') {
      this.#bug = error;
      return;
    }
    this.#lastFailure = error;
    const delayMs = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** this.#failures);
    this.#failures += 1;
    this.#retryAtMs = this.#options.clock.monotonicMs() + delayMs;
    this.#options.logger.warn('a compaction has failed and will be repeated', { error });
    if (this.#cancelTurn === undefined) this.#schedule(delayMs);
  }

  /** Whether commits are left alone. */
  #isHeld(): boolean {
    return (
      this.#paused ||
      this.#stopped ||
      (this.#failures > 0 && this.#options.clock.monotonicMs() < this.#retryAtMs)
    );
  }

  #pace(): number {
    const { memtableSizeBytes, leveled } = this.#options;
    return compactionPace(this.#currentBacklog(), this.#doneBytes(), memtableSizeBytes, leveled);
  }

  #doneBytes(): number {
    let bytes = 0;
    for (const run of this.#runs) bytes += run.progress * run.inputBytes;
    return bytes;
  }

  #currentBacklog(): Backlog {
    const { version } = this.#options.tree.view;
    if (this.#backlogOf !== version) {
      this.#backlog = backlogOf(version, this.#options.leveled);
      this.#backlogOf = version;
    }
    return this.#backlog;
  }
}

function stoppedError(): AlopexError {
  return new AlopexError('ALX_CLOSED', 'the store was closed while it was compacted', {
    hint: 'Open it again.',
  });
}
