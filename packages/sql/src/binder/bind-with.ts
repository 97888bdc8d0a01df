/** WITH: queries by name, each bound once and read by whoever names it. */
import type { WithClause } from '../ast/query.ts';
import { errorAt } from '../errors.ts';
import type { LogicalColumn } from '../plan/logical.ts';
import { unsupported } from './bind-error.ts';
import { bindRecursive, readsItself } from './bind-recursive.ts';
import type { QueryPlace, WithScope } from './expression-context.ts';

/** The place with the clause's queries in reach. Each query sees those before it. */
export function bindWith(clause: WithClause | undefined, place: QueryPlace): QueryPlace {
  if (clause === undefined) return place;
  let scope: WithScope | undefined = place.withQueries;
  const { state } = place;
  for (const table of clause.tables) {
    if (table.statement.kind !== 'query')
      throw unsupported('a data-modifying statement in WITH', table.span);
    const name = table.name.name;
    const inner: QueryPlace = { ...place, withQueries: scope, keepUnknown: false };
    const bound =
      clause.recursive && readsItself(table)
        ? bindRecursive(table, table.statement, inner, bindWith)
        : place.bind.query(table.statement, inner);
    if (table.columns.length > bound.columns.length) {
      throw errorAt(
        'ALX_ALIAS_ARITY',
        `WITH query "${name}" has ${bound.columns.length} columns available but ${table.columns.length} columns specified`,
        table.name.span,
      );
    }
    const columns = bound.columns.map((column, index): LogicalColumn => {
      return { ...column, name: table.columns[index]?.name ?? column.name };
    });
    const cte = state.ctes.length;
    state.ctes.push({ name, plan: bound.plan, materialized: table.materialized });
    scope = { name, table, cte, columns, next: scope };
  }
  return { ...place, withQueries: scope };
}
