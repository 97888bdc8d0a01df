/** The select list: stars expanded, items bound and named. */
import type { Expression } from '@alopex-db/core/exec';
import type { Expression as Syntax } from '../ast/expression.ts';
import type { SelectItem, Star } from '../ast/query.ts';
import type { Span } from '../ast/span.ts';
import { errorAt } from '../errors.ts';
import { columnExpression } from './bind-column.ts';
import { columnName } from './column-name.ts';
import { unsupported } from './bind-error.ts';
import { settleUnknown } from './coerce.ts';
import type { AliasTable, ExpressionContext } from './expression-context.ts';
import type { ScopeColumn } from './scope.ts';

export interface BoundItem {
  readonly name: string;
  readonly expression: Expression;
  readonly span: Span;
}

/** Names that other clauses may use; of two equal ones the first. */
export function aliasTable(items: readonly SelectItem[]): AliasTable {
  const aliases = new Map<string, Syntax>();
  for (const item of items) {
    if (
      item.kind === 'select-expression' &&
      item.alias !== undefined &&
      !aliases.has(item.alias.name)
    ) {
      aliases.set(item.alias.name, item.expression);
    }
  }
  return aliases;
}

export function bindItems(
  items: readonly SelectItem[],
  context: ExpressionContext,
  keepUnknown: boolean,
): readonly BoundItem[] {
  return items.flatMap((item) => {
    if (item.kind === 'star') return expandStar(item, context);
    const open = context.bind.expression(item.expression, context);
    const expression = keepUnknown
      ? open
      : settleUnknown(context.state, open, item.expression.span);
    return [
      {
        name: item.alias?.name ?? columnName(item.expression),
        expression,
        span: item.expression.span,
      },
    ];
  });
}

function expandStar(star: Star, context: ExpressionContext): readonly BoundItem[] {
  if (star.exclude.length + star.replace.length + star.rename.length > 0) {
    throw unsupported('* with EXCLUDE, REPLACE or RENAME', star.span);
  }
  return starColumns(star, context).map((entry) => ({
    name: entry.name,
    expression: context.state.noteSpan(columnExpression(entry.column), star.span),
    span: star.span,
  }));
}

function starColumns(star: Star, context: ExpressionContext): readonly ScopeColumn[] {
  const { scope } = context;
  if (star.table === undefined) {
    const visible = scope.columns.filter((entry) => entry.visible);
    if (scope.columns.length > 0) return visible;
    throw errorAt(
      'ALX_UNEXPECTED_TOKEN',
      'SELECT * with no tables specified is not valid',
      star.span,
    );
  }
  const alias = star.table.parts.at(-1)!;
  const columns = scope.columns.filter((entry) => entry.qualifier === alias.name);
  if (columns.length > 0) return columns;
  throw errorAt(
    'ALX_TABLE_NOT_FOUND',
    `missing FROM-clause entry for table "${alias.name}"`,
    alias.span,
  );
}
