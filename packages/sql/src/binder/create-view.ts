/** CREATE VIEW: the query is bound to see that it can be, and kept as text. */
import type { Pending } from '@alopex-db/core/base';
import type { CreateViewStatement } from '../ast/ddl.ts';
import { printQuery } from '../ast/print/print-statement.ts';
import { settled } from '../catalog/stored-catalog.ts';
import type { ViewDef } from '../catalog/table-def.ts';
import { errorAt, locateError } from '../errors.ts';
import type { CompiledDdl, DdlNotice, DdlOutcome } from '../plan/compiled-statement.ts';
import type { CompileContext } from '../planner/compile-context.ts';
import { bindDataStatement } from './bind-data-statement.ts';
import { unsupported } from './bind-error.ts';
import { BindState } from './bind-state.ts';
import { claimName, definitionTarget } from './definition-target.ts';

export function createView(statement: CreateViewStatement, context: CompileContext): CompiledDdl {
  if (statement.temporary) throw unsupported('a temporary view', statement.span);
  if (statement.options.length > 0)
    throw unsupported('options of a view', statement.options[0]!.span);
  if (statement.checkOption !== undefined) throw unsupported('WITH CHECK OPTION', statement.span);
  const target = definitionTarget(context, statement.name);
  const state = new BindState(context, 0);
  const bound = bindDataStatement(statement.query, state);
  if (statement.columns.length > bound.columns.length) {
    throw errorAt(
      'ALX_ALIAS_ARITY',
      'CREATE VIEW specifies more column names than columns',
      statement.columns[0]!.span,
    );
  }
  const columns = bound.columns.map(
    (column, index) => statement.columns[index]?.name ?? column.name,
  );
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined) {
    throw errorAt(
      'ALX_DUPLICATE_COLUMN',
      `column "${twice}" specified more than once`,
      statement.query.span,
    );
  }
  const sql = printQuery(statement.query);
  return {
    kind: 'ddl',
    command: 'CREATE VIEW',
    parameterTypes: [],
    *run(transaction, catalog): Generator<Pending, DdlOutcome, void> {
      const notices: DdlNotice[] = [];
      const outcome: DdlOutcome = { then: [], notices, droppedKeyspaces: [] };
      const view = yield* settled(() => catalog.view(transaction));
      const before = view.view(target.schema, target.name);
      if (before !== undefined && statement.orReplace) {
        checkReplacement(before, columns, statement, context.text);
        const definition = { ...before, columns, sql, dependsOn: [...state.relationIds] };
        yield* catalog.put(transaction, { kind: 'view', definition });
        return outcome;
      }
      const free = yield* claimName(target, statement.ifNotExists, transaction, catalog, notices);
      if (!free) return outcome;
      const id = yield* catalog.nextObjectId(transaction);
      const definition = {
        id,
        schema: target.schema,
        name: target.name,
        columns,
        sql,
        dependsOn: [...state.relationIds],
      };
      yield* catalog.put(transaction, { kind: 'view', definition });
      return outcome;
    },
  };
}

/** Whoever reads the view counts on its columns, so a new query may only add some behind them. */
function checkReplacement(
  before: ViewDef,
  columns: readonly string[],
  statement: CreateViewStatement,
  text: string,
): void {
  if (columns.length < before.columns.length) {
    throw locateError(
      errorAt('ALX_INVALID_TABLE_DEFINITION', 'cannot drop columns from view', statement.name.span),
      text,
    );
  }
  const renamed = before.columns.findIndex((name, index) => name !== columns[index]);
  if (renamed < 0) return;
  throw locateError(
    errorAt(
      'ALX_INVALID_TABLE_DEFINITION',
      `cannot change name of view column "${before.columns[renamed]}" to "${columns[renamed]}"`,
      statement.name.span,
    ),
    text,
  );
}
