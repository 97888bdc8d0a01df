/** `UPDATE t SET … WHERE key = $1` and `DELETE FROM t WHERE key = $1`: one row by its whole primary key. */
import { PENDING, keyspaceId, type Pending } from '@alopex-db/core/base';
import {
  compileExpression,
  compileScalar,
  readsNoColumn,
  type ScalarEvaluator,
} from '@alopex-db/core/exec';
import type { ValueSlot } from '@alopex-db/core';
import { columnFromScalars, type Scalar } from '@alopex-db/core/types';
import { indexKeyspacesOf, keyedOrdinals } from '../catalog/index-layout.ts';
import type { TableDef } from '../catalog/table-def.ts';
import { RowDecoder } from '../exec/row-decoder.ts';
import type { CompiledQuery } from '../plan/compiled-statement.ts';
import type {
  Assignment,
  DeletePlan,
  PhysicalPlan,
  TableScan,
  UpdatePlan,
} from '../plan/physical.ts';
import { primaryKeyEncoder, type KeyEncoder } from '../storage/key-encoder.ts';
import { TableWriter } from '../storage/table-writer.ts';
import { holdsSubquery, RowRuntime, type DirectWrite, type RowWrite } from './direct-write.ts';
import { keyParts, type KeyPart } from './key-parts.ts';
import type { SqlValue } from './session.ts';
import type { SqlEngine } from './sql-engine.ts';
import type { TransactionBlock } from './transaction-block.ts';

/** Undefined when the statement is not of that form, or moves keys or entries. */
export function keyedWriteOf(query: CompiledQuery, engine: SqlEngine): DirectWrite | undefined {
  const { plan } = query;
  if (plan.kind !== 'update' && plan.kind !== 'delete') return undefined;
  if (plan.returning !== undefined || plan.references !== undefined) return undefined;
  const scan = wholeRowScan(plan.input, plan.table);
  const parts = scan === undefined ? undefined : keyParts(scan);
  if (parts === undefined) return undefined;
  if (plan.kind === 'update' ? !isPlainUpdate(plan) : indexKeyspacesOf(plan.table).length > 0) {
    return undefined;
  }
  return new KeyedWrite(engine, query, plan, parts);
}

/** The scan of an input that delivers the table's columns in order, then the row key, and nothing else. */
function wholeRowScan(input: PhysicalPlan, table: TableDef): TableScan | undefined {
  if (input.kind === 'project') {
    const scan = wholeRowScan(input.input, table);
    const isSame = input.expressions.every(
      (expression, position) => expression.kind === 'column' && expression.index === position,
    );
    return isSame && input.expressions.length === table.columns.length + 1 ? scan : undefined;
  }
  if (input.kind !== 'table-scan' || !input.withRowKey || input.filter !== undefined) {
    return undefined;
  }
  const { ordinals } = input;
  const isWhole =
    ordinals.length === table.columns.length &&
    ordinals.every((ordinal, position) => ordinal === position);
  return isWhole ? input : undefined;
}

function isPlainUpdate({ table, assignments, checks }: UpdatePlan): boolean {
  const keyed = keyedOrdinals(table);
  return (
    checks.length === 0 &&
    assignments.every(({ ordinal, value }) => !keyed.has(ordinal) && !holdsSubquery(value))
  );
}

class KeyedWrite implements DirectWrite {
  readonly kind = 'direct-write';
  readonly command: 'UPDATE' | 'DELETE';
  readonly #engine: SqlEngine;
  readonly #query: CompiledQuery;
  readonly #plan: UpdatePlan | DeletePlan;
  readonly #parts: readonly KeyPart[];
  readonly #spare: RowTools[] = [];

  constructor(
    engine: SqlEngine,
    query: CompiledQuery,
    plan: UpdatePlan | DeletePlan,
    parts: readonly KeyPart[],
  ) {
    this.command = plan.kind === 'update' ? 'UPDATE' : 'DELETE';
    this.#engine = engine;
    this.#query = query;
    this.#plan = plan;
    this.#parts = parts;
  }

