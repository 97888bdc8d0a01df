/** FROM: tables, derived tables, WITH queries, views and joins become a plan and the names it offers. */

import { AlopexError, assert } from '@alopex-db/core/base';

import type { DerivedTable, FromItem, Query, TableAlias, TableReference } from '../ast/query.ts';
import type { Span } from '../ast/span.ts';
import type { TableDef, ViewDef } from '../catalog/table-def.ts';
import { errorAt } from '../errors.ts';
import type { LogicalColumn, LogicalGet, LogicalPlan } from '../plan/logical.ts';
import { unsupported } from './bind-error.ts';
import { bindFunctionTable } from './bind-function-table.ts';
import { bindJoin } from './bind-join.ts';
import { joinedPlan, lateralPlace } from './bind-lateral.ts';
import type { BindState } from './bind-state.ts';
import { exactPlan } from './exact-plan.ts';
import { findWithQuery, type BoundQuery, type QueryPlace } from './expression-context.ts';
import { workingTable } from './bind-recursive.ts';
import type { FromSource } from './from-source.ts';
import { resolveRelation } from './resolve-relation.ts';
import { tableScopeColumns, type ScopeColumn } from './scope.ts';

/** One row without columns: what a query without FROM reads. */
const ONE_ROW: LogicalPlan = { kind: 'values', columns: [], tuples: [[]] };

export function bindFrom(items: readonly FromItem[], place: QueryPlace): FromSource {
  let from: FromSource | undefined;
  for (const item of items) {
    const right = bindFromItem(item, place, from?.columns ?? []);
    if (from === undefined) {
      from = right;
      continue;
    }
    refuseSameAlias(from.columns, right.columns, item.span);
    from = {
      plan: joinedPlan('inner', from.plan, right.plan, undefined, { item, ctes: place.state.ctes }),
      columns: [...from.columns, ...right.columns],
      tables: [...from.tables, ...right.tables],
    };
  }
  return from ?? { plan: ONE_ROW, columns: [], tables: [] };
}

/** `before`: what stands to the left in FROM, for LATERAL. */
function bindFromItem(
  item: FromItem,
  place: QueryPlace,
  before: readonly ScopeColumn[],
): FromSource {
  switch (item.kind) {
    case 'table-reference':
      return bindTable(item, place);
    case 'derived-table':
      return bindDerivedTable(item, item.lateral ? lateralPlace(place, before) : place);
    case 'function-table':
      return aliased(bindFunctionTable(item, lateralPlace(place, before)), item.alias);
    case 'join': {
      const left = bindFromItem(item.left, place, before);
      const right = bindFromItem(item.right, place, [...before, ...left.columns]);
      refuseSameAlias(left.columns, right.columns, item.right.span);
      const joined = bindJoin(item, left, right, place);
      return item.alias === undefined ? joined : renamed(joined, item.alias);
    }
  }
}

function bindTable(item: TableReference, place: QueryPlace): FromSource {
  if (item.asOf !== undefined) throw unsupported('AS OF', item.asOf.span);
  if (item.sample !== undefined) throw unsupported('TABLESAMPLE', item.sample.span);
  const { state } = place;
  const only = item.name.parts.length === 1 ? item.name.parts[0]! : undefined;
  const withQuery = only === undefined ? undefined : findWithQuery(place.withQueries, only.name);
  if (withQuery !== undefined) {
    const alias = item.alias?.name.name ?? withQuery.name;
    const columns = withQuery.columns.map((column) => {
      const read = state.newColumn({ ...column, qualifier: alias });
      if (state.scoreIds.has(column.id)) state.scoreIds.add(read.id);
      return read;
    });
    const { name, cte } = withQuery;
    const plan: LogicalPlan =
      cte < 0
        ? { kind: 'working-scan', working: workingTable(withQuery, item.span), name, columns }
        : { kind: 'cte-scan', cte, name, columns };
    return aliased({ plan, columns: tableScopeColumns(alias, columns), tables: [] }, item.alias);
  }
  const relation = resolveRelation(state.context, item.name);
  if (state.viewStack.length === 0)
    state.relationIds.add(relation.kind === 'view' ? relation.view.id : relation.table.id);
  if (relation.kind === 'view')
    return aliased(bindView(relation.view, place, item.span), item.alias);
  const source = tableSource(state, relation.table, item.alias?.name.name ?? relation.table.name);
  return aliased(source, item.alias);
}

