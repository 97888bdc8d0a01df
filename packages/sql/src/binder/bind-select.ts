/**
 * SELECT. Clauses are bound in the order in which they run: FROM, WHERE, GROUP BY, the items, HAVING, ORDER BY. Aggregates met
 * on the way gather in a collector; once all clauses are bound it is known whether the query groups, and every expression
 * after the grouping is rewritten to read groups.
 *
 *   from -> filter -> aggregate -> filter (HAVING) -> windows -> filter (QUALIFY) -> project -> distinct -> sort
 */
import type { Expression, SortKey } from '@alopex-db/core/exec';
import type { Expression as Syntax } from '../ast/expression.ts';
import type { OrderBy, Select } from '../ast/query.ts';
import type { OrderItem } from '../ast/window.ts';
import { errorAt } from '../errors.ts';
import { isVectorScoreCall } from '../functions/vector-score.ts';
import type { LogicalColumn, LogicalPlan, ProjectItem } from '../plan/logical.ts';
import { equalExpressions } from '../plan/walk-expression.ts';
import { AggregateCollector } from './aggregate-collector.ts';
import { columnExpression } from './bind-column.ts';
import { bindFrom } from './bind-from.ts';
import { bindGroupBy, hasSets } from './bind-group-by.ts';
import { ordinalOf, sortKey } from './bind-order-by.ts';
import { requireBoolean, settleUnknown } from './coerce.ts';
import type { BoundQuery, ExpressionContext, QueryPlace } from './expression-context.ts';
import type { FromSource } from './from-source.ts';
import { Grouping } from './grouping.ts';
import { aggregateBySets, type GroupingSet } from './grouping-sets.ts';
import { isNullable } from './nullability.ts';
import { Scope } from './scope.ts';
import { checkNamedWindows } from './bind-window-definition.ts';
import { WindowCollector } from './window-collector.ts';
import { firstOfEach } from './window-filter.ts';
import { aliasTable, bindItems, type BoundItem } from './select-items.ts';

/** What the clauses of one SELECT share. */
interface SelectParts {
  readonly select: Select;
  readonly place: QueryPlace;
  readonly from: FromSource;
  readonly base: ExpressionContext;
  readonly collector: AggregateCollector;
  readonly windows: WindowCollector;
}

/** A sort key before it is known which column delivers it. */
interface PendingKey {
  readonly item: Pick<OrderItem, 'descending' | 'nulls'>;
  readonly node: Syntax | undefined;
  /** Index of the item it names, or the expression to sort by. */
  readonly target: number | Expression;
}

export function bindSelect(
  select: Select,
  orderBy: OrderBy | undefined,
  place: QueryPlace,
): BoundQuery {
  const from = bindFrom(select.from, place);
  const collector = new AggregateCollector(place.state);
  checkNamedWindows(select.windows);
  const windows = new WindowCollector(place.state, select.windows);
  const parts: SelectParts = {
    select,
    place,
    from,
    base: baseContext(select, from, place),
    collector,
    windows,
  };
  const where = bindCondition(select.where, 'WHERE', parts, undefined);
  const grouping = new Grouping(
    place.state,
    parts.base.scope,
    from.tables,
    hasSets(select.groupBy),
  );
  const itemContext: ExpressionContext = {
    ...parts.base,
    clause: 'SELECT',
    aggregates: collector,
    windows,
    aliases: undefined,
  };
  const items = bindItems(select.items, itemContext, place.keepUnknown);
  const nullable = (expression: Expression): boolean => isNullable(expression, nullableOf(parts));
  const sets = bindGroupBy(select.groupBy, {
    items,
    grouping,
    collector,
    base: parts.base,
    nullable,
  });
  const having = bindCondition(select.having, 'HAVING', parts, collector);
  const qualify = bindQualify(parts);
  const keys = orderBy === undefined ? [] : pendingKeys(orderBy, items, parts);
  const on = distinctKeys(select, items, parts);
  checkDistinctOn(on, keys);

  let plan: LogicalPlan =
    where === undefined ? from.plan : { kind: 'filter', input: from.plan, predicate: where };
  const grouped = select.groupBy !== undefined || select.having !== undefined || !collector.isEmpty;
  const settle = (expression: Expression, span: BoundItem['span']): Expression =>
    grouped ? grouping.regroup(expression, span) : expression;
  const settledItems = items.map((item) => ({
    ...item,
    expression: settle(item.expression, item.span),
  }));
  const settledHaving = having === undefined ? undefined : settle(having, select.having!.span);
  const settledKeys = keys.map((key) => settleKey(key, settle));
  if (grouped) plan = aggregated(plan, grouping, sets, parts);
  if (settledHaving !== undefined) plan = { kind: 'filter', input: plan, predicate: settledHaving };
  plan = windows.applyTo(plan, settle);
  if (qualify !== undefined) {
    plan = { kind: 'filter', input: plan, predicate: settle(qualify, select.qualify!.span) };
  }
  const settledOn = on.map((key) => settleKey(key, settle));
  return projected(plan, settledItems, settledKeys, settledOn, parts);
}

