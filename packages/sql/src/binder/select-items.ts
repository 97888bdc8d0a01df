/** The select list: stars expanded, items bound and named. */
import type { Expression } from '@alopex-db/core/exec';
import type { Expression as Syntax } from '../ast/expression.ts';
import type { Identifier } from '../ast/name.ts';
import type { SelectItem, Star } from '../ast/query.ts';
import type { Span } from '../ast/span.ts';
import { didYouMean, errorAt } from '../errors.ts';
import { columnExpression } from './bind-column.ts';
import { columnName } from './column-name.ts';
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

/** `*` with EXCLUDE leaves columns out, REPLACE gives them another value, RENAME another name. */
function expandStar(star: Star, context: ExpressionContext): readonly BoundItem[] {
  const columns = starColumns(star, context);
  const named = [
    ...star.exclude,
    ...star.replace.map((one) => one.column),
    ...star.rename.map((one) => one.from),
  ];
  for (const name of named) requireStarColumn(name, columns);
  const excluded = new Set(star.exclude.map((name) => name.name));
  const replaced = new Map(star.replace.map((one) => [one.column.name, one.value]));
  const renamed = new Map(star.rename.map((one) => [one.from.name, one.to.name]));
  return columns.flatMap((entry): readonly BoundItem[] => {
    if (excluded.has(entry.name)) return [];
    const value = replaced.get(entry.name);
    const expression =
      value === undefined
        ? context.state.noteSpan(columnExpression(entry.column), star.span)
        : settleUnknown(context.state, context.bind.expression(value, context), value.span);
    return [{ name: renamed.get(entry.name) ?? entry.name, expression, span: star.span }];
  });
}

function requireStarColumn(name: Identifier, columns: readonly ScopeColumn[]): void {
  if (columns.some((entry) => entry.name === name.name)) return;
  throw errorAt('ALX_COLUMN_NOT_FOUND', `column "${name.name}" does not exist`, name.span, {
    hint: didYouMean(
      name.name,
      columns.map((entry) => entry.name),
    ),
    columnName: name.name,
  });
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
