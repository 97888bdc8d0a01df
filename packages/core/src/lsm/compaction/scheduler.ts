/**
 * Decides when compaction runs. Three hands turn it, on one thread, a small step at a time:
 *
 *   pump      in turns of the event loop, by the clock: in long slices while the store is not used, else in short ones with pauses
 *   commits   pay for what they add, the more the fuller level 0 is (`pace`)
 *   compact   a full compaction that somebody asks for and waits for, awaited or on the calling thread
 *
 * The runs stand in one list whoever began them, and each hand may bring any run forward.
 *
 * A run that fails has changed nothing. It is tried again after a pause that doubles; the failure shows in the metrics, and
 * meanwhile commits go on. Of our own bugs the next commit learns.
 */
import type { KeyspaceId } from '../../base/brand.ts';
import type { Clock } from '../../base/clock.ts';
import { AlopexError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { CommitDues } from './dues.ts';
import { failureOf } from '../failure.ts';
import type { CompactionMetrics } from './metrics.ts';
import { RunList, type RunListOptions } from './run-list.ts';
import type { CompactionRun } from './run.ts';

export interface CompactionSchedulerOptions extends RunListOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly memtableSizeBytes: number;
  /** A number that changes when the store is used. */
  readonly activity: () => number;
  /** Lets other work of the thread have a turn; long work awaits it between steps. */
  readonly pause: () => Promise<void>;
}

/** Bytes of one step; about a millisecond. */
const STEP_BYTES = 64 * 1024;
/** What a step counts at least: ends of merges are work, too. */
const STEP_PAID_BYTES_MIN = 4 * 1024;
/** A slice of the pump while nobody uses the store: so long, or so many bytes where the clock stands still, and a pause. */
const IDLE_SLICE_MS = 4;
const IDLE_SLICE_BYTES = 1024 * 1024;
const IDLE_PAUSE_MS = 1;
/**
 * While somebody does, a slice is one step, and the pause so many times as long, and a bit, as timers are coarse. Measured, reads
 * in a loop that leaves the thread no rest then lose a sixth of their rate.
 */
const BUSY_PAUSE_SLICES = 9;
const RETRY_MS_MIN = 1000;
const RETRY_MS_MAX = 60_000;

export class CompactionScheduler {
  readonly #options: CompactionSchedulerOptions;
  readonly #runs: RunList;
  readonly #dues: CommitDues;
  #cancelTurn: (() => void) | undefined;
  #activity = 0;
  /** The end of a run that waits for the disk. */
  #finishing: Promise<void> | undefined;
  #full: Promise<void> = Promise.resolve();
  #paused = false;
  #stopped = false;
  #failures = 0;
  #retryAtMs = 0;
  #lastFailure: AlopexError | undefined;
  #bug: AlopexError | undefined;

  constructor(options: CompactionSchedulerOptions) {
    this.#options = options;
    this.#runs = new RunList(options);
    this.#dues = new CommitDues({ ...options, runs: this.#runs });
  }