/** One aggregation; a union of several where keys are grouped in sets. */
function aggregated(
  input: LogicalPlan,
  { groups }: Grouping,
  sets: readonly GroupingSet[] | undefined,
  { collector, place }: SelectParts,
): LogicalPlan {
  if (sets === undefined && collector.groupings.length === 0)
    return { kind: 'aggregate', input, groups, aggregates: collector.items };
  const all = groups.map((_, index) => index);
  return aggregateBySets({ input, keys: groups, sets: sets ?? [all], collector }, place.state);
}

function baseContext(select: Select, from: FromSource, place: QueryPlace): ExpressionContext {
  return {
    state: place.state,
    scope: new Scope(from.columns, place.outer),
    clause: 'SELECT',
    aggregates: undefined,
    aliases: aliasTable(select.items),
    withQueries: place.withQueries,
    parent: place.parent,
    bind: place.bind,
  };
}

function bindCondition(
  node: Syntax | undefined,
  clause: string,
  parts: SelectParts,
  aggregates: AggregateCollector | undefined,
): Expression | undefined {
  if (node === undefined) return undefined;
  const bound = parts.place.bind.expression(node, { ...parts.base, clause, aggregates });
  return requireBoolean(parts.place.state, bound, clause, node.span);
}

/** QUALIFY filters by window calls, of the select list by their alias too. */
function bindQualify({
  select,
  place,
  base,
  collector,
  windows,
}: SelectParts): Expression | undefined {
  if (select.qualify === undefined) return undefined;
  const context = { ...base, clause: 'QUALIFY', aggregates: collector, windows };
  const bound = place.bind.expression(select.qualify, context);
  return requireBoolean(place.state, bound, 'QUALIFY', select.qualify.span);
}

function pendingKeys(
  orderBy: OrderBy,
  items: readonly BoundItem[],
  parts: SelectParts,
): readonly PendingKey[] {
  const { all } = orderBy;
  if (all !== undefined) return items.map((_, target) => ({ item: all, node: undefined, target }));
  return orderBy.items.map((item) => {
    const node = item.expression;
    return { item, node, target: orderTarget(node, items, parts) };
  });
}

/** DISTINCT ON reads names and ordinals as ORDER BY does. */
function distinctKeys(
  { distinct }: Select,
  items: readonly BoundItem[],
  parts: SelectParts,
): readonly PendingKey[] {
  const item = { descending: false, nulls: undefined };
  const on = distinct?.on ?? [];
  return on.map((node) => ({ item, node, target: orderTarget(node, items, parts) }));
}

/** Rows that agree in the keys of DISTINCT ON must come together: ORDER BY sorts by them first. */
function checkDistinctOn(on: readonly PendingKey[], keys: readonly PendingKey[]): void {
  const isOn = (key: PendingKey): boolean => on.some((one) => sameTarget(one, key));
  const first = keys.findIndex((key) => !isOn(key));
  if (first < 0 || on.length === 0) return;
  const sorted = keys.slice(0, first);
  if (on.every((one) => sorted.some((key) => sameTarget(one, key)))) return;
  throw errorAt(
    'ALX_DISTINCT_ON',
    'SELECT DISTINCT ON expressions must match initial ORDER BY expressions',
    on[0]!.node!.span,
  );
}

function sameTarget({ target: left }: PendingKey, { target: right }: PendingKey): boolean {
  if (typeof left === 'number' || typeof right === 'number') return left === right;
  return equalExpressions(left, right);
}

