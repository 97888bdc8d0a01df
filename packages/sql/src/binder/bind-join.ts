/** JOIN: its condition, and the columns that USING and NATURAL merge. */
import type { Expression, JoinKind } from '@alopex-db/core/exec';
import type { Join } from '../ast/query.ts';
import type { Identifier } from '../ast/name.ts';
import { errorAt } from '../errors.ts';
import type { LogicalColumn, LogicalPlan, ProjectItem } from '../plan/logical.ts';
import { outputColumns } from '../plan/logical.ts';
import { columnExpression } from './bind-column.ts';
import { compare, conjunction } from './bind-comparison.ts';
import { unsupported } from './bind-error.ts';
import { joinedPlan } from './bind-lateral.ts';
import { castTo, requireBoolean } from './coerce.ts';
import type { QueryPlace } from './expression-context.ts';
import type { FromSource } from './from-source.ts';
import { Scope, type ScopeColumn } from './scope.ts';
import { commonType } from './type-rules.ts';

interface Merged {
  readonly name: string;
  readonly left: ScopeColumn;
  readonly right: ScopeColumn;
}

export function bindJoin(
  item: Join,
  left: FromSource,
  right: FromSource,
  place: QueryPlace,
): FromSource {
  const kind = joinKind(item);
  if (item.usingAlias !== undefined)
    throw unsupported('an alias for USING columns', item.usingAlias.span);
  const merged = item.natural
    ? naturalColumns(left, right)
    : item.using.map((name) => usingColumn(name, left, right));
  const equalities = merged.map((pair) => equality(pair, item, place));
  const written = item.on === undefined ? [] : [bindOn(item.on, left, right, place)];
  const conditions = [...equalities, ...written];
  const condition = conditions.length === 0 ? undefined : conjunction(conditions);
  const plan = joinedPlan(kind, left.plan, right.plan, condition, {
    item: item.right,
    ctes: place.state.ctes,
  });
  const tables =
    kind === 'semi' || kind === 'anti' ? left.tables : [...left.tables, ...right.tables];
  return { ...joinedNames(plan, kind, merged, left, right, place), tables };
}

function joinKind(item: Join): JoinKind {
  switch (item.join) {
    case 'cross':
      return 'inner';
    case 'asof':
    case 'asof left':
      throw unsupported('ASOF JOIN', item.span);
    default:
      return item.join;
  }
}

function bindOn(
  node: NonNullable<Join['on']>,
  left: FromSource,
  right: FromSource,
  place: QueryPlace,
): Expression {
  const scope = new Scope([...left.columns, ...right.columns], place.outer);
  const context = {
    state: place.state,
    scope,
    clause: 'JOIN conditions',
    aggregates: undefined,
    aliases: undefined,
    withQueries: place.withQueries,
    parent: place.parent,
    bind: place.bind,
  };
  return requireBoolean(place.state, place.bind.expression(node, context), 'JOIN/ON', node.span);
}

function naturalColumns(left: FromSource, right: FromSource): readonly Merged[] {
  const merged: Merged[] = [];
  for (const entry of left.columns) {
    if (!entry.visible) continue;
    const twin = right.columns.find((other) => other.visible && other.name === entry.name);
    if (twin !== undefined) merged.push({ name: entry.name, left: entry, right: twin });
  }
  return merged;
}

function usingColumn(name: Identifier, left: FromSource, right: FromSource): Merged {
  return {
    name: name.name,
    left: onlyColumn(name, left, 'left'),
    right: onlyColumn(name, right, 'right'),
  };
}

function onlyColumn(name: Identifier, source: FromSource, side: string): ScopeColumn {
  const found = source.columns.filter((entry) => entry.visible && entry.name === name.name);
  const [first] = found;
  if (first === undefined) {
    throw errorAt(
      'ALX_COLUMN_NOT_FOUND',
      `column "${name.name}" specified in USING clause does not exist in ${side} table`,
      name.span,
    );
  }
  if (found.length === 1) return first;
  throw errorAt(
    'ALX_AMBIGUOUS_COLUMN',
    `common column name "${name.name}" appears more than once in ${side} table`,
    name.span,
  );
}

function equality(pair: Merged, item: Join, place: QueryPlace): Expression {
  const operand = (entry: ScopeColumn) => ({
    expression: columnExpression(entry.column),
    span: item.span,
  });
  return compare(place.state, '=', operand(pair.left), operand(pair.right), item.span);
}

/**
 * Names after the join: merged columns first, once; then the others, left ones before right ones. The halves of a merged
 * column stay reachable by their table.
 */
function joinedNames(
  plan: LogicalPlan,
  kind: JoinKind,
  merged: readonly Merged[],
  left: FromSource,
  right: FromSource,
  place: QueryPlace,
): Omit<FromSource, 'tables'> {
  const byId = new Map(outputColumns(plan).map((column) => [column.id, column]));
  const after = (entry: ScopeColumn): ScopeColumn => ({
    ...entry,
    // The join may have made the column nullable.
    column: {
      ...entry.column,
      nullable: byId.get(entry.column.id)?.nullable ?? entry.column.nullable,
    },
  });
  const rightColumns = kind === 'semi' || kind === 'anti' ? [] : right.columns;
  if (merged.length === 0) return { plan, columns: [...left.columns, ...rightColumns].map(after) };
  const halves = new Set(merged.flatMap((pair) => [pair.left, pair.right]));
  const rest = [...left.columns, ...rightColumns].map((entry) =>
    halves.has(entry) ? { ...after(entry), visible: false } : after(entry),
  );
  const items: ProjectItem[] = [];
  const united = merged.map((pair): ScopeColumn => {
    const column = mergedColumn(pair, kind, place, items);
    return {
      name: pair.name,
      qualifier: undefined,
      column: after({ ...pair.left, column }).column,
      visible: true,
    };
  });
  if (items.length === 0) return { plan, columns: [...united, ...rest] };
  const through = outputColumns(plan).map((column): ProjectItem => ({
    column,
    expression: columnExpression(column),
  }));
  return {
    plan: { kind: 'project', input: plan, items: [...through, ...items] },
    columns: [...united, ...rest],
  };
}

/** The side that is never padded stands for both; a full join needs whichever is there. */
function mergedColumn(
  pair: Merged,
  kind: JoinKind,
  place: QueryPlace,
  items: ProjectItem[],
): LogicalColumn {
  const left = pair.left.column;
  const right = pair.right.column;
  const type = commonType(left.type, right.type)!;
  const chosen = kind === 'right' ? right : left;
  if (kind !== 'full' && chosen.type.kind === type.kind) return { ...chosen, name: pair.name };
  const parts = (kind === 'full' ? [left, right] : [chosen]).map((column) =>
    castTo(columnExpression(column), type, { implicit: true }),
  );
  const expression: Expression =
    parts.length === 1 ? parts[0]! : { kind: 'coalesce', type, args: parts };
  const column = place.state.newColumn({
    name: pair.name,
    type,
    nullable: left.nullable || right.nullable,
  });
  items.push({ column, expression });
  return column;
}
