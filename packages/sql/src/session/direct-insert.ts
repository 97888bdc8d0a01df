/** `INSERT INTO t VALUES ($1, …)`: one row whose values read nothing but parameters, constants and defaults. */
import { PENDING, type Pending } from '@alopex-db/core/base';
import { compileScalar, type Expression, type ScalarEvaluator } from '@alopex-db/core/exec';
import type { DataType, Scalar } from '@alopex-db/core/types';
import type { TableDef } from '../catalog/table-def.ts';
import type { CompiledQuery } from '../plan/compiled-statement.ts';
import { TableWriter } from '../storage/table-writer.ts';
import { holdsSubquery, RowRuntime, type DirectWrite, type RowWrite } from './direct-write.ts';
import type { SqlValue } from './session.ts';
import type { SqlEngine } from './sql-engine.ts';
import type { TransactionBlock } from './transaction-block.ts';

/** Undefined when the statement is not such an insert. */
export function directInsertOf(query: CompiledQuery, engine: SqlEngine): DirectWrite | undefined {
  const { plan } = query;
  if (plan.kind !== 'insert' || plan.onConflict !== undefined || plan.returning !== undefined) {
    return undefined;
  }
  if (plan.references !== undefined || plan.checks.length > 0 || plan.source.kind !== 'values')
    return undefined;
  const [tuple, ...others] = plan.source.tuples;
  if (tuple === undefined || others.length > 0 || tuple.some(holdsSubquery)) return undefined;
  return new DirectInsert(engine, plan.table, tuple, query.parameterTypes);
}

class DirectInsert implements DirectWrite {
  readonly kind = 'direct-write';
  readonly command = 'INSERT';
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

  open(block: TransactionBlock): RowWrite {
    block.changedTables.add(this.#table);
    const writer =
      this.#spareWriters.pop() ??
      new TableWriter(this.#table, block.transaction, this.#engine.services.numbers);
    writer.attach(block.transaction);
    const runtime = new RowRuntime(this.#engine, block, this.#parameterTypes);
    return new InsertedRow(writer, this.#evaluators, runtime, this.#spareWriters);
  }
}

class InsertedRow implements RowWrite {
  readonly #writer: TableWriter;
  readonly #evaluators: readonly ScalarEvaluator[];
  readonly #runtime: RowRuntime;
  readonly #spareWriters: TableWriter[];
  readonly #row: Scalar[] = [];

  constructor(
    writer: TableWriter,
    evaluators: readonly ScalarEvaluator[],
    runtime: RowRuntime,
    spareWriters: TableWriter[],
  ) {
    this.#writer = writer;
    this.#evaluators = evaluators;
    this.#runtime = runtime;
    this.#spareWriters = spareWriters;
  }

  prepare(params: readonly SqlValue[]): void {
    this.#runtime.setParameters(params);
    for (let index = 0; index < this.#evaluators.length; index += 1) {
      this.#row[index] = this.#evaluators[index]!(this.#runtime);
    }
    this.#writer.prepareScalars(this.#row);
  }

  write(): number | Pending {
    return this.#writer.insert() === PENDING ? PENDING : 1;
  }

  close(): void {
    this.#spareWriters.push(this.#writer);
  }
}
