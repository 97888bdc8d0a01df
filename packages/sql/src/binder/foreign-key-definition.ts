/** FOREIGN KEY in a definition: the table and key it refers to, looked up when the definition is made. */
import type { Pending } from '@alopex-db/core/base';
import type { Transaction } from '@alopex-db/core';
import { equalTypes, typeName, type DataType } from '@alopex-db/core/types';
import { ordinalsOf, referredKey, type ForeignKey } from '../catalog/foreign-key.ts';
import { settled, type StoredCatalog } from '../catalog/stored-catalog.ts';
import type { TableDef } from '../catalog/table-def.ts';
import { errorAt } from '../errors.ts';
import type { CompileContext } from '../planner/compile-context.ts';
import { resolveTable } from './resolve-relation.ts';
import { requireColumn } from './row-values.ts';
import type { ForeignKeyDraft } from './table-draft.ts';

/** `table` is the referring table as it will be: it may refer to itself. */
export function foreignKeyOf(
  draft: ForeignKeyDraft,
  table: TableDef,
  context: CompileContext,
): ForeignKey {
  const { reference, span } = draft;
  const { match, onDelete, onUpdate } = reference;
  const isSelf = reference.table.parts.at(-1)!.name === table.name;
  const parent = isSelf ? table : resolveTable(context, reference.table, 'reference');
  const ordinals =
    reference.columns.length > 0
      ? reference.columns.map((name) => requireColumn(parent, name))
      : primaryKeyOf(parent, reference.span);
  if (ordinals.length !== draft.columns.length) {
    throw errorAt(
      'ALX_INVALID_FOREIGN_KEY',
      'number of referencing and referenced columns for foreign key disagree',
      span,
    );
  }
  const parentColumns = ordinals.map((ordinal) => parent.columns[ordinal]!.id);
  if (referredKey(parent, parentColumns) === undefined) {
    throw errorAt(
      'ALX_INVALID_FOREIGN_KEY',
      `there is no unique constraint matching given keys for referenced table "${parent.name}"`,
      span,
      { table: parent.name },
    );
  }
  for (const [index, ordinal] of draft.columns.entries())
    requireComparable(draft, table.columns[ordinal]!, parent.columns[ordinals[index]!]!);
  return {
    name: draft.name,
    columns: draft.columns.map((ordinal) => table.columns[ordinal]!.id),
    parent: parent.id,
    parentColumns,
    match: match === 'full' ? 'full' : 'simple',
    onDelete,
    onUpdate,
  };
}

function primaryKeyOf(parent: TableDef, span: ForeignKeyDraft['span']): readonly number[] {
  if (parent.primaryKey !== undefined) return parent.primaryKey.columns;
  throw errorAt(
    'ALX_INVALID_FOREIGN_KEY',
    `there is no primary key for referenced table "${parent.name}"`,
    span,
    { table: parent.name, hint: 'Name the columns of a UNIQUE constraint.' },
  );
}

const INTEGERS: ReadonlySet<DataType['kind']> = new Set(['int16', 'int32', 'int64']);

function requireComparable(
  draft: ForeignKeyDraft,
  column: TableDef['columns'][number],
  referred: TableDef['columns'][number],
): void {
  const integers = INTEGERS.has(column.type.kind) && INTEGERS.has(referred.type.kind);
  if (integers || equalTypes(column.type, referred.type)) return;
  throw errorAt(
    'ALX_TYPE_MISMATCH',
    `foreign key constraint "${draft.name}" cannot be implemented`,
    draft.span,
    {
      detail: `Key columns "${column.name}" and "${referred.name}" are of incompatible types: ${typeName(column.type)} and ${typeName(referred.type)}.`,
    },
  );
}

/** Brings the lists of referring tables up to date after the foreign keys of a table have changed. */
export function* storeReferences(
  before: readonly ForeignKey[],
  table: TableDef,
  transaction: Transaction,
  catalog: StoredCatalog,
): Generator<Pending, void, void> {
  const now = new Set((table.foreignKeys ?? []).map(({ parent }) => parent));
  const then = new Set(before.map(({ parent }) => parent));
  for (const id of new Set([...then, ...now])) {
    if (then.has(id) === now.has(id)) continue;
    const view = yield* settled(() => catalog.view(transaction));
    const parent = view.tables().find((one) => one.id === id);
    if (parent === undefined) continue;
    const others = (parent.referencedBy ?? []).filter((other) => other !== table.id);
    const referencedBy = now.has(id) ? [...others, table.id] : others;
    yield* catalog.put(transaction, {
      kind: 'table',
      definition: {
        ...parent,
        referencedBy: referencedBy.length > 0 ? referencedBy : undefined,
      },
    });
  }
}

/** A table without the foreign keys that refer to another one. */
export function withoutKeysTo(table: TableDef, parent: number): TableDef {
  const kept = (table.foreignKeys ?? []).filter((key) => key.parent !== parent);
  return { ...table, foreignKeys: kept.length > 0 ? kept : undefined };
}

/** Whether a foreign key of `child` refers to one of these columns. */
export function refersTo(child: TableDef, parent: TableDef, ordinals: readonly number[]): boolean {
  return (child.foreignKeys ?? []).some(
    (key) =>
      key.parent === parent.id &&
      ordinalsOf(parent, key.parentColumns).some((ordinal) => ordinals.includes(ordinal)),
  );
}
