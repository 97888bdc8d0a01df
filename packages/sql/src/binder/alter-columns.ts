/** The actions of ALTER TABLE on columns. */
import type { Pending } from '@alopex-db/core/base';
import { equalTypes, type DataType } from '@alopex-db/core/types';
import type { AlterTableAction } from '../ast/ddl.ts';
import { printExpression } from '../ast/print/print-statement.ts';
import type { ColumnDef, TableDef } from '../catalog/table-def.ts';
import { errorAt } from '../errors.ts';
import { foldExpression } from '../optimizer/fold-expression.ts';
import { encodeMissing } from '../storage/missing-value.ts';
import type { AlterPlace } from './alter-table.ts';
import {
  dropPrimaryKey,
  renewIndexes,
  requireUnreferred,
  storeAddedConstraints,
} from './alter-constraints.ts';
import { BINDERS } from './bind-data-statement.ts';
import { unsupported } from './bind-error.ts';
import { bindColumnType } from './bind-type.ts';
import { mentionsColumn } from './check-text.ts';
import { checkDraft, refuseSubqueries, storeColumn } from './create-table.ts';
import { defaultValue, requireColumn, rowContext, storedValue } from './row-values.ts';
import { draftAddition } from './table-draft.ts';
import type { TableAlteration } from './table-alteration.ts';
import { canAssign, isUnknown } from './type-rules.ts';

type Action<Kind extends AlterTableAction['kind']> = AlterTableAction & { readonly kind: Kind };

const SEQUENCE_TYPES: ReadonlySet<string> = new Set(['int16', 'int32', 'int64']);

export function* addColumn(
  alteration: TableAlteration,
  action: Action<'add-column'>,
  place: AlterPlace,
): Generator<Pending, void, void> {
  const { table, context, state } = alteration;
  const { name, span } = action.column.name;
  if (table.columns.some((column) => column.name === name)) {
    const message = `column "${name}" of relation "${table.name}" already exists`;
    if (!action.ifNotExists) throw errorAt('ALX_DUPLICATE_COLUMN', message, span);
    alteration.notice(`${message}, skipping`);
    return;
  }
  const draft = draftAddition(table, action.column);
  checkDraft(draft, table.name, context);
  const id = alteration.nextColumnId();
  const column = yield* storeColumn(
    { ...draft.columns.at(-1)!, id },
    table.id,
    table.schema,
    place.transaction,
    place.catalog,
  );
  const value = foldExpression(defaultValue(state, BINDERS, column));
  const constant = value.kind === 'constant' ? value.value : undefined;
  if (constant === undefined) alteration.rewrites = true;
  const missing = constant === undefined ? undefined : encodeMissing(column.type, constant);
  alteration.addColumn(missing === undefined ? column : { ...column, missing }, value);
  const ordinal = table.columns.length;
  if (column.notNull && (constant === null || constant === undefined))
    alteration.requireNotNull(ordinal);
  yield* storeAddedConstraints(alteration, draft, place);
}

export function* dropColumn(
  alteration: TableAlteration,
  action: Action<'drop-column'>,
  place: AlterPlace,
): Generator<Pending, void, void> {
  const { table } = alteration;
  const { name } = action.column;
  if (action.ifExists && !table.columns.some((column) => column.name === name)) {
    const message = `column "${name}" of relation "${table.name}" does not exist, skipping`;
    alteration.notice(message);
    return;
  }
  const ordinal = requireColumn(table, action.column);
  if (table.columns.length === 1)
    throw unsupported('dropping the only column of a table', action.column.span);
  if (table.primaryKey?.columns.includes(ordinal) === true)
    yield* dropPrimaryKey(alteration, place);
  dropKeysOf(alteration, ordinal);
  const { identity } = table.columns[ordinal]!;
  if (identity !== undefined) {
    const sequence = place.view.sequences().find(({ id }) => id === identity.sequenceId);
    if (sequence !== undefined)
      yield* place.catalog.remove(place.transaction, sequence.schema, sequence.name);
  }
  alteration.removeColumn(ordinal);
}

