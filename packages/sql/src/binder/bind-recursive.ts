/**
 * WITH RECURSIVE: `anchor UNION [ALL] step`. The anchor decides names and types; the step reads the rows of the round before
 * once, at a place where a row found later can only add rows.
 */
import { equalTypes, typeName } from '@alopex-db/core/types';
import type { CommonTable, Query, QueryBody, TableReference, WithClause } from '../ast/query.ts';
import type { Span } from '../ast/span.ts';
import { walk, type Node } from '../ast/visit.ts';
import { errorAt } from '../errors.ts';
import type { LogicalColumn, LogicalPlan } from '../plan/logical.ts';
import { inputs, nodeExpressions, subqueryPlan } from '../plan/walk-plan.ts';
import { childrenOf, type Expression } from '@alopex-db/core/exec';
import { unsupported } from './bind-error.ts';
import { coerceColumns } from './coerce-query.ts';
import { exactPlan } from './exact-plan.ts';
import type { BoundQuery, QueryPlace, WithScope } from './expression-context.ts';
import { commonTypeOf } from './type-rules.ts';

/** Whether a query names itself anywhere: only then its form matters. */
export function readsItself(table: CommonTable): boolean {
  let found = false;
  walk(table.statement, (node) => {
    if (!isTableReference(node) || node.name.parts.length > 1) return;
    if (node.name.parts[0]!.name === table.name.name) found = true;
  });
  return found;
}

function isTableReference(node: Node): node is TableReference {
  return node.kind === 'table-reference';
}

/** The working table that a scan reads; an error where the query may not read itself yet. */
export function workingTable({ name, working }: WithScope, span: Span): number {
  if (working !== undefined) return working;
  throw errorAt(
    'ALX_RECURSION',
    `recursive reference to query "${name}" must not appear within its non-recursive term`,
    span,
  );
}

export function bindRecursive(
  table: CommonTable,
  query: Query,
  place: QueryPlace,
  bindWith: (clause: WithClause | undefined, place: QueryPlace) => QueryPlace,
): BoundQuery {
  const name = table.name.name;
  const { body } = query;
  if (body.kind !== 'set-operation' || body.operation !== 'union' || body.byName) {
    throw errorAt(
      'ALX_RECURSION',
      `recursive query "${name}" does not have the form non-recursive-term UNION [ALL] recursive-term`,
      table.span,
    );
  }
  if (query.orderBy !== undefined)
    throw unsupported('ORDER BY in a recursive query', query.orderBy.span);
  if (query.limit !== undefined) throw unsupported('LIMIT in a recursive query', query.limit.span);
  if (query.offset !== undefined)
    throw unsupported('OFFSET in a recursive query', query.offset.span);
  const inner = bindWith(query.with, place);
  const { state } = place;
  const closed = { name, table, cte: -1, columns: [], next: inner.withQueries };
  const anchor = place.bind.query(alone(body.left), { ...inner, withQueries: closed });
  const columns = anchor.columns.map((column, index): LogicalColumn =>
    // The step may find nulls where the anchor has none.
    state.newColumn({
      name: table.columns[index]?.name ?? column.name,
      type: column.type,
      nullable: true,
    }),
  );
  const working = state.nextColumnId();
  const step = place.bind.query(alone(body.right), {
    ...inner,
    withQueries: { ...closed, columns, working },
    keepUnknown: true,
  });
  checkReferences(step.plan, name, working, body.right.span);
  const plan: LogicalPlan = {
    kind: 'recursive',
    name,
    working,
    all: body.all,
    anchor: exactPlan(anchor),
    step: exactPlan(asAnchor(step, anchor, name, place, body.right.span)),
    columns,
  };
  return { plan, columns };
}

function alone(body: QueryBody): Query {
  return {
    kind: 'query',
    with: undefined,
    body,
    orderBy: undefined,
    limit: undefined,
    withTies: false,
    offset: undefined,
    locking: [],
    span: body.span,
  };
}

/** The step with the anchor's column types. */
function asAnchor(
  step: BoundQuery,
  anchor: BoundQuery,
  name: string,
  { state }: QueryPlace,
  span: Span,
): BoundQuery {
  if (step.columns.length !== anchor.columns.length) {
    throw errorAt('ALX_ROW_WIDTH', 'each UNION query must have the same number of columns', span);
  }
  const types = anchor.columns.map(({ type }, index) => {
    const found = step.columns[index]!.type;
    const common = commonTypeOf([type, found]);
    const overall = 'type' in common ? common.type : found;
    if (equalTypes(overall, type)) return type;
    throw errorAt(
      'ALX_TYPE_MISMATCH',
      `recursive query "${name}" column ${index + 1} has type ${typeName(type)} in non-recursive term but type ${typeName(overall)} overall`,
      span,
      { hint: 'Cast the output of the non-recursive term to the correct type.' },
    );
  });
  return coerceColumns(state, step, types, span);
}

/** One reference, not below what would have to take rows back when more are found. */
function checkReferences(step: LogicalPlan, name: string, working: number, span: Span): void {
  const refuse = (where: string): never => {
    throw errorAt(
      'ALX_RECURSION',
      `recursive reference to query "${name}" must not ${where}`,
      span,
    );
  };
  let count = 0;
  const visit = (plan: LogicalPlan): void => {
    if (plan.kind === 'working-scan' && plan.working === working) count += 1;
    const below = inputs(plan);
    if (plan.kind === 'aggregate' && reads(plan.input, working)) {
      throw errorAt(
        'ALX_RECURSION',
        "aggregate functions are not allowed in a recursive query's recursive term",
        span,
      );
    }
    if (plan.kind === 'join') {
      const padded = PADDED_SIDES[plan.join] ?? [];
      if (padded.some((side) => reads(plan[side], working))) refuse('appear within an outer join');
    }
    if (plan.kind === 'set-operation' && plan.operation !== 'union' && reads(plan.right, working))
      refuse(`appear within ${plan.operation.toUpperCase()}`);
    if (nodeExpressions(plan).some((expression) => subqueryReads(expression, working)))
      refuse('appear within a subquery');
    below.forEach(visit);
  };
  visit(step);
  if (count > 1) refuse('appear more than once');
  if (count === 0) refuse('be hidden by another query of its name');
}

const PADDED_SIDES: Readonly<Record<string, readonly ('left' | 'right')[]>> = {
  left: ['right'],
  right: ['left'],
  full: ['left', 'right'],
  anti: ['right'],
};

function reads(plan: LogicalPlan, working: number): boolean {
  if (plan.kind === 'working-scan' && plan.working === working) return true;
  return (
    inputs(plan).some((input) => reads(input, working)) ||
    nodeExpressions(plan).some((expression) => subqueryReads(expression, working))
  );
}

function subqueryReads(expression: Expression, working: number): boolean {
  if (expression.kind === 'subquery' && reads(subqueryPlan(expression), working)) return true;
  return childrenOf(expression).some((operand) => subqueryReads(operand, working));
}
