/**
 * One call of a statement (its text, parameters and options) and the ways to run it over a host: collect everything, on
 * this thread or with waiting, or stream. Everything users do with statements ends here.
 */
import { AlopexError, PENDING } from '@alopex-db/core/base';
import type { Batch } from '@alopex-db/core/types';
import type { Statement as StatementNode } from '../ast/statement.ts';
import { copyBatch } from '../exec/copy-batch.ts';
import { Interrupt } from '../exec/interrupt.ts';
import type { ControlResult } from './control-result.ts';
import { cannotWait, nextBatch, runNow, runToEnd } from './driver.ts';
import { directWriteOf } from './fast-path.ts';
import type { CollectedBatches, QuerySource } from './lazy-query.ts';
import { inZone, outputForm, type OutputForm } from './output-value.ts';
import { isPositional } from './parameters.ts';
import type { IndexSelect } from './index-select.ts';
import type { PointSelect } from './point-select.ts';
import { runDirect, runDirectNow, type CallSummary } from './run-direct.ts';
import { RowSink, type Sink } from './row-sink.ts';
import type {
  Column,
  ExecuteResult,
  Params,
  QueryOptions,
  QueryResult,
  Row,
  SqlValue,
} from './session.ts';
import type { HeldBlock, StatementHost, WorkOptions } from './statement-host.ts';
import { runCompiled, startRun, type StatementRun } from './statement-run.ts';
import { isReadOnly, type Statement } from './statement.ts';
import type { TransactionBlock } from './transaction-block.ts';

const NO_OPTIONS: QueryOptions = Object.freeze({});
const NO_PARAMS: readonly SqlValue[] = Object.freeze([]);
const READING: WorkOptions = Object.freeze({ readOnly: true });

export class StatementCall<T> implements QuerySource<T> {
  readonly #host: StatementHost;
  readonly #statement: Statement;
  readonly #params: Params | undefined;
  readonly #options: QueryOptions;
  readonly #form: OutputForm;
  #interrupt: Interrupt | undefined;
  #isCancelled = false;