/** Constraints and indexes go with a column that they are about. */
function dropKeysOf(alteration: TableAlteration, ordinal: number): void {
  const { table, context } = alteration;
  const { name } = table.columns[ordinal]!;
  const unique = table.unique.filter((one) => !one.columns.includes(ordinal));
  const indexes = table.indexes?.filter(
    (index) => !index.columns.some((part) => part.ordinal === ordinal),
  );
  requireUnreferred(alteration, [ordinal], `column ${name}`);
  const { id } = table.columns[ordinal]!;
  const foreignKeys = table.foreignKeys?.filter((key) => !key.columns.includes(id));
  const checks = table.checks.filter(({ sql }) => !mentionsColumn(context.parser, sql, name));
  for (const one of table.unique)
    if (!unique.includes(one)) alteration.droppedKeyspaces.push(one.indexId);
  for (const index of table.indexes ?? [])
    if (indexes?.includes(index) !== true) alteration.droppedKeyspaces.push(index.id);
  alteration.change({ unique, indexes, checks, foreignKeys });
}

export function* alterType(
  alteration: TableAlteration,
  action: Action<'alter-column-type'>,
  place: AlterPlace,
): Generator<Pending, void, void> {
  const ordinal = requireColumn(alteration.table, action.column);
  const column = alteration.table.columns[ordinal]!;
  const { type, lengthMax, serial } = bindColumnType(action.type);
  if (serial)
    throw errorAt(
      'ALX_TYPE_NOT_FOUND',
      `type "${action.type.name}" does not exist`,
      action.type.span,
    );
  const { lengthMax: lengthBefore, missing: _missing, ...rest } = column;
  const changed: ColumnDef = { ...rest, type, ...(lengthMax === undefined ? {} : { lengthMax }) };
  if (column.identity !== undefined && !SEQUENCE_TYPES.has(type.kind)) {
    throw errorAt(
      'ALX_INVALID_TABLE_DEFINITION',
      'identity column type must be smallint, integer, or bigint',
      action.type.span,
    );
  }
  requireDefaultOf(alteration, changed, action);
  const widens =
    lengthMax === undefined || (lengthBefore !== undefined && lengthMax >= lengthBefore);
  if (action.using === undefined && equalTypes(column.type, type) && widens) {
    const missing = column.missing === undefined ? {} : { missing: column.missing };
    const columns = alteration.table.columns.with(ordinal, { ...changed, ...missing });
    return alteration.change({ columns });
  }
  requireUnreferred(alteration, [ordinal], `column ${column.name}`);
  if (alteration.table.foreignKeys?.some((key) => key.columns.includes(column.id)) === true)
    throw unsupported('changing the type of a column with a foreign key', action.span);
  requireIndexable(alteration.table, ordinal, changed, action);
  const value = convertedValue(alteration, changed, action);
  alteration.change({ columns: alteration.table.columns.with(ordinal, changed) });
  alteration.setValue(ordinal, value);
  if (alteration.table.primaryKey?.columns.includes(ordinal) === true) {
    alteration.rekeys = true;
    yield* renewIndexes(alteration, () => true, place);
    return;
  }
  yield* renewIndexes(alteration, (ordinals) => ordinals.includes(ordinal), place);
}

/** An index over vectors needs a column of vectors of one length. */
function requireIndexable(
  table: TableDef,
  ordinal: number,
  { name, type }: ColumnDef,
  action: Action<'alter-column-type'>,
): void {
  if (type.kind === 'vector' && type.dimension !== undefined) return;
  const index = table.indexes?.find(
    ({ vector, columns }) => vector !== undefined && columns[0]!.ordinal === ordinal,
  );
  if (index === undefined) return;
  throw errorAt(
    'ALX_INVALID_TABLE_DEFINITION',
    `column "${name}" has index "${index.name}", which is over vectors of one length`,
    action.type.span,
    { hint: `Drop index "${index.name}" first.`, columnName: name },
  );
}

