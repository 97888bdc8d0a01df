/** CREATE INDEX: columns checked against the table when it runs; the entries are written right after, in the same transaction. */
import type { Pending } from '@alopex-db/core/base';
import type { CreateIndexStatement, IndexElement } from '../ast/ddl.ts';
import type { Identifier } from '../ast/name.ts';
import type { IndexColumn, IndexDef } from '../catalog/index-def.ts';
import { indexLayouts } from '../catalog/index-layout.ts';
import { settled } from '../catalog/stored-catalog.ts';
import type { TableDef } from '../catalog/table-def.ts';
import { didYouMean, errorAt, locateError } from '../errors.ts';
import type { CompiledDdl, DdlNotice, DdlOutcome } from '../plan/compiled-statement.ts';
import type { CompileContext } from '../planner/compile-context.ts';
import { unsupported } from './bind-error.ts';
import { claimName, existingRelation, type DefinitionTarget } from './definition-target.ts';
import { resolveTable } from './resolve-relation.ts';

export function createIndex(statement: CreateIndexStatement, context: CompileContext): CompiledDdl {
  refuseUnbuilt(statement);
  const known = resolveTable(context, statement.table, 'index');
  // Mistakes are told when the statement is compiled; the table is looked up again when it runs.
  indexColumns(statement, known);
  return {
    kind: 'ddl',
    command: 'CREATE INDEX',
    parameterTypes: [],
    *run(transaction, catalog): Generator<Pending, DdlOutcome, void> {
      const notices: DdlNotice[] = [];
      const view = yield* settled(() => catalog.view(transaction));
      const table = view.table(known.schema, known.name);
      if (table === undefined) throw locateError(tableGone(statement), context.text);
      const columns = indexColumns(statement, table);
      const wanted = defaultName(table, columns);
      const isTaken = (name: string): boolean =>
        existingRelation(view, table.schema, name) !== undefined;
      const target: DefinitionTarget = {
        schema: table.schema,
        name: statement.name?.name ?? freeName(wanted, isTaken),
        written: statement.table,
        text: context.text,
      };
      const free = yield* claimName(target, statement.ifNotExists, transaction, catalog, notices);
      if (!free) return { then: [], notices, droppedKeyspaces: [] };
      const id = yield* catalog.nextObjectId(transaction);
      const { name } = target;
      const method = statement.method?.name === 'hash' ? 'hash' : 'btree';
      const index: IndexDef = { id, name, unique: statement.unique, method, columns };
      const definition = { ...table, indexes: [...(table.indexes ?? []), index] };
      yield* catalog.put(transaction, { kind: 'table', definition });
      const layout = indexLayouts(definition).find(({ keyspace }) => keyspace === id)!;
      return {
        then: [],
        builds: [{ table: definition, layout }],
        notices,
        droppedKeyspaces: [],
      };
    },
  };
}

function refuseUnbuilt(statement: CreateIndexStatement): void {
  const { method, include, options, where, nullsDistinct, concurrently, span } = statement;
  if (method !== undefined && method.name !== 'btree' && method.name !== 'hash')
    throw unsupported(`an index with USING ${method.name}`, method.span, 'btree and hash are.');
  if (include.length > 0) throw unsupported('INCLUDE', include[0]!.span);
  if (options.length > 0) throw unsupported('an option of an index', options[0]!.span);
  if (where !== undefined) throw unsupported('a partial index', where.span);
  if (!nullsDistinct) throw unsupported('NULLS NOT DISTINCT', span);
  if (concurrently) throw unsupported('CREATE INDEX CONCURRENTLY', span, 'CREATE INDEX is.');
}

function indexColumns(statement: CreateIndexStatement, table: TableDef): readonly IndexColumn[] {
  const columns: IndexColumn[] = [];
  for (const element of statement.elements) {
    const name = columnName(element);
    const ordinal = table.columns.findIndex((column) => column.name === name.name);
    if (ordinal < 0) throw columnNotFound(table, name);
    const { kind } = table.columns[ordinal]!.type;
    if (kind === 'vector' || kind === 'json' || kind === 'jsonb')
      throw unsupported(`a ${kind} column in an index`, name.span);
    const { descending, nulls } = element;
    const nullsFirst = nulls === undefined ? descending : nulls === 'first';
    columns.push({ ordinal, descending, nullsFirst });
  }
  return columns;
}

function columnName(element: IndexElement): Identifier {
  const { expression, collation, operatorClass } = element;
  if (collation !== undefined) throw unsupported('COLLATE in an index', collation.span);
  if (operatorClass !== undefined) throw unsupported('an operator class', operatorClass.span);
  if (expression.kind !== 'column-reference' || expression.parts.length !== 1)
    throw unsupported('an expression in an index', expression.span);
  return expression.parts[0]!;
}

function columnNotFound(table: TableDef, name: Identifier): Error {
  const names = table.columns.map((column) => column.name);
  return errorAt('ALX_COLUMN_NOT_FOUND', `column "${name.name}" does not exist`, name.span, {
    hint: didYouMean(name.name, names),
    table: table.name,
    columnName: name.name,
  });
}

function tableGone({ table }: CreateIndexStatement): ReturnType<typeof errorAt> {
  const { name } = table.parts.at(-1)!;
  return errorAt('ALX_TABLE_NOT_FOUND', `relation "${name}" does not exist`, table.span, {
    table: name,
  });
}

function defaultName(table: TableDef, columns: readonly IndexColumn[]): string {
  const names = columns.map(({ ordinal }) => table.columns[ordinal]!.name);
  return `${table.name}_${names.join('_')}_idx`;
}

function freeName(wanted: string, isTaken: (name: string) => boolean): string {
  let name = wanted;
  for (let count = 1; isTaken(name); count += 1) name = `${wanted}${count}`;
  return name;
}
