/** CREATE TABLE AS: a table shaped like a query's columns, then filled by it. */
import type { Pending } from '@alopex-db/core/base';
import type { CreateTableAsStatement } from '../ast/ddl.ts';
import { bindDataStatement } from '../binder/bind-data-statement.ts';
import { unsupported } from '../binder/bind-error.ts';
import { BindState } from '../binder/bind-state.ts';
import { storeTable } from '../binder/create-table.ts';
import { claimName, definitionTarget } from '../binder/definition-target.ts';
import { checkTableOptions, type TableDraft } from '../binder/table-draft.ts';
import type { TableDef } from '../catalog/table-def.ts';
import { errorAt } from '../errors.ts';
import type {
  CompiledDdl,
  CompiledQuery,
  DdlNotice,
  DdlOutcome,
} from '../plan/compiled-statement.ts';
import type { CompileContext } from './compile-context.ts';
import { WRITE_ROW } from './cost.ts';
import { physicalQuery } from './physical-query.ts';

export function compileCreateTableAs(
  statement: CreateTableAsStatement,
  parameterCount: number,
  context: CompileContext,
): CompiledDdl {
  if (statement.temporary) throw unsupported('a temporary table', statement.span);
  checkTableOptions(statement.options);
  const target = definitionTarget(context, statement.name);
  const state = new BindState(context, parameterCount);
  const query = physicalQuery(bindDataStatement(statement.query, state), 'SELECT', state);
  const draft = draftFor(query, statement);
  return {
    kind: 'ddl',
    command: 'CREATE TABLE AS',
    parameterTypes: query.parameterTypes,
    *run(transaction, catalog): Generator<Pending, DdlOutcome, void> {
      const notices: DdlNotice[] = [];
      const free = yield* claimName(target, statement.ifNotExists, transaction, catalog, notices);
      if (!free) return { then: [], notices, droppedKeyspaces: [] };
      const table = yield* storeTable(target, draft, transaction, catalog);
      return {
        then: statement.withData ? [filling(table, query)] : [],
        notices,
        droppedKeyspaces: [],
      };
    },
  };
}

function draftFor(query: CompiledQuery, statement: CreateTableAsStatement): TableDraft {
  if (statement.columns.length > query.columns.length) {
    throw errorAt(
      'ALX_ALIAS_ARITY',
      'CREATE TABLE AS specifies too many column names',
      statement.columns[0]!.span,
    );
  }
  const columns = query.columns.map((column, ordinal) => ({
    id: ordinal + 1,
    name: statement.columns[ordinal]?.name ?? column.name,
    type: column.type,
    notNull: false,
    sequence: undefined,
    sequenceName: '',
    defaultSpan: undefined,
  }));
  const names = columns.map((column) => column.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw errorAt(
      'ALX_DUPLICATE_COLUMN',
      `column "${twice}" specified more than once`,
      statement.query.span,
      {
        hint: 'Give the columns of the query different names.',
      },
    );
  }
  return { columns, primaryKey: undefined, unique: [], checks: [], foreignKeys: [] };
}

/** The query's rows into the table. Types are the query's own, so nothing is converted. */
function filling(table: TableDef, query: CompiledQuery): CompiledQuery {
  const { plan } = query;
  return {
    ...query,
    plan: {
      kind: 'insert',
      table,
      source: plan,
      checks: [],
      onConflict: undefined,
      returning: undefined,
      columns: [],
      rows: plan.rows,
      cost: plan.cost + plan.rows * WRITE_ROW,
    },
    columns: [],
    command: 'INSERT',
    readOnly: false,
  };
}
