/**
 * Subqueries in expressions. The plan inside is a logical one until the physical planner replaces it; references to the
 * enclosing query are plain column ids in it (see `plan/logical.ts`), so `outer` stays empty here.
 */
import type { Expression } from '@alopex-db/core/exec';
import { BOOLEAN, typeName, type DataType } from '@alopex-db/core/types';
import type {
  ExistsExpression,
  Expression as Syntax,
  InSubqueryExpression,
  QuantifiedSubquery,
  ScalarSubquery,
} from '../ast/expression.ts';
import type { Query } from '../ast/query.ts';
import type { Span } from '../ast/span.ts';
import { errorAt } from '../errors.ts';
import type { LogicalPlan } from '../plan/logical.ts';
import { renewIds } from '../plan/renew-ids.ts';
import {
  bindOperand,
  isComparison,
  negate,
  operatorNotFound,
  type Operand,
} from './bind-comparison.ts';
import { columnExpression } from './bind-column.ts';
import { bindRowQuantified } from './bind-row-subquery.ts';
import { coerceColumns } from './coerce-query.ts';
import { coerceImplicitly } from './coerce.ts';
import type { BoundQuery, ExpressionContext } from './expression-context.ts';
import { commonTypeOf } from './type-rules.ts';

export function bindScalarSubquery(node: ScalarSubquery, context: ExpressionContext): Expression {
  const query = bindInner(node.query, context, false);
  const column = onlyColumn(query, node.span);
  return { kind: 'subquery', type: column.type, mode: 'scalar', plan: query.plan, outer: [] };
}

/** `(a, b) = (SELECT …)` of SET: each column is a subquery of its own with one column, which reads the same rows. */
export function bindColumnsOf(
  node: ScalarSubquery,
  context: ExpressionContext,
): readonly Operand[] {
  const query = bindInner(node.query, context, false);
  return query.columns.map((column): Operand => {
    const items = [{ column, expression: columnExpression(column) }];
    const plan: LogicalPlan = { kind: 'project', input: query.plan, items };
    const renewed = renewIds(plan, () => context.state.nextColumnId());
    return {
      expression: {
        kind: 'subquery',
        type: column.type,
        mode: 'scalar',
        plan: renewed,
        outer: [],
      },
      span: node.span,
    };
  });
}

export function bindExists(node: ExistsExpression, context: ExpressionContext): Expression {
  const query = bindInner(node.query, context, false);
  return { kind: 'subquery', type: BOOLEAN, mode: 'exists', plan: query.plan, outer: [] };
}

export function bindInSubquery(node: InSubqueryExpression, context: ExpressionContext): Expression {
  const any = bindQuantified(node.operand, '=', 'any', node.query, node.span, context);
  return node.negated ? negate(any) : any;
}

export function bindQuantifiedSubquery(
  node: QuantifiedSubquery,
  context: ExpressionContext,
): Expression {
  return bindQuantified(
    node.left,
    node.operator,
    node.quantifier,
    node.query,
    node.operatorSpan,
    context,
  );
}

function bindQuantified(
  left: Syntax,
  operator: string,
  quantifier: 'any' | 'all',
  query: Query,
  span: Span,
  context: ExpressionContext,
): Expression {
  if (left.kind === 'row' || !isComparison(operator))
    return bindRowQuantified({ left, operator, query, span }, quantifier, context);
  const operand = bindOperand(left, context);
  const inner = bindInner(query, context, true);
  const column = onlyColumn(inner, query.span);
  const common = commonTypeOf([operand.expression.type, column.type]);
  if ('misfit' in common) {
    throw operatorNotFound(
      operator,
      [operand.expression, { kind: 'column', type: column.type, index: column.id }],
      span,
    );
  }
  const probe = coerceImplicitly(context.state, operand.expression, common.type, operand.span)!;
  const coerced = coerceColumns(context.state, inner, [common.type], query.span);
  return {
    kind: 'subquery',
    type: BOOLEAN,
    mode: 'compare',
    plan: coerced.plan,
    outer: [],
    probe,
    operator,
    quantifier,
  };
}

export function bindInner(
  query: Query,
  context: ExpressionContext,
  keepUnknown: boolean,
): BoundQuery {
  return context.bind.query(query, {
    state: context.state,
    bind: context.bind,
    outer: context.scope,
    parent: context,
    withQueries: context.withQueries,
    keepUnknown,
  });
}

export function onlyColumn(
  query: BoundQuery,
  span: Span,
): { readonly id: number; readonly type: DataType } {
  const [column] = query.columns;
  if (column === undefined || query.columns.length !== 1) {
    throw errorAt('ALX_ROW_WIDTH', 'subquery must return only one column', span, {
      detail: `It returns ${query.columns.length}: ${query.columns.map((one) => typeName(one.type)).join(', ')}.`,
    });
  }
  return column;
}
