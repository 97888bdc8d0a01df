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
import { castScalar, formatScalar } from '@alopex-db/core/compute';
import { compileScalar } from '@alopex-db/core/exec';
import type { Transaction } from '@alopex-db/core';
import { columnFromScalars, scalarAt, type Batch, type Scalar } from '@alopex-db/core/types';
import { ordinalsOf, type ForeignKey, type ReferentialAction } from '../catalog/foreign-key.ts';
import type { TableDef } from '../catalog/table-def.ts';
import { fittedText } from '../functions/text-length.ts';
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

/** What becomes of the rows that referred to a key that is gone; `values`: what the key has become. */
interface ChildAction {
  readonly link: ChildLink;
  readonly action: Exclude<ReferentialAction, 'no action' | 'restrict'>;
  readonly rows: readonly ChildRow[];
  readonly values: readonly Scalar[] | undefined;
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
    while (this.#changes.length > 0) {
      // Who refers to what is settled before the first of them changes: keys may change places.
      const actions: ChildAction[] = [];
      for (const change of this.#changes.splice(0)) {
        this.#context.check();
        for (const link of this.#childrenOf(change.table)) {
          const action = yield* this.#actionOf(link, change);
          if (action !== undefined) actions.push(action);
        }
      }
      const moved = new Map<string, Uint8Array>();
      for (const action of actions) {
        this.#context.check();
        for (const { key } of action.rows) yield* this.#change(action, key, moved);
      }
    }
    for (const { link, values } of this.#gone) yield* this.#requireUnreferenced(link, values);
    for (const links of this.#parentLinks.values()) {
      for (const link of links) yield* this.#requireParents(link);
    }
  }

  #rowOf(batch: Batch, row: number): Scalar[] {
    return this.#table.table.columns.map((_, ordinal) => scalarAt(batch.columns[ordinal]!, row));
  }

  /** What a change of a row asks of those who refer to it. */
  *#actionOf(
    link: ChildLink,
    { table, before, after }: RowChange,
  ): Generator<Pending, ChildAction | undefined, void> {
    const values = link.ordinals.map((ordinal) => before[ordinal]!);
    if (values.some((value) => value === null)) return undefined;
    const now = after && link.ordinals.map((ordinal) => after[ordinal]!);
    const stays = now?.every((value, index) =>
      sameKey(table.table.columns[link.ordinals[index]!]!.type, value, values[index]!),
    );
    if (stays === true) return undefined;
    const action = now === undefined ? link.key.onDelete : link.key.onUpdate;
    if (action === 'no action') {
      this.#gone.push({ link, values });
      return undefined;
    }
    const rows = yield* this.#rowsReferring(link, values);
    if (rows.length === 0) return undefined;
    if (action === 'restrict') throw stillReferenced(link, values);
    return { link, action, rows, values: now };
  }

  /** `moved`: where rows lie that an action of the same round has given another key. */
  *#change(
    { link, action, values }: ChildAction,
    keyBefore: Uint8Array,
    moved: Map<string, Uint8Array>,
  ): Generator<Pending, void, void> {
    const table = this.#referenced(link.child.id);
    const { writer, checks } = this.#toolsOf(table);
    const place = `${link.child.id}:${toHex(keyBefore)}`;
    const key = moved.get(place) ?? keyBefore;
    const row = yield* link.lookup.read(key, this.#context.transaction);
    if (row === undefined) return;
    if (action === 'cascade' && values === undefined) {
      yield* deleteRow(writer, this.#context.transaction, key, row);
      if (table.children.length > 0) this.#changes.push({ table, before: row, after: undefined });
      return;
    }
    const after = row.slice();
    for (const [index, ordinal] of link.childOrdinals.entries()) {
      if (action === 'cascade') after[ordinal] = assigned(values![index]!, link, index);
      else after[ordinal] = action === 'set null' ? null : this.#defaultOf(table, ordinal);
    }
    checks.verify({
      rowCount: 1,
      columns: after.map((value, ordinal) =>
        columnFromScalars(table.table.columns[ordinal]!.type, [value]),
      ),
    });
    yield* replaceRow(writer, this.#context.transaction, key, row, after);
    if (writer.movesFrom(key)) moved.set(place, writer.key.slice());
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

/** A value of the parent's key as the child's column stores it; fails when it cannot. */
function assigned(
  value: Scalar,
  { parent, child, ordinals, childOrdinals }: ChildLink,
  index: number,
): Scalar {
  const { type, lengthMax } = child.columns[childOrdinals[index]!]!;
  const stored = castScalar(value, parent.columns[ordinals[index]!]!.type, type);
  return lengthMax !== undefined && typeof stored === 'string'
    ? fittedText(stored, lengthMax)
    : stored;
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
  const texts = values.map((value, index) =>
    formatScalar(value!, link.child.columns[link.ordinals[index]!]!.type),
  );
  link.pending.set(texts.join('\u0000'), values);
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