  /** Something has changed: there may be work, or tables that nobody reads any more. */
  note(): void {
    if (this.#cancelTurn === undefined && this.#finishing === undefined) this.#schedule(0);
  }

  /** A commit has written so many bytes. */
  pay(bytes: number): void {
    if (this.#bug !== undefined) throw this.#bug;
    this.#dues.noteWritten(bytes);
    if (this.#dues.areNone || this.#isHeld()) return;
    const owed = this.#dues.owe(bytes);
    if (owed === 0) return;
    if (!this.#dues.isLevel0Full) {
      this.#payOwed(owed);
      return;
    }
    const { clock } = this.#options;
    const begin = clock.monotonicMs();
    this.#payOwed(owed);
    this.#runs.counters.stalled(clock.monotonicMs() - begin);
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
    this.#runs.abandon(keyspace);
  }

  /** Compacts keyspaces completely, in steps with pauses between them. One such request at a time. */
  async compact(keyspaces: readonly KeyspaceId[]): Promise<void> {
    const before = this.#full;
    const mine = (async (): Promise<void> => {
      await before;
      for (const keyspace of keyspaces) await this.#compactKeyspace(keyspace);
      this.#options.tree.removeUnread();
    })();
    this.#full = mine.catch(() => undefined); // whoever asked for it has the failure
    return mine;
  }

  /** The same on the calling thread, without a pause. */
  compactNow(keyspaces: readonly KeyspaceId[]): void {
    for (const keyspace of keyspaces) this.#compactKeyspaceNow(keyspace);
    this.#options.tree.removeUnread();
  }

  metrics(): CompactionMetrics {
    return {
      ...this.#runs.counters.values(),
      running: this.#runs.size,
      ...this.#dues.backlog,
      pace: this.#isHeld() ? 0 : this.#dues.pace,
      paused: this.#paused,
      failure: this.#lastFailure?.message,
    };
  }

  /** Ends everything that runs, without a result. Nothing happens afterwards. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTurn?.();
    this.#cancelTurn = undefined;
    const runs = this.#runs.abandon();
    await this.#finishing;
    for (const run of runs) await run.settled();
    await this.#full;
  }

  /** One turn of the pump. */
  #turn(): void {
    this.#cancelTurn = undefined;
    this.#options.tree.removeUnread();
    if (this.#paused || this.#stopped || this.#finishing !== undefined) return;
    if (this.#bug !== undefined) return;
    const { clock } = this.#options;
    const begin = clock.monotonicMs();
    if (begin < this.#retryAtMs) {
      this.#schedule(this.#retryAtMs - begin);
      return;
    }
    const activity = this.#options.activity();
    const isBusy = activity !== this.#activity;
    this.#activity = activity;
    let hasMore = this.#stepBehind();
    let sliceMs = clock.monotonicMs() - begin;
    for (
      let bytes = STEP_BYTES;
      hasMore && !isBusy && bytes < IDLE_SLICE_BYTES;
      bytes += STEP_BYTES
    ) {
      if (sliceMs >= IDLE_SLICE_MS) break;
      hasMore = this.#stepBehind();
      sliceMs = clock.monotonicMs() - begin;
    }
    if (!hasMore) return;
    this.#schedule(IDLE_PAUSE_MS + (isBusy ? sliceMs * BUSY_PAUSE_SLICES : 0));
  }

  #schedule(delayMs: number): void {
    if (this.#stopped) return;
    this.#cancelTurn = this.#options.clock.schedule(delayMs, () => this.#turn());
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
      this.#noteEnd(run);
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
    this.#noteEnd(run);
  }

  #payOwed(bytes: number): void {
    for (let owed = bytes; owed > 0;) {
      const done = this.#runs.doneBytes;
      if (!this.#stepNow()) return;
      // A run that has ended is no longer counted.
      owed -= Math.max(STEP_PAID_BYTES_MIN, this.#runs.doneBytes - done);
    }
  }

  async #compactKeyspace(keyspace: KeyspaceId): Promise<void> {
    for (let level = 0; level <= this.#runs.lastLevel(keyspace); level += 1) {
      for (;;) {
        await this.#endRuns(keyspace);
        if (this.#stopped) throw stoppedError();
        if (this.#runs.beginFull(keyspace, level) === 'nothing') break;
      }
    }
  }

  #compactKeyspaceNow(keyspace: KeyspaceId): void {
    for (let level = 0; level <= this.#runs.lastLevel(keyspace); level += 1) {
      for (;;) {
        this.#endRunsNow(keyspace);
        if (this.#runs.beginFull(keyspace, level) === 'nothing') break;
      }
    }
  }

  async #endRuns(keyspace: KeyspaceId): Promise<void> {
    for (let run = this.#runs.of(keyspace); run !== undefined; run = this.#runs.of(keyspace)) {
      while (run.state === 'merging') {
        run.advance(STEP_BYTES);
        run.syncBehind();
        await this.#options.pause();
      }
      if (run.state === 'written') await run.finish();
      if (run.failure !== undefined) throw run.failure;
      this.#noteEnd(run);
    }
  }

  #endRunsNow(keyspace: KeyspaceId): void {
    for (let run = this.#runs.of(keyspace); run !== undefined; run = this.#runs.of(keyspace))
      this.#advanceNow(run);
  }

  /** After a step that may have been the last. */
  #noteEnd(run: CompactionRun): void {
    this.#runs.collect();
    if (run.state !== 'done') return;
    this.#failures = 0;
    this.#lastFailure = undefined;
  }

  /** Takes a step of the most urgent run, if there is one; a failure is noted and the step counts as nothing to be done. */
  #step(step: (run: CompactionRun) => boolean): boolean {
    try {
      const run = this.#runs.urgent();
      return run !== undefined && step(run);
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  #failed(thrown: unknown): void {
    this.#runs.collect();
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
}

function stoppedError(): AlopexError {
  return new AlopexError('ALX_CLOSED', 'the store was closed while it was compacted', {
    hint: 'Open it again.',
  });
}
