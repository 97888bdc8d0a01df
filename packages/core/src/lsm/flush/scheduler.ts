/**
 * Brings flushes forward off the commits' path: one at a time, the oldest frozen memtable first. Three hands turn it, on one thread,
 * a small step at a time:
 *
 *   pump      in turns of the event loop, by the clock
 *   commits   pay for what they write, the more the more memtables wait, so that one is flushed before the next is full
 *   drain     on the calling thread, to the end: what somebody asks for, and what a commit does at the limit
 *
 * A flush that fails has changed nothing and its memtable waits on; it is tried again after a pause that doubles, or once so much
 * more was written. Of our own bugs the next commit learns.
 */
import type { Clock } from '../../base/clock.ts';
import type { AlopexError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { failureOf } from '../failure.ts';
import type { Tree } from '../tree.ts';
import { FlushRun } from './run.ts';

export interface FlushSchedulerOptions {
  readonly tree: Tree;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly memtableSizeBytes: number;
  /** No snapshot reads below it, now or later. */
  readonly horizon: () => number;
  /** A number that changes when the store is used. */
  readonly activity: () => number;
  /** A memtable is in tables. */
  readonly installed: () => void;
}

/** Bytes of one step; about a millisecond. */
const STEP_BYTES = 64 * 1024;
/** Commits gather what they owe up to this, or to this part of a memtable, so that most of them do nothing. */
const OWED_BYTES_MIN = 32 * 1024;
const OWED_MEMTABLE_SHARE = 8;
/** A slice of the pump while nobody uses the store. */
const IDLE_SLICE_MS = 4;
const IDLE_PAUSE_MS = 1;
/** While somebody does, a slice is one step and the pause so many times as long: readers keep their rate, and writers pay. */
const BUSY_PAUSE_SLICES = 9;
const RETRY_MS_MIN = 1000;
const RETRY_MS_MAX = 60_000;

export class FlushScheduler {
  readonly #options: FlushSchedulerOptions;
  readonly #owedMin: number;
  #run: FlushRun | undefined;
  #owedBytes = 0;
  #activity = 0;
  #unpaidSinceFailure = 0;
  #cancelTurn: (() => void) | undefined;
  /** The end of a run that waits for the disk. */
  #finishing: Promise<void> | undefined;
  #stopped = false;
  #failures = 0;
  #retryAtMs = 0;
  #lastFailure: AlopexError | undefined;
  #bug: AlopexError | undefined;

  constructor(options: FlushSchedulerOptions) {
    this.#options = options;
    this.#owedMin = Math.min(OWED_BYTES_MIN, options.memtableSizeBytes / OWED_MEMTABLE_SHARE);
  }

  /** What the last flush has failed with, until one succeeds. */
  get failure(): AlopexError | undefined {
    return this.#lastFailure;
  }

  /** A memtable was frozen. */
  note(): void {
    if (this.#cancelTurn === undefined && this.#finishing === undefined) this.#schedule(0);
  }

  /** A commit has written so many bytes. Failures are noted and not thrown: the commit stands. */
  pay(bytes: number): void {
    if (this.#bug !== undefined) throw this.#bug;
    const { frozenCount } = this.#options.tree;
    if (frozenCount === 0) return;
    this.#unpaidSinceFailure += bytes;
    if (this.#isHeld()) return;
    this.#owedBytes += bytes * (1 + frozenCount);
    if (this.#owedBytes < this.#owedMin) return;
    const owed = this.#owedBytes;
    this.#owedBytes = 0;
    try {
      for (let left = owed; left > 0 && this.#options.tree.frozenCount > 0; left -= STEP_BYTES)
        this.#advanceNow(this.#current(), Math.min(left, STEP_BYTES));
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Flushes every frozen memtable on the calling thread; throws what keeps it from that. */
  drain(): void {
    if (this.#bug !== undefined) throw this.#bug;
    try {
      while (this.#options.tree.frozenCount > 0) this.#advanceNow(this.#current(), STEP_BYTES);
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }

  /** Ends what runs, without a result: what is not in tables is in the log. Nothing happens afterwards. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTurn?.();
    this.#cancelTurn = undefined;
    const run = this.#run;
    this.#run = undefined;
    run?.abandon();
    await this.#finishing;
    await run?.settled();
  }

  /** One turn of the pump. */
  #turn(): void {
    this.#cancelTurn = undefined;
    if (this.#stopped || this.#finishing !== undefined || this.#bug !== undefined) return;
    const { clock, tree } = this.#options;
    const begin = clock.monotonicMs();
    if (this.#failures > 0 && begin < this.#retryAtMs) {
      this.#schedule(this.#retryAtMs - begin);
      return;
    }
    const activity = this.#options.activity();
    const isBusy = activity !== this.#activity;
    this.#activity = activity;
    let sliceMs = 0;
    try {
      for (let isFirst = true; tree.frozenCount > 0; isFirst = false) {
        sliceMs = clock.monotonicMs() - begin;
        if (!isFirst && (isBusy || sliceMs >= IDLE_SLICE_MS)) break;
        const run = this.#current();
        if (run.state === 'merging') {
          run.advance(STEP_BYTES);
          run.syncBehind();
        }
        if (run.state === 'written') {
          this.#finishing = this.#finishBehind(run);
          return;
        }
      }
    } catch (error) {
      this.#failed(error);
      return;
    }
    const pauseMs = IDLE_PAUSE_MS + (isBusy ? sliceMs * BUSY_PAUSE_SLICES : 0);
    if (tree.frozenCount > 0) this.#schedule(pauseMs);
  }

  #schedule(delayMs: number): void {
    if (this.#stopped) return;
    this.#cancelTurn = this.#options.clock.schedule(delayMs, () => this.#turn());
  }

  /** Never rejects. */
  async #finishBehind(run: FlushRun): Promise<void> {
    try {
      await run.finish();
      this.#noteEnd(run);
    } catch (error) {
      this.#failed(error);
    }
    this.#finishing = undefined;
    if (!this.#stopped && this.#failures === 0 && this.#options.tree.frozenCount > 0) this.note();
  }

  /** The run under way, else a new one. Expects that a memtable is frozen. */
  #current(): FlushRun {
    if (this.#run === undefined || this.#run.isOver)
      this.#run = new FlushRun(this.#options.tree, this.#options.horizon());
    return this.#run;
  }

  /** A step on this thread, waits on the disk included. */
  #advanceNow(run: FlushRun, budgetBytes: number): void {
    if (run.state === 'merging') {
      run.advance(budgetBytes);
      run.syncNow();
    }
    if (run.state === 'written') run.finishNow();
    this.#noteEnd(run);
  }

  /** After a step that may have been the last. */
  #noteEnd(run: FlushRun): void {
    if (run.state !== 'done' || run !== this.#run) return;
    this.#run = undefined;
    this.#failures = 0;
    this.#lastFailure = undefined;
    this.#options.installed();
  }

  #failed(thrown: unknown): void {
    const error = failureOf(thrown);
    if (error.kind === 'Internal') {
      this.#bug = error;
      return;
    }
    this.#lastFailure = error;
    const delayMs = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** this.#failures);
    this.#failures += 1;
    this.#unpaidSinceFailure = 0;
    this.#retryAtMs = this.#options.clock.monotonicMs() + delayMs;
    this.#options.logger.warn('a flush has failed and will be repeated', { error });
    if (this.#cancelTurn === undefined) this.#schedule(delayMs);
  }

  /** Whether a failure is so recent, in time and in bytes written, that commits leave it alone. */
  #isHeld(): boolean {
    if (this.#failures === 0) return false;
    const { clock, memtableSizeBytes } = this.#options;
    const isEarly = clock.monotonicMs() < this.#retryAtMs;
    return isEarly && this.#unpaidSinceFailure < memtableSizeBytes / OWED_MEMTABLE_SHARE;
  }
}