  open(block: TransactionBlock): RowWrite {
    const { table } = this.#plan;
    block.changedTables.add(table);
    const tools = this.#spare.pop() ?? this.#createTools(block);
    tools.writer.attach(block.transaction);
    const runtime = new RowRuntime(this.#engine, block, this.#query.parameterTypes);
    return new KeyedRow({ block, runtime, tools, parts: this.#parts, spare: this.#spare });
  }

  #createTools(block: TransactionBlock): RowTools {
    const { table } = this.#plan;
    const assignments = this.#plan.kind === 'update' ? this.#plan.assignments : undefined;
    return {
      table,
      writer: new TableWriter(table, block.transaction, this.#engine.services.numbers),
      keys: primaryKeyEncoder(table)!,
      decoder: new RowDecoder(table, [...table.columns.keys()], false),
      changes: assignments?.map(changeOf),
    };
  }
}

/** What a row is written with; used again by the next statement. */
interface RowTools {
  readonly table: TableDef;
  readonly writer: TableWriter;
  readonly keys: KeyEncoder;
  readonly decoder: RowDecoder;
  /** Undefined: the row is deleted. */
  readonly changes: readonly Change[] | undefined;
}

interface Change extends Assignment {
  /** For a value that reads no column: it need not be compiled for each row. */
  readonly evaluate: ScalarEvaluator | undefined;
}

function changeOf(assignment: Assignment): Change {
  const { value } = assignment;
  return { ...assignment, evaluate: readsNoColumn(value) ? compileScalar(value) : undefined };
}

interface KeyedRowParts {
  readonly block: TransactionBlock;
  readonly runtime: RowRuntime;
  readonly tools: RowTools;
  readonly parts: readonly KeyPart[];
  readonly spare: RowTools[];
}

class KeyedRow implements RowWrite {
  readonly #row: KeyedRowParts;
  readonly #tuple: Scalar[] = [];
  readonly #slot: ValueSlot = { bytes: new Uint8Array(0), start: 0, end: 0 };
  /** Undefined: a part of the key is null, so no row is meant. */
  #key: Uint8Array | undefined;

  constructor(row: KeyedRowParts) {
    this.#row = row;
  }

  prepare(params: readonly SqlValue[]): void {
    const { runtime, parts, tools } = this.#row;
    runtime.setParameters(params);
    this.#key = undefined;
    for (const [index, { parameter, constant }] of parts.entries()) {
      const value = parameter < 0 ? constant : runtime.parameters[parameter]!;
      if (value === null) return;
      this.#tuple[index] = value;
    }
    this.#key = tools.keys.encodeTuple(this.#tuple);
  }

  // Nothing is written before the last step, so that the whole may simply be done again after PENDING.
  write(): number | Pending {
    const key = this.#key;
    if (key === undefined) return 0;
    const { transaction } = this.#row.block;
    const { table, changes, writer } = this.#row.tools;
    const keyspace = keyspaceId(table.id);
    const found = transaction.read(keyspace, key, this.#slot);
    if (found === PENDING) return PENDING;
    if (!found) return 0;
    if (changes === undefined) return transaction.delete(keyspace, key) === PENDING ? PENDING : 1;
    this.#prepareChanged(key, changes);
    return transaction.put(keyspace, key, writer.value) === PENDING ? PENDING : 1;
  }

  #prepareChanged(key: Uint8Array, changes: readonly Change[]): void {
    const { runtime, tools } = this.#row;
    const { decoder, writer, table } = tools;
    decoder.clear();
    decoder.push(this.#slot, this.#slot);
    const batch = decoder.decodeAll();
    const columns = batch.columns.slice();
    for (const { ordinal, value, evaluate } of changes) {
      columns[ordinal] =
        evaluate === undefined
          ? compileExpression(value, runtime)(batch)
          : columnFromScalars(table.columns[ordinal]!.type, [evaluate(runtime)]);
    }
    writer.prepareBatchRow(columns, 0, key);
  }

  close(): void {
    this.#row.spare.push(this.#row.tools);
  }
}
