/** Queries: WITH, the body, ORDER BY, LIMIT. */
import { assert } from '@alopex-db/core/base';
import type { Expression, SortKey } from '@alopex-db/core/exec';
import { INT64 } from '@alopex-db/core/types';
import type { Query, QueryBody } from '../ast/query.ts';
import type { Expression as Syntax } from '../ast/expression.ts';
import type { LogicalPlan } from '../plan/logical.ts';
import { errorAt } from '../errors.ts';
import { bindLocking } from './bind-locking.ts';
import { bindOrderOverOutput } from './bind-order-by.ts';
import { bindSelect } from './bind-select.ts';
import { bindSetOperation } from './bind-set-operation.ts';
import { bindScalar } from './bind-scalar.ts';
import { bindValues } from './bind-values.ts';
import { bindWith } from './bind-with.ts';
import { coerceImplicitly } from './coerce.ts';
import { exactPlan } from './exact-plan.ts';
import type { BoundQuery, QueryPlace } from './expression-context.ts';
import { Scope } from './scope.ts';
import { upToTies } from './window-filter.ts';

/** A query whose plan delivers its columns exactly. */
export function bindQuery(query: Query, place: QueryPlace): BoundQuery {
  const inner = bindWith(query.with, place);
  const ordered = bindBody(query, inner);
  const locked = bindLocking(query, ordered, place.state);
  const limited = applyLimit(query, locked, inner);
  return { plan: exactPlan(limited), columns: limited.columns };
}

/** The body with ORDER BY applied; the plan may still deliver columns that only the sort needed. */
function bindBody(query: Query, place: QueryPlace): BoundQuery {
  const { body, orderBy } = query;
  if (body.kind === 'select') return bindSelect(body, orderBy, place);
  const bound = bindPlainBody(body, place);
  if (orderBy === undefined) return bound;
  const keys: readonly SortKey[] = bindOrderOverOutput(
    orderBy,
    bound,
    place,
    body.kind === 'set-operation',
  );
  return { ...bound, plan: { kind: 'sort', input: bound.plan, keys } };
}

function bindPlainBody(
  body: Exclude<QueryBody, { readonly kind: 'select' }>,
  place: QueryPlace,
): BoundQuery {
  switch (body.kind) {
    case 'values':
      return bindValues(body, place);
    case 'set-operation':
      return bindSetOperation(body, place, bindBodyAlone);
    case 'query':
      return bindQuery(body, place);
  }
}

/** An operand of a set operation. */
function bindBodyAlone(body: QueryBody, place: QueryPlace): BoundQuery {
  if (body.kind !== 'select') return bindPlainBody(body, place);
  const bound = bindSelect(body, undefined, place);
  return { plan: exactPlan(bound), columns: bound.columns };
}

function applyLimit(query: Query, input: BoundQuery, place: QueryPlace): BoundQuery {
  if (query.limit === undefined && query.offset === undefined) return input;
  const limit = query.limit === undefined ? undefined : bindCount(query.limit, 'LIMIT', place);
  const offset = query.offset === undefined ? undefined : bindCount(query.offset, 'OFFSET', place);
  if (query.withTies && limit !== undefined)
    return { ...input, plan: withTies(query, input.plan, { limit, offset }, place) };
  const plan: LogicalPlan = { kind: 'limit', input: input.plan, limit, offset };
  return { ...input, plan };
}

/** FETCH FIRST n ROWS WITH TIES: also those that ORDER BY cannot tell from the last one. */
function withTies(
  query: Query,
  input: LogicalPlan,
  { limit, offset }: { readonly limit: Expression; readonly offset: Expression | undefined },
  { state }: QueryPlace,
): LogicalPlan {
  if (input.kind !== 'sort') {
    throw errorAt(
      'ALX_UNEXPECTED_TOKEN',
      'WITH TIES cannot be specified without ORDER BY clause',
      query.span,
    );
  }
  const { span } = query;
  const plus = state.context.functions.findOperator('+', 2);
  assert(plus !== undefined, 'integers can be added');
  const end =
    offset === undefined
      ? limit
      : bindScalar(
          state,
          plus,
          [
            { expression: limit, span },
            { expression: offset, span },
          ],
          { operator: true },
        );
  assert(end !== undefined && end !== 'ambiguous', 'two integers have one sum');
  return upToTies(input.input, input.keys, { offset, end }, state);
}

/** LIMIT and OFFSET read no columns of their query. */
function bindCount(node: Syntax, clause: string, place: QueryPlace): Expression {
  const context = {
    state: place.state,
    scope: new Scope([], place.outer),
    clause,
    aggregates: undefined,
    aliases: undefined,
    withQueries: place.withQueries,
    parent: place.parent,
    bind: place.bind,
  };
  const bound = place.bind.expression(node, context);
  const count = coerceImplicitly(place.state, bound, INT64, node.span);
  if (count !== undefined) return count;
  if (bound.type.kind === 'float64' || bound.type.kind === 'float32') {
    return { kind: 'cast', type: INT64, input: bound, onFailure: 'error', implicit: true };
  }
  throw errorAt('ALX_TYPE_MISMATCH', `argument of ${clause} must be a number`, node.span);
}