/** A reading of a table with fresh ids for all its columns. */
export function tableSource(
  state: BindState,
  table: TableDef,
  alias: string,
): FromSource & { readonly plan: LogicalGet } {
  const columns = table.columns.map((column) =>
    state.newColumn({
      name: column.name,
      type: column.type,
      nullable: !column.notNull,
      qualifier: alias,
      table: table.name,
    }),
  );
  const plan: LogicalGet = {
    kind: 'get',
    table,
    alias,
    ordinals: table.columns.map((_, ordinal) => ordinal),
    columns,
    rowKey: undefined,
  };
  return { plan, columns: tableScopeColumns(alias, columns), tables: [plan] };
}

function bindDerivedTable(item: DerivedTable, place: QueryPlace): FromSource {
  const query = place.bind.query(item.query, { ...place, keepUnknown: false });
  return aliased(querySource(query, undefined), item.alias);
}

function querySource(query: BoundQuery, alias: string | undefined): FromSource {
  return { plan: query.plan, columns: tableScopeColumns(alias, query.columns), tables: [] };
}

/** A view is bound where it is used, in a name space of its own. Positions in its text mean nothing to the reader. */
function bindView(view: ViewDef, place: QueryPlace, span: Span): FromSource {
  const { state } = place;
  if (state.viewStack.includes(view.name)) {
    throw errorAt('ALX_CATALOG', `infinite recursion detected in view "${view.name}"`, span);
  }
  state.viewStack.push(view.name);
  try {
    const query = place.bind.query(viewQuery(state, view), {
      ...place,
      outer: undefined,
      parent: undefined,
      withQueries: undefined,
      keepUnknown: false,
    });
    // A `*` may deliver columns that were added to a table after the view was made: they are not the view's.
    const columns = view.columns.map((name, index) => ({ ...query.columns[index]!, name }));
    return { plan: exactPlan(query), columns: tableScopeColumns(view.name, columns), tables: [] };
  } catch (error) {
    if (!(error instanceof AlopexError)) throw error;
    throw error.with({ position: span.start, detail: `in the query of view "${view.name}"` });
  } finally {
    state.viewStack.pop();
  }
}

function viewQuery(state: BindState, view: ViewDef): Query {
  const { statement } = state.context.parser.parseStatement(view.sql);
  assert(statement.kind === 'query', 'the text of a view is a query');
  return statement;
}

function aliased(source: FromSource, alias: TableAlias | undefined): FromSource {
  return alias === undefined ? source : renamed(source, alias);
}

/** `AS name (a, b)`: one qualifier for all columns, the first ones renamed. */
function renamed(source: FromSource, alias: TableAlias): FromSource {
  const visible = source.columns.filter((entry) => entry.visible);
  if (alias.columns.length > visible.length) {
    throw errorAt(
      'ALX_ALIAS_ARITY',
      `table "${alias.name.name}" has ${visible.length} columns available but ${alias.columns.length} columns specified`,
      alias.span,
    );
  }
  const columns = visible.map((entry, index): ScopeColumn => {
    const name = alias.columns[index]?.name ?? entry.name;
    const column: LogicalColumn = { ...entry.column, name, qualifier: alias.name.name };
    return { name, qualifier: alias.name.name, column, visible: true };
  });
  return { ...source, columns };
}

function refuseSameAlias(
  left: readonly ScopeColumn[],
  right: readonly ScopeColumn[],
  span: Span,
): void {
  const names = new Set(left.map((entry) => entry.qualifier));
  const twice = right.find((entry) => entry.qualifier !== undefined && names.has(entry.qualifier));
  if (twice === undefined) return;
  throw errorAt(
    'ALX_DUPLICATE_ALIAS',
    `table name "${twice.qualifier}" specified more than once`,
    span,
    {
      hint: 'Give one of the two an alias of its own.',
    },
  );
}
