/**
 * A running statement as its operators and expressions see it: transaction, parameters, time, memory, and how to open the
 * plan of a subquery. A subquery runs in a context of its own that differs in the outer values alone.
 */
import { assert } from '@alopex-db/core/base';
import type { BatchIterator, ExecContext, ExpressionRuntime } from '@alopex-db/core/exec';
import type { TimeZone, TimeZoneProvider } from '@alopex-db/core/compute';
import type { Transaction } from '@alopex-db/core';
import type { Batch, Scalar } from '@alopex-db/core/types';
import type { IndexSearchMeasure } from '../plan/explain.ts';
import type { CteDefinition, PhysicalPlan, WorkingTable } from '../plan/physical.ts';
import type { TableDef } from '../catalog/table-def.ts';
import { TableWriter } from '../storage/table-writer.ts';
import type { Interrupt } from './interrupt.ts';
import type { ExecServices } from './services.ts';

/** Makes the operators of a plan. Passed in, because every operator may open plans and is opened by this. */
export type OpenPlan = (plan: PhysicalPlan, context: StatementContext) => BatchIterator;

/** Sees every operator of a running plan: EXPLAIN ANALYZE. */
export type Instrument = (plan: PhysicalPlan, operator: BatchIterator) => BatchIterator;

export interface TableSet {
  has(tableId: number): boolean;
  add(table: TableDef): void;
}

export interface StatementContextOptions {
  readonly services: ExecServices;
  readonly transaction: Transaction;
  readonly parameters: readonly Scalar[];
  readonly transactionMicros: number;
  readonly statementMicros: number;
  readonly timeZone: TimeZone;
  readonly memoryBytesMax: number;
  readonly interrupt: Interrupt;
  readonly openPlan: OpenPlan;
  readonly instrument?: Instrument | undefined;
  /** Hears of each search of a vector index: EXPLAIN ANALYZE. */
  readonly noteIndexSearch?: ((plan: PhysicalPlan, search: IndexSearchMeasure) => void) | undefined;
  /** Tables that the transaction has written to: their resident copies do not show its own rows. */
  readonly changedTables: TableSet;
  /** `alopex.vector_exact`: never use resident vectors or an index. */
  readonly vectorExact: boolean;
  /** `alopex.hnsw_ef_search`: the breadth of walks in graphs. */
  readonly hnswEfSearch: number;
}

/** The rows of a CTE: filled by the first scan of it, read by all. */
export interface CteRows {
  readonly batches: Batch[];
  /** The running definition; undefined once all rows are in `batches`. */
  source: BatchIterator | undefined;
}

export class StatementContext implements ExecContext, ExpressionRuntime {
  readonly options: StatementContextOptions;
  readonly outer: readonly Scalar[];
  /** Shared by the statement and its subqueries. */
  readonly ctes: Map<CteDefinition, CteRows>;
  /** The rows of the round before, of every recursive query that runs. */
  readonly #working: Map<WorkingTable, Batch>;
  /** False inside a subquery of an expression, which runs to its answer within one call. */
  readonly canPause: boolean;

  constructor(
    options: StatementContextOptions,
    parent?: StatementContext,
    outer: readonly Scalar[] = [],
    canPause = parent === undefined,
  ) {
    this.options = options;
    this.outer = outer;
    this.ctes = parent?.ctes ?? new Map<CteDefinition, CteRows>();
    this.#working = parent === undefined ? new Map<WorkingTable, Batch>() : parent.#working;
    this.canPause = canPause;
  }

  get services(): ExecServices {
    return this.options.services;
  }

  get transaction(): Transaction {
    return this.options.transaction;
  }

  get parameters(): readonly Scalar[] {
    return this.options.parameters;
  }

  get transactionMicros(): number {
    return this.options.transactionMicros;
  }

  get statementMicros(): number {
    return this.options.statementMicros;
  }

  get timeZone(): TimeZone {
    return this.options.timeZone;
  }

  get findZone(): TimeZoneProvider {
    return this.options.services.findZone;
  }

  nowMicros(): number {
    return this.options.services.clock.nowMicros();
  }

  get memoryBytesMax(): number {
    return this.options.memoryBytesMax;
  }

  /** Whether an operator should hand up PENDING so that the driver lets others run. */
  get wantsPause(): boolean {
    return this.canPause && this.options.interrupt.sliceIsOver;
  }

  check(): void {
    this.options.interrupt.check();
  }

  nextUint32(): number {
    return this.options.services.random.nextUint32();
  }

  /** The rows of a CTE of this statement; the first call opens its definition. */
  cteRows(cte: CteDefinition): CteRows {
    let rows = this.ctes.get(cte);
    if (rows === undefined) {
      rows = { batches: [], source: this.open(cte.plan) };
      this.ctes.set(cte, rows);
    }
    return rows;
  }

  workingRows(table: WorkingTable): Batch {
    const rows = this.#working.get(table);
    assert(rows !== undefined, 'a round begins once its working rows are set');
    return rows;
  }

  setWorkingRows(table: WorkingTable, rows: Batch): void {
    this.#working.set(table, rows);
  }

  /** Closes what scans left open. */
  close(): void {
    for (const rows of this.ctes.values()) rows.source?.return();
    this.ctes.clear();
  }

  /** A writer for a table of this statement; the table counts as changed by the transaction from here on. */
  createWriter(table: TableDef): TableWriter {
    this.options.changedTables.add(table);
    return new TableWriter(table, this.transaction, this.services.numbers);
  }

  open(plan: PhysicalPlan): BatchIterator {
    const operator = this.options.openPlan(plan, this);
    return this.options.instrument === undefined
      ? operator
      : this.options.instrument(plan, operator);
  }

  /** The right side of an apply, for one left row: it may wait where the operator above it may. */
  openDependent(plan: PhysicalPlan, outer: readonly Scalar[]): BatchIterator {
    return new StatementContext(this.options, this, outer, this.canPause).open(plan);
  }

  openSubquery(plan: object, outer: readonly Scalar[]): BatchIterator {
    // `plan` is opaque to core; what we hand in is what comes back.
    return new StatementContext(this.options, this, outer).open(plan as PhysicalPlan);
  }
}
