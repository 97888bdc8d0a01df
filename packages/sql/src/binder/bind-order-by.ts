/** ORDER BY keys, where nulls go, and the queries that may sort by their output columns alone. */
import type { Expression, SortKey } from '@alopex-db/core/exec';
import type { IntegerLiteral } from '../ast/expression.ts';
import type { OrderBy } from '../ast/query.ts';
import type { OrderItem } from '../ast/window.ts';
import { errorAt } from '../errors.ts';
import { isVectorScoreCall } from '../functions/vector-score.ts';
import { columnExpression } from './bind-column.ts';
import type { BindState } from './bind-state.ts';
import type { BoundQuery, QueryPlace } from './expression-context.ts';
import { Scope, tableScopeColumns } from './scope.ts';

/** A key with its place for nulls. */
export function sortKey(
  expression: Expression,
  item: Pick<OrderItem, 'descending' | 'nulls'>,
  state: BindState,
): SortKey {
  const { descending, nulls } = item;
  // SPEC 3: on a vector score NULL and NaN come last both ways, so that an index and an exact plan agree.
  if (isScore(expression, state)) {
    return { expression, descending, nullsFirst: nulls === 'first', nanAsNull: true };
  }
  return {
    expression,
    descending,
    nullsFirst: nulls === undefined ? descending : nulls === 'first',
  };
}

function isScore(expression: Expression, state: BindState): boolean {
  if (expression.kind === 'column') return state.scoreIds.has(expression.index);
  return isVectorScoreCall(expression);
}

/** `ORDER BY 2`: the position among the output columns, from 0. */
export function ordinalOf(node: IntegerLiteral, count: number, clause: string): number {
  const position = Number(node.text);
  if (position >= 1 && position <= count) return position - 1;
  throw errorAt(
    'ALX_INVALID_COLUMN_REFERENCE',
    `${clause} position ${node.text} is not in select list`,
    node.span,
  );
}

/** Sorts a query whose inside is out of reach: VALUES, a set operation, a query in parentheses. */
export function bindOrderOverOutput(
  orderBy: OrderBy,
  query: BoundQuery,
  place: QueryPlace,
  onlyNames: boolean,
): readonly SortKey[] {
  const { all } = orderBy;
  if (all !== undefined) {
    return query.columns.map((column) => sortKey(columnExpression(column), all, place.state));
  }
  const scope = new Scope(tableScopeColumns(undefined, query.columns), place.outer);
  return orderBy.items.map((item) => {
    const node = item.expression;
    if (node.kind === 'integer-literal') {
      const expression = columnExpression(
        query.columns[ordinalOf(node, query.columns.length, 'ORDER BY')]!,
      );
      return sortKey(expression, item, place.state);
    }
    if (onlyNames && (node.kind !== 'column-reference' || node.parts.length > 1)) {
      throw errorAt(
        'ALX_UNSUPPORTED',
        'invalid UNION/INTERSECT/EXCEPT ORDER BY clause',
        node.span,
        {
          detail: 'Only result column names can be used, not expressions or functions.',
          hint: 'Add the expression to every SELECT, or move the set operation into a FROM clause.',
        },
      );
    }
    const expression = place.bind.expression(node, {
      state: place.state,
      scope,
      clause: 'ORDER BY',
      aggregates: undefined,
      aliases: undefined,
      withQueries: place.withQueries,
      parent: place.parent,
      bind: place.bind,
    });
    return sortKey(expression, item, place.state);
  });
}
