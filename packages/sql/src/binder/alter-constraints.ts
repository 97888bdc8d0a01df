/** The actions of ALTER TABLE on constraints. */
import { AlopexError, type Pending } from '@alopex-db/core/base';
import type { AlterTableAction } from '../ast/ddl.ts';
import type { TableDef } from '../catalog/table-def.ts';
import { errorAt } from '../errors.ts';
import type { AlterPlace } from './alter-table.ts';
import { tableById } from './bind-references.ts';
import { checkDraft } from './create-table.ts';
import { foreignKeyOf, refersTo } from './foreign-key-definition.ts';
import { draftAddition, type TableDraft } from './table-draft.ts';
import type { TableAlteration } from './table-alteration.ts';

type Action<Kind extends AlterTableAction['kind']> = AlterTableAction & { readonly kind: Kind };

export function* addConstraint(
  alteration: TableAlteration,
  action: Action<'add-constraint'>,
  place: AlterPlace,
): Generator<Pending, void, void> {
  const { table, context } = alteration;
  const draft = draftAddition(table, action.constraint);
  checkDraft(draft, table.name, context);
  yield* storeAddedConstraints(alteration, draft, place, action.notValid);
}

/** Takes over the constraints that a draft has more than the table. */
export function* storeAddedConstraints(
  alteration: TableAlteration,
  draft: TableDraft,
  place: AlterPlace,
  notValid = false,
): Generator<Pending, void, void> {
  const before = alteration.table;
  const unique = [...before.unique];
  for (const one of draft.unique.slice(before.unique.length))
    unique.push({ ...one, indexId: yield* place.catalog.nextObjectId(place.transaction) });
  const checks = [...before.checks];
  for (const { name, sql } of draft.checks.slice(before.checks.length)) {
    checks.push(notValid ? { name, sql, notValid } : { name, sql });
    if (!notValid) alteration.requireCheck(name);
  }
  alteration.change({ unique, checks });
  addForeignKeys(alteration, draft, notValid);
  if (draft.primaryKey !== undefined && before.primaryKey === undefined)
    yield* addPrimaryKey(alteration, draft.primaryKey, place);
}

function addForeignKeys(alteration: TableAlteration, draft: TableDraft, notValid: boolean): void {
  if (draft.foreignKeys.length === 0) return;
  const { table, context } = alteration;
  const added = draft.foreignKeys.map((key) => {
    const found = foreignKeyOf(key, table, context);
    if (!notValid) alteration.requireCheck(found.name);
    return notValid ? { ...found, notValid } : found;
  });
  alteration.change({ foreignKeys: [...(table.foreignKeys ?? []), ...added] });
}

/** A key that others refer to stays. */
export function requireUnreferred(
  alteration: TableAlteration,
  ordinals: readonly number[],
  what: string,
): void {
  const { table, context } = alteration;
  const children = (table.referencedBy ?? []).map((id) => tableById(context.catalog, id));
  const child = children.find((one) => refersTo(one, table, ordinals));
  if (child === undefined) return;
  throw new AlopexError(
    'ALX_DEPENDENT_OBJECTS',
    `cannot change ${what} of table ${table.name} because other objects depend on it`,
    {
      detail: `a foreign key of table ${child.name} depends on it`,
      hint: `Drop the foreign key of ${child.name} first.`,
      table: table.name,
    },
  );
}

function* addPrimaryKey(
  alteration: TableAlteration,
  primaryKey: NonNullable<TableDef['primaryKey']>,
  place: AlterPlace,
): Generator<Pending, void, void> {
  for (const ordinal of primaryKey.columns) {
    alteration.requireNotNull(ordinal);
    alteration.changeColumn(ordinal, { notNull: true });
  }
  alteration.change({ primaryKey });
  alteration.rekeys = true;
  yield* renewIndexes(alteration, () => true, place);
}

export function* dropPrimaryKey(
  alteration: TableAlteration,
  place: AlterPlace,
): Generator<Pending, void, void> {
  const { primaryKey, ...table } = alteration.table;
  requireUnreferred(alteration, primaryKey?.columns ?? [], 'the primary key');
  alteration.table = table;
  alteration.rekeys = true;
  yield* renewIndexes(alteration, () => true, place);
}