function convertedValue(
  alteration: TableAlteration,
  column: ColumnDef,
  action: Action<'alter-column-type'>,
): ReturnType<typeof storedValue> {
  const { state, row, before } = alteration;
  const from = before.columns.findIndex(({ id }) => id === column.id);
  if (from < 0)
    throw unsupported('changing the type of a column added by the same statement', action.span);
  const span = action.using?.span ?? action.column.span;
  if (action.using !== undefined) {
    refuseSubqueries(action.using, 'transform expression', span);
    const place = rowContext(state, BINDERS, row, 'transform expressions');
    const expression = BINDERS.expression(action.using, place);
    if (!canConvert(expression.type, column.type)) {
      throw errorAt(
        'ALX_TYPE_MISMATCH',
        `result of USING clause for column "${column.name}" cannot be cast automatically to type ${typeText(action)}`,
        span,
        { hint: 'You might need to add an explicit cast.', columnName: column.name },
      );
    }
    return storedValue(state, column, { expression, span });
  }
  const { id, type } = row[from]!;
  if (!canConvert(type, column.type)) {
    throw errorAt(
      'ALX_TYPE_MISMATCH',
      `column "${column.name}" cannot be cast automatically to type ${typeText(action)}`,
      span,
      {
        hint: `You might need to specify "USING ${column.name}::${typeText(action)}".`,
        columnName: column.name,
      },
    );
  }
  return storedValue(state, column, { expression: { kind: 'column', type, index: id }, span });
}

/** As an assignment would; a bare string literal or NULL becomes anything. */
function canConvert(from: DataType, to: DataType): boolean {
  return isUnknown(from) || canAssign(from, to);
}

function typeText({ type }: Action<'alter-column-type'>): string {
  return type.name;
}

/** The default stays, so it must fit the new type. */
function requireDefaultOf(
  alteration: TableAlteration,
  column: ColumnDef,
  action: Action<'alter-column-type'>,
): void {
  if (column.defaultSql === undefined) return;
  try {
    defaultValue(alteration.state, BINDERS, column);
  } catch (cause) {
    throw errorAt(
      'ALX_TYPE_MISMATCH',
      `default for column "${column.name}" cannot be cast automatically to type ${typeText(action)}`,
      action.column.span,
      { hint: 'Drop the default first, and set it again afterwards.', cause },
    );
  }
}

export function alterNotNull(
  alteration: TableAlteration,
  action: Action<'alter-column-not-null'>,
): void {
  const { table } = alteration;
  const ordinal = requireColumn(table, action.column);
  const column = table.columns[ordinal]!;
  if (action.notNull) {
    if (!column.notNull) alteration.requireNotNull(ordinal);
    return alteration.changeColumn(ordinal, { notNull: true });
  }
  if (table.primaryKey?.columns.includes(ordinal) === true) {
    throw errorAt(
      'ALX_INVALID_TABLE_DEFINITION',
      `column "${column.name}" is in a primary key`,
      action.column.span,
    );
  }
  refuseIdentity(table, column, action.column.span);
  alteration.changeColumn(ordinal, { notNull: false });
}

export function alterDefault(
  alteration: TableAlteration,
  action: Action<'alter-column-default'>,
): void {
  const { table, state } = alteration;
  const ordinal = requireColumn(table, action.column);
  const { defaultSql: _before, ...column } = table.columns[ordinal]!;
  refuseIdentity(table, column, action.column.span);
  if (action.value === undefined)
    return alteration.change({ columns: table.columns.with(ordinal, column) });
  refuseSubqueries(action.value, 'DEFAULT expression', action.value.span);
  const place = rowContext(state, BINDERS, [], 'DEFAULT expressions');
  const expression = BINDERS.expression(action.value, place);
  storedValue(state, column, { expression, span: action.value.span });
  alteration.changeColumn(ordinal, { defaultSql: printExpression(action.value) });
}

function refuseIdentity(
  table: TableDef,
  column: ColumnDef,
  span: Action<'add-column'>['span'],
): void {
  if (column.identity === undefined) return;
  const message = `column "${column.name}" of relation "${table.name}" is an identity column`;
  throw errorAt('ALX_UNSUPPORTED', message, span);
}

export function renameColumn(
  alteration: TableAlteration,
  { from, to }: Action<'rename-column'>,
): void {
  const { table, context } = alteration;
  const ordinal = requireColumn(table, from);
  if (table.columns.some((column) => column.name === to.name)) {
    const message = `column "${to.name}" of relation "${table.name}" already exists`;
    throw errorAt('ALX_DUPLICATE_COLUMN', message, to.span);
  }
  // Checks are kept as text, which names the column.
  if (table.checks.some(({ sql }) => mentionsColumn(context.parser, sql, from.name)))
    throw unsupported('renaming a column that a CHECK is about', from.span);
  alteration.changeColumn(ordinal, { name: to.name });
}
