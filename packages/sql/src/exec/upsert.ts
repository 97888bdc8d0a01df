/**
 * INSERT … ON CONFLICT. A row that meets an existing one under the watched constraint is skipped, or updates that row; each
 * existing row once a statement, as in PostgreSQL. Row by row, because a row may conflict with the one before it.
 */
import { AlopexError, PENDING, toHex, type Pending } from '@alopex-db/core/base';
import {
  compileExpression,
  compilePredicate,
  type CompiledExpression,
  type CompiledPredicate,
} from '@alopex-db/core/exec';
import {
  columnFromScalars,
  createColumnBuilder,
  scalarAt,
  type Batch,
  type ColumnBuilder,
  type Scalar,
} from '@alopex-db/core/types';
import type { TableDef } from '../catalog/table-def.ts';
import type { InsertPlan, OnConflictPlan } from '../plan/physical.ts';
import { readRow } from '../storage/read-column.ts';
import { replaceRow } from '../storage/replace-row.ts';
import type { ConflictingRow, TableWriter } from '../storage/table-writer.ts';
import type { ForeignKeys } from './foreign-keys.ts';
import { RowChecks } from './check-rows.ts';
import type { StatementContext } from './statement-context.ts';

interface ConflictUpdate {
  readonly ordinals: readonly number[];
  readonly values: readonly CompiledExpression[];
  readonly where: CompiledPredicate | undefined;
}

export interface UpsertTools {
  readonly writer: TableWriter;
  readonly foreignKeys: ForeignKeys | undefined;
  readonly context: StatementContext;
}

export class Upsert {
  readonly #table: TableDef;
  readonly #target: string | undefined;
  readonly #writer: TableWriter;
  readonly #foreignKeys: ForeignKeys | undefined;
  readonly #context: StatementContext;
  readonly #checks: RowChecks;
  readonly #update: ConflictUpdate | undefined;
  readonly #collect: boolean;
  /** Keys written by this statement, where meeting one again is an error. */
  readonly #touched = new Set<string>();
  readonly #selection = new Int32Array(1);

  constructor(
    plan: InsertPlan,
    conflict: OnConflictPlan,
    { writer, foreignKeys, context }: UpsertTools,
  ) {
    this.#table = plan.table;
    this.#target = conflict.target;
    this.#writer = writer;
    this.#foreignKeys = foreignKeys;
    this.#context = context;
    this.#checks = new RowChecks(plan.table, plan.checks, context);
    this.#collect = plan.returning !== undefined;
    const { update } = conflict;
    this.#update = update && {
      ordinals: update.assignments.map(({ ordinal }) => ordinal),
      values: update.assignments.map(({ value }) => compileExpression(value, context)),
      where: update.where && compilePredicate(update.where, context),
    };
  }

  /** Writes the rows of a batch; answers the rows as they are now stored, undefined when there are none. */
  *write(batch: Batch): Generator<Pending, Batch | undefined, void> {
    const stored = this.#table.columns.map(({ type }) => createColumnBuilder(type));
    let count = 0;
    for (let row = 0; row < batch.rowCount; row += 1) {
      if (yield* this.#writeRow(batch, row, stored)) count += 1;
    }
    if (count === 0) return undefined;
    const columns = this.#collect ? stored.map((builder) => builder.finish()) : [];
    return { rowCount: count, columns };
  }

  *#writeRow(
    batch: Batch,
    row: number,
    stored: readonly ColumnBuilder[],
  ): Generator<Pending, boolean, void> {
    const writer = this.#writer;
    writer.prepareBatchRow(batch.columns, row);
    const conflict = yield* this.#findConflict();
    if (conflict !== undefined) {
      if (this.#update === undefined) return false;
      const proposed = this.#table.columns.map((_, ordinal) =>
        scalarAt(batch.columns[ordinal]!, row),
      );
      return yield* this.#updateRow(conflict, proposed, this.#update, stored);
    }
    if (this.#update !== undefined) this.#touched.add(toHex(writer.key));
    while (writer.insert() === PENDING) yield PENDING;
    this.#foreignKeys?.noteNewRow(writer.preparedScalars());
    if (this.#collect) {
      for (const [ordinal, builder] of stored.entries()) {
        builder.appendFrom(batch.columns[ordinal]!, row);
      }
    }
    return true;
  }

  *#findConflict(): Generator<Pending, ConflictingRow | undefined, void> {
    for (;;) {
      const conflict = this.#writer.findConflict(this.#target);
      if (conflict !== PENDING) return conflict;
      yield PENDING;
    }
  }

  *#updateRow(
    conflict: ConflictingRow,
    proposed: readonly Scalar[],
    update: ConflictUpdate,
    stored: readonly ColumnBuilder[],
  ): Generator<Pending, boolean, void> {
    if (this.#touched.has(toHex(conflict.key))) throw secondUpdate();
    const existing = yield* this.#readExisting(conflict.key);
    const { columns } = this.#table;
    const pair: Batch = {
      rowCount: 1,
      columns: [...existing, ...proposed].map((value, position) =>
        columnFromScalars(columns[position % columns.length]!.type, [value]),
      ),
    };
    if (update.where !== undefined && update.where(pair, this.#selection) === 0) return false;
    const next = existing.slice();
    for (const [position, ordinal] of update.ordinals.entries()) {
      next[ordinal] = scalarAt(update.values[position]!(pair), 0);
    }
    this.#checks.verify({
      rowCount: 1,
      columns: next.map((value, ordinal) => columnFromScalars(columns[ordinal]!.type, [value])),
    });
    yield* replaceRow(this.#writer, this.#context.transaction, conflict.key, existing, next);
    this.#foreignKeys?.noteNewRow(next);
    this.#foreignKeys?.noteRowChange(existing, next);
    this.#touched.add(toHex(this.#writer.key));
    if (this.#collect) {
      for (const [ordinal, builder] of stored.entries()) builder.append(next[ordinal]!);
    }
    return true;
  }

  *#readExisting(key: Uint8Array): Generator<Pending, Scalar[], void> {
    for (;;) {
      const slot = this.#writer.readRow(key);
      if (slot === PENDING) {
        yield PENDING;
      } else if (slot === undefined) {
        throw new AlopexError(
          'ALX_CORRUPT',
          `an entry of "${this.#table.name}" names a row that is not there`,
        );
      } else {
        return readRow(this.#writer.layouts, slot.bytes, slot.start);
      }
    }
  }
}

function secondUpdate(): AlopexError {
  return new AlopexError(
    'ALX_CARDINALITY',
    'ON CONFLICT DO UPDATE command cannot affect row a second time',
    {
      hint: 'Ensure that no rows proposed for insertion within the same command have duplicate constrained values.',
    },
  );
}
