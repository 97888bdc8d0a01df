/** PRAGMA: `integrity_check`, for all tables or the one that is named, with SQLite's limit of problems shown. */
import { AlopexError } from '@alopex-db/core/base';
import { TEXT } from '@alopex-db/core/types';
import type { Expression } from '../ast/expression.ts';
import type { PragmaStatement } from '../ast/utility.ts';
import { unsupported } from '../binder/bind-error.ts';
import { errorAt } from '../errors.ts';
import type { TableDef } from '../catalog/table-def.ts';
import type { CompiledQuery } from '../plan/compiled-statement.ts';
import type { CompileContext } from './compile-context.ts';

const PROBLEMS_MAX_DEFAULT = 100;

export function compilePragma(statement: PragmaStatement, context: CompileContext): CompiledQuery {
  if (statement.name !== 'integrity_check')
    throw unsupported(`PRAGMA ${statement.name}`, statement.span);
  const argument = statement.value ?? statement.args[0];
  if (statement.args.length > 1)
    throw new AlopexError('ALX_INVALID_ARGUMENT', 'PRAGMA integrity_check takes one argument', {
      position: statement.span.start,
      hint: 'Give the name of a table or the most problems to be shown.',
    });
  const tables = context.catalog.tables();
  const columns = [{ name: 'integrity_check', type: TEXT, nullable: false }];
  return {
    kind: 'query',
    plan: {
      kind: 'integrity-check',
      tables,
      checked: argument?.kind === 'string-literal' ? named(argument, context) : tables,
      problemsMax: argument?.kind === 'string-literal' ? PROBLEMS_MAX_DEFAULT : limit(argument),
      columns,
      rows: 1,
      cost: 0,
    },
    columns,
    parameterTypes: [],
    usedHints: false,
    command: 'SELECT',
    readOnly: true,
  };
}

function named(
  argument: Extract<Expression, { readonly kind: 'string-literal' }>,
  { catalog, searchPath }: CompileContext,
): readonly TableDef[] {
  for (const schema of searchPath) {
    const table = catalog.table(schema, argument.value);
    if (table !== undefined) return [table];
  }
  throw errorAt(
    'ALX_TABLE_NOT_FOUND',
    `relation "${argument.value}" does not exist`,
    argument.span,
  );
}

function limit(argument: Expression | undefined): number {
  if (argument === undefined) return PROBLEMS_MAX_DEFAULT;
  const count = argument.kind === 'integer-literal' ? Number(argument.text) : 0;
  if (count >= 1 && Number.isSafeInteger(count)) return count;
  throw new AlopexError(
    'ALX_INVALID_ARGUMENT',
    'the most problems to be shown is a number from 1',
    {
      position: argument.span.start,
    },
  );
}
