/**
 * Rows against subqueries, and ANY and ALL of operators that are no comparisons. Each becomes a question about the rows of the
 * subquery, with the comparison `p` inside it:
 *
 *   row op (query)        scalar subquery that yields p: null for no row, an error for more than one
 *   row op ANY (query)    CASE WHEN EXISTS (… WHERE p) THEN true WHEN EXISTS (… WHERE p IS NULL) THEN null ELSE false END
 *   row op ALL (query)    NOT ANY of NOT p, in three-valued logic too
 *
 * A filter asks for truth alone, so the optimizer keeps the first EXISTS of the CASE, a semi join.
 */
import type { ComparisonOperator, Expression } from '@alopex-db/core/exec';
import { BOOLEAN, TEXT, type DataType } from '@alopex-db/core/types';
import type { BinaryExpression, Expression as Syntax } from '../ast/expression.ts';
import type { Query } from '../ast/query.ts';
import type { Span } from '../ast/span.ts';
import { errorAt } from '../errors.ts';
import type { LogicalPlan } from '../plan/logical.ts';
import { renewIds } from '../plan/renew-ids.ts';
import { columnExpression } from './bind-column.ts';
import { bindOperand, compareRows, isComparison, negate, type Operand } from './bind-comparison.ts';
import { unsupported } from './bind-error.ts';
import { applyOperator } from './bind-operator.ts';
import { settleColumns } from './coerce-query.ts';
import { settleUnknown } from './coerce.ts';
import type { BoundQuery, ExpressionContext } from './expression-context.ts';
import { isNullable } from './nullability.ts';
import { isUnknown } from './type-rules.ts';

/** What stands before the subquery, and how it is compared. */
export interface RowComparison {
  readonly left: Syntax;
  readonly operator: string;
  readonly query: Query;
  readonly span: Span;
}

export function bindRowQuantified(
  comparison: RowComparison,
  quantifier: 'any' | 'all',
  context: ExpressionContext,
): Expression {
  const bound = bindInside(comparison, context);
  if (quantifier === 'any') return anyOf(bound, context);
  return negate(anyOf({ ...bound, holds: negate(bound.holds) }, context));
}

const MIRRORED: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/** `(a, b) = (SELECT …)`, and the same the other way round; undefined for any other pair. */
export function bindRowAgainstQuery(
  { left, right, operator, operatorSpan: span }: BinaryExpression,
  context: ExpressionContext,
): Expression | undefined {
  if (!isComparison(operator)) return undefined;
  if (left.kind === 'row' && right.kind === 'scalar-subquery')
    return bindRowComparison({ left, operator, query: right.query, span }, context);
  if (right.kind !== 'row' || left.kind !== 'scalar-subquery') return undefined;
  const mirrored = MIRRORED[operator];
  return bindRowComparison({ left: right, operator: mirrored, query: left.query, span }, context);
}

function bindRowComparison(comparison: RowComparison, context: ExpressionContext): Expression {
  const { inner, holds } = bindInside(comparison, context);
  const column = context.state.newColumn({ name: 'compared', type: BOOLEAN, nullable: true });
  const plan: LogicalPlan = {
    kind: 'project',
    input: inner.plan,
    items: [{ column, expression: holds }],
  };
  return { kind: 'subquery', type: BOOLEAN, mode: 'scalar', plan, outer: [] };
}

interface BoundInside {
  readonly inner: BoundQuery;
  /** The comparison, over the rows of `inner` and those of the query around it. */
  readonly holds: Expression;
}

function bindInside(comparison: RowComparison, context: ExpressionContext): BoundInside {
  const { left, operator, query, span } = comparison;
  const nodes = left.kind === 'row' ? left.fields : [left];
  const fields = nodes.map((node) => bindOperand(node, context));
  const open = context.bind.query(query, {
    state: context.state,
    bind: context.bind,
    outer: context.scope,
    parent: context,
    withQueries: context.withQueries,
    keepUnknown: true,
  });
  checkWidth(fields.length, open.columns.length, query.span);
  const types = open.columns.map((column, index) =>
    isUnknown(column.type) ? settledType(fields[index]!) : column.type,
  );
  const inner = settleColumns(context.state, open, types, query.span);
  const columns = inner.columns.map((column): Operand => {
    return { expression: columnExpression(column), span: query.span };
  });
  if (isComparison(operator))
    return { inner, holds: compareRows(context.state, operator, fields, columns, span) };
  if (fields.length > 1) throw unsupported(`${operator} between a row and a subquery`, span);
  const [field, column] = [fields[0]!, columns[0]!];
  const known = settleUnknown(context.state, field.expression, field.span);
  const holds = applyOperator(operator, [{ ...field, expression: known }, column], span, context);
  if (holds.type.kind !== 'boolean') {
    throw errorAt(
      'ALX_TYPE_MISMATCH',
      `op ANY/ALL (array) requires operator to yield boolean`,
      span,
    );
  }
  return { inner, holds };
}

function settledType({ expression }: Operand): DataType {
  return isUnknown(expression.type) ? TEXT : expression.type;
}

function checkWidth(fields: number, columns: number, span: Span): void {
  if (fields === columns) return;
  const size = columns < fields ? 'few' : 'many';
  throw errorAt('ALX_ROW_WIDTH', `subquery has too ${size} columns`, span);
}

function anyOf({ inner, holds }: BoundInside, context: ExpressionContext): Expression {
  const found = existsWhere(inner.plan, holds);
  if (!isNullable(holds, nullability(inner, context))) return found;
  const unknown: Expression = { kind: 'isNull', type: BOOLEAN, input: holds, negated: false };
  // Beside the first one, so it must not share column ids with it.
  const other = renewIds(filtered(inner.plan, unknown), () => context.state.nextColumnId());
  return {
    kind: 'case',
    type: BOOLEAN,
    branches: [
      { when: found, then: { kind: 'constant', type: BOOLEAN, value: true } },
      { when: exists(other), then: { kind: 'constant', type: BOOLEAN, value: null } },
    ],
    otherwise: { kind: 'constant', type: BOOLEAN, value: false },
  };
}

function existsWhere(plan: LogicalPlan, predicate: Expression): Expression {
  return exists(filtered(plan, predicate));
}

function filtered(input: LogicalPlan, predicate: Expression): LogicalPlan {
  return { kind: 'filter', input, predicate };
}

function exists(plan: LogicalPlan): Expression {
  return { kind: 'subquery', type: BOOLEAN, mode: 'exists', plan, outer: [] };
}

/** Of the columns of the subquery and of the query around it; of any other column the answer is yes. */
function nullability(inner: BoundQuery, context: ExpressionContext): (id: number) => boolean {
  const known = new Map<number, boolean>();
  for (const { column } of context.scope.columns) known.set(column.id, column.nullable);
  for (const column of inner.columns) known.set(column.id, column.nullable);
  return (id) => known.get(id) ?? true;
}