/** Gives indexes whose entries all change a keyspace of their own, so that nothing of them must be deleted one by one. */
export function* renewIndexes(
  alteration: TableAlteration,
  concerns: (ordinals: readonly number[]) => boolean,
  { catalog, transaction }: AlterPlace,
): Generator<Pending, void, void> {
  const { table, before } = alteration;
  const known = new Set([
    ...before.unique.map(({ indexId }) => indexId),
    ...(before.indexes ?? []).map(({ id }) => id),
  ]);
  const unique = [];
  for (const one of table.unique) {
    if (!known.has(one.indexId) || !concerns(one.columns)) {
      unique.push(one);
      continue;
    }
    alteration.droppedKeyspaces.push(one.indexId);
    unique.push({ ...one, indexId: yield* catalog.nextObjectId(transaction) });
  }
  const indexes = [];
  for (const index of table.indexes ?? []) {
    if (!known.has(index.id) || !concerns(index.columns.map(({ ordinal }) => ordinal))) {
      indexes.push(index);
      continue;
    }
    alteration.droppedKeyspaces.push(index.id);
    indexes.push({ ...index, id: yield* catalog.nextObjectId(transaction) });
  }
  alteration.change({ unique, indexes });
}

export function* dropConstraint(
  alteration: TableAlteration,
  action: Action<'drop-constraint'>,
  place: AlterPlace,
): Generator<Pending, void, void> {
  const { table } = alteration;
  const { name } = action.name;
  if (table.checks.some((check) => check.name === name))
    return alteration.change({ checks: table.checks.filter((check) => check.name !== name) });
  const unique = table.unique.find((one) => one.name === name);
  if (unique !== undefined) {
    requireUnreferred(alteration, unique.columns, `constraint ${name}`);
    alteration.droppedKeyspaces.push(unique.indexId);
    return alteration.change({ unique: table.unique.filter((one) => one !== unique) });
  }
  const foreignKeys = (table.foreignKeys ?? []).filter((key) => key.name !== name);
  if (foreignKeys.length < (table.foreignKeys ?? []).length)
    return alteration.change({ foreignKeys: foreignKeys.length > 0 ? foreignKeys : undefined });
  if (table.primaryKey?.name === name) return yield* dropPrimaryKey(alteration, place);
  const message = missingConstraint(table, name);
  if (!action.ifExists) throw errorAt('ALX_UNKNOWN_SETTING', message, action.name.span);
  alteration.notice(`${message}, skipping`);
}

export function renameConstraint(
  alteration: TableAlteration,
  { from, to }: Action<'rename-constraint'>,
): void {
  const { table } = alteration;
  const names = constraintNames(table);
  if (!names.includes(from.name))
    throw errorAt('ALX_UNKNOWN_SETTING', missingConstraint(table, from.name), from.span);
  if (names.includes(to.name)) {
    const message = `constraint "${to.name}" for relation "${table.name}" already exists`;
    throw errorAt('ALX_INDEX_EXISTS', message, to.span);
  }
  const renamed = <T extends { readonly name: string }>(one: T): T =>
    one.name === from.name ? { ...one, name: to.name } : one;
  alteration.change({
    checks: table.checks.map(renamed),
    unique: table.unique.map(renamed),
    foreignKeys: table.foreignKeys?.map(renamed),
    ...(table.primaryKey === undefined ? {} : { primaryKey: renamed(table.primaryKey) }),
  });
}

export function validateConstraint(
  alteration: TableAlteration,
  { name }: Action<'validate-constraint'>,
): void {
  const { table } = alteration;
  const key = table.foreignKeys?.find((one) => one.name === name.name);
  if (key !== undefined) {
    const { notValid: unchecked, ...valid } = key;
    if (unchecked === true) alteration.requireCheck(key.name);
    const foreignKeys = table.foreignKeys!.map((one) => (one === key ? valid : one));
    return alteration.change({ foreignKeys });
  }
  const ordinal = table.checks.findIndex((check) => check.name === name.name);
  if (ordinal < 0) {
    if (constraintNames(table).includes(name.name)) return;
    throw errorAt('ALX_UNKNOWN_SETTING', missingConstraint(table, name.name), name.span);
  }
  const { name: checkName, sql, notValid } = table.checks[ordinal]!;
  if (notValid !== true) return;
  alteration.requireCheck(checkName);
  alteration.change({ checks: table.checks.with(ordinal, { name: checkName, sql }) });
}

function constraintNames(table: TableDef): readonly string[] {
  const key = table.primaryKey === undefined ? [] : [table.primaryKey.name];
  const others = [...table.unique, ...table.checks, ...(table.foreignKeys ?? [])];
  return [...key, ...others.map(({ name }) => name)];
}

function missingConstraint(table: TableDef, name: string): string {
  return `constraint "${name}" of relation "${table.name}" does not exist`;
}
