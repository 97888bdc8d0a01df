/**
 * One run of one compiled statement inside a transaction block, in steps: a batch of result rows, PENDING, or the end.
 * Counts the rows affected and gathers notices. Close it wherever it ends early; closing is idempotent.
 */
import { PENDING, assert, type Pending, type Waiter } from '@alopex-db/core/base';
import type { Batch, Scalar } from '@alopex-db/core/types';
import { buildIndex } from '../exec/build-index.ts';
import type { Interrupt } from '../exec/interrupt.ts';
import { rewriteTable } from '../exec/rewrite-table.ts';
import { verifyForeignKeys } from '../exec/verify-foreign-keys.ts';
import { NodeFigures } from '../exec/node-figures.ts';
import { StatementContext } from '../exec/statement-context.ts';
import type { CompiledDdl, CompiledExplain, CompiledQuery } from '../plan/compiled-statement.ts';
import { explainBatch, explainColumns } from './explain-statement.ts';
import { convertParameters } from './parameters.ts';
import type { Column, Notice, Params } from './session.ts';
import type { ResolvedSettings } from './settings.ts';
import type { SqlEngine } from './sql-engine.ts';
import type { CompiledCall, Statement } from './statement.ts';
import type { StatementHost } from './statement-host.ts';
import type { TransactionBlock } from './transaction-block.ts';

export type RunnableStatement = CompiledQuery | CompiledDdl | CompiledExplain;

export interface RunOptions {
  readonly parameters: readonly Scalar[];
  readonly interrupt: Interrupt;
  readonly settings: ResolvedSettings;
}

export class StatementRun {
  readonly command: string;
  readonly columns: readonly Column[];
  readonly interrupt: Interrupt;
  readonly notices: Notice[] = [];
  rowsAffected = 0;
  #statementMicros: number | undefined;
  readonly #engine: SqlEngine;
  readonly #block: TransactionBlock;
  readonly #options: RunOptions;
  #figures: NodeFigures | undefined;
  readonly #steps: Generator<Batch | Pending, void, void>;

  constructor(
    engine: SqlEngine,
    block: TransactionBlock,
    compiled: RunnableStatement,
    options: RunOptions,
  ) {
    this.#engine = engine;
    this.#block = block;
    this.#options = options;
    this.interrupt = options.interrupt;
    this.command = compiled.kind === 'explain' ? 'EXPLAIN' : compiled.command;
    this.columns = resultColumns(compiled);
    this.#steps = this.#start(compiled);
  }

  /** Measures the operators; to be called before the first step. */
  measure(): NodeFigures {
    return (this.#figures ??= new NodeFigures(this.#engine.services.clock));
  }

  get waiter(): Waiter {
    return this.#block.transaction.waiter;
  }

  /** Undefined at the end. A batch is valid until the next step. */
  step(): Batch | Pending | undefined {
    const next = this.#steps.next();
    return next.done === true ? undefined : next.value;
  }

  close(): void {
    this.#steps.return();
  }

  #start(compiled: RunnableStatement): Generator<Batch | Pending, void, void> {
    switch (compiled.kind) {
      case 'query':
        return this.#runQuery(compiled);
      case 'ddl':
        return this.#runDefinition(compiled);
      case 'explain':
        return this.#runExplain(compiled);
    }
  }

  *#runQuery(query: CompiledQuery): Generator<Batch | Pending, void, void> {
    const context = this.#createContext(this.#figures);
    const hasRows = query.columns.length > 0 || query.command === 'SELECT';
    try {
      this.interrupt.check();
      for (const batch of context.open(query.plan)) {
        if (batch === PENDING) {
          yield PENDING;
          continue;
        }
        this.rowsAffected += batch.rowCount;
        if (hasRows) yield batch;
      }
    } finally {
      context.close();
    }
  }

  *#runDefinition(compiled: CompiledDdl): Generator<Batch | Pending, void, void> {
    this.interrupt.check();
    const outcome = yield* compiled.run(this.#block.transaction, this.#engine.catalog);
    this.notices.push(...outcome.notices);
    this.#block.dropAtCommit(outcome.droppedKeyspaces);
    for (const rewrite of outcome.rewrites ?? []) {
      this.#block.readWhole(rewrite.before.id);
      const context = this.#createContext(undefined);
      for (const step of rewriteTable(rewrite, context)) if (step === PENDING) yield PENDING;
    }
    for (const { table, keyspace } of outcome.builds ?? []) {
      this.#block.readWhole(table.id);
      const context = this.#createContext(undefined);
      // The only steps of a build are pauses.
      for (const step of buildIndex(table, keyspace, context)) if (step === PENDING) yield PENDING;
    }
    for (const check of outcome.foreignKeys ?? []) {
      this.#block.readWhole(check.table.id);
      const context = this.#createContext(undefined);
      for (const step of verifyForeignKeys(check, context)) if (step === PENDING) yield PENDING;
    }
    for (const query of outcome.then) {
      for (const batch of this.#runQuery(query)) if (batch === PENDING) yield PENDING;
    }
  }

  *#runExplain(explain: CompiledExplain): Generator<Batch | Pending, void, void> {
    if (explain.analyze) {
      this.measure();
      for (const batch of this.#runQuery(explain.target)) if (batch === PENDING) yield PENDING;
      this.rowsAffected = 0;
    }
    yield explainBatch(explain, this.#figures);
  }

  #createContext(figures: NodeFigures | undefined): StatementContext {
    const { parameters, interrupt, settings } = this.#options;
    return new StatementContext({
      services: this.#engine.services,
      transaction: this.#block.transaction,
      parameters,
      transactionMicros: this.#block.transactionMicros,
      statementMicros: (this.#statementMicros ??= this.#engine.services.clock.nowMicros()),
      timeZone: this.#block.timeZone,
      memoryBytesMax: settings.memoryBytesMax,
      interrupt,
      openPlan: this.#engine.openPlan,
      instrument:
        figures === undefined ? undefined : (plan, operator) => figures.watch(plan, operator),
      noteIndexSearch:
        figures === undefined ? undefined : (plan, search) => figures.noteIndexSearch(plan, search),
      changedTables: this.#block.changedTables,
      vectorExact: settings.vectorExact,
      hnswEfSearch: settings.hnswEfSearch,
    });
  }
}

export interface RunRequest {
  readonly block: TransactionBlock;
  readonly params: Params | undefined;
  readonly interrupt: Interrupt;
}

/** Compiles a statement for what its block sees, and starts it. */
export function startRun(
  host: StatementHost,
  statement: Statement,
  { block, params, interrupt }: RunRequest,
): StatementRun {
  return runCompiled(host, statement.compile(block, host.settings, params), block, interrupt);
}

export function runCompiled(
  { engine, settings }: StatementHost,
  { entry, values }: CompiledCall,
  block: TransactionBlock,
  interrupt: Interrupt,
): StatementRun {
  const { compiled } = entry;
  assert(compiled.kind !== 'utility', "utility statements are the host's to run");
  return new StatementRun(engine, block, compiled, {
    parameters: convertParameters(values, compiled.parameterTypes, {
      timeZone: block.timeZone,
      transactionMicros: block.transactionMicros,
      findZone: engine.services.findZone,
    }),
    interrupt,
    settings: settings.resolved,
  });
}

function resultColumns(compiled: RunnableStatement): readonly Column[] {
  if (compiled.kind === 'query') return compiled.columns;
  return compiled.kind === 'explain' ? explainColumns() : [];
}
