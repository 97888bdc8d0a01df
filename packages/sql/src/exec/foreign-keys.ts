/**
 * Foreign keys during one statement. Its operators note what they write; at the end of the statement `settle` does what the
 * standard asks for:
 *
 *   1. rows of other tables that referred to keys that are gone are deleted or changed (CASCADE, SET NULL, SET DEFAULT), and
 *      theirs in turn
 *   2. NO ACTION: nobody refers to a key that is gone and has not come back
 *   3. every key that was written refers to a row
 *
 * Under snapshots two transactions could each miss what the other does. So who refers to a row locks it, and who takes a key
 * away, which locks the row as well, looks also at what was committed after its own snapshot: rows that it cannot see make it
 * fail with a serialization conflict, as in PostgreSQL.
 */
import { PENDING, assert, keyspaceId, toHex, type Pending } from '@alopex-db/core/base';
import { compileScalar } from '@alopex-db/core/exec';
import type { Transaction } from '@alopex-db/core';
import { columnFromScalars, scalarAt, type Batch, type Scalar } from '@alopex-db/core/types';
import { ordinalsOf, type ForeignKey, type ReferentialAction } from '../catalog/foreign-key.ts';
import type { TableDef } from '../catalog/table-def.ts';
import type { ReferencedTable, References } from '../plan/references.ts';
import { missingParent, mixedNulls, stillReferenced } from '../storage/constraint-errors.ts';
import {
  ChildLookup,
  ParentLookup,
  sameKey,
  type ChildRow,
} from '../storage/foreign-key-lookup.ts';
import { replaceRow } from '../storage/replace-row.ts';
import type { TableWriter } from '../storage/table-writer.ts';
import { RowChecks } from './check-rows.ts';
import type { StatementContext } from './statement-context.ts';

/** A row of a table that others may refer to, before and after; `after` undefined = deleted. */
interface RowChange {
  readonly table: ReferencedTable;
  readonly before: readonly Scalar[];
  readonly after: readonly Scalar[] | undefined;
}

interface ParentLink {
  readonly key: ForeignKey;
  readonly parent: TableDef;
  readonly child: TableDef;
  readonly ordinals: readonly number[];
  readonly lookup: ParentLookup;
  /** Values that must refer to a row, by their text. */
  readonly pending: Map<string, readonly Scalar[]>;
}

interface ChildLink {
  readonly key: ForeignKey;
  readonly parent: TableDef;
  readonly child: TableDef;
  /** Ordinals of the key in the parent. */
  readonly ordinals: readonly number[];
  /** Ordinals of the foreign key in the child. */
  readonly childOrdinals: readonly number[];
  readonly lookup: ChildLookup;
}

interface TableTools {
  readonly writer: TableWriter;
  readonly checks: RowChecks;
}

export class ForeignKeys {
  readonly #references: References;
  readonly #context: StatementContext;
  readonly #table: ReferencedTable;
  readonly #parentLinks = new Map<number, readonly ParentLink[]>();
  readonly #childLinks = new Map<number, readonly ChildLink[]>();
  readonly #tools = new Map<number, TableTools>();
  readonly #changes: RowChange[] = [];
  readonly #gone: { readonly link: ChildLink; readonly values: readonly Scalar[] }[] = [];

  private constructor(references: References, table: TableDef, context: StatementContext) {
    this.#references = references;
    this.#context = context;
    this.#table = this.#referenced(table.id);
  }

  /** Undefined when there is nothing to look after. */
  static of(
    references: References | undefined,
    table: TableDef,
    context: StatementContext,
  ): ForeignKeys | undefined {
    return references === undefined ? undefined : new ForeignKeys(references, table, context);
  }

  /** Rows that the statement writes, in table order. `changed`: the only columns that differ from what was there. */
  noteNewRows(rows: Batch, changed?: ReadonlySet<number>): void {
    for (const link of this.#parentsOf(this.#table)) {
      if (changed !== undefined && !link.ordinals.some((ordinal) => changed.has(ordinal))) continue;
      const columns = link.ordinals.map((ordinal) => rows.columns[ordinal]!);
      for (let row = 0; row < rows.rowCount; row += 1)
        noteValues(
          link,
          columns.map((column) => scalarAt(column, row)),
        );
    }
  }