/** An ordinal or an output name means that column; anything else is an expression over the input. */
function orderTarget(
  node: Syntax,
  items: readonly BoundItem[],
  parts: SelectParts,
): number | Expression {
  if (node.kind === 'integer-literal') return ordinalOf(node, items.length, 'ORDER BY');
  if (node.kind === 'column-reference' && node.parts.length === 1) {
    const named = outputNamed(node.parts[0]!.name, items, node);
    if (named !== undefined) return named;
  }
  const { state, bind } = parts.place;
  const context: ExpressionContext = {
    ...parts.base,
    clause: 'ORDER BY',
    aggregates: parts.collector,
    windows: parts.windows,
  };
  const expression = settleUnknown(state, bind.expression(node, context), node.span);
  const same = items.findIndex((item) => equalExpressions(item.expression, expression));
  return same >= 0 ? same : expression;
}

function outputNamed(name: string, items: readonly BoundItem[], node: Syntax): number | undefined {
  const found = items.flatMap((item, index) => (item.name === name ? [index] : []));
  const [first] = found;
  if (first === undefined) return undefined;
  const differs = found.some(
    (index) => !equalExpressions(items[index]!.expression, items[first]!.expression),
  );
  if (differs) throw errorAt('ALX_AMBIGUOUS_COLUMN', `ORDER BY "${name}" is ambiguous`, node.span);
  return first;
}

function settleKey(
  key: PendingKey,
  settle: (expression: Expression, span: BoundItem['span']) => Expression,
): PendingKey {
  return typeof key.target === 'number'
    ? key
    : { ...key, target: settle(key.target, key.node!.span) };
}

/** The items as columns, sorted; sort keys that are no items become columns the caller cuts off again. */
function projected(
  input: LogicalPlan,
  items: readonly BoundItem[],
  keys: readonly PendingKey[],
  on: readonly PendingKey[],
  parts: SelectParts,
): BoundQuery {
  const { select, place } = parts;
  const outputs = items.map((item) => outputItem(item.name, item.expression, parts));
  const hidden: ProjectItem[] = [];
  const sortKeys = keys.map((key): SortKey => sortKey(keyColumn(key), key.item, place.state));
  const distinctOn = on.map(keyColumn);
  let plan: LogicalPlan = { kind: 'project', input, items: [...outputs, ...hidden] };
  if (on.length > 0) plan = firstOfEach(plan, distinctOn, sortKeys, place.state);
  else if (select.distinct !== undefined) plan = { kind: 'distinct', input: plan };
  if (sortKeys.length > 0) plan = { kind: 'sort', input: plan, keys: sortKeys };
  return { plan, columns: outputs.map((item) => item.column) };

  function keyColumn(key: PendingKey): Expression {
    if (typeof key.target === 'number') return columnExpression(outputs[key.target]!.column);
    if (select.distinct !== undefined && on.length === 0) {
      throw errorAt(
        'ALX_INVALID_COLUMN_REFERENCE',
        'for SELECT DISTINCT, ORDER BY expressions must appear in select list',
        key.node!.span,
      );
    }
    const extra = outputItem('sort', key.target, parts);
    hidden.push(extra);
    return columnExpression(extra.column);
  }

  function outputItem(name: string, expression: Expression, of: SelectParts): ProjectItem {
    const passed = expression.kind === 'column' ? passedColumn(expression.index, of) : undefined;
    if (passed !== undefined) return { column: { ...passed, name }, expression };
    const nullable = isNullable(expression, nullableOf(of));
    const column = place.state.newColumn({ name, type: expression.type, nullable });
    if (isVectorScoreCall(expression)) place.state.scoreIds.add(column.id);
    return { column, expression };
  }
}

/** A column that goes through the projection unchanged keeps its id. */
function passedColumn(id: number, parts: SelectParts): LogicalColumn | undefined {
  const fromInput = parts.from.columns.find((entry) => entry.column.id === id)?.column;
  return (
    fromInput ??
    parts.windows.find(id) ??
    parts.collector.items.find((item) => item.column.id === id)?.column
  );
}

function nullableOf(parts: SelectParts): (id: number) => boolean {
  return (id) => passedColumn(id, parts)?.nullable ?? true;
}
