/** CREATE INDEX: columns checked against the table when it runs; the entries are written right after, in the same transaction. */
import type { Pending } from '@alopex-db/core/base';
import type { CreateIndexStatement, IndexElement } from '../ast/ddl.ts';
import type { Identifier } from '../ast/name.ts';
import type { IndexColumn, IndexDef } from '../catalog/index-def.ts';
import { settled } from '../catalog/stored-catalog.ts';
import type { TableDef } from '../catalog/table-def.ts';
import { didYouMean, errorAt, locateError } from '../errors.ts';
import type { CompiledDdl, DdlNotice, DdlOutcome } from '../plan/compiled-statement.ts';
import type { CompileContext } from '../planner/compile-context.ts';
import { unsupported } from './bind-error.ts';
import { claimName, existingRelation, type DefinitionTarget } from './definition-target.ts';
import { resolveTable } from './resolve-relation.ts';
import { isVectorMethod, vectorIndexOptions } from './vector-index.ts';

/** Access methods that are built. */
const METHODS: readonly string[] = ['btree', 'hash', 'hnsw'];

export function createIndex(statement: CreateIndexStatement, context: CompileContext): CompiledDdl {
  refuseUnbuilt(statement);
  const known = resolveTable(context, statement.table, 'index');
  // Mistakes are told when the statement is compiled; the table is looked up again when it runs.
  indexDefinition(statement, known, { id: 0, name: '', columns: indexColumns(statement, known) });
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
      const index = indexDefinition(statement, table, { id, name, columns });
      const definition = { ...table, indexes: [...(table.indexes ?? []), index] };
      yield* catalog.put(transaction, { kind: 'table', definition });
      return {
        then: [],
        builds: [{ table: definition, keyspace: id }],
        notices,
        droppedKeyspaces: [],
      };
    },
  };
}

function indexDefinition(
  statement: CreateIndexStatement,
  table: TableDef,
  { id, name, columns }: Pick<IndexDef, 'id' | 'name' | 'columns'>,
): IndexDef {
  const { unique } = statement;
  if (!isVectorMethod(statement.method)) {
    const method = statement.method?.name === 'hash' ? 'hash' : 'btree';
    return { id, name, unique, method, columns };
  }
  const vector = vectorIndexOptions(statement, table.columns[columns[0]!.ordinal]!);
  return { id, name, unique, method: 'hnsw', columns, vector };
}

function refuseUnbuilt(statement: CreateIndexStatement): void {
  const { method, include, options, where, nullsDistinct, concurrently, span } = statement;
  if (method !== undefined && !METHODS.includes(method.name)) {
    const hint = 'btree, hash and hnsw are.';
    throw unsupported(`an index with USING ${method.name}`, method.span, hint);
  }
  if (include.length > 0) throw unsupported('INCLUDE', include[0]!.span);
  if (options.length > 0 && !isVectorMethod(method))
    throw unsupported('an option of an index', options[0]!.span);
  if (where !== undefined) throw unsupported('a partial index', where.span);
  if (!nullsDistinct) throw unsupported('NULLS NOT DISTINCT', span);
  if (concurrently) throw unsupported('CREATE INDEX CONCURRENTLY', span, 'CREATE INDEX is.');
}

function indexColumns(statement: CreateIndexStatement, table: TableDef): readonly IndexColumn[] {
  const columns: IndexColumn[] = [];
  for (const element of statement.elements) {
    const name = columnName(element, statement.method);
    const ordinal = table.columns.findIndex((column) => column.name === name.name);
    if (ordinal < 0) throw columnNotFound(table, name);
    const { kind } = table.columns[ordinal]!.type;
    if (kind === 'json' || kind === 'jsonb')
      throw unsupported(`a ${kind} column in an index`, name.span);
    if (kind === 'vector' && !isVectorMethod(statement.method)) {
      const method = statement.method?.name ?? 'btree';
      const feature = `a vector column in a ${method} index`;
      throw unsupported(feature, name.span, 'Write USING hnsw for an index over vectors.');
    }
    const { descending, nulls } = element;
    const nullsFirst = nulls === undefined ? descending : nulls === 'first';
    columns.push({ ordinal, descending, nullsFirst });
  }
  return columns;
}

function columnName(element: IndexElement, method: Identifier | undefined): Identifier {
  const { expression, collation, operatorClass } = element;
  if (collation !== undefined) throw unsupported('COLLATE in an index', collation.span);
  if (operatorClass !== undefined && !isVectorMethod(method))
    throw unsupported('an operator class', operatorClass.span);
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
