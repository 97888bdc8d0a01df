/**
 * LATERAL: a derived table or a function in FROM may read what stands to its left. Functions may without the word. A right side
 * that does makes an apply instead of a join; a join that would pad its left side with nulls cannot have one.
 */
import type { Expression, JoinKind } from '@alopex-db/core/exec';
import type { FromItem } from '../ast/query.ts';
import { errorAt } from '../errors.ts';
import type { LogicalCte, LogicalPlan } from '../plan/logical.ts';
import { freeColumns, outputIds } from '../plan/walk-plan.ts';
import type { QueryPlace } from './expression-context.ts';
import { Scope, type ScopeColumn } from './scope.ts';

/** A place from which the columns to the left can be read. */
export function lateralPlace(place: QueryPlace, before: readonly ScopeColumn[]): QueryPlace {
  if (before.length === 0) return place;
  const scope = new Scope(before, place.outer);
  const parent = {
    state: place.state,
    scope,
    clause: 'FROM clause of their own query level',
    aggregates: undefined,
    aliases: undefined,
    withQueries: place.withQueries,
    parent: place.parent,
    bind: place.bind,
  };
  return { ...place, outer: scope, parent };
}

/** `item` is the right side as written; `ctes` are those of the statement so far. */
export function joinedPlan(
  join: JoinKind,
  left: LogicalPlan,
  right: LogicalPlan,
  condition: Expression | undefined,
  { item, ctes }: { readonly item: FromItem; readonly ctes: readonly LogicalCte[] },
): LogicalPlan {
  if (!mayReadLeft(item) || !readsLeft(left, right, ctes))
    return { kind: 'join', join, left, right, condition };
  if (join !== 'right' && join !== 'full') return { kind: 'apply', join, left, right, condition };
  throw errorAt('ALX_LATERAL', 'invalid reference to a FROM-clause entry', item.span, {
    detail: 'The combining JOIN type must be INNER or LEFT for a LATERAL reference.',
  });
}

/** In its own plan, or in that of a WITH query below it: nobody else has seen the columns of the left side yet. */
function readsLeft(left: LogicalPlan, right: LogicalPlan, ctes: readonly LogicalCte[]): boolean {
  const ids = outputIds(left);
  const reads = (plan: LogicalPlan): boolean => [...freeColumns(plan)].some((id) => ids.has(id));
  return reads(right) || ctes.some((cte) => reads(cte.plan));
}

function mayReadLeft(item: FromItem): boolean {
  switch (item.kind) {
    case 'table-reference':
      return false;
    case 'derived-table':
      return item.lateral;
    case 'function-table':
      return true;
    case 'join':
      return mayReadLeft(item.left) || mayReadLeft(item.right);
  }
}