  noteNewRow(row: readonly Scalar[]): void {
    for (const link of this.#parentsOf(this.#table)) noteReference(link, row);
  }

  /** Whether anybody may refer to one of these columns. */
  areReferredTo(ordinals: ReadonlySet<number>): boolean {
    return this.#childrenOf(this.#table).some((link) =>
      link.ordinals.some((ordinal) => ordinals.has(ordinal)),
    );
  }

  /** Row `row` of batches with the table's columns, before and after. */
  noteChange(before: Batch, after: Batch | undefined, row: number): void {
    if (this.#table.children.length === 0) return;
    this.noteRowChange(this.#rowOf(before, row), after && this.#rowOf(after, row));
  }

  noteRowChange(before: readonly Scalar[], after: readonly Scalar[] | undefined): void {
    if (this.#table.children.length > 0) this.#changes.push({ table: this.#table, before, after });
  }

  /** To be called once everything has been written. */
  *settle(): Generator<Pending, void, void> {
    for (let change = this.#changes.shift(); change !== undefined; change = this.#changes.shift()) {
      this.#context.check();
      for (const link of this.#childrenOf(change.table)) yield* this.#act(link, change);
    }
    for (const { link, values } of this.#gone) yield* this.#requireUnreferenced(link, values);
    for (const links of this.#parentLinks.values()) {
      for (const link of links) yield* this.#requireParents(link);
    }
  }

  #rowOf(batch: Batch, row: number): Scalar[] {
    return this.#table.table.columns.map((_, ordinal) => scalarAt(batch.columns[ordinal]!, row));
  }

  *#act(link: ChildLink, { before, after }: RowChange): Generator<Pending, void, void> {
    const values = link.ordinals.map((ordinal) => before[ordinal]!);
    if (values.some((value) => value === null)) return;
    const now = after && link.ordinals.map((ordinal) => after[ordinal]!);
    if (now?.every((value, index) => sameKey(value, values[index]!)) === true) return;
    const action = now === undefined ? link.key.onDelete : link.key.onUpdate;
    if (action === 'no action') {
      this.#gone.push({ link, values });
      return;
    }
    const rows = yield* this.#rowsReferring(link, values);
    if (rows.length === 0) return;
    if (action === 'restrict') throw stillReferenced(link, values);
    for (const row of rows) yield* this.#change(link, action, row, now);
  }

  *#change(
    link: ChildLink,
    action: Exclude<ReferentialAction, 'no action' | 'restrict'>,
    { key, row }: ChildRow,
    values: readonly Scalar[] | undefined,
  ): Generator<Pending, void, void> {
    const table = this.#referenced(link.child.id);
    const { writer, checks } = this.#toolsOf(table);
    if (action === 'cascade' && values === undefined) {
      yield* deleteRow(writer, this.#context.transaction, key, row);
      if (table.children.length > 0) this.#changes.push({ table, before: row, after: undefined });
      return;
    }
    const after = row.slice();
    for (const [index, ordinal] of link.childOrdinals.entries()) {
      if (action === 'cascade') after[ordinal] = values![index]!;
      else after[ordinal] = action === 'set null' ? null : this.#defaultOf(table, ordinal);
    }
    checks.verify({
      rowCount: 1,
      columns: after.map((value, ordinal) =>
        columnFromScalars(table.table.columns[ordinal]!.type, [value]),
      ),
    });
    yield* replaceRow(writer, this.#context.transaction, key, row, after);
    if (table.children.length > 0) this.#changes.push({ table, before: row, after });
    for (const parent of this.#parentsOf(table)) noteReference(parent, after);
  }

  #defaultOf(table: ReferencedTable, ordinal: number): Scalar {
    const value = table.defaults.get(ordinal);
    assert(value !== undefined, 'SET DEFAULT has its defaults compiled');
    return compileScalar(value)(this.#context);
  }

  /** Rows that refer to the values, as the transaction sees them; fails when there are others that it cannot see. */
  *#rowsReferring(
    link: ChildLink,
    values: readonly Scalar[],
  ): Generator<Pending, readonly ChildRow[], void> {
    const { transaction, services } = this.#context;
    const rows = yield* link.lookup.find(values, transaction);
    if (services.store.visible <= transaction.snapshot) return rows;
    const latest = services.store.begin({ readOnly: true });
    try {
      const known = new Set(rows.map(({ key }) => toHex(key)));
      for (const { key } of yield* link.lookup.find(values, latest)) {
        if (known.has(toHex(key))) continue;
        // Deleted or changed by this transaction, or newer than its snapshot: then the lock fails.
        const keyspace = keyspaceId(link.child.id);
        while (transaction.lock(keyspace, key) === PENDING) yield PENDING;
      }
      return rows;
    } finally {
      latest.rollback();
    }
  }

  *#requireUnreferenced(
    link: ChildLink,
    values: readonly Scalar[],
  ): Generator<Pending, void, void> {
    const rows = yield* this.#rowsReferring(link, values);
    if (rows.length === 0) return;
    const back = yield* new ParentLookup(link.key, link.parent).lock(
      values,
      this.#context.transaction,
    );
    if (back === undefined) throw stillReferenced(link, values);
  }

  *#requireParents(link: ParentLink): Generator<Pending, void, void> {
    for (const values of link.pending.values()) {
      const found = yield* link.lookup.lock(values, this.#context.transaction);
      if (found === undefined && (yield* this.#stillRefers(link, values)))
        throw missingParent(link, values);
    }
    link.pending.clear();
  }

  /** A row that an action changed or deleted later in the statement refers to nothing any more. */
  *#stillRefers(link: ParentLink, values: readonly Scalar[]): Generator<Pending, boolean, void> {
    const rows = yield* new ChildLookup(link.key, link.child).find(
      values,
      this.#context.transaction,
    );
    return rows.length > 0;
  }

  #referenced(id: number): ReferencedTable {
    const table = this.#references.get(id);
    assert(table !== undefined, 'every table that an action reaches was compiled');
    return table;
  }

  #toolsOf(table: ReferencedTable): TableTools {
    const known = this.#tools.get(table.table.id);
    if (known !== undefined) return known;
    const tools = {
      writer: this.#context.createWriter(table.table),
      checks: new RowChecks(table.table, table.checks, this.#context),
    };
    this.#tools.set(table.table.id, tools);
    return tools;
  }

  #parentsOf({ table, parents }: ReferencedTable): readonly ParentLink[] {
    const known = this.#parentLinks.get(table.id);
    if (known !== undefined) return known;
    const links = parents.map(({ key, parent }) => ({
      key,
      parent,
      child: table,
      ordinals: ordinalsOf(table, key.columns),
      lookup: new ParentLookup(key, parent),
      pending: new Map<string, readonly Scalar[]>(),
    }));
    this.#parentLinks.set(table.id, links);
    return links;
  }

  #childrenOf({ table, children }: ReferencedTable): readonly ChildLink[] {
    const known = this.#childLinks.get(table.id);
    if (known !== undefined) return known;
    const links = children.map(({ key, child }) => ({
      key,
      parent: table,
      child,
      ordinals: ordinalsOf(table, key.parentColumns),
      childOrdinals: ordinalsOf(child, key.columns),
      lookup: new ChildLookup(key, child),
    }));
    this.#childLinks.set(table.id, links);
    return links;
  }
}

function noteReference(link: ParentLink, row: readonly Scalar[]): void {
  noteValues(
    link,
    link.ordinals.map((ordinal) => row[ordinal]!),
  );
}

function noteValues(link: ParentLink, values: readonly Scalar[]): void {
  if (values.some((value) => value === null)) {
    if (link.key.match === 'full' && values.some((value) => value !== null)) throw mixedNulls(link);
    return;
  }
  link.pending.set(values.map(textOf).join('\u0000'), values);
}

/** Tells values of one type apart. */
function textOf(value: Scalar): string {
  return value instanceof Uint8Array ? toHex(value) : String(value);
}

function* deleteRow(
  writer: TableWriter,
  transaction: Transaction,
  key: Uint8Array,
  row: readonly Scalar[],
): Generator<Pending, void, void> {
  while (transaction.delete(writer.keyspace, key) === PENDING) yield PENDING;
  for (const index of writer.indexes) {
    const entry = index.entryOf(row, key)?.slice();
    if (entry === undefined) continue;
    while (transaction.delete(index.keyspace, entry) === PENDING) yield PENDING;
  }
}