  constructor(
    host: StatementHost,
    statement: Statement,
    params: Params | undefined,
    options: QueryOptions | undefined,
  ) {
    this.#host = host;
    this.#statement = statement;
    this.#params = params;
    this.#options = options ?? NO_OPTIONS;
    this.#form = inZone(
      outputForm(host.engine.outputForm, options),
      host.settings.resolved.timeZone,
    );
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#interrupt?.cancel();
  }

  readNow(): T[] | undefined {
    const select = this.#select();
    if (select === undefined) return undefined;
    if (select.kind === 'index-select') return this.#readIndexed(select);
    const row = this.#readCommitted(select);
    return row === undefined ? [] : [row];
  }

  /** The first row on the calling thread. */
  firstNow(): T | undefined {
    const select = this.#select();
    if (select?.kind === 'point-select') return this.#readCommitted(select);
    const rows = select === undefined ? undefined : this.#readIndexed(select);
    return (rows ?? this.collectNow().rows)[0];
  }

  /** Where the statement is a read by key outside transactions, and nothing asks for more than its rows. */
  #select(): PointSelect | IndexSelect | undefined {
    const { currentBlock, settings } = this.#host;
    if (currentBlock !== undefined || this.#options.signal?.aborted === true) return undefined;
    if (settings.resolved.readAsOf !== undefined) return undefined;
    if (this.#options.maxRows !== undefined && this.#options.maxRows < 1) return undefined;
    if (this.#isCancelled || !isPositional(this.#params ?? NO_PARAMS)) return undefined;
    const path = this.#statement.fastPath(settings);
    return path === undefined || path.kind === 'direct-write' ? undefined : path;
  }

  #readCommitted(select: PointSelect): T | undefined {
    this.#host.check();
    const { readLatest } = this.#host.engine;
    // `#select` has seen that they are positional.
    const params = (this.#params ?? NO_PARAMS) as readonly SqlValue[];
    const row = select.read(readLatest, params, this.#form);
    // A read of the newest committed row never waits. The caller names the type of its rows.
    return row as T | undefined;
  }

  #readIndexed(select: IndexSelect): T[] | undefined {
    this.#host.check();
    const { store } = this.#host.engine.services;
    const params = (this.#params ?? NO_PARAMS) as readonly SqlValue[];
    const rowsMax = this.#options.maxRows ?? Number.MAX_SAFE_INTEGER;
    return select.read(store, params, this.#form, rowsMax) as T[] | undefined;
  }

  async collect(): Promise<QueryResult<T>> {
    const { clock } = this.#host.engine.services;
    const startMs = clock.monotonicMs();
    const sink = new RowSink(this.#form, this.#options.maxRows);
    const summary = await this.#run(sink, (control) => sink.takeControl(control));
    return this.#resultOf(summary, sink, startMs);
  }

  /** `collect` on the calling thread. */
  collectNow(): QueryResult<T> {
    const { clock } = this.#host.engine.services;
    const startMs = clock.monotonicMs();
    const sink = new RowSink(this.#form, this.#options.maxRows);
    return this.#resultOf(this.#runNow(sink), sink, startMs);
  }

  /** Rows one after another; the transaction is held until the last one, or until the iterator is left. */
  *iterateNow(): Generator<T, void, void> {
    const host = this.#host;
    host.check();
    host.engine.readyNow();
    const { statement } = this.#statement.parsed;
    if (!isReadOnly(statement, 'streaming') || host.currentBlock !== undefined) {
      yield* this.collectNow().rows;
      return;
    }
    const block = host.engine.begin({ settings: host.settings.resolved, readOnly: true });
    try {
      const run = this.#startRun(block, this.#begin(false));
      try {
        yield* this.#iterateRun(run);
      } finally {
        run.close();
      }
    } finally {
      block.rollback();
    }
  }

  *#iterateRun(run: StatementRun): Generator<T, void, void> {
    const sink = new RowSink(this.#form, this.#options.maxRows);
    sink.begin(run.columns);
    for (;;) {
      const batch = run.step();
      if (batch === undefined) return;
      if (batch === PENDING) throw cannotWait();
      const isWanted = sink.take(batch);
      yield* sink.drain() as T[];
      if (!isWanted) return;
    }
  }

  async collectBatches(): Promise<CollectedBatches> {
    let columns: readonly Column[] = [];
    let batches: Batch[] = [];
    const sink: Sink = {
      begin(now) {
        columns = now;
        batches = [];
      },
      take(batch) {
        batches.push(copyBatch(batch));
        return true;
      },
    };
    await this.#run(sink, () => {
      throw new AlopexError('ALX_UNSUPPORTED', 'the statement has no columns to collect');
    });
    return {
      names: columns.map(({ name }) => name),
      types: columns.map(({ type }) => type),
      batches,
    };
  }

  async *streamRows(): AsyncGenerator<T[], void, void> {
    const { engine } = this.#host;
    if (!engine.isReady) await engine.ready();
    if (!this.#streams()) {
      yield (await this.collect()).rows;
      return;
    }
    const sink = new RowSink(this.#form, this.#options.maxRows);
    for await (const batch of this.#stream(sink)) {
      const isWanted = sink.take(batch);
      yield sink.drain() as T[];
      if (!isWanted) return;
    }
  }

  async *streamBatches(): AsyncGenerator<Batch, void, void> {
    const { engine } = this.#host;
    if (!engine.isReady) await engine.ready();
    if (!this.#streams()) {
      yield* (await this.collectBatches()).batches;
      return;
    }
    for await (const batch of this.#stream(undefined)) yield copyBatch(batch);
  }

  /** Only what reads alone is streamed: rows of a writer are shown once it has committed. */
  #streams(): boolean {
    return isReadOnly(this.#statement.parsed.statement, 'streaming');
  }

  async *#stream(sink: Sink | undefined): AsyncGenerator<Batch, void, void> {
    const { engine } = this.#host;
    const interrupt = this.#begin(true);
    this.#host.check();
    const held = this.#host.hold();
    let run: StatementRun | undefined;
    let failed = true;
    try {
      run = await held.step(() => this.#open(held, interrupt));
      sink?.begin(run.columns);
      for (;;) {
        const opened = run;
        const batch = await held.step(() => nextBatch(engine, opened));
        if (batch === undefined) break;
        interrupt.beginSlice();
        // An error of the consumer's is no failure of the statement: the loop then ends by `return`.
        failed = false;
        yield batch;
        failed = true;
      }
      failed = false;
    } finally {
      run?.close();
      held.release(failed);
    }
  }

  async #open(held: HeldBlock, interrupt: Interrupt): Promise<StatementRun> {
    return this.#startRun(held.block, interrupt);
  }

  async #run(sink: Sink, takeControl: (control: ControlResult) => void): Promise<CallSummary> {
    const host = this.#host;
    host.check();
    // Ready as a rule: then a call takes its turn in a transaction at the moment it is made.
    if (!host.engine.isReady) await host.engine.ready();
    const statement = this.#parsed();
    if (statement instanceof Error) return host.within(READING, () => Promise.reject(statement));
    const control = host.control(statement, this.#statement.text);
    if (control !== undefined) {
      const result = await control;
      takeControl(result);
      return { ...result, rowsAffected: 0 };
    }
    const interrupt = this.#begin(true);
    const work = { readOnly: isReadOnly(statement, 'running'), signal: this.#options.signal };
    return host.within(work, async (block) => {
      const call = this.#statement.compile(block, host.settings, this.#params);
      const direct = directWriteOf(call.entry, host.engine);
      if (direct !== undefined) return runDirect(direct, call, { host, block, interrupt });
      const run = runCompiled(host, call, block, interrupt);
      try {
        sink.begin(run.columns);
        // A writer has to come to its end, however few of its rows are wanted.
        await runToEnd(host.engine, run, (batch) => sink.take(batch) || !work.readOnly);
        return summaryOf(run);
      } finally {
        run.close();
      }
    });
  }

  /** A syntax error is an error of the transaction as well, so it is thrown inside. */
  #parsed(): StatementNode | Error {
    try {
      return this.#statement.parsed.statement;
    } catch (error) {
      if (error instanceof AlopexError) return error;
      throw error;
    }
  }

  #runNow(sink: RowSink): CallSummary {
    const host = this.#host;
    host.check();
    host.engine.readyNow();
    const statement = this.#parsed();
    if (statement instanceof Error) {
      return host.withinNow(READING, () => {
        throw statement;
      });
    }
    const control = host.controlNow(statement, this.#statement.text);
    if (control !== undefined) {
      sink.takeControl(control);
      return { ...control, rowsAffected: 0 };
    }
    const work = { readOnly: isReadOnly(statement, 'running') };
    return host.withinNow(work, (block) => {
      const call = this.#statement.compile(block, host.settings, this.#params);
      const direct = directWriteOf(call.entry, host.engine);
      if (direct !== undefined) return runDirectNow(direct, call, block);
      const run = runCompiled(host, call, block, this.#begin(false));
      try {
        sink.begin(run.columns);
        runNow(run, (batch) => sink.take(batch) || !work.readOnly);
        return summaryOf(run);
      } finally {
        run.close();
      }
    });
  }

  #startRun(block: TransactionBlock, interrupt: Interrupt): StatementRun {
    return startRun(this.#host, this.#statement, { block, params: this.#params, interrupt });
  }

  #begin(slices: boolean): Interrupt {
    const { engine, settings } = this.#host;
    const interrupt = new Interrupt(engine.services.clock, {
      signal: eitherSignal(this.#options.signal, this.#host.signal),
      timeoutMs: this.#options.timeoutMs ?? settings.resolved.statementTimeoutMs,
      slices,
    });
    if (this.#isCancelled) interrupt.cancel();
    this.#interrupt = interrupt;
    return interrupt;
  }

  #resultOf(summary: CallSummary, sink: RowSink, startMs: number): QueryResult<T> {
    const elapsedMs = this.#host.engine.services.clock.monotonicMs() - startMs;
    // The caller names the type of its rows.
    const rows = sink.drain() as T[];
    return { ...summary, rows, statistics: { rowCount: rows.length, elapsedMs } };
  }
}

function eitherSignal(
  left: AbortSignal | undefined,
  right: AbortSignal | undefined,
): AbortSignal | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return AbortSignal.any([left, right]);
}

function summaryOf(run: StatementRun): CallSummary {
  const { columns, command, rowsAffected, notices } = run;
  return { columns, command, rowsAffected, notices };
}

export function executeResultOf(result: QueryResult<Row>): ExecuteResult {
  const { command, rowsAffected, rows, columns, notices } = result;
  return { command, rowsAffected, rows, columns, notices };
}
