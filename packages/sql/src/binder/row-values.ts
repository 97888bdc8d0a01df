/** Values for the columns of a table: targets, defaults, conversion for storage, CHECK conditions. */
import type { Expression } from '@alopex-db/core/exec';
import { AlopexError } from '@alopex-db/core/base';
import type { Identifier } from '../ast/name.ts';
import type { Span } from '../ast/span.ts';
import type { ColumnDef, TableDef } from '../catalog/table-def.ts';
import { didYouMean, errorAt } from '../errors.ts';
import { fitText } from '../functions/text-length.ts';
import type { LogicalColumn } from '../plan/logical.ts';
import type { BoundCheck } from '../plan/physical.ts';
import type { Operand } from './bind-comparison.ts';
import type { BindState } from './bind-state.ts';
import { coerceForColumn, requireBoolean } from './coerce.ts';
import type { Binders, ExpressionContext } from './expression-context.ts';
import { Scope, tableScopeColumns } from './scope.ts';

/** Text of the catalog has positions of its own, which mean nothing in the statement. */
const NOWHERE: Span = { start: 0, end: 0 };

/** The ordinals that a column list names. */
export function targetOrdinals(table: TableDef, names: readonly Identifier[]): readonly number[] {
  const ordinals = names.map((name) => requireColumn(table, name));
  const twice = ordinals.findIndex((ordinal, index) => ordinals.indexOf(ordinal) !== index);
  if (twice < 0) return ordinals;
  const name = names[twice]!;
  throw errorAt(
    'ALX_DUPLICATE_COLUMN',
    `column "${name.name}" specified more than once`,
    name.span,
  );
}

export function requireColumn(table: TableDef, name: Identifier): number {
  const ordinal = table.columns.findIndex((column) => column.name === name.name);
  if (ordinal >= 0) return ordinal;
  throw errorAt(
    'ALX_COLUMN_NOT_FOUND',
    `column "${name.name}" of relation "${table.name}" does not exist`,
    name.span,
    {
      hint: didYouMean(
        name.name,
        table.columns.map((column) => column.name),
      ),
      columnName: name.name,
    },
  );
}

/** A value as the column stores it. */
export function storedValue(state: BindState, column: ColumnDef, value: Operand): Expression {
  const converted = coerceForColumn(state, value.expression, column, value.span);
  if (column.lengthMax === undefined) return converted;
  return {
    kind: 'call',
    type: column.type,
    function: fitText(column.lengthMax),
    args: [converted],
  };
}

/** The default of a column: what its text says, the next value of its sequence, or null. */
export function defaultValue(state: BindState, bind: Binders, column: ColumnDef): Expression {
  if (column.identity !== undefined)
    return state.context.functions.nextValue(column.identity.sequenceId, column.type);
  if (column.defaultSql === undefined) return { kind: 'constant', type: column.type, value: null };
  const sql = column.defaultSql;
  return fromCatalog(`the default of column "${column.name}"`, () => {
    const expression = bind.expression(
      state.context.parser.parseExpression(sql),
      rowContext(state, bind, [], 'DEFAULT'),
    );
    return storedValue(state, column, { expression, span: NOWHERE });
  });
}

/** CHECK conditions over a row whose columns are `row`. */
export function boundChecks(
  state: BindState,
  bind: Binders,
  table: TableDef,
  row: readonly LogicalColumn[],
): readonly BoundCheck[] {
  return table.checks.map((check) =>
    fromCatalog(`check constraint "${check.name}"`, () => {
      const node = state.context.parser.parseExpression(check.sql);
      const expression = bind.expression(node, rowContext(state, bind, row, 'CHECK constraints'));
      return { name: check.name, condition: requireBoolean(state, expression, 'CHECK', NOWHERE) };
    }),
  );
}

/** Expressions over one row of a table and nothing else. */
export function rowContext(
  state: BindState,
  bind: Binders,
  row: readonly LogicalColumn[],
  clause: string,
): ExpressionContext {
  const qualifier = row[0]?.qualifier;
  return {
    state,
    scope: new Scope(tableScopeColumns(qualifier, row), undefined),
    clause,
    aggregates: undefined,
    aliases: undefined,
    withQueries: undefined,
    parent: undefined,
    bind,
  };
}

function fromCatalog<T>(what: string, bind: () => T): T {
  try {
    return bind();
  } catch (error) {
    if (!(error instanceof AlopexError)) throw error;
    throw new AlopexError(error.code, error.message, {
      hint: error.hint,
      detail: `in ${what}`,
      cause: error,
    });
  }
}
