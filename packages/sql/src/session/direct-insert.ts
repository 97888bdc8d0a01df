/**
 * The short way of `INSERT INTO t VALUES ($1, …)`: parameters are converted, encoded and written without operators or
 * batches. For one row whose values read nothing but parameters, constants and defaults.
 */
import { AlopexError, type Pending } from '@alopex-db/core/base';
import { compileScalar, type ExpressionRuntime, type ScalarEvaluator } from '@alopex-db/core/exec';
import type { DataType, Scalar } from '@alopex-db/core/types';
import type { TableDef } from '../catalog/table-def.ts';
import type { CompiledQuery } from '../plan/compiled-statement.ts';
import type { Expression } from '@alopex-db/core/exec';
import { operands } from '../plan/walk-expression.ts';
import { TableWriter } from '../storage/table-writer.ts';
import { convertParameter, wrongCount } from './parameters.ts';
import type { SqlValue } from './session.ts';
import type { SqlEngine } from './sql-engine.ts';
import type { TransactionBlock } from './transaction-block.ts';

/** Undefined when the statement is not such an insert. */
export function directInsertOf(query: CompiledQuery, engine: SqlEngine): DirectInsert | undefined {
  const { plan } = query;
  if (plan.kind !== 'insert' || plan.onConflict !== undefined || plan.returning !== undefined) {
    return undefined;
  }
  if (plan.checks.length > 0 || plan.source.kind !== 'values') return undefined;
  const [tuple, ...others] = plan.source.tuples;
  if (tuple === undefined || others.length > 0 || tuple.some(holdsSubquery)) return undefined;
  return new DirectInsert(engine, plan.table, tuple, query.parameterTypes);
}

function holdsSubquery(expression: Expression): boolean {
  return expression.kind === 'subquery' || operands(expression).some(holdsSubquery);
}

export class DirectInsert {
  readonly kind = 'direct-insert';
  readonly #engine: SqlEngine;
  readonly #table: TableDef;
  readonly #evaluators: readonly ScalarEvaluator[];
  readonly #parameterTypes: readonly DataType[];
  /** Writers that nobody is using. */
  readonly #spareWriters: TableWriter[] = [];

  constructor(
    engine: SqlEngine,
    table: TableDef,
    tuple: readonly Expression[],
    parameterTypes: readonly DataType[],
  ) {
    this.#engine = engine;
    this.#table = table;
    this.#evaluators = tuple.map(compileScalar);
    this.#parameterTypes = parameterTypes;
  }

  /** Inserts rows in one transaction; give it back with `close`. */
  open(block: TransactionBlock): DirectInserter {
    block.changedTables.add(this.#table.id);
    const writer = this.#spareWriters.pop();
    if (writer === undefined) {
      const { numbers } = this.#engine.services;
      return this.#inserter(block, new TableWriter(this.#table, block.transaction, numbers));
    }
    writer.attach(block.transaction);
    return this.#inserter(block, writer);
  }

  #inserter(block: TransactionBlock, writer: TableWriter): DirectInserter {
    return new DirectInserter(
      {
        writer,
        evaluators: this.#evaluators,
        parameterTypes: this.#parameterTypes,
        runtime: new RowRuntime(this.#engine, block),
      },
      () => this.#spareWriters.push(writer),
    );
  }
}

interface InserterParts {
  readonly writer: TableWriter;
  readonly evaluators: readonly ScalarEvaluator[];
  readonly parameterTypes: readonly DataType[];
  readonly runtime: RowRuntime;
}

export class DirectInserter {
  readonly #parts: InserterParts;
  readonly #release: () => void;
  readonly #row: Scalar[];

  constructor(parts: InserterParts, release: () => void) {
    this.#parts = parts;
    this.#release = release;
    this.#row = parts.evaluators.map(() => null);
  }

  /** Prepares the row of these parameters; `write` writes it. */
  prepare(params: readonly SqlValue[]): void {
    const { parameterTypes, runtime, evaluators, writer } = this.#parts;
    if (params.length !== parameterTypes.length) {
      throw wrongCount(params.length, parameterTypes.length);
    }
    const { parameters } = runtime;
    for (let index = 0; index < parameterTypes.length; index += 1) {
      parameters[index] = convertParameter(params[index], parameterTypes[index]!, index);
    }
    for (let index = 0; index < evaluators.length; index += 1) {
      this.#row[index] = evaluators[index]!(runtime);
    }
    writer.prepareScalars(this.#row);
  }

  /** To be called again after PENDING. */
  write(): void | Pending {
    return this.#parts.writer.insert();
  }

  /** Only after a row was written to its end. */
  close(): void {
    this.#release();
  }
}

/** What expressions without columns may ask for. */
class RowRuntime implements ExpressionRuntime {
  readonly parameters: Scalar[] = [];
  readonly outer: readonly Scalar[] = [];
  readonly transactionMicros: number;
  readonly #engine: SqlEngine;

  constructor(engine: SqlEngine, block: TransactionBlock) {
    this.#engine = engine;
    this.transactionMicros = block.transactionMicros;
  }

  nextUint32(): number {
    return this.#engine.services.random.nextUint32();
  }

  openSubquery(): never {
    throw new AlopexError('ALX_INTERNAL', 'broken invariant: a direct insert holds no subquery');
  }
}
