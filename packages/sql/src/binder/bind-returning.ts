/** RETURNING: a select list over the row that was written. */
import type { SelectItem } from '../ast/query.ts';
import type { ProjectItem } from '../plan/logical.ts';
import type { ExpressionContext, QueryPlace } from './expression-context.ts';
import { isNullable } from './nullability.ts';
import { Scope, type ScopeColumn } from './scope.ts';
import { bindItems } from './select-items.ts';

export function bindReturning(
  items: readonly SelectItem[],
  columns: readonly ScopeColumn[],
  place: QueryPlace,
): readonly ProjectItem[] | undefined {
  if (items.length === 0) return undefined;
  const context: ExpressionContext = {
    state: place.state,
    scope: new Scope(columns, place.outer),
    clause: 'RETURNING',
    aggregates: undefined,
    aliases: undefined,
    withQueries: place.withQueries,
    parent: place.parent,
    bind: place.bind,
  };
  const byId = new Map(columns.map((entry) => [entry.column.id, entry.column]));
  return bindItems(items, context, false).map(({ name, expression }): ProjectItem => {
    const passed = expression.kind === 'column' ? byId.get(expression.index) : undefined;
    if (passed !== undefined) return { column: { ...passed, name }, expression };
    const nullable = isNullable(expression, (id) => byId.get(id)?.nullable ?? true);
    return { column: place.state.newColumn({ name, type: expression.type, nullable }), expression };
  });
}
